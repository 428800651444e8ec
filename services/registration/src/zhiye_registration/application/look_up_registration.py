"""The hot read: who holds a certificate number."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhiye_chassis.database import Database
from zhiye_chassis.telemetry import log
from zhiye_contracts import purposes
from zhiye_contracts.codes import GENDERS, NURSE_DEPARTMENTS, NURSE_WORK_CATEGORIES
from zhiye_contracts.identifiers import (
    IdentifierError,
    mask_id_number,
    mask_id_number_for_others,
    parse_nurse_practice_certificate,
)
from zhiye_contracts.reasons import Language, Refused
from zhiye_registration.adapters.registrations import LOOKUP
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.facts import STATUSES, HeldRegistration, registration_status
from zhiye_registration.kit import Kit


async def look_up_registration(
    kit: Kit, certificate_number: str, language: Language, account_id: str
) -> dict[str, Any]:
    """What ``RegistrationOut`` shows. Name whole, ID number masked, as on the deck's verification
    screen (deck 5.2). Certificate numbers are serial, so who looked up whom is logged, misses
    too. Raises ``Refused``: 404, 422 for a number that cannot be right."""
    today = kit.clock.today()
    try:
        number = parse_nurse_practice_certificate(certificate_number, today).value
    except IdentifierError as error:
        raise Refused(error.about("certificate_number")) from error
    row = await _read(kit.database, kit.certificate_key(number))
    log.info("registration_lookup", account=account_id, found=row and row["id"])
    if row is None:
        raise not_found()
    return registration_view(kit, row, number, today, language, own=False)


async def _read(database: Database, certificate_key: str) -> Any:
    async with database.reading() as connection:
        # Straight to the driver, which keeps the statement prepared.
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        return await driver.fetchrow(LOOKUP, certificate_key)


def registration_view(
    kit: Kit, row: Any, number: str, today: date, language: Language, *, own: bool
) -> dict[str, Any]:
    """One registration for a reader, codes with their labels.

    Certificate numbers are serial, so whoever may look them up could walk through them: others
    than the owner see the year of birth only, and the end of the ID number.
    """
    mask = mask_id_number if own else mask_id_number_for_others
    valid_until: date = row["valid_until"]
    status = registration_status(HeldRegistration(row["status"], valid_until), today)
    department, work = row["department"], row["work_category"]
    return {
        "certificate_number": number,
        "name": row["name"],
        "id_number": mask(kit.settings.cipher.open(row["sealed_id_number"], purposes.ID_NUMBER)),
        "gender": row["gender"],
        "gender_label": GENDERS.label(row["gender"], language),
        "birth_year": row["birth_date"].year,
        "birth_date": row["birth_date"] if own else None,
        "profession": row["profession"],
        "status": status,
        "status_label": STATUSES[status].read(language),
        "institution_id": row["institution_id"],
        "institution_name": row["institution_name"],
        "region": row["region"],
        "authority_name": row["authority_name"],
        "department": department,
        "department_label": department and NURSE_DEPARTMENTS.label(department, language),
        "work_category": work,
        "work_category_label": work and NURSE_WORK_CATEGORIES.label(work, language),
        "registered_on": row["registered_on"],
        "valid_from": row["valid_from"],
        "valid_until": valid_until,
        "days_left": (valid_until - today).days,
    }
