"""The applicant changes a draft, or corrects what was returned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_chassis.web import stale_version
from zhiye_registration.adapters import applications
from zhiye_registration.application.access import of_side
from zhiye_registration.application.recording import record
from zhiye_registration.application.start_application import institution_of
from zhiye_registration.domain.application import Application, take_step
from zhiye_registration.kit import Kit


async def revise_application(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    institution_id: str,
    form: Mapping[str, Any],
) -> Application:
    """The application with a new form.

    Raises ``Refused``: 404, 409 ``application_<state>`` and ``institution_fixed``, 412.
    """
    before = of_side(caller, await applications.lock(tx, key), "applicant")
    after = take_step(before, "revise", "applicant", kit.moment())
    if before.version != version:
        raise stale_version()
    if institution_id != before.institution_id:
        to = await institution_of(tx, before.row, institution_id)
        if to.id != before.institution_id and before.submitted_at is not None:
            raise refused(
                "institution_fixed",
                (
                    "申请提交后不能更换机构。",
                    "The institution cannot be changed once the application was submitted.",
                ),
                (
                    "请撤回此申请，再向新的机构申请。",
                    "Withdraw this application and apply to the other institution.",
                ),
                field="institution_id",
                status=409,
            )
        after = replace(after, institution_id=to.id, institution_name=to.name, region=to.region)
    after = replace(after, form=form, account_id=caller.account_id)
    await record(tx, after, "revised", actor_of(caller))
    return after
