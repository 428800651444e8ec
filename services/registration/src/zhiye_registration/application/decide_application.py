"""The deciding authority decides; an approval applies its effect in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_chassis.web import stale_version
from zhiye_contracts.codes.grounds import told
from zhiye_registration.adapters import applications
from zhiye_registration.application.access import of_side
from zhiye_registration.application.effects import check_conditions, take_effect
from zhiye_registration.application.recording import record
from zhiye_registration.domain.application import Application, take_step
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.domain.workflow import Action
from zhiye_registration.kit import Kit

_CHANGES: dict[Action, str] = {
    "approve": "approved",
    "return": "authority_returned",
    "refuse": "refused",
}


async def decide_application(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    decision: Action,
    reasons: Sequence[tuple[str, str]],
) -> Application:
    """The application after the authority's decision.

    Raises ``Refused``: 403 ``not_deciding_authority``, 404, 409 ``application_<state>``,
    ``return_too_late``, ``return_used_up`` or ``conditions_not_met_any_more`` with all of them,
    412, 422 ``reasons_required``.
    """
    before = of_side(caller, await applications.lock(tx, key), "authority")
    if before.authority_id != caller.authority_id:
        raise refused(
            "not_deciding_authority",
            ("此申请由其他审批机关审批。", "Another authority decides this application."),
            ("请联系该审批机关。", "Ask the deciding authority."),
            source="deck 3",
            status=403,
        )
    given = told(REVIEW_REASONS, reasons, required=decision != "approve")
    after = take_step(before, decision, "authority", kit.moment(), given)
    if before.version != version:
        raise stale_version()
    if decision == "approve":
        await check_conditions(tx, kit, before)
    await record(tx, after, _CHANGES[decision], actor_of(caller, before.authority_name))
    if after.state == "approved":
        await take_effect(tx, kit, after)
    return after
