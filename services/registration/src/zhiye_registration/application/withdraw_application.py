"""The applicant withdraws, as long as the authority has not decided."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_registration.adapters import applications
from zhiye_registration.application.access import of_side
from zhiye_registration.application.recording import organisation_of, record
from zhiye_registration.domain.application import Application, take_step
from zhiye_registration.kit import Kit


async def withdraw_application(
    tx: Transaction, kit: Kit, caller: Principal, key: str
) -> Application:
    """The withdrawn application. Raises ``Refused``: 404, 409 ``application_<state>``."""
    before = of_side(caller, await applications.lock(tx, key), "applicant")
    after = take_step(before, "withdraw", "applicant", kit.moment())
    await record(tx, after, "withdrawn", actor_of(caller, organisation_of(before)))
    return after
