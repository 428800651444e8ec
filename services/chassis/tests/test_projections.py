"""Projections keep the newest version, whatever comes when."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, Text, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from zhiye_chassis.database import Database
from zhiye_chassis.projections import keep_newest
from zhiye_chassis.tables import new_metadata

metadata = new_metadata()
thing = Table(
    "thing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text),
    Column("open", Boolean),
    Column("day", Date),
    Column("instant", DateTime(timezone=True)),
    Column("details", JSONB),
)


@pytest.fixture
async def database(make_database: Any) -> Database:
    made: Database = await make_database(metadata)
    return made


def row(id_: str, version: int, **more: Any) -> dict[str, Any]:
    empty = {"name": None, "open": None, "day": None, "instant": None, "details": None}
    return {"id": id_, "version": version, **empty, **more}


async def keep(database: Database, *rows: dict[str, Any]) -> set[str]:
    async with database.transaction() as tx:
        return await keep_newest(tx, thing, rows)


async def versions(database: Database) -> dict[str, int]:
    async with database.reading() as connection:
        found = await connection.execute(select(thing.c.id, thing.c.version))
        return {row.id: row.version for row in found}


async def test_every_kind_of_value_comes_back_as_it_went(database: Database) -> None:
    values = {
        "name": "王\"芳',{}",
        "open": True,
        "day": date(2026, 2, 28),
        "instant": datetime(2026, 11, 23, 2, tzinfo=UTC),
        "details": {"a": [1, None, {"b": "王"}], "c": "}"},
    }
    assert await keep(database, row("full", 1, **values), row("empty", 1)) == {"full", "empty"}
    async with database.reading() as connection:
        full = (
            (await connection.execute(select(thing).where(thing.c.id == "full"))).mappings().one()
        )
        empty = (
            (await connection.execute(select(thing).where(thing.c.id == "empty"))).mappings().one()
        )
    assert dict(full) == {"id": "full", "version": 1, **values}
    assert dict(empty) == row("empty", 1)


async def test_only_what_really_changed_is_told(database: Database) -> None:
    assert await keep(database) == set()
    await keep(database, row("a", 5), row("b", 5))
    assert await keep(database, row("a", 5), row("a", 4), row("b", 6), row("c", 1)) == {"b", "c"}
    assert await versions(database) == {"a": 5, "b": 6, "c": 1}


async def test_the_newest_of_several_in_one_delivery_wins_in_any_order(database: Database) -> None:
    rows = [row("a", n, name=f"n{n}") for n in range(1, 50)]
    random.Random(3).shuffle(rows)
    assert await keep(database, *rows) == {"a"}
    async with database.reading() as connection:
        assert (await connection.scalar(text("SELECT name FROM thing"))) == "n49"


async def test_two_consumers_at_the_same_time_neither_deadlock_nor_go_back(
    database: Database,
) -> None:
    draw = random.Random(5)

    async def consumer() -> None:
        for version in range(1, 15):
            rows = [row(f"t{n}", version) for n in range(40)]
            draw.shuffle(rows)
            await keep(database, *rows)

    await asyncio.gather(*(consumer() for _ in range(4)))
    assert await versions(database) == {f"t{n}": 14 for n in range(40)}


async def test_thousands_of_rows_go_in_one_statement(database: Database) -> None:
    assert len(await keep(database, *(row(f"t{n}", 1) for n in range(20_000)))) == 20_000


def many(count: int, version: int = 1) -> list[dict[str, Any]]:
    return [row(f"t{n:04d}", version, name=f"v{version}", details=[n]) for n in range(count)]


@pytest.mark.parametrize("known", [0, 1, 299], ids=["all new", "one known", "one new"])
async def test_hundreds_of_first_versions_are_kept_though_some_are_known(
    database: Database, known: int
) -> None:
    await keep(database, *many(known))
    changed = await keep(database, *many(300))
    assert len(changed) == 300 - known
    assert await versions(database) == {f"t{n:04d}": 1 for n in range(300)}


async def test_hundreds_of_first_versions_that_come_late_change_nothing(
    database: Database,
) -> None:
    await keep(database, *many(300, version=2)[::2])
    changed = await keep(database, *many(300))
    assert len(changed) == 150
    kept = await versions(database)
    assert sorted(kept.values()) == [1] * 150 + [2] * 150
    assert kept["t0000"] == 2


async def test_hundreds_told_twice_at_once_are_kept_once(database: Database) -> None:
    rows = many(300)
    changed = await asyncio.gather(*(keep(database, *rows[: 200 + n]) for n in (0, 50, 100)))
    assert sum(len(keys) for keys in changed) == 300
    assert len(await versions(database)) == 300


async def test_what_else_is_wrong_with_hundreds_of_rows_is_an_error(database: Database) -> None:
    rows = many(300)
    rows[7]["name"] = "\0"
    with pytest.raises(DBAPIError):
        await keep(database, *rows)
    assert await versions(database) == {}
