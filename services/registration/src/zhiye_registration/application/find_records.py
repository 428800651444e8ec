"""The authority's records of nurses and physicians: found by number, or by institution and name;
read whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select

from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers import (
    IdentifierError,
    normalise_name,
    parse_id_number,
    parse_nurse_practice_certificate,
    parse_physician_practice_certificate,
)
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import filings, information_changes, roster
from zhiye_registration.adapters.correction_tables import registration_correction
from zhiye_registration.adapters.lookups import OF_PHYSICIANS
from zhiye_registration.adapters.record_tables import verification
from zhiye_registration.adapters.tables import OF_NURSES, registration
from zhiye_registration.application.access import not_found
from zhiye_registration.application.queries import applications_of_person
from zhiye_registration.application.read_person import OnePerson, read_history, read_person
from zhiye_registration.application.roster_access import place_of
from zhiye_registration.domain.filing import Filing
from zhiye_registration.kit import Kit

MOST = 50
_r, _c, _v = registration.c, registration_correction.c, verification.c


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the three ways: an ID number, a certificate number, or a name at an institution."""

    id_number: str | None = None
    certificate_number: str | None = None
    institution_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class WholeRecord:
    person: OnePerson
    history: Sequence[RowMapping]
    applications: Sequence[Any]
    information_changes: Sequence[RowMapping]
    corrections: Sequence[RowMapping]
    verifications: int
    filings: Sequence[Filing]
    """A physician's at further institutions, the newest first."""


async def find_records(kit: Kit, caller: Principal, asked: Asked) -> Sequence[RowMapping]:
    """Records of the caller's region. Raises ``Refused``: 404 for an institution that is none of
    its business, 422 for a wrong number, ``search_unclear``."""
    ways = [
        asked.id_number is not None,
        asked.certificate_number is not None,
        asked.institution_id is not None and asked.name is not None,
    ]
    alone = (asked.institution_id is None) == (asked.name is None)
    if sum(ways) != 1 or not alone:
        raise refused(
            "search_unclear",
            ("查询条件不明确。", "It is not clear what to search by."),
            (
                "请填写身份证号，或证书编号，或同时填写医疗机构和姓名，三者选一。",
                "Give an ID number, or a certificate number, or an institution and a name.",
            ),
            field="id_number",
        )
    if asked.institution_id is not None:
        return await _at_institution(kit, caller, asked.institution_id, asked.name or "")
    today = kit.clock.today()
    field = "id_number" if asked.id_number is not None else "certificate_number"
    try:
        if asked.id_number is not None:
            key = kit.person_key(parse_id_number(asked.id_number, today).value)
            wanted = _r.person_key == key
        else:
            wanted = _numbered(kit, asked.certificate_number or "", today)
    except IdentifierError as error:
        raise Refused(error.about(field)) from error
    async with kit.database.reading() as connection:
        ids = await connection.scalars(
            select(_r.id).where(wanted).order_by(_r.id.desc()).limit(MOST)
        )
        rows = [await roster.one(connection, key) for key in ids]
    return [row for row in rows if row and divisions.is_within(row["region"], caller.region or "")]


async def _at_institution(
    kit: Kit, caller: Principal, institution_id: str, name: str
) -> Sequence[RowMapping]:
    async with kit.database.reading() as connection:
        place = await place_of(connection, caller, institution_id)
        ids = await connection.scalars(
            select(_r.id)
            .where(
                _r.institution_id == place.id,
                _r.name.contains(normalise_name(name), autoescape=True),
            )
            .order_by(_r.name_pinyin, _r.id)
            .limit(MOST)
        )
        rows = [await roster.one(connection, key) for key in ids]
    return [row for row in rows if row]


def _numbered(kit: Kit, text: str, today: date) -> ColumnElement[bool]:
    """Those with a certificate number; a physician's has 15 digits, and so may a nurse's old one.
    Literals, so that the partial index of each is found."""
    try:
        found = _r.certificate_key == kit.certificate_key(
            parse_physician_practice_certificate(text)
        )
        return or_(and_(OF_NURSES, found), and_(OF_PHYSICIANS, found))
    except IdentifierError:
        number = parse_nurse_practice_certificate(text, today)
        return and_(OF_NURSES, _r.certificate_key == kit.certificate_key(number.value))


async def read_record(kit: Kit, caller: Principal, registration_id: str) -> WholeRecord:
    """``Refused`` (404) for whoever is registered outside the caller's region."""
    person = await read_person(kit, caller, registration_id)
    if not person.own:  # only a filing of a physician is in the region
        raise not_found()
    _, history = await read_history(kit, caller, registration_id)
    person_key = person.row["person_key"]
    async with kit.database.reading() as connection:
        applications = await applications_of_person(connection, caller, person_key)
        changes = await information_changes.of_person(
            connection, person_key, None, limit=MOST, before=None
        )
        further = await filings.of_person(connection, person_key)
        corrections = await connection.execute(
            select(registration_correction)
            .where(_c.registration_id == registration_id)
            .order_by(_c.version)
        )
        verified = await connection.scalar(
            select(func.count()).where(
                _v.person_key == person_key, _v.found, _v.purpose == "verification"
            )
        )
        return WholeRecord(
            person,
            history,
            applications,
            [one for one in changes if one["registration_id"] == registration_id],
            corrections.mappings().all(),
            verified or 0,
            [one for one in further if one.registration_id == registration_id],
        )
