"""A practitioner starts an application as a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import applications, facts
from zhiye_registration.adapters.events import application_changed
from zhiye_registration.application.access import not_found
from zhiye_registration.application.landing import land
from zhiye_registration.application.people import person_of
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.conditions import NO_OPEN_APPLICATION
from zhiye_registration.domain.facts import Facts, OpenApplication
from zhiye_registration.domain.policy import BUSINESS_TYPES, Assessment, BusinessType, reason_of
from zhiye_registration.kit import Kit


async def start_application(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    business_type: str,
    institution_id: str,
    form: Mapping[str, Any],
) -> Application:
    """The new draft.

    Raises ``Refused``: 409 ``no_open_application_not_met`` with the number of the open one, 422
    ``person_not_on_record``, ``institution_in_force_not_met``.
    """
    row = BUSINESS_TYPES[business_type]
    if caller.person_key is None:
        raise not_found()
    await applications.lock_person(tx, caller.person_key)
    await _refuse_second(tx, kit, row, caller.person_key)
    person = await person_of(tx.connection, caller.person_key, row.profession)
    to = await institution_of(tx, row, institution_id)
    now = kit.clock.now()
    one = Application(
        id=new_id(),
        number=await applications.next_number(tx, kit.clock.today()),
        business_type=row.slug,
        state="draft",
        version=1,
        account_id=caller.account_id,
        person_key=caller.person_key,
        sealed_id_number=person.sealed_id_number,
        name=person.name,
        institution_id=to.id,
        institution_name=to.name,
        region=to.region,
        form=form,
        created_at=now,
        updated_at=now,
    )
    if not await applications.add(tx, one):
        await _refuse_second(tx, kit, row, caller.person_key)
    await applications.STEPS.add(tx, one, "drafted", actor_of(caller))
    tx.emit(application_changed(one, "drafted"))
    return one


async def institution_of(
    tx: Transaction, row: BusinessType, institution_id: str
) -> facts.Addressee:
    """The institution an application is addressed to, or what that was merged into; it has to
    be in force."""
    place = await land(tx, institution_id)
    to = await facts.addressee(tx.connection, row, place.id)
    if to is None or not to.in_force:
        raise refused(
            "institution_in_force_not_met",
            ("所选机构不存在或已停业。", "The institution does not exist or is closed."),
            ("请选择一家有效的医疗卫生机构。", "Choose an institution that is in force."),
            field="institution_id",
            source="Nurses Regulation art. 8",
        )
    return to


async def _refuse_second(tx: Transaction, kit: Kit, row: BusinessType, person_key: str) -> None:
    found = await applications.open_of(tx.connection, person_key)
    others = tuple(
        OpenApplication(other["number"], other["business_type"])
        for other in found
        if other["business_type"] in row.excludes
    )
    if others:
        today = kit.clock.today()
        known = Facts(today=today, applied_on=today, open_applications=others)
        raise Refused(reason_of(Assessment(NO_OPEN_APPLICATION, "not_met"), known), status=409)
