"""Records of a feed whose 15-digit ID number no algorithm upgrades become cases for the province
(Q47). The case holds the record until its number is decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.timeline import Actor
from zhiye_contracts.reasons import Reason
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.application.case_recording import note, record
from zhiye_qualifications.application.file_case import fingerprint_of
from zhiye_qualifications.domain import upgrades
from zhiye_qualifications.domain.case_workflow import OPEN
from zhiye_qualifications.domain.cases import Case, Values
from zhiye_qualifications.domain.corrections import values_of
from zhiye_qualifications.domain.records import Record, read_record
from zhiye_qualifications.domain.register import Candidate
from zhiye_qualifications.domain.upgrades import Unnumbered
from zhiye_qualifications.kit import Kit

SYSTEM = Actor(None, "system", "")


async def without_collisions(
    tx: Transaction, candidates: Sequence[Candidate]
) -> tuple[list[Candidate], list[Unnumbered]]:
    """The candidates, and apart from them those whose upgraded number is somebody else's."""
    upgraded = [
        c for c in candidates if c.record.route == "recognition" and upgrades.was_upgraded(c.notes)
    ]
    if not upgraded:
        return list(candidates), []
    q = qualification.c
    people = literal(sorted({c.person_key for c in upgraded}), ARRAY(TEXT))
    rows = await tx.execute(
        select(q.person_key, q.certificate_key, q.name).where(q.person_key == any_(people))
    )
    names: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        names[row.person_key][row.certificate_key] = row.name
    found: dict[int, Unnumbered] = {}
    for c in upgraded:
        others = names[c.person_key]
        if c.certificate_key not in others and upgrades.collides(c.record.name, others.values()):
            number = c.record.id_number
            fifteen = replace(c.record, id_number=number[:6] + number[8:17])
            found[c.line] = Unnumbered(c.line, fifteen, (upgrades.COLLISION,))
        else:
            others[c.certificate_key] = c.record.name
    return [c for c in candidates if c.line not in found], list(found.values())


async def open_upgrade(
    tx: Transaction, kit: Kit, batch_id: str, one: Unnumbered
) -> Record | list[Reason]:
    """Keep a record in a case for the province of its recognition. What to say of it; or, when its
    number has been decided before, the record with that number."""
    record = one.record
    key = kit.certificate_key(record.certificate_number)
    fingerprint = fingerprint_of(kit, "id_upgrade", (record.profession, key), {})
    known = await store.newest_of(tx, kit.cipher, fingerprint)
    newer = known is None or record.version > int(str(known.recorded["version"]))
    if known is not None and known.state == "approved":
        decided = values_of(record) | dict(known.asked)
        read = read_record(decided, kit.clock.today(), as_printed=True)
        return read.record or list(read.reasons)
    if known is not None and known.state in OPEN:
        if newer:
            locked = await store.lock(tx, kit.cipher, known.id)
            if locked is not None and locked.state in OPEN:
                await _fed_again(tx, kit, locked, record)
        return [*one.reasons, upgrades.BECAME_CASE]
    if not newer:
        return [*one.reasons, upgrades.REFUSED_BEFORE]
    await add_upgrade(tx, kit, values_of(record), one.reasons, fingerprint, batch_id=batch_id)
    return [*one.reasons, upgrades.BECAME_CASE]


async def add_upgrade(
    tx: Transaction,
    kit: Kit,
    recorded: Values,
    reasons: Sequence[Reason],
    fingerprint: str,
    *,
    batch_id: str | None = None,
    qualification_id: str | None = None,
    former_person_key: str | None = None,
) -> bool:
    """Open a case that nobody filed, awaiting the province; ``False`` if it is open already."""
    at = kit.moment()
    made = Case(
        id=new_id(),
        number=await store.next_number(tx, at.today),
        kind="id_upgrade",
        state="awaiting_province",
        version=1,
        profession=str(recorded["profession"]),
        route=str(recorded["route"]),
        province=str(recorded["province"]),
        fingerprint=fingerprint,
        filed_by="system",
        name=str(recorded["name"]),
        asked={},
        recorded=recorded,
        created_at=at.now,
        updated_at=at.now,
        qualification_id=qualification_id,
        former_person_key=former_person_key,
        batch_id=batch_id,
        deadline=at.add_working_days(at.today, at.province_days),
        reasons=[
            {"code": r.code, "text": r.reason.zh, "note": "", "en": r.reason.en} for r in reasons
        ],
        submitted_at=at.now,
    )
    if not await store.add(tx, kit.cipher, made):
        return False
    await note(tx, made, "opened", SYSTEM)
    return True


async def _fed_again(tx: Transaction, kit: Kit, one: Case, newer: Record) -> None:
    """The exam centre has sent a newer version of a record that waits for its number."""
    after = replace(
        one,
        version=one.version + 1,
        name=newer.name,
        recorded=values_of(newer),
        updated_at=kit.clock.now(),
    )
    await record(tx, kit, after, "fed_again", SYSTEM)
