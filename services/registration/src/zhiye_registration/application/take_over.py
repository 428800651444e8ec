"""Putting registrations on record that exist already, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.rows import insert_rows
from zhiye_contracts import purposes
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.adapters.tables import registration
from zhiye_registration.application.landing import Landing
from zhiye_registration.application.write_registration import as_columns
from zhiye_registration.domain.import_record import Record
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

_NAMES = [each.name for each in fields(Registration)]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is to be recorded, with what it is found by and kept as."""

    record: Record
    person_key: str
    certificate_key: str
    sealed_id_number: str
    sealed_certificate_number: str
    pinyin: str
    initials: str
    qualification_key: str | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """The authority that is told as the registering one, and whether people there may activate
    their accounts by a code."""

    id: str | None
    name: str | None
    online: bool


def candidate(kit: Kit, record: Record) -> Candidate:
    person, certificate = record.person.value, record.certificate_number
    qualification = record.qualification_number
    cipher = kit.settings.cipher
    return Candidate(
        record,
        kit.person_key(person),
        kit.certificate_key(certificate),
        cipher.seal(person, purposes.ID_NUMBER),
        cipher.seal(certificate, purposes.CERTIFICATE_NUMBER),
        *name_pinyin(record.name),
        qualification_key=kit.certificate_key(qualification) if qualification else None,
    )


async def take_over(
    tx: Transaction, kit: Kit, given: Sequence[Candidate], place: Landing, office: Office
) -> dict[str, Registration]:
    """Record them with their history, and tell of them. Those that were recorded, by person; left
    out is who has a registration in force, and whose number is taken. Physicians were given their
    numbers before.

    Serials of nurses given out later are higher than theirs.
    """
    # In the order of their keys, so that two imports cannot deadlock.
    made = [
        _registration(kit, one, place, office)
        for one in sorted(given, key=lambda one: one.person_key)
    ]
    rows = [{name: getattr(one, name) for name in _NAMES} for one in made]
    inserted = await insert_rows(tx, registration, rows, returning="id")
    done = {one.person_key: one for one in made if one.id in inserted}
    await insert_rows(
        tx,
        registration_history,
        [
            {
                "registration_id": one.id,
                "at": one.updated_at,
                "status": one.status,
                "valid_from": one.valid_from,
                "valid_until": one.valid_until,
            }
            for one in done.values()
        ],
        {
            "version": 1,
            "change": "imported",
            "institution_id": place.id,
            "institution_name": place.name,
            "authority_name": office.name,
            "region": place.region,
        },
    )
    if place.hops:
        for one in done.values():
            await place.note(tx, one.id)
    await _reserve(tx, [one.record for one in given if one.person_key in done])
    tx.emit(*(registration_changed(one, region_online=office.online) for one in done.values()))
    return done


def _registration(kit: Kit, one: Candidate, place: Landing, office: Office) -> Registration:
    record = one.record
    return Registration(
        id=new_id(),
        version=1,
        profession=record.profession,
        person_key=one.person_key,
        sealed_id_number=one.sealed_id_number,
        name=record.name,
        gender=record.person.gender,
        birth_date=record.person.birth_date,
        certificate_key=one.certificate_key,
        sealed_certificate_number=one.sealed_certificate_number,
        status=record.status,
        institution_id=place.id,
        region=place.region,
        authority_id=office.id,
        authority_name=office.name,
        registered_on=record.registered_on or record.valid_from,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        business_completed=False,
        updated_at=kit.clock.now(),
        details=record.details(),
        name_pinyin=one.pinyin,
        name_initials=one.initials,
        last_change=record.last_change,
        cancelled_on=record.cancelled_on,
        cancellation_ground=record.cancellation_ground,
        filed_on=record.filed_on,
        filing_ground=record.filing_ground,
        qualification_id=record.qualification_id,
        **record.of_registration(),
        **as_columns(record.practice, place.region),
    )


async def _reserve(tx: Transaction, records: Sequence[Record]) -> None:
    highest: dict[tuple[int, str], int] = {}
    for record in records:
        if record.serial:
            year, province, serial = record.serial
            key = (year, province)
            highest[key] = max(highest.get(key, 0), serial)
    for (year, province), serial in sorted(highest.items()):
        await registrations.reserve_serial(tx, year, province, serial)
