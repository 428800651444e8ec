"""What other services told, kept as the newest version of each thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Column, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters import tables

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def _array_type(column: Column[Any]) -> str:
    return "text" if isinstance(column.type, JSONB) else column.type.compile(_DIALECT).lower()


def _upsert(table: Table) -> TextClause:
    """One statement for any number of rows; an older version never overwrites a newer one."""
    names = [column.name for column in table.columns]
    arrays = ", ".join(f"CAST(:{c.name} AS {_array_type(c)}[])" for c in table.columns)
    values = ", ".join(
        f"CAST({c.name} AS jsonb)" if isinstance(c.type, JSONB) else c.name for c in table.columns
    )
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    return text(
        f"INSERT INTO {table.name} ({', '.join(names)})"  # noqa: S608 - names of our own tables
        f" SELECT {values} FROM unnest({arrays}) AS given ({', '.join(names)})"
        f" ON CONFLICT (id) DO UPDATE SET {changes}"
        f" WHERE excluded.version > {table.name}.version"
    )


_UPSERTS = {
    table: _upsert(table)
    for table in (tables.qualification, tables.institution, tables.authority, tables.account)
}


async def keep_newest(tx: Transaction, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Upsert the newest version of each row, in the order of the ids so that two consumers
    cannot deadlock."""
    newest: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        known = newest.get(row["id"])
        if known is None or row["version"] > known["version"]:
            newest[row["id"]] = row
    ordered = [newest[key] for key in sorted(newest)]
    if not ordered:
        return
    arrays: dict[str, list[Any]] = {}
    for column in table.columns:
        values = [row[column.name] for row in ordered]
        if isinstance(column.type, JSONB):
            values = [orjson.dumps(value).decode() for value in values]
        arrays[column.name] = values
    await tx.execute(_UPSERTS[table], arrays)
