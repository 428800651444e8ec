"""The migrations make the tables that the code declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text

from zhiye_chassis.database import Database
from zhiye_chassis.migrate import differences, upgrade
from zhiye_qualifications.adapters.tables import metadata


async def test_the_migrated_database_is_the_declared_one(
    make_database: Callable[..., Awaitable[Database]],
) -> None:
    database = await make_database(None, service="qualifications")
    await upgrade(database.url, "zhiye_qualifications.migrations")
    assert await differences(database.url, metadata) == []


async def test_the_year_constraint_waits_for_the_end_of_the_statement(
    make_database: Callable[..., Awaitable[Any]],
) -> None:
    database = await make_database(None, service="qualifications")
    await upgrade(database.url, "zhiye_qualifications.migrations")
    async with database.reading() as connection:
        deferrable = await connection.scalar(
            text(
                "SELECT condeferrable FROM pg_constraint WHERE contype = 'u'"
                " AND conname LIKE 'qualification_person_key%'"
            )
        )
    assert deferrable is True
