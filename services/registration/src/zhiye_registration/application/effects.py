"""What an approval does, by the effect that the policy table names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.problems import refused
from zhiye_contracts import purposes
from zhiye_contracts.events import RegistrationMoved
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.adapters import facts, merges, registrations
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.application.asking import facts_of
from zhiye_registration.application.give_number import give_number
from zhiye_registration.application.landing import land
from zhiye_registration.application.military import certificate_number_of
from zhiye_registration.application.people import person_of
from zhiye_registration.application.settle_information_changes import settle_pending
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.business_type import Effect, refusals
from zhiye_registration.domain.information import carried
from zhiye_registration.domain.periods import last_day
from zhiye_registration.domain.registration import (
    VALID_YEARS,
    Registration,
    valid_until,
)
from zhiye_registration.kit import Kit

_NOT_MET_ANY_MORE = Reason(
    "conditions_not_met_any_more",
    Text("申请人目前不符合下列条件，不能审批通过。", "These conditions are not met at present."),
    Text(
        "请退回补正，或作出不同意的决定并告知全部理由。",
        "Return it for correction, or refuse it and tell all the reasons.",
    ),
    field="decision",
    source="Q59.9",
)


async def check_conditions(tx: Transaction, kit: Kit, one: Application) -> None:
    """Facts may have changed since it was submitted: asked again before an approval.

    Raises ``Refused`` (409) with ``conditions_not_met_any_more`` and all that are not met.
    """
    # That the account was not active was looked at when it applied.
    known, _ = await facts_of(tx.connection, kit, one, active=True)
    unmet = refusals(one.row, known)
    if unmet:
        raise Refused(_NOT_MET_ANY_MORE, *unmet, status=409)


async def take_effect(tx: Transaction, kit: Kit, one: Application) -> None:
    """Do what the approved application asks for, in the transaction of the approval; information
    that its form carries is taken over with it."""
    await EFFECTS[one.row.effect](tx, kit, one)


async def register(tx: Transaction, kit: Kit, one: Application) -> None:
    """Make the registration: certificate number, five years, history.

    Raises ``Refused`` (409): ``already_registered`` if the person was registered meanwhile,
    ``certificate_numbers_used_up``.
    """
    today = kit.clock.today()
    number = await give_number(tx, kit, today.year, one.region)
    await _create(tx, kit, one, number, today, valid_until(today))


async def extend(tx: Transaction, kit: Kit, one: Application) -> None:
    """Five years more, from the day after the present last one (Nurses Regulation art. 8)."""
    held = await _held(tx, one)
    until = last_day(held.valid_until + timedelta(days=1), 12 * VALID_YEARS)
    await _change(tx, kit, one, held, valid_until=until)


async def move(tx: Transaction, kit: Kit, one: Application) -> None:
    """To the intended institution; certificate number and expiry stay (art. 9)."""
    await _move(tx, kit, one, await _held(tx, one))


async def cancel(tx: Transaction, kit: Kit, one: Application) -> None:
    held = await _held(tx, one)
    ground = one.form["ground"]
    today = kit.clock.today()
    await _change(
        tx, kit, one, held, status="cancelled", cancelled_on=today, cancellation_ground=ground
    )


async def restore(tx: Transaction, kit: Kit, one: Application) -> None:
    """The same person under the same number, valid five years from now."""
    today = kit.clock.today()
    await _move(
        tx,
        kit,
        one,
        await _held(tx, one),
        status="registered",
        cancelled_on=None,
        cancellation_ground=None,
        valid_from=today,
        valid_until=valid_until(today),
    )


async def take_over(tx: Transaction, kit: Kit, one: Application) -> None:
    """From the army or the armed police: number and expiry as the military side confirmed them."""
    held = await registrations.lock_of_person(tx, one.person_key, one.row.profession)
    if held is not None:
        await _move(tx, kit, one, held)
        return
    until = date.fromisoformat(one.form["military"]["valid_until"])
    number = certificate_number_of(kit, one.form)
    await _create(tx, kit, one, number or "", min(kit.clock.today(), until), until)


async def reissue(tx: Transaction, kit: Kit, one: Application) -> None:
    """The history says that the certificate was issued again; nothing else changes."""
    await _change(tx, kit, one, await _held(tx, one))


EFFECTS: dict[Effect, Callable[[Transaction, Kit, Application], Awaitable[None]]] = {
    "register": register,
    "extend": extend,
    "move": move,
    "cancel": cancel,
    "restore": restore,
    "take_over": take_over,
    "reissue": reissue,
}


async def _held(tx: Transaction, one: Application) -> Registration:
    held = await registrations.lock_of_person(tx, one.person_key, one.row.profession)
    if held is None:  # the conditions were asked in this very transaction
        raise RuntimeError("approved without a registration")
    return held


async def _create(
    tx: Transaction, kit: Kit, one: Application, number: str, valid_from: date, until: date
) -> None:
    person = await person_of(tx.connection, kit, one.person_key, one.row.profession, one.account_id)
    place = await land(tx, one.institution_id, one.institution_name, one.region)
    pinyin, initials = name_pinyin(person.name)
    made = Registration(
        id=new_id(),
        version=1,
        profession=one.row.profession,
        person_key=one.person_key,
        sealed_id_number=person.sealed_id_number,
        name=person.name,
        gender=person.gender,
        birth_date=person.birth_date,
        certificate_key=kit.certificate_key(number),
        sealed_certificate_number=kit.settings.cipher.seal(number, purposes.CERTIFICATE_NUMBER),
        status="registered",
        institution_id=place.id,
        region=place.region,
        authority_id=one.authority_id,
        authority_name=one.authority_name,
        registered_on=kit.clock.today(),
        valid_from=valid_from,
        valid_until=until,
        department=None,
        work_category=None,
        business_completed=True,
        updated_at=kit.clock.now(),
        name_pinyin=pinyin,
        name_initials=initials,
        last_change=one.business_type,
    )
    made, _ = carried(made, one.form)
    if not await registrations.add(tx, made):
        raise refused(
            "already_registered",
            (
                "申请人已在册，或证书编号已被使用。",
                "The applicant is registered already, or the certificate number is taken.",
            ),
            ("请核对申请人的执业注册信息。", "Look at the applicant's registration."),
            status=409,
        )
    await registrations.add_history(tx, made, one.business_type, place.name, one.id, one.number)
    await merges.follow_application(tx, one.id, made.id)
    await place.note(tx, made.id)
    await _tell(tx, one, made)


async def _move(
    tx: Transaction, kit: Kit, one: Application, held: Registration, **changes: Any
) -> None:
    """To where the application is addressed; whoever had the registration is told."""
    place = await land(tx, one.institution_id, one.institution_name, one.region)
    before = await facts.addressee(tx.connection, one.row, held.institution_id)
    before_name = before.name if before else ""
    after = await _change(
        tx,
        kit,
        one,
        held,
        moved_from_name=before_name,
        institution_id=place.id,
        region=place.region,
        employment=None,
        employment_confirmed_on=None,
        **changes,
    )
    await merges.follow_application(tx, one.id, after.id)
    await place.note(tx, after.id)
    if after.institution_id == held.institution_id:
        return
    tx.emit(
        RegistrationMoved(
            aggregate_id=after.id,
            version=after.version,
            occurred_at=after.updated_at,
            profession=one.row.profession,
            person_key=after.person_key,
            name=after.name,
            application_number=one.number,
            from_institution_id=held.institution_id,
            from_institution_name=before_name,
            from_region=held.region,
            from_authority_id=held.authority_id,
            into_institution_id=after.institution_id,
            into_institution_name=place.name,
            into_region=after.region,
            authority_id=one.authority_id,
            authority_name=one.authority_name,
            moved_on=kit.clock.today(),
        )
    )


async def _change(
    tx: Transaction,
    kit: Kit,
    one: Application,
    held: Registration,
    *,
    moved_from_name: str | None = None,
    **changes: Any,
) -> Registration:
    after, values = carried(held, one.form)
    after = replace(
        after,
        **changes,
        authority_id=one.authority_id,
        authority_name=one.authority_name,
        last_change=one.business_type,
        business_completed=True,
        version=held.version + 1,
        updated_at=kit.clock.now(),
    )
    await registrations.save(tx, after)
    await registrations.add_history(
        tx,
        after,
        one.business_type,
        one.institution_name,
        one.id,
        one.number,
        moved_from=held if moved_from_name is not None else None,
        moved_from_name=moved_from_name,
        values=values or None,
    )
    await settle_pending(tx, kit, held, after)
    await _tell(tx, one, after)
    return after


async def _tell(tx: Transaction, one: Application, after: Registration) -> None:
    decider = await facts.authority_of(tx.connection, one.authority_id)
    online = decider is None or bool(decider.online)
    tx.emit(registration_changed(after, region_online=online))
