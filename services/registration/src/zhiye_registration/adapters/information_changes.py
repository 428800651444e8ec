"""Requests to change information in the database: commands and lists.

A request belongs to a registration. Whose it is, and which institution reviews it, is read from
there each time: a person moves, institutions merge, an ID number is corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Date

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Timeline
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.adapters.record_tables import information_change, information_change_step
from zhiye_registration.adapters.tables import registration
from zhiye_registration.domain.information import COLUMNS
from zhiye_registration.domain.information_change import InformationChange, State
from zhiye_registration.domain.registration import Registration

STEPS = Timeline(information_change_step, "information_change_id")
_NAMES = [field.name for field in fields(InformationChange)]
_c, _r = information_change.c, registration.c
_WITH_PERSON = information_change.join(registration, _r.id == _c.registration_id).outerjoin(
    institution, institution.c.id == _r.institution_id
)
_OF_REGISTRATION = (
    _r.person_key,
    _r.profession,
    _r.name,
    _r.gender,
    _r.sealed_id_number,
    _r.sealed_certificate_number,
    _r.institution_id.label("present_institution_id"),
    institution.c.name.label("present_institution_name"),
    _r.details,
    *(_r[name] for name in COLUMNS),
)
_SHOWN = (*(_c[name] for name in _NAMES), *_OF_REGISTRATION)
_IS_PENDING = text("information_change.state = 'pending'")
"""A literal: PostgreSQL cannot match a partial index by parameters in a generic plan."""
_waiting = (
    select(*(_c[name] for name in _NAMES))
    .where(_c.registration_id == _r.id, _IS_PENDING)
    .offset(literal_column("0"))
    .lateral("waiting")
)
"""One look into the index for each of an institution's people, which ``OFFSET 0`` holds PostgreSQL
to: it would rather read all requests of the country, the newest first."""
_WAITING = registration.join(_waiting, true()).outerjoin(
    institution, institution.c.id == _r.institution_id
)
_OF_PERSON = (_r.person_key == bindparam("person_key"),)
_BY_ID = select(*_SHOWN).select_from(_WITH_PERSON).where(_c.id == bindparam("key"))
_LOCK = select(*(_c[name] for name in _NAMES)).where(_c.id == bindparam("key")).with_for_update()
_PENDING_OF = (
    select(*(_c[name] for name in _NAMES))
    .where(_c.registration_id == bindparam("key"), _IS_PENDING)
    .order_by(_c.id)
    .with_for_update()
)
_SAVE = (
    update(information_change)
    .where(_c.id == bindparam("key"))
    .values({name: bindparam(name) for name in _NAMES if name != "id"})
)
_LOCK_REGISTRATION = (
    select(*(_r[field.name] for field in fields(Registration)), institution.c.name)
    .select_from(registration.outerjoin(institution, institution.c.id == _r.institution_id))
    .where(_r.id == bindparam("key"))
    .with_for_update(of=registration)
)
_MOST_OF_ONE_PERSON = 100


@dataclass(frozen=True, slots=True)
class Filters:
    """What an institution's list is narrowed to: days of the request, part of a name."""

    state: State = "pending"
    first_day: date | None = None
    last_day: date | None = None
    name: str | None = None


def read(row: RowMapping) -> InformationChange:
    return InformationChange(**{name: row[name] for name in _NAMES})


async def find(connection: AsyncConnection, key: str) -> RowMapping | None:
    """A request with the person it is about, and where she is registered now."""
    return (await connection.execute(_BY_ID, {"key": key})).mappings().first()


async def lock(tx: Transaction, key: str) -> InformationChange | None:
    """The request, kept from others until the transaction ends."""
    row = (await tx.execute(_LOCK, {"key": key})).mappings().first()
    return read(row) if row else None


async def lock_pending(tx: Transaction, registration_id: str) -> list[InformationChange]:
    """What waits about a registration, kept from others until the transaction ends."""
    rows = (await tx.execute(_PENDING_OF, {"key": registration_id})).mappings()
    return [read(row) for row in rows]


async def add(tx: Transaction, one: InformationChange) -> None:
    """Insert a request. The registration is locked, so that nobody else asks for the same."""
    await tx.execute(insert(information_change), _values(one))


async def save(tx: Transaction, one: InformationChange) -> None:
    """Write a request that was locked."""
    await tx.execute(_SAVE, _values(one) | {"key": one.id})


async def of_person(
    connection: AsyncConnection,
    person_key: str,
    state: State | None,
    *,
    limit: int,
    before: str | None,
) -> Sequence[RowMapping]:
    """A person's requests, the newest first; ``before`` is the last id of the page before."""
    statement = select(*_SHOWN).select_from(_WITH_PERSON).where(*_OF_PERSON)
    if state is not None:
        statement = statement.where(_c.state == state)
    return await _page(connection, statement, limit, before, {"person_key": person_key})


async def of_institution(
    connection: AsyncConnection,
    institution_id: str,
    filters: Filters,
    *,
    limit: int,
    before: str | None,
) -> Sequence[RowMapping]:
    """What waits for an institution: of those who are registered there now. What is closed: where
    it was closed."""
    if filters.state == "pending":
        c = _waiting.c
        statement = (
            select(*(c[name] for name in _NAMES), *_OF_REGISTRATION)
            .select_from(_WAITING)
            .where(_r.institution_id == institution_id)
        )
    else:
        c = _c
        statement = (
            select(*_SHOWN)
            .select_from(_WITH_PERSON)
            .where(c.institution_id == institution_id, c.state == filters.state)
        )
    asked = cast(func.timezone("Asia/Shanghai", c.created_at), Date)
    if filters.first_day is not None:
        statement = statement.where(asked >= filters.first_day)
    if filters.last_day is not None:
        statement = statement.where(asked <= filters.last_day)
    if filters.name is not None:
        statement = statement.where(_r.name.contains(filters.name, autoescape=True))
    return await _page(connection, statement, limit, before, {}, c.id)


async def of_person_at(
    connection: AsyncConnection, person_key: str, institution_id: str
) -> Sequence[RowMapping]:
    """One person's requests as far as they are an institution's business, the newest first."""
    statement = (
        select(*_SHOWN).select_from(_WITH_PERSON).where(*_OF_PERSON, _business_of(institution_id))
    )
    return await _page(connection, statement, _MOST_OF_ONE_PERSON, None, {"person_key": person_key})


def _business_of(institution_id: str) -> ColumnElement[bool]:
    """All about its own people; of others what was closed there."""
    closed_there = (_c.institution_id == institution_id) & (_c.state != "pending")
    return or_(_r.institution_id == institution_id, closed_there)


async def lock_registration(tx: Transaction, key: str) -> tuple[Registration, str] | None:
    """A registration with its institution's name, kept from others until the transaction ends."""
    row = (await tx.execute(_LOCK_REGISTRATION, {"key": key})).first()
    return (Registration(*row[:-1]), row[-1] or "") if row else None


async def name_of(connection: AsyncConnection, institution_id: str) -> str:
    statement = select(institution.c.name).where(institution.c.id == institution_id)
    return await connection.scalar(statement) or ""


async def _page(
    connection: AsyncConnection,
    statement: Any,
    limit: int,
    before: str | None,
    given: dict[str, Any],
    key: ColumnElement[str] = _c.id,
) -> Sequence[RowMapping]:
    if before is not None:
        statement = statement.where(key < before)
    found = await connection.execute(statement.order_by(key.desc()).limit(limit), given)
    return found.mappings().all()


def _values(one: InformationChange) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _NAMES}
