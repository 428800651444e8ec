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
from zhiye_contracts.codes import divisions
from zhiye_registration.adapters import applications, registrations
from zhiye_registration.adapters.facts import qualifications_of
from zhiye_registration.adapters.pdf import draw
from zhiye_registration.application.access import not_found, side_of
from zhiye_registration.application.military import opened_form
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.printed_form import Known, PrintedForm, printed_form
from zhiye_registration.domain.workflow import OPEN
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
        held = await registrations.newest_of(connection, one.person_key, one.row.profession)
        seen = _sees_record(caller, one, held)
        form = await _form(connection, kit, one, held if seen else None, seen=seen)
    photo = await kit.photos.get(one.person_key) if seen else None
    content = await asyncio.to_thread(
        draw, form, link_to(kit, one), photo.content if photo else None, kit.clock.now()
    )
    log.info("application_printed", account=caller.account_id, application=one.id)
    return Printed(one.number, content)


def link_to(kit: Kit, one: Application) -> str:
    """What leads from the paper back to the application."""
    return f"{kit.own.public_url.rstrip('/')}/api/v1/applications/{one.id}"


def _sees_record(caller: Principal, one: Application, held: RowMapping | None) -> bool:
    """Whether the record as it is now is the caller's business. Of an account that is not active
    nobody has seen yet whose it is; others see it while they review, and later of their own people
    only: an old application is no window on whoever has left."""
    if caller.role == "practitioner":
        return caller.active
    if one.submitted_at is not None and one.state in OPEN:
        return True
    if held is None:
        return False
    if caller.role == "institution":
        return bool(held["institution_id"] == caller.institution_id)
    return divisions.is_within(held["region"], caller.region or "")


async def _form(
    connection: AsyncConnection,
    kit: Kit,
    one: Application,
    held: RowMapping | None,
    *,
    seen: bool,
) -> PrintedForm:
    whose = (connection, one.person_key, one.row.profession)
    exams = await qualifications_of(*whose) if seen else ()
    steps = await applications.STEPS.of(connection, one.id)
    opened = kit.settings.cipher.open
    number = None
    if held is not None:
        number = opened(held["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER)
    known = Known(
        id_number=opened(one.sealed_id_number, purposes.ID_NUMBER),
        certificate_number=number,
        registration=dict(held) if held else None,
        exam=exams[-1]._asdict() if exams else None,
    )
    day = (one.submitted_at or one.created_at).astimezone(SHANGHAI).date()
    return printed_form(replace(one, form=opened_form(kit, one.form)), known, day, _here(steps))


def _here(steps: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """The steps with their instants in China's time."""
    return [{**step, "at": step["at"].astimezone(SHANGHAI)} for step in steps]
