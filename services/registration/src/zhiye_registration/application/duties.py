"""Duties are opened by what happened, done by what becomes of the registration, and never by hand
(Q50, Q52)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_registration.adapters import duties as store
from zhiye_registration.adapters import penalties, registrations
from zhiye_registration.adapters.facts import authority_of
from zhiye_registration.adapters.information_changes import name_of
from zhiye_registration.adapters.penalty_events import duty_changed
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.domain.duty import (
    BUSINESS,
    OF_THE_PERSON,
    ON_REGISTER,
    Cause,
    Change,
    Duty,
    Kind,
    closed,
    due_on,
    settled,
)
from zhiye_registration.domain.penalty import Penalty, calls_for_cancellation
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

_REGISTRATION = [field.name for field in fields(Registration)]
_OF_DUTIES = ("status", "institution_id", "authority_id")
"""What duties follow of a registration."""


async def open_duty(
    tx: Transaction,
    kit: Kit,
    held: Registration,
    kind: Kind,
    cause: Cause,
    *,
    ground: str | None = None,
    penalty_id: str | None = None,
    counts_from: date | None = None,
) -> Duty | None:
    """A duty of the registration's main institution, due 30 days after the day ``counts_from``
    (today); ``None`` when there is an open one of the kind.

    A trainee is kept for 30 days before there is a duty to file (Q52): count from their end.
    ``ground`` is the code on which the business is to be done.
    """
    today = kit.clock.today()
    authority_id, authority_name = await _authority_of(tx.connection, held, kind)
    one = Duty(
        id=new_id(),
        version=1,
        kind=kind,
        cause=cause,
        ground=ground,
        penalty_id=penalty_id,
        profession=held.profession,
        person_key=held.person_key,
        registration_id=held.id,
        institution_id=held.institution_id,
        institution_name=await name_of(tx.connection, held.institution_id),
        region=held.region,
        authority_id=authority_id,
        authority_name=authority_name,
        opened_on=today,
        due_on=due_on(counts_from or today),
        state="open",
        updated_at=kit.clock.now(),
    )
    if not await store.add(tx, one):
        return None
    tx.emit(duty_changed(one, "opened", held.name))
    return one


async def settle_duties(
    tx: Transaction, kit: Kit, before: Registration | None, after: Registration
) -> None:
    """Have the duties about a registration that was written follow it: done once it is cancelled
    or off post, elsewhere once it has moved.

    What came into force against a penalty that bars it (recorded meanwhile) has to be cancelled;
    so have those of a person in other locations when the ground is the person's (art. 17).
    """
    if before is not None and all(getattr(before, n) == getattr(after, n) for n in _OF_DUTIES):
        return  # as with every renewal: nobody is made to wait
    await penalties.hold_person(tx, after.person_key)
    now, today = kit.clock.now(), kit.clock.today()
    for duty in await store.lock_open_of(tx, after.id):
        place = await name_of(tx.connection, after.institution_id)
        outcome = settled(duty, after, place, now, today)
        if outcome is not None:
            await write(tx, *outcome, after.name)
    if after.status in ON_REGISTER and (before is None or before.status not in ON_REGISTER):
        for one in await penalties.penalties_of(tx.connection, after.person_key, after.profession):
            await demand_cancellation(tx, kit, one, [after])
    came_to_an_end = before is None or before.status != "cancelled"
    if after.status == "cancelled" and came_to_an_end:
        await _cancel_elsewhere(tx, kit, after)


async def demand_cancellation(
    tx: Transaction, kit: Kit, one: Penalty, held: Collection[Registration]
) -> None:
    """Open the duties to cancel those of a person's registrations for which the penalty is a
    ground; their person is held."""
    for registration in held:
        if registration.status in ON_REGISTER and calls_for_cancellation(
            one, registration.valid_from
        ):
            await open_duty(
                tx,
                kit,
                registration,
                "cancel",
                "penalty",
                ground=one.ground,
                penalty_id=one.id,
            )


async def give_up_duties(tx: Transaction, kit: Kit, rescinded: Penalty, name: str) -> None:
    """Duties from a penalty that was rescinded lapse, but for those for which another penalty is
    a ground as well: they go on with that one."""
    now, today = kit.clock.now(), kit.clock.today()
    others = [
        one
        for one in await penalties.penalties_of(
            tx.connection, rescinded.person_key, rescinded.profession
        )
        if one.id != rescinded.id
    ]
    held = {
        one.id: one
        for one in await registrations_of(tx.connection, rescinded.person_key, rescinded.profession)
    }
    for duty in await store.lock_open_from(tx, rescinded.id):
        since = held[duty.registration_id].valid_from if duty.registration_id in held else today
        instead = next((one for one in others if calls_for_cancellation(one, since)), None)
        if instead is None:
            await write(tx, closed(duty, "lapsed", now, today), "lapsed", name)
            continue
        await store.save(
            tx,
            replace(
                duty,
                penalty_id=instead.id,
                ground=instead.ground,
                version=duty.version + 1,
                updated_at=now,
            ),
        )


async def follow_registrations(tx: Transaction, ids: Collection[str], now: datetime) -> None:
    """Registrations went to another institution in one step: their duties are that one's."""
    if ids:
        for one, name in await store.follow(tx, ids, now):
            tx.emit(duty_changed(one, "moved", name))


async def write(tx: Transaction, one: Duty, change: Change, name: str) -> None:
    """Save a step of a duty that was locked, and tell it."""
    await store.save(tx, one)
    tx.emit(duty_changed(one, change, name))


async def _cancel_elsewhere(tx: Transaction, kit: Kit, gone: Registration) -> None:
    if gone.cancellation_ground not in OF_THE_PERSON or gone.profession != "physician":
        return
    for other in await registrations_of(tx.connection, gone.person_key, gone.profession):
        if other.id != gone.id and other.status in ON_REGISTER:
            await open_duty(
                tx, kit, other, "cancel", "other_location", ground=gone.cancellation_ground
            )


async def registrations_of(
    connection: AsyncConnection, person_key: str, profession: str
) -> list[Registration]:
    """All of a person's, not locked: who holds the person must not wait for a registration."""
    rows = await registrations.all_of(connection, person_key, profession)
    return [Registration(**{name: row[name] for name in _REGISTRATION}) for row in rows]


async def _authority_of(
    connection: AsyncConnection, held: Registration, kind: Kind
) -> tuple[str | None, str | None]:
    """Who registered; of what was taken over without it, who decides that business there."""
    if held.authority_id is not None:
        return held.authority_id, held.authority_name
    deciding = await connection.scalar(
        select(institution.c.deciding_authorities).where(institution.c.id == held.institution_id)
    )
    key = (deciding or {}).get(f"{held.profession}-{BUSINESS[kind]}")
    found = await authority_of(connection, key) if key else None
    return (found.id, found.name) if found else (None, held.authority_name)
