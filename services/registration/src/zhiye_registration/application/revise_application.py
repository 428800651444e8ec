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
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import applications
from zhiye_registration.application.access import of_side
from zhiye_registration.application.military import sealed_form
from zhiye_registration.application.recording import record
from zhiye_registration.application.start_application import (
    institution_of,
    origin_named,
    refuse_second,
    subject,
)
from zhiye_registration.domain.application import Application, take_step
from zhiye_registration.kit import Kit


async def revise_application(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    institution_id: str | None,
    form: Mapping[str, Any],
) -> Application:
    """The application with a new form.

    Raises ``Refused``: 404, 409 ``application_<state>``, ``institution_fixed`` and, for a second
    filing at one institution, ``no_open_application_not_met``, 412.
    """
    seen = of_side(caller, await applications.find(tx.connection, key), "applicant")
    if institution_id not in (None, seen.institution_id):
        # The person before the application, as whoever starts another one.
        await applications.lock_person(tx, seen.person_key)
    before = of_side(caller, await applications.lock(tx, key), "applicant")
    after = take_step(before, "revise", "applicant", kit.moment())
    if before.version != version:
        raise stale_version()
    if before.source == "person" and institution_id not in (None, before.institution_id):
        to = await institution_of(tx, before.row, institution_id or before.institution_id)
        if to.id != before.institution_id and before.submitted_at is not None:
            raise _fixed("institution_id")
        if before.row.effect == "file_institution" and to.id != before.institution_id:
            await refuse_second(tx, kit, before.row, before.person_key, to.id)
        # A further institution belongs to the registration of its own location.
        fixed = before.row.of_own and before.row.effect != "file_institution"
        chosen = before.registration_id if fixed else None
        about = await subject(tx, before.row, before.person_key, to, chosen)
        after = replace(
            after,
            institution_id=to.id,
            institution_name=to.name,
            region=to.region,
            registration_id=about,
        )
    origin_id, origin_name = await origin_named(tx, before.row, form)
    if before.submitted_at is not None and origin_id != before.origin_institution_id:
        raise _fixed("form.military.institution_id")
    after = replace(
        after,
        form=sealed_form(kit, form),
        account_id=caller.account_id,
        origin_institution_id=origin_id,
        origin_institution_name=origin_name,
    )
    await record(tx, after, "revised", actor_of(caller))
    return after


def _fixed(field: str) -> Refused:
    return refused(
        "institution_fixed",
        (
            "申请提交后不能更换机构。",
            "The institution cannot be changed once the application was submitted.",
        ),
        (
            "请撤回此申请，再向新的机构申请。",
            "Withdraw this application and apply to the other institution.",
        ),
        field=field,
        status=409,
    )
