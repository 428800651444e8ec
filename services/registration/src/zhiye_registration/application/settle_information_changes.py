"""What an approved application brought about is not reviewed again (deck 6:
通过办理的申请业务将自动完成护士信息修改)."""

from __future__ import annotations

from dataclasses import replace

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Actor
from zhiye_registration.adapters import information_changes
from zhiye_registration.adapters.merges import SYSTEM
from zhiye_registration.application.information_recording import record
from zhiye_registration.domain.information import FIELDS, PHOTO, value_of
from zhiye_registration.domain.information_change import InformationChange, take_step
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit


async def settle_pending(
    tx: Transaction, kit: Kit, before: Registration | None, after: Registration
) -> None:
    """Approve those requests about a registration whose values are all on record now; others stay.
    ``after`` is written already; costs nothing when the information did not change."""
    if before is None or all(value_of(before, name) == value_of(after, name) for name in FIELDS):
        return
    done = [
        one
        for one in await information_changes.lock_pending(tx, after.id)
        if _is_on_record(one, after)
    ]
    if not done:
        return
    place = await information_changes.name_of(tx.connection, after.institution_id)
    for one in done:
        settled = replace(
            take_step(one, "approve", kit.clock.now()),
            institution_id=after.institution_id,
            institution_name=place,
        )
        await record(tx, settled, "settled", Actor(None, SYSTEM, ""))


def _is_on_record(one: InformationChange, held: Registration) -> bool:
    return all(
        name != PHOTO and value_of(held, name) == change["after"]
        for name, change in one.changes.items()
    )
