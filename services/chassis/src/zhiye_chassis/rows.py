"""Many rows in one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, Column, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.database import Transaction

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert_rows(
    tx: Transaction,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    same: Mapping[str, Any] | None = None,
    returning: str = "",
) -> set[str]:
    """Insert rows, all with the same columns, in their order; those that are there already are
    left out. ``same`` is what all of them have. The ``returning`` column of those inserted."""
    if not rows:
        return set()
    same = same or {}
    given = {name: _sent(table.columns[name], [row[name] for row in rows]) for name in rows[0]}
    given |= {name: _sent(table.columns[name], [value])[0] for name, value in same.items()}
    inserted = await tx.execute(_insert(table, tuple(rows[0]), tuple(same), returning), given)
    return set(inserted.scalars()) if returning else set()


@lru_cache(maxsize=16)
def _insert(
    table: Table, names: tuple[str, ...], same: tuple[str, ...], returning: str
) -> TextClause:
    """One array a column, so that no number of rows meets the limit of parameters."""
    columns = [table.columns[name] for name in names]
    arrays = ", ".join(f"CAST(:{c.name} AS {_array_type(c)}[])" for c in columns)
    values = [f"CAST({c.name} AS {_type(c)})" for c in columns]
    values += [f"CAST(:{name} AS {_type(table.columns[name])})" for name in same]
    return text(
        f"INSERT INTO {table.name} ({', '.join((*names, *same))})"  # noqa: S608 - our own names
        f" SELECT {', '.join(values)} FROM unnest({arrays}) AS given ({', '.join(names)})"
        " ON CONFLICT DO NOTHING" + (f" RETURNING {returning}" if returning else "")
    )


def _type(column: Column[Any]) -> str:
    if isinstance(column.type, ARRAY):
        return "text[]"
    return column.type.compile(_DIALECT).lower().split(" collate")[0]


def _array_type(column: Column[Any]) -> str:
    return "text" if isinstance(column.type, JSONB | ARRAY) else _type(column)


def _sent(column: Column[Any], values: list[Any]) -> list[Any]:
    if isinstance(column.type, JSONB):
        return [orjson.dumps(value).decode() for value in values]
    if isinstance(column.type, ARRAY):
        return [_array(value) for value in values]
    return values


def _array(items: Collection[str]) -> str:
    """As PostgreSQL writes an array."""
    joined = '","'.join(items)
    if "\\" in joined or joined.count('"') > 2 * (len(items) - 1):
        escaped = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
        joined = '","'.join(escaped)
    return f'{{"{joined}"}}' if items else "{}"
