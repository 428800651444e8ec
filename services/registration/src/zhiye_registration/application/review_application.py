"""The institution reviews an application that is addressed to it."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_chassis.web import stale_version
from zhiye_contracts.codes.grounds import told
from zhiye_registration.adapters import applications
from zhiye_registration.application.access import of_side
from zhiye_registration.application.recording import record
from zhiye_registration.domain.application import Application, take_step
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.domain.workflow import Action
from zhiye_registration.kit import Kit

_CHANGES: dict[Action, str] = {
    "approve": "institution_approved",
    "return": "institution_returned",
    "refuse": "institution_refused",
}


async def review_application(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    decision: Action,
    reasons: Sequence[tuple[str, str]],
) -> Application:
    """The application after the institution's review.

    Raises ``Refused``: 404, 409 ``application_<state>``, 412, 422 ``reasons_required``.
    """
    before = of_side(caller, await applications.lock(tx, key), "institution")
    given = told(REVIEW_REASONS, reasons, required=decision != "approve")
    after = take_step(before, decision, "institution", kit.moment(), given)
    if before.version != version:
        raise stale_version()
    await record(tx, after, _CHANGES[decision], actor_of(caller, before.institution_name))
    return after
