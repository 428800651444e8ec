"""An institution reviews an application: the one it is addressed to, or the military origin."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_chassis.web import stale_version
from zhiye_contracts.codes.grounds import told
from zhiye_registration.adapters import applications
from zhiye_registration.application.access import of_side, side_of
from zhiye_registration.application.effects import check_conditions, take_effect
from zhiye_registration.application.recording import record
from zhiye_registration.domain.application import Application, take_step
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.domain.workflow import Action, Actor, State
from zhiye_registration.kit import Kit

_CHANGES: dict[tuple[State, Action], str] = {
    ("awaiting_origin", "approve"): "origin_approved",
    ("awaiting_origin", "return"): "origin_returned",
    ("awaiting_origin", "refuse"): "origin_refused",
    ("awaiting_institution", "approve"): "institution_approved",
    ("awaiting_institution", "return"): "institution_returned",
    ("awaiting_institution", "refuse"): "institution_refused",
    ("awaiting_confirmation", "approve"): "confirmed",
    ("awaiting_confirmation", "refuse"): "not_confirmed",
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
    """The application after the institution's review. Where it is the last one (Q33: the military
    side confirms what the authority approved), the approval takes effect.

    Raises ``Refused``: 404, 409 ``application_<state>`` and ``conditions_not_met_any_more``, 412,
    422 ``reasons_required``.
    """
    before = of_side(caller, await applications.lock(tx, key), "institution", "origin")
    actor: Actor = "origin" if side_of(caller, before) == "origin" else "institution"
    given = told(REVIEW_REASONS, reasons, required=decision != "approve")
    after = take_step(before, decision, actor, kit.moment(), given)
    if before.version != version:
        raise stale_version()
    if after.state == "approved":
        await check_conditions(tx, kit, before)
    name = before.origin_institution_name if actor == "origin" else before.institution_name
    await record(tx, after, _CHANGES[before.state, decision], actor_of(caller, name))
    if after.state == "approved":
        await take_effect(tx, kit, after)
    return after
