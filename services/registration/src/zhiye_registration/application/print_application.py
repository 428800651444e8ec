"""The application form of one application, as a PDF to be printed and signed (deck 7, Q48)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_contracts import purposes
from zhiye_registration.adapters import applications, registrations
from zhiye_registration.adapters.facts import qualifications_of
from zhiye_registration.adapters.pdf import draw
from zhiye_registration.application.about_application import about_application, sees_record
from zhiye_registration.application.access import not_found, side_of
from zhiye_registration.application.military import opened_form
from zhiye_registration.domain.about import About
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.printed_form import Known, PrintedForm, printed_form
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class Printed:
    number: str
    content: bytes


async def print_application(kit: Kit, caller: Principal, key: str) -> Printed:
    """The form as it stands, of a draft too; without what is on record now, and without the photo,
    for whoever may not see those. Raises ``Refused`` (404) for everybody whose business the
    application is not."""
    async with kit.database.reading() as connection:
        one = await applications.find(connection, key)
        if one is None or side_of(caller, one) is None:
            raise not_found()
        about = await about_application(connection, kit, one, caller)
        held = await _record(connection, one, about)
        seen = sees_record(
            caller,
            one,
            institution_id=held["institution_id"] if held else None,
            region=held["region"] if held else None,
        )
        form = await _form(connection, kit, one, held if seen else None, about, seen=seen)
    photo = await kit.photos.get(one.person_key) if seen else None
    content = await asyncio.to_thread(
        draw, form, link_to(kit, one), photo.content if photo else None, kit.clock.now()
    )
    log.info("application_printed", account=caller.account_id, application=one.id)
    return Printed(one.number, content)


def link_to(kit: Kit, one: Application) -> str:
    """What leads from the paper back to the application."""
    return f"{kit.own.public_url.rstrip('/')}/api/v1/applications/{one.id}"


async def _record(connection: AsyncConnection, one: Application, about: About) -> RowMapping | None:
    """The registration that it is about, or that its approval made; of nurses, and of who
    registers, the newest."""
    rows = await registrations.all_of(connection, one.person_key, one.row.profession)
    key = one.registration_id or (about.registration.id if about.registration else None)
    if one.row.effect == "register_physician":
        made = await registrations.effect_of(connection, one.id)
        key = made["registration_id"] if made else key
    return next((row for row in rows if row["id"] == key), next(iter(rows), None))


async def _form(
    connection: AsyncConnection,
    kit: Kit,
    one: Application,
    held: RowMapping | None,
    about: About,
    *,
    seen: bool,
) -> PrintedForm:
    whose = (connection, one.person_key, one.row.profession)
    exams = await qualifications_of(*whose) if seen else ()
    chosen = about.qualification.id if about.qualification else None
    exam = next((row for row in exams if row.id == chosen), exams[-1] if exams else None)
    steps = await applications.STEPS.of(connection, one.id)
    opened = kit.settings.cipher.open
    number, qualified = None, None
    if held is not None:
        number = opened(held["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER)
    if exam is not None and exam.sealed_certificate_number and one.row.profession == "physician":
        qualified = opened(exam.sealed_certificate_number, purposes.CERTIFICATE_NUMBER)
    known = Known(
        id_number=opened(one.sealed_id_number, purposes.ID_NUMBER),
        certificate_number=number,
        registration=dict(held) if held else None,
        exam=exam._asdict() if exam else None,
        qualification_number=qualified,
        about=about,
    )
    day = (one.submitted_at or one.created_at).astimezone(SHANGHAI).date()
    return printed_form(replace(one, form=opened_form(kit, one.form)), known, day, _here(steps))


def _here(steps: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """The steps with their instants in China's time."""
    return [{**step, "at": step["at"].astimezone(SHANGHAI)} for step in steps]
