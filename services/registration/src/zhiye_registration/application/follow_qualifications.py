"""``QualificationRecorded``: decisions about one qualification, and what they do here.

A correction (Q14, Q46) is shown by the registrations that took their values from it. A revocation
stands in the timeline of what is being applied for on it: it can no longer be approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Transaction
from zhiye_chassis.telemetry import log
from zhiye_chassis.timeline import Actor
from zhiye_contracts.events import QualificationRecorded
from zhiye_registration.adapters import applications, corrections, registrations
from zhiye_registration.adapters.merges import SYSTEM
from zhiye_registration.adapters.projection_tables import qualification
from zhiye_registration.application.reactions import keep_qualifications
from zhiye_registration.application.recording import record
from zhiye_registration.application.write_correction import write_correction
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.registration import Registration

REVOKED = "qualification_revoked"
_CORRECTED = "identity-corrected"
_IDENTITY = frozenset({"name", "gender", "birth_date", "id_number"})


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
    await corrections.hold_people(tx, {was.person_key, event.person_key})
    mark = tx.mark
    try:
        async with tx.connection.begin_nested():
            for held, after in await _followed_by(tx, was, event):
                await corrections.move_practice(tx, held, after, now)
                await write_correction(tx, now, held, after, _CORRECTED, {})
    except IntegrityError:
        tx.forget(mark)
        log.warning("registration_not_corrected", qualification=event.aggregate_id)


async def _followed_by(
    tx: Transaction,
    was: Row,  # type: ignore[type-arg]
    event: QualificationRecorded,
) -> list[tuple[Registration, Registration]]:
    """Registrations as they are and as they will be, those that change. A physician's have one
    number, and so one ID number: all of them move or none."""
    found = [
        (held, _followed(held, was, event))
        for held in await registrations.lock_all_of(tx, was.person_key, event.profession)
    ]
    stay = any(held.name != was.name for held, _ in found)
    if event.profession == "physician" and was.person_key != event.person_key and stay:
        return []
    return [(held, after) for held, after in found if after != held]


def _followed(held: Registration, was: Row, event: QualificationRecorded) -> Registration:  # type: ignore[type-arg]
    """What it took from the qualification follows it; what it has from elsewhere stays."""
    moves = was.person_key != event.person_key
    if moves and held.name != was.name:
        return held
    after = replace(
        held,
        name=event.name if held.name == was.name else held.name,
        gender=event.gender if held.gender == was.gender else held.gender,
        birth_date=event.birth_date if held.birth_date == was.birth_date else held.birth_date,
    )
    if not moves:
        return after
    return replace(after, person_key=event.person_key, sealed_id_number=event.sealed_id_number)


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
