"""15 → 18 digits in bulk (Q47): ID numbers on record that are no right 18-digit number are
upgraded by the algorithm, or become cases for the province. A page of the register at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from zhiye_chassis.database import Transaction
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import IdentifierError, IdNumber
from zhiye_contracts.reasons import Reason, Refused
from zhiye_contracts.statements.form import read_id_number
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.adapters import corrections, events, register_store
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.application.apply_case import check_free, next_version, told
from zhiye_qualifications.application.case_subjects import (
    columns_of,
    fields_of,
    find_by,
    lock_qualification,
)
from zhiye_qualifications.application.file_case import fingerprint_of
from zhiye_qualifications.application.open_upgrades import SYSTEM, add_upgrade
from zhiye_qualifications.domain import reasons as why
from zhiye_qualifications.domain.upgrades import COLLISION, collides
from zhiye_qualifications.kit import Kit


@dataclass(slots=True)
class Page:
    """What was done with one page; ``last`` is the id to go on from, ``None`` at the end."""

    examined: int = 0
    upgraded: int = 0
    became_cases: int = 0
    last: str | None = None


async def upgrade_stored(kit: Kit, after: str, limit: int) -> Page:
    """Look at the next qualifications by id, and upgrade those whose ID number needs it.

    Running it again does no harm: what is right is left alone, and what has its case keeps it.
    """
    async with kit.database.reading() as connection:
        found = await connection.execute(
            select(qualification.c.id, qualification.c.sealed_id_number)
            .where(qualification.c.id > after)
            .order_by(qualification.c.id)
            .limit(limit)
        )
        rows = found.all()
    page = Page(examined=len(rows), last=rows[-1].id if len(rows) == limit else None)
    for row in rows:
        if not _is_right(kit, kit.cipher.open(row.sealed_id_number, purposes.ID_NUMBER)):
            async with kit.database.transaction() as tx:
                await _upgrade(tx, kit, row.id, page)
    return page


def _is_right(kit: Kit, number: str) -> bool:
    try:
        return not read_id_number(number, kit.clock.today())[1]
    except IdentifierError:
        return False


async def _upgrade(tx: Transaction, kit: Kit, key: str, page: Page) -> None:
    await register_store.take_turn(tx)
    row = await lock_qualification(tx, key)
    if row is None:
        return
    recorded = fields_of(kit, row)
    person = _upgraded(kit, str(recorded["id_number"]))
    faults = [person] if isinstance(person, Reason) else await _against(tx, kit, row, person)
    if faults or isinstance(person, Reason):
        what = (row["profession"], row["certificate_key"])
        fingerprint = fingerprint_of(kit, "id_upgrade", what, {})
        if await store.newest_of(tx, kit.cipher, fingerprint) is None:
            page.became_cases += await add_upgrade(
                tx,
                kit,
                recorded,
                faults,
                fingerprint,
                qualification_id=key,
                former_person_key=row["person_key"],
            )
        return
    after = {
        **row,
        **columns_of(kit, {"id_number": person.value}),
        **next_version(kit, row, row["batch_id"]),
    }
    await register_store.write(tx, [after])
    await corrections.note_change(
        tx, after, kind="id_upgrade", fields=["id_number"], by=SYSTEM, at=kit.clock.now()
    )
    tx.emit(
        events.recorded(after | await told(tx, after) | {"former_person_key": row["person_key"]})
    )
    page.upgraded += 1


def _upgraded(kit: Kit, number: str) -> IdNumber | Reason:
    try:
        return read_id_number(number, kit.clock.today())[0]
    except IdentifierError as error:
        return error.about("id_number")


async def _against(
    tx: Transaction, kit: Kit, row: Mapping[str, Any], person: IdNumber
) -> Sequence[Reason]:
    """What speaks against the upgraded number: it is for the province to say."""
    faults: list[Reason] = []
    if person.birth_date != row["birth_date"]:
        faults.append(about(why.BIRTH_DATE_DIFFERS, "birth_date"))
    if person.gender != row["gender"]:
        faults.append(about(why.GENDER_DIFFERS, "gender"))
    key = kit.person_key(person.value)
    others = await find_by(tx, qualification.c.person_key == key)
    if collides(row["name"], [other["name"] for other in others if other["id"] != row["id"]]):
        faults.append(about(COLLISION, "id_number"))
    try:
        await check_free(tx, {**row, "person_key": key})
    except Refused as no:
        faults += no.reasons
    return faults
