"""Scope cases and their steps in the database."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Timeline
from zhiye_registration.adapters.scope_tables import (
    scope_case,
    scope_case_number,
    scope_case_step,
)
from zhiye_registration.domain.scope_case import ScopeCase

_NAMES = [field.name for field in fields(ScopeCase)]
COLUMNS = [scope_case.c[name] for name in _NAMES]
"""What ``read`` reads."""
STEPS = Timeline(scope_case_step, "case_id")
_LISTS = ("scopes", "proposed_scopes", "agreed_scopes")
_BY_ID = select(*COLUMNS).where(scope_case.c.id == bindparam("key"))
_OF_APPLICATION = select(*COLUMNS).where(scope_case.c.application_id == bindparam("key"))
_SAVE = (
    update(scope_case)
    .where(scope_case.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in _NAMES if name != "id"})
)


def read(row: RowMapping) -> ScopeCase:
    values = {name: row[name] for name in _NAMES}
    for name in _LISTS:
        values[name] = None if values[name] is None else tuple(values[name])
    return ScopeCase(**values)


async def find(connection: AsyncConnection, key: str) -> ScopeCase | None:
    row = (await connection.execute(_BY_ID, {"key": key})).mappings().first()
    return read(row) if row else None


async def lock(tx: Transaction, key: str) -> ScopeCase | None:
    """The case, kept from others until the transaction ends."""
    row = (await tx.execute(_BY_ID.with_for_update(), {"key": key})).mappings().first()
    return read(row) if row else None


async def of_application(connection: AsyncConnection, key: str) -> ScopeCase | None:
    row = (await connection.execute(_OF_APPLICATION, {"key": key})).mappings().first()
    return read(row) if row else None


async def lock_of_application(tx: Transaction, key: str) -> ScopeCase | None:
    """As ``of_application``, kept from others until the transaction ends."""
    row = (await tx.execute(_OF_APPLICATION.with_for_update(), {"key": key})).mappings().first()
    return read(row) if row else None


async def next_number(tx: Transaction, today: date) -> str:
    """``X``, the date, and seven digits that rise (they do not start again each day)."""
    serial = await tx.connection.scalar(select(func.nextval(scope_case_number.name)))
    return f"X{today:%Y%m%d}{serial:07d}"


async def add(tx: Transaction, one: ScopeCase) -> None:
    await tx.execute(insert(scope_case).values(_values(one)))


async def save(tx: Transaction, one: ScopeCase) -> None:
    """Write a case that was locked."""
    await tx.execute(_SAVE, _values(one) | {"key": one.id})


def _values(one: ScopeCase) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _NAMES}
    for name in _LISTS:
        values[name] = None if values[name] is None else list(values[name])
    return values | {"reasons": list(one.reasons)}
