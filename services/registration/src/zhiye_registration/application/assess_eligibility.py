"""“May I?”: the same conditions that decide later, asked before anything is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import applications, registrations
from zhiye_registration.adapters.facts import addressee
from zhiye_registration.application.access import not_found
from zhiye_registration.application.asking import check_identified, facts_about
from zhiye_registration.application.subjects import subject_among
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
    registration_id: str | None = None,
) -> tuple[Facts, list[Assessment]]:
    """What is known and every condition with its outcome. An open application of the type lends
    its declarations, its institution and its registration, and counts as the open application that
    it is; what only the own institution can review goes there.

    Raises ``Refused``: 403 ``account_not_active``, 404 for a registration that is not one's own,
    422 ``registration_to_choose``.
    """
    if caller.person_key is None:
        raise not_found()
    await check_identified(connection, caller)
    form: Mapping[str, Any] = {}
    asked_for = institution_id
    for other in await applications.open_of(connection, caller.person_key):
        if other["business_type"] == row.slug and asked_for in (None, other["institution_id"]):
            own = await applications.find(connection, other["id"])
            if own is not None and registration_id in (None, own.registration_id):
                form, institution_id = own.form, own.institution_id
                registration_id = own.registration_id
    if row.profession == "physician":
        region = await _region_of(connection, row, institution_id)
        held = await subject_among(connection, row, caller.person_key, region, registration_id)
        registration_id = held.id if held else None
        own_institution = held.institution_id if held else None
    else:
        nurse = await registrations.newest_of(connection, caller.person_key, row.profession)
        own_institution = nurse["institution_id"] if nurse else None
    if institution_id is None and c.OWN_INSTITUTION in row.own_conditions:
        institution_id = own_institution
    known, _ = await facts_about(
        connection,
        kit,
        row,
        person_key=caller.person_key,
        account_id=caller.account_id,
        institution_id=institution_id,
        form=form,
        active=caller.active,
        registration_id=registration_id,
    )
    return known, conditions(row, known)


async def _region_of(
    connection: AsyncConnection, row: BusinessType, institution_id: str | None
) -> str | None:
    to = await addressee(connection, row, institution_id) if institution_id else None
    return to.region if to else None
