"""“May I?”: the same conditions that decide later, asked before anything is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import applications, facts
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.facts import Facts
from zhiye_registration.domain.policy import Assessment, BusinessType, conditions
from zhiye_registration.kit import Kit


async def assess_eligibility(
    connection: AsyncConnection,
    kit: Kit,
    caller: Principal,
    row: BusinessType,
    institution_id: str | None,
) -> tuple[Facts, list[Assessment]]:
    """What is known and every condition with its outcome. An open application of the type lends
    its declarations and its institution, and counts as the open application that it is."""
    if caller.person_key is None:
        raise not_found()
    form: Mapping[str, Any] = {}
    for other in await applications.open_of(connection, caller.person_key):
        if other["business_type"] == row.slug:
            own = await applications.find(connection, other["id"])
            if own is not None:
                form, institution_id = own.form, institution_id or own.institution_id
    to = await facts.addressee(connection, row, institution_id) if institution_id else None
    today = kit.clock.today()
    known = await facts.gather(
        connection,
        row,
        person_key=caller.person_key,
        account_id=caller.account_id,
        to=to,
        institution_chosen=institution_id is not None,
        form=form,
        today=today,
        applied_on=today,
    )
    return known, conditions(row, known)
