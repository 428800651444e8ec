"""Applications and their steps in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Timeline
from zhiye_registration.adapters.tables import (
    IN_THE_WAY,
    application,
    application_number,
    application_step,
)
from zhiye_registration.domain.application import Application

_LOCK_PERSON = text("SELECT pg_advisory_xact_lock(hashtextextended(:person_key, 0))")
_NAMES = [field.name for field in fields(Application)]
_COLUMNS = [application.c[name] for name in _NAMES]
STEPS = Timeline(application_step, "application_id")
_BY_ID = select(*_COLUMNS).where(application.c.id == bindparam("key"))
_LOCK = _BY_ID.with_for_update()
_SAVE = (
    update(application)
    .where(application.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in _NAMES if name != "id"})
)
_OPEN_OF = (
    select(
        application.c.number,
        application.c.business_type,
        application.c.id,
        application.c.state,
        application.c.source,
        application.c.institution_id,
    )
    .where(
        application.c.person_key == bindparam("person_key"),
        # Literals: PostgreSQL cannot match a partial index by parameters in a generic plan.
        text(IN_THE_WAY),
    )
    .order_by(application.c.id)
)


def _read(row: RowMapping) -> Application:
    return Application(**row)


def _values(one: Application) -> dict[str, Any]:
    # The form and the reasons are mappings that asdict would copy deeply for nothing.
    return {name: getattr(one, name) for name in _NAMES}


async def lock_person(tx: Transaction, person_key: str) -> None:
    """Have the commands about one person's applications wait for each other."""
    await tx.execute(_LOCK_PERSON, {"person_key": person_key})


async def find(connection: AsyncConnection, key: str) -> Application | None:
    row = (await connection.execute(_BY_ID, {"key": key})).mappings().first()
    return _read(row) if row else None


async def lock(tx: Transaction, key: str) -> Application | None:
    """The application, kept from others until the transaction ends."""
    row = (await tx.execute(_LOCK, {"key": key})).mappings().first()
    return _read(row) if row else None


async def open_of(connection: AsyncConnection, person_key: str) -> Sequence[RowMapping]:
    """The person's open applications. What an institution only drafted is not in their way."""
    result = await connection.execute(_OPEN_OF, {"person_key": person_key})
    return result.mappings().all()


async def next_number(tx: Transaction, today: date) -> str:
    """``N``, the date, and seven digits that rise (they do not start again each day)."""
    serial = await tx.connection.scalar(select(func.nextval(application_number.name)))
    return f"N{today:%Y%m%d}{serial:07d}"


async def add(tx: Transaction, one: Application) -> bool:
    """Insert a new application; ``False`` if the person has an open one that excludes it."""
    values = _values(one)
    statement = pg_insert(application).values(values).on_conflict_do_nothing()
    result = await tx.execute(statement.returning(application.c.id))
    return result.first() is not None


async def save(tx: Transaction, one: Application) -> None:
    """Write an application that ``lock`` gave."""
    await tx.execute(_SAVE, _values(one) | {"key": one.id})
