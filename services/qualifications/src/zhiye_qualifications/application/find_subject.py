"""Finding the qualification that somebody wants corrected, and only what is theirs to correct."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import RowMapping

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers import IdentifierError, names_match
from zhiye_contracts.reasons import Reason, Refused
from zhiye_contracts.statements.form import read_id_number
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.application import attempts
from zhiye_qualifications.application.case_access import not_found
from zhiye_qualifications.application.case_subjects import find_by
from zhiye_qualifications.application.lookup import certificate_numbers
from zhiye_qualifications.domain import case_reasons as why
from zhiye_qualifications.kit import Kit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """The qualification meant: one's own by its id; else by the number of its certificate, with
    the name on record (a person) or the ID number on record (on behalf of somebody)."""

    qualification_id: str | None = None
    certificate_number: str | None = None
    name: str | None = None
    id_number: str | None = None


async def find_subject(
    tx: Transaction, kit: Kit, caller: Principal, subject: Subject
) -> RowMapping:
    """The qualification meant. ``Refused``: 404 when there is none that is theirs, 403 for an
    authority of another level, 422 for what the question lacks, 429; tries are counted."""
    table = qualification.c
    if subject.qualification_id is not None:
        rows = await find_by(tx, table.id == subject.qualification_id)
        if not rows or not _own(caller, rows[0]):
            raise not_found()
        return rows[0]
    practitioner = caller.role == "practitioner"
    if practitioner:
        await attempts.enforce(tx, kit, "foreign_number", caller)
    today = kit.clock.today()
    faults: list[Reason] = []
    numbers = _parsed(
        subject, "certificate_number", lambda text: certificate_numbers(text, today), faults
    )
    person = None
    if practitioner:
        _parsed(subject, "name", str, faults)
    else:
        person = _parsed(subject, "id_number", lambda text: read_id_number(text, today)[0], faults)
    if faults:
        raise Refused(*faults)
    keys = [kit.certificate_key(number) for number in numbers or ()]
    for row in await find_by(tx, table.certificate_key.in_(keys)):
        if practitioner:
            fits = names_match(subject.name or "", row["name"]) != "different"
        else:
            fits = person is not None and row["person_key"] == kit.person_key(person.value)
            if caller.role == "authority":
                fits = fits and row["province"] == province_of(caller)
        if fits:
            if practitioner and row["person_key"] != caller.person_key:
                await attempts.record(tx, kit, "foreign_number", caller)
            return row
    if practitioner:
        await attempts.record(tx, kit, "foreign_number", caller)
    raise Refused(about(why.RECORD_NOT_FOUND, "certificate_number"), status=404, keep_effects=True)


def _own(caller: Principal, row: RowMapping) -> bool:
    """One's own, and an authority's that of its province."""
    if caller.role == "practitioner":
        return caller.active and row["person_key"] == caller.person_key
    return caller.role == "authority" and row["province"] == province_of(caller)


def _parsed(
    subject: Subject, field: str, parse: Callable[[str], T], faults: list[Reason]
) -> T | None:
    value: str | None = getattr(subject, field)
    if not value:
        faults.append(about(why.FIELD_NEEDED, field))
        return None
    try:
        return parse(value)
    except IdentifierError as error:
        faults.append(error.about(field))
        return None


def province_of(caller: Principal) -> str:
    """The province of an authority; ``Refused`` (403) for one of another level."""
    region = caller.region or ""
    if not region.endswith("0000") or region == "000000":
        raise Refused(why.REGION_NOT_PROVINCE, status=403)
    return region
