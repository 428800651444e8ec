"""The migrations make the tables that the code declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from zhiye_accounts.adapters.tables import metadata
from zhiye_chassis import migrate


async def test_the_migrated_database_is_what_the_code_declares(
    make_database: Callable[..., Awaitable[Any]],
) -> None:
    database = await make_database(None, service="accounts")
    await migrate.upgrade(database.url, "zhiye_accounts.migrations")
    assert await migrate.differences(database.url, metadata) == []
    await migrate.upgrade(database.url, "zhiye_accounts.migrations")
