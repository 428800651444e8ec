"""Registrations that exist already are taken over: demo data, benchmarks, later a migration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.pinyin import name_pinyin
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import (
    normalise_name,
    parse_id_number,
    parse_nurse_practice_certificate,
)
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.application.landing import land
from zhiye_registration.domain.periods import last_day
from zhiye_registration.domain.registration import VALID_YEARS, Registration
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class ExistingRegistration:
    """A nurse's registration as another system has it; ``valid_from`` is the present period's."""

    id_number: str
    name: str
    certificate_number: str
    institution_id: str
    institution_name: str
    region: str
    registered_on: date
    valid_from: date | None = None
    valid_until: date | None = None
    status: str = "registered"
    department: str | None = None
    work_category: str | None = None
    authority_id: str | None = None
    authority_name: str | None = None
    region_online: bool = True
    title: str | None = None
    education: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    cancelled_on: date | None = None
    cancellation_ground: str | None = None


async def import_registration(
    tx: Transaction, kit: Kit, given: ExistingRegistration
) -> Registration | None:
    """The registration; ``None`` if the person has one in force or the number is taken.

    Raises ``IdentifierError`` for a wrong ID or certificate number. Serials given out later are
    higher than the imported one's.
    """
    today = kit.clock.today()
    person = parse_id_number(given.id_number, today)
    certificate = parse_nurse_practice_certificate(given.certificate_number, today)
    valid_from = given.valid_from or given.registered_on
    place = await land(tx, given.institution_id, given.institution_name, given.region)
    name = normalise_name(given.name)
    pinyin, initials = name_pinyin(name)
    one = Registration(
        id=new_id(),
        version=1,
        profession="nurse",
        person_key=kit.person_key(person.value),
        sealed_id_number=kit.settings.cipher.seal(person.value, purposes.ID_NUMBER),
        name=name,
        gender=person.gender,
        birth_date=person.birth_date,
        certificate_key=kit.certificate_key(certificate.value),
        sealed_certificate_number=kit.settings.cipher.seal(
            certificate.value, purposes.CERTIFICATE_NUMBER
        ),
        status=given.status,
        institution_id=place.id,
        region=place.region,
        authority_id=given.authority_id,
        authority_name=given.authority_name,
        registered_on=given.registered_on,
        valid_from=valid_from,
        valid_until=given.valid_until or last_day(valid_from, 12 * VALID_YEARS),
        department=given.department,
        work_category=given.work_category,
        business_completed=False,
        updated_at=kit.clock.now(),
        title=given.title,
        education=given.education,
        details=given.details,
        name_pinyin=pinyin,
        name_initials=initials,
        cancelled_on=given.cancelled_on,
        cancellation_ground=given.cancellation_ground,
    )
    if not await registrations.add(tx, one):
        return None
    await registrations.add_history(tx, one, "imported", place.name)
    await place.note(tx, one.id)
    if certificate.year and certificate.province and certificate.serial:
        await registrations.reserve_serial(
            tx, certificate.year, certificate.province[:2], certificate.serial
        )
    tx.emit(registration_changed(one, region_online=given.region_online))
    return one
