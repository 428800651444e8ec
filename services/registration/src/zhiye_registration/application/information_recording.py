"""What every step of a change of information leaves behind: its timeline and its event."""

from __future__ import annotations

from typing import Literal

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Actor
from zhiye_contracts.events import InformationChangeStepped, told_reasons
from zhiye_registration.adapters import information_changes
from zhiye_registration.domain.information_change import InformationChange
from zhiye_registration.domain.information_reasons import INFORMATION_REASONS

Step = Literal["requested", "replaced", "withdrawn", "approved", "refused", "settled"]
_TOLD: dict[Step, Literal["requested", "withdrawn", "approved", "refused"]] = {
    "requested": "requested",
    "replaced": "requested",
    "withdrawn": "withdrawn",
    "approved": "approved",
    "settled": "approved",
    "refused": "refused",
}


async def record(tx: Transaction, one: InformationChange, step: Step, actor: Actor) -> None:
    """Write a request as it stands after a step, append to its timeline, tell the others.

    ``replaced`` is a photo uploaded over the one that waited, ``settled`` what an approved
    application brought about as well (deck 6).
    """
    if step == "requested":
        await information_changes.add(tx, one)
    else:
        await information_changes.save(tx, one)
    await information_changes.STEPS.add(tx, one, step, actor)
    tx.emit(
        InformationChangeStepped(
            aggregate_id=one.id,
            version=one.version,
            occurred_at=one.updated_at,
            change=_TOLD[step],
            state=one.state,
            account_id=one.account_id,
            institution_id=one.institution_id,
            institution_name=one.institution_name,
            fields=list(one.changes),
            reasons=told_reasons(INFORMATION_REASONS, one.reasons),
        )
    )
