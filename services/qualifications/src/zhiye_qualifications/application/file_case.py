"""Filing a case: a correction of what is on record, or an addition of what is missing (Q14, Q46).

The person files it, or the institution or the authority of the province on the person's behalf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson
from sqlalchemy import RowMapping, and_

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import names_match
from zhiye_contracts.reasons import Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.application import attempts
from zhiye_qualifications.application.case_access import organisation_of
from zhiye_qualifications.application.case_recording import note
from zhiye_qualifications.application.case_subjects import fields_of, find_by
from zhiye_qualifications.application.find_subject import Subject, find_subject, province_of
from zhiye_qualifications.domain import case_reasons as why
from zhiye_qualifications.domain.cases import Case, FiledBy, Kind
from zhiye_qualifications.domain.corrections import read_addition, read_correction
from zhiye_qualifications.domain.reasons import CERTIFICATE_OF_OTHER_PERSON
from zhiye_qualifications.kit import Kit

_FILED_BY: dict[str, FiledBy] = {
    "practitioner": "practitioner",
    "institution": "institution",
    "authority": "authority",
}


async def file_correction(
    tx: Transaction, kit: Kit, caller: Principal, subject: Subject, changes: Mapping[str, object]
) -> Case:
    """The draft. Raises ``Refused``: 404 when no such qualification is theirs to correct, 409 for
    the same case or too many, 422 with every fault of what is asked for, 429."""
    row = await find_subject(tx, kit, caller, subject)
    try:
        return await _correction(tx, kit, caller, row, changes)
    except Refused as no:
        # However it ends, a number that is not theirs was tried.
        foreign = row["person_key"] != caller.person_key
        raise Refused(*no.reasons, status=no.status, keep_effects=foreign) from None


async def _correction(
    tx: Transaction, kit: Kit, caller: Principal, row: RowMapping, changes: Mapping[str, object]
) -> Case:
    recorded = fields_of(kit, row)
    asked = read_correction(recorded, changes, kit.clock.today())
    person_key = row["person_key"]
    if "id_number" in asked:
        person_key = kit.person_key(str(asked["id_number"]))
    if caller.role == "practitioner" and person_key != caller.person_key:
        raise Refused(about(why.NOT_TO_OWN_ID, "changes.id_number"))
    made = _draft(kit, caller, "correction", asked, (row["id"],))
    return await _add(
        tx,
        kit,
        caller,
        replace(
            made,
            profession=row["profession"],
            route=row["route"],
            province=row["province"],
            name=row["name"],
            recorded=recorded,
            qualification_id=row["id"],
            person_key=person_key,
            former_person_key=row["person_key"] if person_key != row["person_key"] else None,
        ),
    )


async def file_addition(
    tx: Transaction, kit: Kit, caller: Principal, asked: Mapping[str, object]
) -> Case:
    """The draft. Raises ``Refused``: 409 when the certificate is on record or the same case is
    open, 422 with every fault of the record, 403 for another province's, 429."""
    record, values = read_addition(asked, kit.clock.today())
    person_key = kit.person_key(record.id_number)
    if caller.role == "practitioner":
        same_name = names_match(caller.name, record.name) != "different"
        if person_key != caller.person_key or not same_name:
            raise Refused(about(why.ADDITION_NOT_OWN, "record"))
        await attempts.enforce(tx, kit, "foreign_number", caller)
    if caller.role == "authority" and province_of(caller) != record.province:
        raise Refused(about(why.PROVINCE_MUST_BE_OWN, "record.province"), status=403)
    certificate_key = kit.certificate_key(record.certificate_number)
    table = qualification.c
    same = and_(table.certificate_key == certificate_key, table.profession == record.profession)
    for row in await find_by(tx, same):
        if row["person_key"] == person_key:
            raise Refused(about(why.ON_RECORD_ALREADY, "record.certificate_number"), status=409)
        if caller.role == "practitioner":
            await attempts.record(tx, kit, "foreign_number", caller)
        fault = about(CERTIFICATE_OF_OTHER_PERSON, "record.certificate_number")
        raise Refused(fault, status=409, keep_effects=True)
    year = and_(
        table.person_key == person_key,
        table.profession == record.profession,
        table.category == record.category,
        table.exam_year == record.exam_year,
    )
    if await find_by(tx, year):
        raise Refused(about(why.YEAR_TAKEN, "record.exam_year"), status=409)
    made = _draft(kit, caller, "addition", values, (record.profession, certificate_key))
    return await _add(
        tx,
        kit,
        caller,
        replace(
            made,
            profession=record.profession,
            route=record.route,
            province=record.province,
            name=record.name,
            person_key=person_key,
        ),
    )


def fingerprint_of(
    kit: Kit, kind: Kind, about_what: Sequence[str], asked: Mapping[str, object]
) -> str:
    """Blind index of what is asked for: two open cases never ask for the same (Q22, Q43)."""
    said = orjson.dumps([kind, *about_what, dict(asked)], option=orjson.OPT_SORT_KEYS).decode()
    return kit.blind_index.of(said, purposes.CASE)


def _draft(
    kit: Kit, caller: Principal, kind: Kind, asked: Mapping[str, object], about_what: Sequence[str]
) -> Case:
    now = kit.clock.now()
    return Case(
        id=new_id(),
        number="",
        kind=kind,
        state="draft",
        version=1,
        profession="",
        route="",
        province="",
        fingerprint=fingerprint_of(kit, kind, about_what, asked),
        filed_by=_FILED_BY[caller.role],
        name="",
        asked=dict(asked),
        recorded={},
        created_at=now,
        updated_at=now,
        account_id=caller.account_id,
        institution_id=caller.institution_id if caller.role == "institution" else None,
    )


async def _add(tx: Transaction, kit: Kit, caller: Principal, draft: Case) -> Case:
    if caller.role == "practitioner":
        await attempts.one_at_a_time(tx, caller)
        if await store.count_open(tx, caller.account_id) >= kit.own.case_most_open:
            raise Refused(why.TOO_MANY_OPEN, status=409)
    made = replace(draft, number=await store.next_number(tx, kit.clock.today()))
    if not await store.add(tx, kit.cipher, made):
        raise Refused(why.SAME_CASE_OPEN, status=409)
    await note(tx, made, "drafted", actor_of(caller, organisation_of(caller)))
    return made
