"""Gathers what the conditions look at from the tables and projections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Row, RowMapping, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_registration.adapters import applications, penalties, registrations
from zhiye_registration.adapters.physician_facts import as_held, gather_physician
from zhiye_registration.adapters.projection_tables import (
    account,
    authority,
    institution,
    qualification,
)
from zhiye_registration.adapters.question import Addressee, Question
from zhiye_registration.adapters.record_tables import application_evidence
from zhiye_registration.adapters.tables import OF_NURSES, registration
from zhiye_registration.domain.business_type import BusinessType
from zhiye_registration.domain.facts import (
    ChosenInstitution,
    Declared,
    Facts,
    HeldRegistration,
    Military,
    OpenApplication,
    PhysicianFacts,
    Qualification,
    RenewalWindow,
    Training,
)
from zhiye_registration.domain.penalty import Penalty, barred_until, grounds_since, suspended


class Window(Protocol):
    """When an authority takes renewals, around the expiry."""

    def opens_on(self, valid_until: date) -> date: ...
    def closes_on(self, valid_until: date) -> date: ...


_QUALIFICATIONS = (
    select(qualification)
    .where(
        qualification.c.person_key == bindparam("person_key"),
        qualification.c.profession == bindparam("profession"),
    )
    .order_by(qualification.c.in_force, qualification.c.passed_on)
)
_INSTITUTION = select(institution).where(institution.c.id == bindparam("key"))
_AUTHORITY = select(authority).where(authority.c.id == bindparam("key"))
_ACCOUNT = select(account.c.status, account.c.identity).where(account.c.id == bindparam("key"))
_TAKEN = select(registration.c.person_key).where(
    OF_NURSES, registration.c.certificate_key == bindparam("key")
)
_EVIDENCE = select(func.count()).where(
    application_evidence.c.application_id == bindparam("application")
)


async def addressee(
    connection: AsyncConnection, row: BusinessType, institution_id: str
) -> Addressee | None:
    """Where an application of this type goes; ``None`` if the institution is not known here."""
    found = (await connection.execute(_INSTITUTION, {"key": institution_id})).first()
    if found is None:
        return None
    authority_id = found.deciding_authorities.get(row.slug)
    decider = None
    if authority_id is not None:
        decider = (await connection.execute(_AUTHORITY, {"key": authority_id})).first()
    return Addressee(found.id, found.name, found.region, found.status == "in_force", decider)


async def authority_of(connection: AsyncConnection, authority_id: str | None) -> Row[Any] | None:
    found = await connection.execute(_AUTHORITY, {"key": authority_id})
    return found.first()


async def account_status(connection: AsyncConnection, account_id: str) -> str | None:
    """As it is known here."""
    found = (await connection.execute(_ACCOUNT, {"key": account_id})).first()
    return found.status if found else None


async def qualifications_of(
    connection: AsyncConnection, person_key: str, profession: str
) -> Sequence[Row[Any]]:
    """The person's qualifications; the one to go by (in force, latest) is last."""
    parameters = {"person_key": person_key, "profession": profession}
    return (await connection.execute(_QUALIFICATIONS, parameters)).all()


async def gather(
    connection: AsyncConnection,
    row: BusinessType,
    asked: Question,
    window_of: Callable[[str], Awaitable[Window]],
) -> Facts:
    """Everything that the conditions of the business type look at, as it is now. ``window_of``
    tells a region's time for renewals."""
    passed: list[Qualification] = []
    if "qualification" in row.needs:
        found = await qualifications_of(connection, asked.person_key, row.profession)
        passed = [Qualification(q.passed_on, q.in_force, q.id, q.level, q.category) for q in found]
    declares = await _declared(connection, asked)
    of_physician = PhysicianFacts()
    held: RowMapping | None
    if row.profession == "physician":
        rows = await registrations.all_of(connection, asked.person_key, row.profession)
        about = await gather_physician(connection, row, asked, declares, passed, rows)
        held, of_physician = about.subject, about.facts
    else:
        held = await registrations.newest_of(connection, asked.person_key, row.profession)
    others = await applications.open_of(connection, asked.person_key)
    to_id = asked.to.id if asked.to else None
    account_now = None
    on_behalf = asked.by_institution or asked.by_authority
    if not on_behalf:
        account_now = (await connection.execute(_ACCOUNT, {"key": asked.account_id})).first()
    status = account_now.status if account_now else None
    active = status in (None, "active") if asked.active is None else asked.active
    if not active:  # may only say to be this person: not told where else she works either
        others_held = tuple(replace(o, institution_name=None) for o in of_physician.others)
        of_physician = replace(of_physician, others=others_held)
    evidence = 0
    if on_behalf and asked.apart_from:
        evidence = await connection.scalar(_EVIDENCE, {"application": asked.apart_from}) or 0
    renewal = None
    if row.effect == "extend" and held is not None:
        window, until = await window_of(held["region"]), held["valid_until"]
        renewal = RenewalWindow(
            window.opens_on(until),
            window.closes_on(until),
        )
    punished: Sequence[Penalty] = ()
    if "penalties" in row.needs and active:  # whoever is not may only say to be this person
        punished = await penalties.penalties_of(connection, asked.person_key, row.profession)
    return Facts(
        today=asked.today,
        applied_on=asked.applied_on,
        qualifications=tuple(passed),
        registration=await _held(connection, held, active) if held else None,
        open_applications=tuple(
            OpenApplication(other["number"], other["business_type"])
            for other in others
            if other["id"] != asked.apart_from and in_the_way(row, other, to_id)
        ),
        institution=_chosen(asked.to, held) if asked.institution_chosen else None,
        declared=declares,
        account_revoked=status == "revoked",
        account_active=active,
        account_verified=status == "verified",
        account_identity=account_now.identity if account_now else None,
        by_institution=asked.by_institution,
        evidence=evidence,
        renewal=renewal,
        by_authority=asked.by_authority,
        barred_until=barred_until(punished, asked.today),
        suspended_until=suspended(punished, asked.today),
        grounds_on_record=grounds_since(punished, held["valid_from"] if held else None),
        physician=of_physician,
    )


