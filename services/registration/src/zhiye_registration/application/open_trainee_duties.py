"""When residency training is over, the base keeps the trainee's registration for 30 days; then it
has 30 days to file it off post, unless the trainee has moved on (Q52)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters import duties as store
from zhiye_registration.adapters import own_records, penalties, registrations
from zhiye_registration.adapters.information_changes import name_of
from zhiye_registration.application.duties import open_duty, write
from zhiye_registration.domain.duty import closed, due_on
from zhiye_registration.domain.own_records import Residency
from zhiye_registration.domain.physician_grounds import TRAINEE_DAYS
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

GROUND = "trainee-finished"


async def follow_residencies(tx: Transaction, kit: Kit, person_keys: Collection[str]) -> None:
    """Open the duties that follow from these people's residency training as it is stated now, and
    let those lapse that followed from what was stated wrongly."""
    # Rows before people, people in one order, as everywhere.
    for person_key in sorted(person_keys):
        await registrations.lock_all_of(tx, person_key, "physician")
    for person_key in sorted(person_keys):
        await penalties.hold_person(tx, person_key)
        held = await registrations.lock_all_of(tx, person_key, "physician")
        residency = await own_records.residency_of(tx.connection, person_key)
        for one in held:
            if one.status == "registered":
                await _follow(tx, kit, one, residency)


async def _follow(
    tx: Transaction, kit: Kit, held: Registration, residency: Residency | None
) -> None:
    today = kit.clock.today()
    place = await name_of(tx.connection, held.institution_id)
    ended = residency.finished_on if residency and residency.state == "finished" else None
    at_base = residency is not None and residency.is_base(held.institution_id, place)
    kept_until = ended + timedelta(days=TRAINEE_DAYS) if ended and at_base else None
    for duty in await store.lock_open_of(tx, held.id):
        if duty.cause != "trainee":
            continue
        if kept_until is not None and duty.due_on == due_on(kept_until):
            return
        await write(tx, closed(duty, "lapsed", kit.clock.now(), today), "lapsed", held.name)
    # Stated long afterwards, as when old records are taken over: who is at the base now is staff.
    if kept_until is not None and today <= due_on(kept_until):
        await open_duty(
            tx, kit, held, "file-off-post", "trainee", ground=GROUND, counts_from=kept_until
        )
