"""Registrations that exist already are taken over: demo data, benchmarks, later a migration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_contracts.identifiers import (
    normalise_name,
    parse_id_number,
    parse_nurse_practice_certificate,
    parse_physician_practice_certificate,
)
from zhiye_registration.application.compare_physicians import (
    compare_physicians,
    give_certificates,
    hold_physicians,
)
from zhiye_registration.application.landing import land
from zhiye_registration.application.take_over import Office, candidate, take_over
from zhiye_registration.domain.facts import Practice
from zhiye_registration.domain.import_record import Record
from zhiye_registration.domain.imports import serial_of
from zhiye_registration.domain.information import COLUMNS
from zhiye_registration.domain.periods import last_day
from zhiye_registration.domain.registration import VALID_YEARS, Registration
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class ExistingRegistration:
    """A registration as another system has it; ``valid_from`` is the present period's.

    A physician's is one with a ``level``: then with ``category``, ``scopes``, the id of the
    qualification if that is known, and without an end. Off post (``status`` ``filed``) there is
    ``filed_on`` with its ``filing_ground``."""

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
    last_change: str = "imported"
    cancelled_on: date | None = None
    cancellation_ground: str | None = None
    level: str | None = None
    category: str | None = None
    scopes: tuple[str, ...] = ()
    qualification_id: str | None = None
    filed_on: date | None = None
    filing_ground: str | None = None


async def import_registration(
    tx: Transaction, kit: Kit, given: ExistingRegistration
) -> Registration | None:
    """The registration; ``None`` if the person has one in force or the number is taken; of a
    physician, if there is one in the location, or anything else that ``compare_physicians`` says.

    Raises ``IdentifierError`` for a wrong ID or certificate number. Serials given out later are
    higher than the imported one's, a physician's number is reserved for life.
    """
    one = candidate(kit, _record(given, kit.clock.today()))
    if given.level is not None:
        await hold_physicians(tx, [one])
        there = await land(
            tx, given.institution_id, given.institution_name, given.region, hold=False
        )
        able = await give_certificates(tx, (await compare_physicians(tx, {0: one}, there)).new)
        if not able:
            return None
        one = able[0]
    place = await land(tx, given.institution_id, given.institution_name, given.region)
    office = Office(given.authority_id, given.authority_name, given.region_online)
    done = await take_over(tx, kit, [one], place, office)
    return next(iter(done.values()), None)


def _record(given: ExistingRegistration, today: date) -> Record:
    valid_from = given.valid_from or given.registered_on
    values = {name: getattr(given, name) for name in COLUMNS}
    practice, serial, until = None, None, None
    if given.level is None:
        number = parse_nurse_practice_certificate(given.certificate_number, today)
        certificate, serial = number.value, serial_of(number)
        until = given.valid_until or last_day(valid_from, 12 * VALID_YEARS)
    else:
        certificate = parse_physician_practice_certificate(given.certificate_number)
        practice = Practice(given.level, given.category or "", tuple(sorted(given.scopes)), "")
    return Record(
        name=normalise_name(given.name),
        person=parse_id_number(given.id_number, today),
        certificate_number=certificate,
        valid_from=valid_from,
        valid_until=until,
        registered_on=given.registered_on,
        status=given.status,
        cancelled_on=given.cancelled_on,
        cancellation_ground=given.cancellation_ground,
        last_change=given.last_change,
        values={name: said for name, said in values.items() if said} | dict(given.details),
        serial=serial,
        practice=practice,
        qualification_id=given.qualification_id,
        filed_on=given.filed_on,
        filing_ground=given.filing_ground,
    )
