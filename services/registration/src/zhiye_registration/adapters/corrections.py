"""What a corrected person has here, held and found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields

from sqlalchemy import bindparam, exists, select, text, update

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters import applications
from zhiye_registration.adapters.record_tables import practice_interruption
from zhiye_registration.adapters.tables import IS_OPEN, application, registration
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.registration import Registration
from zhiye_registration.domain.workflow import CLOSED

_r = registration.c
_OPEN = (
    select(*(application.c[field.name] for field in fields(Application)))
    # A literal: PostgreSQL cannot match a partial index by parameters in a generic plan.
    .where(application.c.person_key == bindparam("person_key"), text(IS_OPEN))
    .order_by(application.c.id)
    .with_for_update()
)
_HELD = (
    select(*(_r[field.name] for field in fields(Registration)))
    .where(_r.person_key == bindparam("person_key"), _r.profession == bindparam("profession"))
    .order_by(_r.id)
    .with_for_update()
)


async def hold_people(tx: Transaction, person_keys: Collection[str]) -> None:
    """Have whoever acts on these people's applications wait: the people first, as who starts one,
    then the applications, as who decides one; their registrations come last."""
    for person_key in sorted(person_keys):
        await applications.lock_person(tx, person_key)
    for person_key in sorted(person_keys):
        await tx.execute(_OPEN, {"person_key": person_key})


async def open_applications(tx: Transaction, person_key: str) -> list[Application]:
    """What is not over yet, institutions' drafts too, kept from others until the end."""
    rows = (await tx.execute(_OPEN, {"person_key": person_key})).mappings()
    return [Application(**row) for row in rows]


async def registrations_of(tx: Transaction, person_key: str, profession: str) -> list[Registration]:
    """Every registration under an ID number, kept from others until the end."""
    given = {"person_key": person_key, "profession": profession}
    return [Registration(**row) for row in (await tx.execute(_HELD, given)).mappings()]


async def in_force_under(tx: Transaction, person_key: str, profession: str, but: str) -> bool:
    """Whether another registration in force has the ID number."""
    found = exists().where(
        _r.person_key == person_key,
        _r.profession == profession,
        text("status = 'registered'"),
        _r.id != but,
    )
    return bool(await tx.connection.scalar(select(found)))


async def certificate_taken(tx: Transaction, certificate_key: str, but: str) -> bool:
    found = exists().where(_r.certificate_key == certificate_key, _r.id != but)
    return bool(await tx.connection.scalar(select(found)))


async def anybody_left(tx: Transaction, person_key: str) -> bool:
    """Whether any registration is still under an ID number."""
    return bool(await tx.connection.scalar(select(exists().where(_r.person_key == person_key))))


async def move_closed_applications(
    tx: Transaction, before: Registration, after: Registration
) -> None:
    """What is over stays as it was, but is found by whose it is."""
    a = application.c
    await tx.execute(
        update(application)
        .where(a.person_key == before.person_key, a.name == before.name, a.state.in_(CLOSED))
        .values(person_key=after.person_key, sealed_id_number=after.sealed_id_number)
    )


async def move_interruptions(tx: Transaction, registration_id: str, person_key: str) -> None:
    await tx.execute(
        update(practice_interruption)
        .where(practice_interruption.c.registration_id == registration_id)
        .values(person_key=person_key)
    )
