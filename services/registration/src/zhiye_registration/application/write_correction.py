"""What a correction of who somebody is leaves behind, whoever decided it (Q14, Q46; deck ch. 4).

The registration, its history with what was there before, the event; the person's applications and
interruptions go along. Requests to change information belong to the registration, and follow
by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.timeline import Actor
from zhiye_registration.adapters import (
    corrections,
    duties,
    information_changes,
    own_records,
    penalties,
    registrations,
)
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.adapters.merges import SYSTEM
from zhiye_registration.application.recording import record
from zhiye_registration.domain.registration import Registration

STEP = "identity_corrected"


async def write_correction(
    tx: Transaction,
    now: datetime,
    before: Registration,
    after: Registration,
    change: str,
    values: Mapping[str, Any],
) -> Registration:
    """``before`` is locked, its people are held. The registration as it was written.

    Raises ``IntegrityError`` where the corrected person has a registration in force, or an open
    application, of their own; or the certificate number is taken.
    """
    pinyin, initials = name_pinyin(after.name)
    done = replace(
        after,
        name_pinyin=pinyin,
        name_initials=initials,
        version=before.version + 1,
        updated_at=now,
    )
    await registrations.save(tx, done)
    place = await information_changes.name_of(tx.connection, done.institution_id)
    await registrations.add_history(tx, done, change, place, values=values or None)
    if before.person_key != done.person_key:
        await corrections.move_interruptions(tx, done.id, done.person_key)
        await duties.move(tx, done.id, done.person_key)
        await corrections.move_closed_applications(tx, before, done)
    if (before.name, before.person_key) != (done.name, done.person_key):
        await own_records.move_records(tx, before, done)
        await penalties.move(tx, before, done)
    await _move_applications(tx, now, before, done)
    online = await is_online(tx.connection, done.institution_id)
    tx.emit(registration_changed(done, region_online=online))
    return done


async def _move_applications(
    tx: Transaction, now: datetime, before: Registration, after: Registration
) -> None:
    """Those of the same name only: under a wrong number there may be somebody else's."""
    if (before.name, before.person_key) == (after.name, after.person_key):
        return
    for one in await corrections.open_applications(tx, before.person_key):
        if one.name != before.name:
            continue
        moved = replace(
            one,
            name=after.name,
            person_key=after.person_key,
            sealed_id_number=after.sealed_id_number,
            version=one.version + 1,
            updated_at=now,
        )
        await record(tx, moved, STEP, Actor(SYSTEM, SYSTEM, ""))
