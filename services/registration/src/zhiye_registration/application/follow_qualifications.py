"""``QualificationRecorded``: decisions about one qualification, and what they do here.

A correction (Q14, Q46) is shown by the registrations that took their values from it. A revocation
stands in the timeline of what is being applied for on it: it can no longer be approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError

from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Transaction
from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.telemetry import log
from zhiye_chassis.timeline import Actor
from zhiye_contracts.events import QualificationRecorded
from zhiye_registration.adapters import applications, registrations
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.adapters.merges import SYSTEM
from zhiye_registration.adapters.tables import qualification
from zhiye_registration.application.reactions import keep_qualifications
from zhiye_registration.application.recording import record
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.registration import Registration

REVOKED = "qualification_revoked"
_CORRECTED = "identity-corrected"
_IDENTITY = frozenset({"name", "gender", "birth_date", "id_number"})

# What a registration took from the qualification follows it; what it has from elsewhere stays.
_FOLLOW = text(
    "UPDATE registration SET"  # noqa: S608 - names of our own columns
    " name = CASE WHEN name = :was_name THEN :name ELSE name END,"
    " name_pinyin = CASE WHEN name = :was_name THEN :pinyin ELSE name_pinyin END,"
    " name_initials = CASE WHEN name = :was_name THEN :initials ELSE name_initials END,"
    " gender = CASE WHEN gender = :was_gender THEN :gender ELSE gender END,"
    " birth_date = CASE WHEN birth_date = :was_born THEN :born ELSE birth_date END,"
    " person_key = :person, sealed_id_number = CASE WHEN :moves THEN :sealed"
    " ELSE sealed_id_number END, version = version + 1, updated_at = :now"
    " WHERE person_key = :was_person AND profession = :profession"
    " AND (NOT :moves OR name = :was_name)"
    " AND (:moves OR name = :was_name AND name <> :name OR gender = :was_gender"
    " AND gender <> :gender OR birth_date = :was_born AND birth_date <> :born)"
    f" RETURNING {', '.join(field.name for field in fields(Registration))}"
).columns(details=JSONB())


async def follow_qualifications(
    clock: Clock, tx: Transaction, events: Sequence[QualificationRecorded]
) -> None:
    """Keep the newest version of each; follow what a decision changed about a known one."""
    ids = {event.aggregate_id for event in events}
    found = await tx.execute(select(qualification).where(qualification.c.id.in_(ids)))
    before = {row.id: row for row in found}
    await keep_qualifications(tx, events)
    newest = {e.aggregate_id: e for e in sorted(events, key=lambda event: event.version)}
    for key in sorted(newest):
        was, now = before.get(key), newest[key]
        if was is None or was.version >= now.version:
            continue
        if _IDENTITY.intersection(now.corrected):
            await _correct(clock.now(), tx, was, now)
        if was.in_force and not now.in_force:
            await _note_revocation(clock.now(), tx, now)


async def _correct(now: datetime, tx: Transaction, was: Row, event: QualificationRecorded) -> None:  # type: ignore[type-arg]
    moves = was.person_key != event.person_key
    if moves and await _has_another(tx, was.person_key, event):
        return  # whoever is registered under that number has a qualification of their own
    for person in sorted({was.person_key, event.person_key}):
        await applications.lock_person(tx, person)
    pinyin, initials = name_pinyin(event.name)
    given = {
        "pinyin": pinyin,
        "initials": initials,
        "was_person": was.person_key,
        "was_name": was.name,
        "was_gender": was.gender,
        "was_born": was.birth_date,
        "person": event.person_key,
        "sealed": event.sealed_id_number,
        "name": event.name,
        "gender": event.gender,
        "born": event.birth_date,
        "moves": moves,
        "profession": event.profession,
        "now": now,
    }
    try:
        async with tx.connection.begin_nested():
            rows = (await tx.execute(_FOLLOW, given)).mappings().all()
    except IntegrityError:
        log.warning("registration_not_corrected", qualification=event.aggregate_id)
        return
    for row in rows:
        one = Registration(**row)
        held = await registrations.newest_of(tx.connection, one.person_key, one.profession)
        name = (held and held["institution_name"]) or ""
        await registrations.add_history(tx, one, _CORRECTED, name)
        tx.emit(
            registration_changed(
                one, region_online=await is_online(tx.connection, one.institution_id)
            )
        )


async def _has_another(tx: Transaction, person_key: str, event: QualificationRecorded) -> bool:
    q = qualification.c
    found = await tx.execute(
        select(q.id).where(
            q.person_key == person_key,
            q.profession == event.profession,
            q.id != event.aggregate_id,
        )
    )
    return found.first() is not None


async def _note_revocation(now: datetime, tx: Transaction, event: QualificationRecorded) -> None:
    """Tell it in the timeline of every open application of the person in this profession."""
    for known in await applications.open_of(tx.connection, event.person_key):
        if BUSINESS_TYPES[known["business_type"]].profession != event.profession:
            continue
        one = await applications.lock(tx, known["id"])
        if one is not None and one.submitted_at is not None and one.decided_at is None:
            after = replace(one, version=one.version + 1, updated_at=now)
            await record(tx, after, REVOKED, Actor(SYSTEM, SYSTEM, ""))
