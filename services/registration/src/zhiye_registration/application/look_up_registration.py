"""The hot read: who holds a certificate number."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhiye_chassis.database import Database
from zhiye_chassis.telemetry import log
from zhiye_contracts import purposes
from zhiye_contracts.codes import GENDERS, NURSE_WORK_CATEGORIES
from zhiye_contracts.identifiers import (
    IdentifierError,
    mask_id_number,
    mask_id_number_for_others,
    parse_nurse_practice_certificate,
    parse_physician_practice_certificate,
)
from zhiye_contracts.reasons import Language, Refused
from zhiye_registration.adapters.lookups import LOOKUP_OF_EITHER
from zhiye_registration.adapters.registrations import LOOKUP
from zhiye_registration.application.access import not_found
from zhiye_registration.application.practice_views import (
    OF_NO_PHYSICIAN,
    location_view,
    practice_view,
)
from zhiye_registration.domain.facts import STATUSES, HeldRegistration, registration_status
from zhiye_registration.domain.information import CODED
from zhiye_registration.kit import Kit

_OF_NURSES_TODAY, _OF_PHYSICIANS = 12, 15
"""Digits."""


async def look_up_registration(
    kit: Kit, certificate_number: str, language: Language, account_id: str
) -> dict[str, Any]:
    """What ``RegistrationOut`` shows. Name whole, ID number masked, as on the deck's verification
    screen (deck 5.2). Certificate numbers are serial, so who looked up whom is logged, misses
    too. Raises ``Refused``: 404, 422 for a number that cannot be right."""
    today = kit.clock.today()
    try:
        number, statement = _read_number(certificate_number, today)
    except IdentifierError as error:
        raise Refused(error.about("certificate_number")) from error
    rows = await _read(kit.database, statement, kit.certificate_key(number))
    log.info("registration_lookup", account=account_id, found=rows[0]["id"] if rows else None)
    if not rows:
        raise not_found()
    view = registration_view(kit, rows[0], number, today, language, own=False)
    if rows[0]["profession"] == "physician":
        view["locations"] = [
            location_view(row, row["filings"] or (), today, language)
            for row in rows
            if row["profession"] == "physician"
        ]
    return view


def _read_number(text: str, today: date) -> tuple[str, str]:
    """The number as it is kept, and the statement that looks it up: a physician's has 15 digits,
    and so may a nurse's old one."""
    if len(text) != _OF_NURSES_TODAY:
        try:
            return parse_physician_practice_certificate(text), LOOKUP_OF_EITHER
        except IdentifierError as error:
            if len(text) == _OF_PHYSICIANS and error.code == "certificate_letter_o":
                raise
    return parse_nurse_practice_certificate(text, today).value, LOOKUP


async def _read(database: Database, statement: str, certificate_key: str) -> Any:
    async with database.reading() as connection:
        # Straight to the driver, which keeps the statement prepared.
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        return await driver.fetch(statement, certificate_key)


def registration_view(
    kit: Kit, row: Any, number: str, today: date, language: Language, *, own: bool
) -> dict[str, Any]:
    """One registration for a reader, codes with their labels.

    Certificate numbers are serial, so whoever may look them up could walk through them: others
    than the owner see the year of birth only, and the end of the ID number.
    """
    mask = mask_id_number if own else mask_id_number_for_others
    valid_until: date | None = row["valid_until"]
    status = registration_status(HeldRegistration(row["status"], valid_until), today)
    department, work = row["department"], row["work_category"]
    physician = row["profession"] == "physician"
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
        "department_label": department and CODED["department"].label(department, language),
        "work_category": work,
        "work_category_label": work and NURSE_WORK_CATEGORIES.label(work, language),
        "registered_on": row["registered_on"],
        "valid_from": row["valid_from"],
        "valid_until": valid_until,
        "days_left": (valid_until - today).days if valid_until else None,
        **OF_NO_PHYSICIAN,
        **(practice_view(row, language) if physician else {}),
    }
