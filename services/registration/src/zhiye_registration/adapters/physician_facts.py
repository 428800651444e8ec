"""Gathers what only the conditions of physicians look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_registration.adapters import filings, own_records, scope_cases, scopes
from zhiye_registration.adapters.question import Question
from zhiye_registration.domain.business_type import BusinessType
from zhiye_registration.domain.facts import (
    Declared,
    HeldFiling,
    HeldRegistration,
    PhysicianFacts,
    Practice,
    Qualification,
    ScopeCaseState,
)
from zhiye_registration.domain.scope_case import ScopeCase
from zhiye_registration.domain.wanted import chosen_qualification, subject_of, wanted

_OUTCOMES: dict[str, ScopeCaseState] = {
    "open": "open",
    "settled": "settled",
    "not_agreed": "not_agreed",
}
_NOT_THERE = frozenset({"scope_not_offered", "scope_of_another_category"})


@dataclass(frozen=True, slots=True)
class OfPhysician:
    """The row of the registration that is asked about, and the facts."""

    subject: RowMapping | None
    facts: PhysicianFacts


async def gather_physician(
    connection: AsyncConnection,
    row: BusinessType,
    asked: Question,
    declared: Declared,
    qualifications: Sequence[Qualification],
    rows: Sequence[RowMapping],
) -> OfPhysician:
    """``rows`` are all registrations of the person, with their institutions' names."""
    held = [as_held(one) for one in rows]
    region = asked.to.region if asked.to else None
    subject = subject_of(row, held, region, asked.registration_id)
    chosen = chosen_qualification(row, qualifications, declared, subject)
    case = await scope_cases.of_application(connection, asked.apart_from or "")
    after = wanted(row, declared, subject, chosen, region)
    if after is not None and case is not None and case.state == "settled" and _about(case, after):
        after = replace(after, scopes=tuple(sorted(case.agreed_scopes or case.scopes)))
    faults = None
    most = 1
    departments: tuple[str, ...] | None = None
    if after is not None and region is not None:
        catalogue = await scopes.catalogue_of(connection, region[:2], asked.today)
        found = catalogue.faults(after.category, after.scopes)
        faults = tuple(one.reason for one in found if one.code in _NOT_THERE)
        most = catalogue.most_scopes
        departments = catalogue.departments(after.category, after.scopes)
    others = tuple(
        one
        for one in held
        if one.status == "registered" and (subject is None or one.id != subject.id)
    )
    further = filings.in_force(await filings.of_person(connection, asked.person_key), asked.today)
    return OfPhysician(
        next((one for one in rows if subject is not None and one["id"] == subject.id), None),
        PhysicianFacts(
            others=others,
            chosen=chosen,
            wanted=after,
            scope_faults=faults,
            most_scopes=most,
            departments=departments,
            scope_case=_OUTCOMES.get(case.state) if case else None,
            trainee_finished_on=await _trained_until(connection, row, asked, subject),
            filings=tuple(
                HeldFiling(one.institution_id, one.from_on, one.until_on) for one in further
            ),
        ),
    )


async def _trained_until(
    connection: AsyncConnection,
    row: BusinessType,
    asked: Question,
    subject: HeldRegistration | None,
) -> date | None:
    """The last day of a residency that was finished where the registration is (Q52)."""
    if "residency" not in row.needs or subject is None or subject.institution_id is None:
        return None
    found = await own_records.residency_of(connection, asked.person_key)
    if found is None or found.state != "finished":
        return None
    at_base = found.is_base(subject.institution_id, subject.institution_name or "")
    return found.finished_on if at_base else None


def _about(case: ScopeCase, after: Practice) -> bool:
    """Whether it settled the scopes that are asked for now."""
    return (case.category, tuple(sorted(case.scopes))) == (after.category, after.scopes)


def as_held(row: RowMapping) -> HeldRegistration:
    """A registration as the conditions see it."""
    return HeldRegistration(
        status=row["status"],
        valid_until=row["valid_until"],
        id=row["id"],
        institution_id=row["institution_id"],
        institution_name=row["institution_name"],
        certificate_key=row["certificate_key"],
        cancelled_on=row["cancelled_on"],
        cancellation_ground=row["cancellation_ground"],
        region=row["region"],
        location=row["location"],
        level=row["level"],
        category=row["category"],
        scopes=tuple(row["scopes"]),
        filed_on=row["filed_on"],
    )
