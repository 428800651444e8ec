"""“May I?”: the same conditions that decide later, asked before anything is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import applications, registrations
from zhiye_registration.application.access import not_found
from zhiye_registration.application.asking import check_identified, facts_about
from zhiye_registration.domain import conditions as c
from zhiye_registration.domain.business_type import Assessment, BusinessType, conditions
from zhiye_registration.domain.facts import Facts
from zhiye_registration.kit import Kit


async def assess_eligibility(
    connection: AsyncConnection,
    kit: Kit,
    caller: Principal,
    row: BusinessType,
    institution_id: str | None,
) -> tuple[Facts, list[Assessment]]:
    """What is known and every condition with its outcome. An open application of the type lends
    its declarations and its institution, and counts as the open application that it is; what only
    the own institution can review goes there."""
    if caller.person_key is None:
        raise not_found()
    await check_identified(connection, caller)
    form: Mapping[str, Any] = {}
    if institution_id is None and c.OWN_INSTITUTION in row.own_conditions:
        held = await registrations.newest_of(connection, caller.person_key, row.profession)
        institution_id = held["institution_id"] if held else None
    for other in await applications.open_of(connection, caller.person_key):
        if other["business_type"] == row.slug:
            own = await applications.find(connection, other["id"])
            if own is not None:
                form, institution_id = own.form, institution_id or own.institution_id
    known, _ = await facts_about(
        connection,
        kit,
        row,
        person_key=caller.person_key,
        account_id=caller.account_id,
        institution_id=institution_id,
        form=form,
        active=caller.active,
    )
    return known, conditions(row, known)
