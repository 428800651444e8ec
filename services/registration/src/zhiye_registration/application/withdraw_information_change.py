"""A nurse withdraws her request before the institution has reviewed it (Q22, Q43)."""

from __future__ import annotations

from dataclasses import replace

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_registration.adapters import information_changes
from zhiye_registration.application.access import not_found
from zhiye_registration.application.information_recording import record
from zhiye_registration.domain.information_change import InformationChange, take_step
from zhiye_registration.kit import Kit


async def withdraw_information_change(
    tx: Transaction, kit: Kit, caller: Principal, key: str
) -> InformationChange:
    """The request after it. Raises ``Refused``: 404, 409 ``information_change_<state>``."""
    row = await information_changes.find(tx.connection, key)
    if row is None or caller.person_key is None or row["person_key"] != caller.person_key:
        raise not_found()
    before = await information_changes.lock(tx, key)
    if before is None:
        raise not_found()
    after = replace(
        take_step(before, "withdraw", kit.clock.now()),
        institution_id=row["present_institution_id"],
        institution_name=row["present_institution_name"] or "",
    )
    await record(tx, after, "withdrawn", actor_of(caller))
    return after
