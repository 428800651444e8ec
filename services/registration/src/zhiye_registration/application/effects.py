"""What an approval does, by the effect that the policy table names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_contracts import purposes
from zhiye_registration.adapters import facts, merges, registrations
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.application.landing import land
from zhiye_registration.application.people import person_of
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.policy import Effect
from zhiye_registration.domain.registration import Registration, certificate_number, valid_until
from zhiye_registration.kit import Kit


async def register(tx: Transaction, kit: Kit, one: Application) -> None:
    """Make the registration: certificate number, five years, history.

    Raises ``Refused`` (409): ``already_registered`` if the person was registered meanwhile,
    ``certificate_numbers_used_up``.
    """
    person = await person_of(tx.connection, one.person_key, one.row.profession)
    decider = await facts.authority_of(tx.connection, one.authority_id)
    place = await land(tx, one.institution_id, one.institution_name, one.region)
    today = kit.clock.today()
    serial = await registrations.next_serial(tx, today.year, one.region[:2])
    number = certificate_number(today.year, one.region, serial)
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
        registered_on=today,
        valid_from=today,
        valid_until=valid_until(today),
        department=one.form.get("department"),
        work_category=one.form.get("work_category"),
        business_completed=True,
        updated_at=kit.clock.now(),
    )
    if not await registrations.add(tx, made):
        raise refused(
            "already_registered",
            ("申请人已在册。", "The applicant is registered already."),
            ("请核对申请人的执业注册信息。", "Look at the applicant's registration."),
            status=409,
        )
    await registrations.add_history(tx, made, one.business_type, place.name, one.id, one.number)
    await merges.follow_application(tx, one.id, made.id)
    await place.note(tx, made.id)
    online = decider is None or bool(decider.online)
    tx.emit(registration_changed(made, region_online=online))


EFFECTS: dict[Effect, Callable[[Transaction, Kit, Application], Awaitable[None]]] = {
    "register": register
}
