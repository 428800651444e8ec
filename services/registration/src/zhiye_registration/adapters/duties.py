"""Duties in the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters.penalty_tables import IS_OPEN, duty
from zhiye_registration.domain.duty import Duty

_d = duty.c
_NAMES = [field.name for field in fields(Duty)]
COLUMNS = [_d[name] for name in _NAMES]
"""What ``read`` reads."""
_ADD = (
    insert(duty)
    .values({name: bindparam(name) for name in _NAMES})
    .on_conflict_do_nothing()
    .returning(_d.id)
)
_SAVE = (
    update(duty)
    .where(_d.id == bindparam("key"))
    .values({name: bindparam(name) for name in _NAMES if name != "id"})
)
_BY_ID = select(*COLUMNS).where(_d.id == bindparam("key"))
# Literals: PostgreSQL does not match a partial index by parameters.
_OPEN_OF = (
    select(*COLUMNS)
    .where(_d.registration_id == bindparam("registration"), text(IS_OPEN))
    .order_by(_d.id)
    .with_for_update()
)
_OPEN_FROM = (
    select(*COLUMNS)
    .where(_d.penalty_id == bindparam("penalty"), text(IS_OPEN))
    .order_by(_d.id)
    .with_for_update()
)
_OVERDUE = (
    select(*COLUMNS)
    .where(text("state = 'open'"), _d.due_on < bindparam("today"))
    .order_by(_d.due_on, _d.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_FOLLOW = text(
    "UPDATE duty d SET institution_id = r.institution_id, region = r.region,"  # noqa: S608
    " authority_id = r.authority_id, authority_name = r.authority_name,"
    " institution_name = coalesce(i.name, d.institution_name), version = d.version + 1,"
    " updated_at = :now"
    " FROM registration r LEFT JOIN institution i ON i.id = r.institution_id"
    f" WHERE r.id = d.registration_id AND r.id = ANY(:registrations) AND d.{IS_OPEN}"
    f" RETURNING {', '.join(f'd.{name}' for name in _NAMES)}, r.name AS person_name"
)
_MOVE = update(duty).where(_d.registration_id == bindparam("registration"))


def read(row: RowMapping) -> Duty:
    return Duty(**{name: row[name] for name in _NAMES})


async def add(tx: Transaction, one: Duty) -> bool:
    """``False`` when the registration has an open duty of the kind already."""
    values: dict[str, Any] = {name: getattr(one, name) for name in _NAMES}
    return (await tx.execute(_ADD, values)).first() is not None


async def save(tx: Transaction, one: Duty) -> None:
    """Write a duty that was locked."""
    values: dict[str, Any] = {name: getattr(one, name) for name in _NAMES}
    await tx.execute(_SAVE, values | {"key": one.id})


async def find(connection: AsyncConnection, key: str) -> Duty | None:
    row = (await connection.execute(_BY_ID, {"key": key})).mappings().first()
    return read(row) if row else None


async def lock_open_of(tx: Transaction, registration_id: str) -> list[Duty]:
    """What is still to be done about a registration, kept from others."""
    found = await tx.execute(_OPEN_OF, {"registration": registration_id})
    return [read(row) for row in found.mappings()]


async def lock_open_from(tx: Transaction, penalty_id: str) -> list[Duty]:
    """What a penalty has opened and is still to be done, kept from others."""
    found = await tx.execute(_OPEN_FROM, {"penalty": penalty_id})
    return [read(row) for row in found.mappings()]


async def lock_overdue(tx: Transaction, today: date, most: int) -> list[Duty]:
    """Some that institutions should have done; those that another process has are left out."""
    found = await tx.execute(_OVERDUE, {"today": today, "most": most})
    return [read(row) for row in found.mappings()]


async def follow(
    tx: Transaction, registrations: Collection[str], now: datetime
) -> list[tuple[Duty, str]]:
    """Many registrations went elsewhere in one step (an institution was merged): what is still to
    be done about them goes along. Each with its person's name."""
    found = await tx.execute(_FOLLOW, {"registrations": sorted(registrations), "now": now})
    return [(read(row), row["person_name"]) for row in found.mappings()]


async def move(tx: Transaction, registration_id: str, person_key: str) -> None:
    """The ID number of a registration's holder was corrected."""
    given = {"registration": registration_id}
    await tx.execute(_MOVE.values(person_key=person_key), given)
