"""What a corrected person has here, held and found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from sqlalchemy import bindparam, exists, select, text, update

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters import applications
from zhiye_registration.adapters.physician_tables import physician_certificate, practice_filing
from zhiye_registration.adapters.record_tables import practice_interruption
from zhiye_registration.adapters.tables import IS_OPEN, OF_NURSES, application, registration
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.registration import Registration
from zhiye_registration.domain.workflow import CLOSED

_r, _n = registration.c, physician_certificate.c
_OPEN = (
    select(*(application.c[field.name] for field in fields(Application)))
    # A literal: PostgreSQL cannot match a partial index by parameters in a generic plan.
    .where(application.c.person_key == bindparam("person_key"), text(IS_OPEN))
    .order_by(application.c.id)
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


async def in_use(tx: Transaction, person_key: str, profession: str, but: str) -> bool:
    """Whether another registration in force has the ID number; or a physician a number for life,
    which is of one person whatever became of the registrations (Q9.3)."""
    found = exists().where(
        _r.person_key == person_key,
        _r.profession == profession,
        text("status = 'registered'"),
        _r.id != but,
    )
    if await tx.connection.scalar(select(found)):
        return True
    given = exists().where(_n.person_key == person_key)
    return profession == "physician" and bool(await tx.connection.scalar(select(given)))


async def certificate_taken(
    tx: Transaction, certificate_key: str, profession: str, but_person: str
) -> bool:
    """Whether another nurse, or another physician, has the number."""
    if profession == "physician":
        found = exists().where(_n.certificate_key == certificate_key, _n.person_key != but_person)
    else:
        found = exists().where(OF_NURSES, _r.certificate_key == certificate_key)
    return bool(await tx.connection.scalar(select(found)))


async def move_practice(
    tx: Transaction, before: Registration, after: Registration, now: datetime
) -> None:
    """A physician's number for life and filings at further institutions go along.

    Raises ``IntegrityError`` where the number, or the corrected person, has another already.
    """
    if before.profession != "physician":
        return
    await tx.execute(
        update(physician_certificate)
        .where(_n.person_key == before.person_key)
        .values(
            person_key=after.person_key,
            certificate_key=after.certificate_key,
            sealed_certificate_number=after.sealed_certificate_number,
        )
    )
    if before.person_key != after.person_key:
        await tx.execute(
            update(practice_filing)
            .where(practice_filing.c.person_key == before.person_key)
            .values(
                person_key=after.person_key,
                version=practice_filing.c.version + 1,
                updated_at=now,
            )
        )


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
