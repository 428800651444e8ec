"""Writes what an approval makes of a registration: the row, its history, what the others hear."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.problems import refused
from zhiye_contracts import purposes
from zhiye_contracts.events import RegistrationMoved
from zhiye_registration.adapters import facts, merges, registrations
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.application.apply_promotions import titled
from zhiye_registration.application.duties import settle_duties
from zhiye_registration.application.landing import land
from zhiye_registration.application.people import person_of
from zhiye_registration.application.settle_information_changes import settle_pending
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.facts import Practice
from zhiye_registration.domain.information import carried, differences
from zhiye_registration.domain.registration import (
    Registration,
    location_of,
    practice_differences,
)
from zhiye_registration.kit import Kit


async def held_of(tx: Transaction, one: Application) -> Registration:
    if one.registration_id is not None:
        held = await registrations.lock(tx, one.registration_id)
    else:
        held = await registrations.lock_of_person(tx, one.person_key, one.row.profession)
    if held is None:  # the conditions were asked in this very transaction
        raise RuntimeError("approved without a registration")
    return held


async def create(
    tx: Transaction,
    kit: Kit,
    one: Application,
    number: str,
    valid_from: date,
    until: date | None,
    practice: Practice | None = None,
    qualification_id: str | None = None,
) -> None:
    """A registration that was not there: where the application is addressed."""
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
        qualification_id=qualification_id,
        **as_columns(practice, place.region),
    )
    made, _ = carried(made, one.form)
    made = await titled(tx, made)
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
    await settle_duties(tx, kit, None, made)


async def bring(
    tx: Transaction,
    kit: Kit,
    one: Application,
    held: Registration,
    practice: Practice | None = None,
    **changes: Any,
) -> Registration:
    """To where the application is addressed; whoever had the registration is told."""
    place = await land(tx, one.institution_id, one.institution_name, one.region)
    stays = place.id == held.institution_id and held.status == "registered"
    before = await facts.addressee(tx.connection, one.row, held.institution_id)
    before_name = before.name if before else ""
    after = await change(
        tx,
        kit,
        one,
        held,
        moved_from_name=before_name,
        institution_id=place.id,
        region=place.region,
        employment=held.employment if stays else None,
        employment_confirmed_on=held.employment_confirmed_on if stays else None,
        **as_columns(practice, place.region),
        **changes,
    )
    await merges.follow_application(tx, one.id, after.id)
    await place.note(tx, after.id)
    if after.institution_id == held.institution_id:
        return after
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
    return after


def as_columns(practice: Practice | None, region: str) -> dict[str, Any]:
    """What a physician's registration says, where it lies; nothing of a nurse's."""
    if practice is None:
        return {}
    return {
        "level": practice.level,
        "category": practice.category,
        "scopes": list(practice.scopes),
        "location": location_of(practice.level, region),
    }


async def change(
    tx: Transaction,
    kit: Kit,
    one: Application,
    held: Registration,
    *,
    moved_from_name: str | None = None,
    **changes: Any,
) -> Registration:
    after, values = carried(held, one.form)
    if changes.get("status") == "registered" and held.status != "registered":
        after = await titled(tx, after)
        values |= differences(held, {"title": after.title})
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
    values |= practice_differences(held, after)
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
    await settle_duties(tx, kit, held, after)
    return after


async def _tell(tx: Transaction, one: Application, after: Registration) -> None:
    decider = await facts.authority_of(tx.connection, one.authority_id)
    online = decider is None or bool(decider.online)
    tx.emit(registration_changed(after, region_online=online))
