"""Catalogues of scopes in the database: every version is kept, the newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_contracts.reasons import Text
from zhiye_registration.adapters.scope_tables import scope_catalogue
from zhiye_registration.domain.scopes import Catalogue, Entry, as_published, national_catalogue

_c = scope_catalogue.c


async def catalogue_of(connection: AsyncConnection, province: str, on: date) -> Catalogue:
    """The catalogue of a province (two digits, or a code inside it) on a day: of that year, else
    of the newest earlier year with one, else the national one."""
    row = await row_of(connection, province[:2], on.year)
    return read(row) if row else national_catalogue()


async def row_of(connection: AsyncConnection, province: str, year: int) -> RowMapping | None:
    """The newest version of the newest year up to this one."""
    found = await connection.execute(
        select(scope_catalogue)
        .where(_c.province == province, _c.year <= year)
        .order_by(_c.year.desc(), _c.version.desc())
        .limit(1)
    )
    return found.mappings().first()


async def version_of(
    connection: AsyncConnection, province: str, year: int, version: int
) -> RowMapping | None:
    """One version of a year, however old."""
    found = await connection.execute(
        select(scope_catalogue).where(
            _c.province == province, _c.year == year, _c.version == version
        )
    )
    return found.mappings().first()


async def versions(connection: AsyncConnection, province: str) -> Sequence[RowMapping]:
    """Every version of every year of a province, without the entries, the newest first."""
    found = await connection.execute(
        select(*(column for column in _c if column.name != "entries"))
        .where(_c.province == province)
        .order_by(_c.year.desc(), _c.version.desc())
    )
    return found.mappings().all()


async def newest(connection: AsyncConnection) -> Sequence[RowMapping]:
    """The newest catalogue of each province that has published one."""
    found = await connection.execute(
        select(scope_catalogue)
        .ext(distinct_on(_c.province))
        .order_by(_c.province, _c.year.desc(), _c.version.desc())
    )
    return found.mappings().all()


async def add(tx: Transaction, one: Catalogue, published: dict[str, Any]) -> bool:
    """Insert a version; ``False`` if it does not follow the newest one of its year."""
    latest = (
        select(func.coalesce(func.max(_c.version), 0))
        .where(_c.province == one.province, _c.year == one.year)
        .scalar_subquery()
    )
    if await tx.connection.scalar(select(latest)) != one.version - 1:
        return False
    values = {
        "province": one.province,
        "year": one.year,
        "version": one.version,
        "most_scopes": one.most_scopes,
        "entries": [_kept(entry) for entry in one.entries],
    }
    # Of two at once, the second waits here, and finds the version taken.
    statement = insert(scope_catalogue).values(values | published).on_conflict_do_nothing()
    return (await tx.execute(statement.returning(_c.version))).first() is not None


def read(row: RowMapping) -> Catalogue:
    entries = [
        Entry(
            one["category"],
            one["scope"],
            Text(one["label"]["zh"], one["label"]["en"]),
            tuple(one["departments"]),
        )
        for one in row["entries"]
    ]
    return as_published(row["province"], row["year"], entries, row["most_scopes"], row["version"])


def _kept(entry: Entry) -> dict[str, Any]:
    return {
        "category": entry.category,
        "scope": entry.scope,
        "label": {"zh": entry.label.zh, "en": entry.label.en},
        "departments": list(entry.departments),
    }