def _chosen(to: Addressee | None, held: RowMapping | None) -> ChosenInstitution:
    return ChosenInstitution(
        in_force=to is not None and to.in_force,
        authority_set=to is not None and to.authority is not None,
        is_own=to is not None and held is not None and held["institution_id"] == to.id,
        id=to.id if to else "",
        region=to.region if to else "",
    )


async def _held(connection: AsyncConnection, held: RowMapping, active: bool) -> HeldRegistration:
    one = as_held(held)
    return replace(
        one,
        # Whoever is not active may only say to be this person: not told where she works, nor why
        # she was cancelled.
        institution_name=one.institution_name if active else None,
        cancellation_ground=one.cancellation_ground if active else None,
        # Asked only where it matters: whoever is active may apply anyway.
        region_online=active or await is_online(connection, held["institution_id"]),
    )


async def _declared(connection: AsyncConnection, asked: Question) -> Declared:
    """What the form says; of a soldier also who else has the number, and where she comes from."""
    found = declared(asked.form)
    key, origin = asked.military_certificate_key, asked.origin
    if key is None and origin is None:
        return found
    holder = await connection.scalar(_TAKEN, {"key": key})
    military = replace(
        found.military,
        certificate_key=key,
        certificate_taken=holder is not None and holder != asked.person_key,
        origin=ChosenInstitution(
            in_force=origin.in_force and (asked.to is None or asked.to.id != origin.id),
            authority_set=True,
        )
        if origin
        else None,
    )
    return replace(found, military=military)


def in_the_way(row: BusinessType, other: RowMapping, institution_id: str | None) -> bool:
    """Whether an open application keeps another one from being made: of filings at further
    institutions only one at the same institution does (Q10)."""
    if other["business_type"] == row.slug and row.effect == "file_institution":
        return bool(other["institution_id"] == institution_id)
    return other["business_type"] in row.excludes


async def is_online(connection: AsyncConnection, institution_id: str) -> bool:
    """Whether anybody who decides for an institution is online; as long as nothing is known of it,
    it is taken for granted, as with an approval."""
    deciding = await connection.scalar(
        select(institution.c.deciding_authorities).where(institution.c.id == institution_id)
    )
    if deciding is None:
        return True
    online = await connection.execute(
        select(authority.c.id)
        .where(authority.c.id.in_(set(deciding.values())), authority.c.online)
        .limit(1)
    )
    return online.first() is not None


def declared(form: Mapping[str, Any]) -> Declared:
    """Read a stored form; what is not filled in stays unknown."""
    health = form.get("health") or {}
    training = form.get("training")
    informed = form.get("informed") or {}
    military = form.get("military") or {}
    return Declared(
        full_capacity=form.get("full_civil_capacity"),
        health_standard=health.get("meets_standard"),
        health_checked_on=_day(health.get("checked_on")),
        training=Training(
            training["institution_name"],
            date.fromisoformat(training["began_on"]),
            date.fromisoformat(training["ended_on"]),
            training["passed"],
        )
        if training
        else None,
        secondment=form.get("secondment"),
        ground=form.get("ground"),
        ground_explained=bool((form.get("note") or "").strip()),
        informed_on=_day(informed.get("on")),
        informed_by=informed.get("by"),
        military=Military(
            source=military.get("source"), valid_until=_day(military.get("valid_until"))
        ),
        qualification_id=form.get("qualification_id"),
        scopes=tuple(sorted(form.get("scopes") or ())),
        department=form.get("department"),
        no_criminal_record=form.get("no_criminal_record"),
        from_on=_day(form.get("from_on")),
        until_on=_day(form.get("until_on")),
        left_on=_day(form.get("left_on")),
        destination=form.get("destination"),
        filled=frozenset(name for name, value in form.items() if value not in (None, "")),
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
