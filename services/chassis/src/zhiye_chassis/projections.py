"""What other services told, kept as the newest version of each thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Column, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from zhiye_chassis.database import Transaction

MANY = 100
"""Rows from which on a savepoint and ``COPY`` cost less than an upsert, by half."""
_UNIQUE_VIOLATION = "23505"

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def _array_type(column: Column[Any]) -> str:
    return "text" if isinstance(column.type, JSONB) else column.type.compile(_DIALECT).lower()


@lru_cache(maxsize=64)
def _upsert(table: Table, key: str) -> TextClause:
    """One statement for any number of rows: one array a column, so that no number of rows meets
    the limit of parameters. An older version never overwrites a newer one."""
    names = [column.name for column in table.columns]
    arrays = ", ".join(f"CAST(:{c.name} AS {_array_type(c)}[])" for c in table.columns)
    values = ", ".join(
        f"CAST({c.name} AS jsonb)" if isinstance(c.type, JSONB) else c.name for c in table.columns
    )
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
    return text(
        f"INSERT INTO {table.name} ({', '.join(names)})"  # noqa: S608 - names of our own tables
        f" SELECT {values} FROM unnest({arrays}) AS given ({', '.join(names)})"
        f" ON CONFLICT ({key}) DO UPDATE SET {changes}"
        f" WHERE excluded.version > {table.name}.version RETURNING {table.name}.{key}"
    )


async def keep_newest(
    tx: Transaction, table: Table, rows: Iterable[Mapping[str, Any]], *, key: str = "id"
) -> set[str]:
    """Upsert the newest version of each row; the keys that really changed.

    ``table`` has the columns of the rows, among them ``key`` (unique) and ``version``.
    """
    given = list(rows)
    columns = {column.name: [row[column.name] for row in given] for column in table.columns}
    return await keep_newest_of(tx, table, columns, key=key)


async def keep_newest_of(
    tx: Transaction, table: Table, columns: Mapping[str, Sequence[Any]], *, key: str = "id"
) -> set[str]:
    """The same for rows that come as a table: a list for each column, all equally long.

    Rows go in the order of their keys, so that two consumers cannot deadlock.
    """
    keys, versions = columns[key], columns["version"]
    newest: dict[str, int] = {}
    for place, id_ in enumerate(keys):
        if (known := newest.get(id_)) is None or versions[place] > versions[known]:
            newest[id_] = place
    if not newest:
        return set()
    order = [newest[id_] for id_ in sorted(newest)]
    arrays: dict[str, list[Any]] = {}
    for column in table.columns:
        given = columns[column.name]
        values = [given[place] for place in order]
        if isinstance(column.type, JSONB):
            values = [orjson.dumps(value).decode() for value in values]
        arrays[column.name] = values
    if len(order) >= MANY and max(arrays["version"]) == 1 and await _copied(tx, table, arrays):
        return set(arrays[key])
    return set((await tx.execute(_upsert(table, key), arrays)).scalars())


async def _copied(tx: Transaction, table: Table, arrays: Mapping[str, Sequence[Any]]) -> bool:
    """Insert rows that are new, as first versions are unless something was told out of order;
    ``False`` when one of them is not: then none was inserted."""
    savepoint = await tx.connection.begin_nested()
    try:
        await tx.copy(table, zip(*(arrays[c.name] for c in table.columns), strict=True))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _UNIQUE_VIOLATION:
            raise
        await savepoint.rollback()
        return False
    await savepoint.commit()
    return True
