"""Filings and their steps in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Timeline
from zhiye_institutions.adapters.tables import filing, filing_number, filing_step
from zhiye_institutions.domain.filing import Filing
from zhiye_institutions.domain.filing_workflow import OPEN

_NAMES = [field.name for field in fields(Filing)]
STEPS = Timeline(filing_step, "filing_id")
COLUMNS = [filing.c[name] for name in _NAMES]


def read(row: RowMapping) -> Filing:
    """A filing from a row that has ``COLUMNS``, whatever else it has."""
    return Filing(**{name: row[name] for name in _NAMES})


def _values(one: Filing) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _NAMES}


async def find(connection: AsyncConnection, key: str) -> Filing | None:
    row = (await connection.execute(select(*COLUMNS).where(filing.c.id == key))).mappings().first()
    return read(row) if row else None


async def lock(tx: Transaction, key: str) -> Filing | None:
    """The filing, kept from others until the transaction ends."""
    statement = select(*COLUMNS).where(filing.c.id == key).with_for_update()
    row = (await tx.execute(statement)).mappings().first()
    return read(row) if row else None


async def next_number(tx: Transaction, today: date) -> str:
    """``J``, the date, and seven digits that rise (they do not start again each day)."""
    serial = await tx.connection.scalar(select(func.nextval(filing_number.name)))
    return f"J{today:%Y%m%d}{serial:07d}"


async def begun_since(
    tx: Transaction, institution_id: str, since: datetime, most: int
) -> Sequence[datetime]:
    """When an institution began its filings since then, the newest first, ``most`` at most."""
    found = await tx.execute(
        select(filing.c.created_at)
        .where(filing.c.institution_id == institution_id, filing.c.created_at > since)
        .order_by(filing.c.created_at.desc())
        .limit(most)
    )
    times: Sequence[datetime] = found.scalars().all()
    return times


async def add(tx: Transaction, one: Filing) -> bool:
    """Insert a new filing; ``False`` if the institution has an open one of the kind."""
    statement = (
        pg_insert(filing)
        .values(_values(one))
        .on_conflict_do_nothing(
            index_elements=["institution_id", "kind"],
            # Literal: PostgreSQL cannot match a partial index by parameters in a generic plan.
            index_where=text("state IN ('draft', 'awaiting_authority', 'returned')"),
        )
    )
    return (await tx.execute(statement.returning(filing.c.id))).first() is not None


async def save(tx: Transaction, one: Filing) -> None:
    """Write a filing that ``lock`` gave."""
    await tx.execute(update(filing).where(filing.c.id == one.id).values(_values(one)))


async def was_returned(tx: Transaction, key: str) -> bool:
    found = await tx.execute(
        select(filing_step.c.id)
        .where(filing_step.c.filing_id == key, filing_step.c.action == "return")
        .limit(1)
    )
    return found.first() is not None


async def open_of(connection: AsyncConnection, institution_id: str) -> Sequence[RowMapping]:
    """Number and kind of the institution's open filings."""
    found = await connection.execute(
        select(filing.c.number, filing.c.kind)
        .where(filing.c.institution_id == institution_id, filing.c.state.in_(OPEN))
        .order_by(filing.c.id)
    )
    return found.mappings().all()
