"""What an approved case does to the register: a new version, the old one kept, who asked and who
decided beside it. Runs in the transaction of the decision, which has taken the register's turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Actor
from zhiye_contracts import purposes
from zhiye_contracts.reasons import Reason, Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters import corrections, events, register_store
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.application.case_subjects import (
    columns_of,
    fields_of,
    find_by,
    lock_qualification,
)
from zhiye_qualifications.application.record_chunk import candidate_of, row_of
from zhiye_qualifications.domain import case_reasons as why
from zhiye_qualifications.domain.cases import Case, Values
from zhiye_qualifications.domain.columns import FIELDS
from zhiye_qualifications.domain.corrections import as_told, read_correction
from zhiye_qualifications.domain.records import Record, read_record
from zhiye_qualifications.domain.register import Settled
from zhiye_qualifications.domain.upgrades import COLLISION, collides
from zhiye_qualifications.kit import Kit

Row = Mapping[str, Any]

_INDEXED = {"id_number": "person_key", "certificate_number": "certificate_key"}


async def apply_case(tx: Transaction, kit: Kit, one: Case, by: Actor) -> None:
    """The effect of an approval. Raises ``Refused`` (409) when the register does not allow it any
    more: a number or a year that is somebody else's, or nothing left to change."""
    if one.kind == "addition":
        await _add(tx, kit, one, _record(kit, {**one.asked, "version": 1}), 0, by)
    elif one.qualification_id is not None:
        await _correct(tx, kit, one, by)
    else:
        await _check_collision(tx, kit, one)
        values = {**one.recorded, **one.asked}
        version = int(str(one.recorded["version"]))
        await _add(tx, kit, one, _record(kit, values), version, by)


async def _correct(tx: Transaction, kit: Kit, one: Case, by: Actor) -> None:
    row = await lock_qualification(tx, str(one.qualification_id))
    if row is None:  # no qualification is ever deleted
        raise LookupError(one.qualification_id)
    if one.kind == "id_upgrade":
        await _check_collision(tx, kit, one)
    current = fields_of(kit, row)
    try:
        changes = read_correction(current, one.asked, kit.clock.today())
    except Refused as no:  # the record has moved on since the case was filed
        raise Refused(*no.reasons, status=409) from None
    after = row | columns_of(kit, changes) | next_version(kit, row, one.id)
    await check_free(tx, after)
    before = await corrections.of_qualification(tx.connection, row["id"])
    original = {r["field"]: kit.cipher.open(r["sealed_original"], purposes.CASE) for r in before}
    fed = next((r["fed_certificate_key"] for r in before), row["certificate_key"])
    settled = {name for name, value in changes.items() if original.get(name) == _text(value)}
    await corrections.put(
        tx,
        [
            {
                "qualification_id": row["id"],
                "field": name,
                "sealed_original": kit.cipher.seal(_text(current[name]), purposes.CASE),
                "sealed_corrected": kit.cipher.seal(_text(value), purposes.CASE),
                "original_key": row[_INDEXED[name]] if name in _INDEXED else None,
                "corrected_key": after[_INDEXED[name]] if name in _INDEXED else None,
                "certificate_key": after["certificate_key"],
                "fed_certificate_key": fed,
                "case_id": one.id,
                "decided_at": kit.clock.now(),
            }
            for name, value in changes.items()
            if name not in settled
        ],
    )
    await corrections.drop(tx, row["id"], settled)
    await corrections.moved(tx, row["id"], after["certificate_key"], fed)
    await register_store.write(tx, [after])
    await _note(tx, kit, after, one, sorted(changes), by)
    former = row["person_key"] if after["person_key"] != row["person_key"] else None
    tx.emit(events.recorded(after | await told(tx, after) | {"former_person_key": former}))


async def told(tx: Transaction, row: Row) -> dict[str, Any]:
    """What an event says of a qualification beside its row."""
    standing = await corrections.of_qualification(tx.connection, row["id"])
    return {"corrected": [r["field"] for r in standing if r["field"] != corrections.IN_FORCE]}


async def check_free(tx: Transaction, row: Row) -> None:
    """Refuse (409) a certificate number, or a year of a category, that another record has."""
    q = qualification.c
    others: list[Reason] = []
    certificate = and_(
        q.certificate_key == row["certificate_key"], q.profession == row["profession"]
    )
    year = and_(
        q.person_key == row["person_key"],
        q.profession == row["profession"],
        q.category == row["category"],
        q.exam_year == row["exam_year"],
    )
    for condition, fault in (
        (certificate, about(why.CERTIFICATE_TAKEN, "certificate_number")),
        (year, about(why.YEAR_TAKEN, "exam_year")),
    ):
        if any(found["id"] != row["id"] for found in await find_by(tx, condition)):
            others.append(fault)
    if others:
        raise Refused(*others, status=409)


async def _add(
    tx: Transaction, kit: Kit, one: Case, record: Record, record_version: int, by: Actor
) -> None:
    candidate = candidate_of(kit, 0, record, ())
    now = kit.clock.now()
    row = row_of(kit, one.id, candidate, Settled("recorded", ()), now) | {
        "record_version": record_version,
        "title": one.asked.get("title"),
    }
    await check_free(tx, row)
    await register_store.write(tx, [row])
    await _note(tx, kit, row, one, sorted(one.asked), by)
    tx.emit(events.recorded(row))


def _record(kit: Kit, values: Values) -> Record:
    """The record that a case asks for; ``Refused`` (422) when its parts do not agree."""
    reading = read_record(
        {name: values.get(name) for name in FIELDS}, kit.clock.today(), as_printed=True
    )
    if reading.record is None:
        raise Refused(*as_told(reading.reasons))
    return reading.record


async def _check_collision(tx: Transaction, kit: Kit, one: Case) -> None:
    number = str(one.asked["id_number"])
    rows = await find_by(tx, qualification.c.person_key == kit.person_key(number))
    others = [row["name"] for row in rows if row["id"] != one.qualification_id]
    if collides(one.name, others):
        raise Refused(about(COLLISION, "id_number"), status=409)


def next_version(kit: Kit, row: Row, brought_by: str) -> dict[str, Any]:
    return {
        "version": row["version"] + 1,
        "batch_id": brought_by,
        "changed_at": kit.clock.now(),
    }


async def _note(
    tx: Transaction, kit: Kit, row: Row, one: Case, fields: list[str], by: Actor
) -> None:
    await corrections.note_change(
        tx,
        row,
        kind=one.kind,
        fields=fields,
        by=by,
        at=kit.clock.now(),
        reasons=one.reasons,
        case_id=one.id,
        number=one.number,
        asked_by=one.filed_by,
        asked_by_account_id=one.account_id,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
