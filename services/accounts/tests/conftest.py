"""The accounts service, on real PostgreSQL and a clock that moves only when told to.

Made once for all tests, as argon2id, tables and routes take their time; emptied before each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from services.accounts.tests.world import World
from sqlalchemy import text
from tests.support.databases import Databases

from zhiye_accounts.adapters.tables import metadata, staff_act
from zhiye_accounts.service import build
from zhiye_chassis.clock import FixedClock
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service, create_app

EMPTY = text(
    "DO $$ BEGIN "
    + "".join(
        f'DELETE FROM "{table.name}"; '
        for table in reversed(metadata.sorted_tables)
        if table is not staff_act
    )
    + "TRUNCATE staff_act; "  # which only grows: a DELETE is refused
    + "END $$"
)


@pytest.fixture(scope="session")
async def _service(
    databases: Databases, settings_for: Callable[..., Any]
) -> AsyncIterator[tuple[Service, httpx.ASGITransport]]:
    database = await databases.take(metadata, "accounts")
    await database.close()
    service = build(settings_for(database.url), FixedClock(datetime.now(UTC)))
    yield service, httpx.ASGITransport(create_app(service), raise_app_exceptions=False)
    await service.database.close()


@pytest.fixture
async def world(
    _service: tuple[Service, httpx.ASGITransport],
    token_for: Callable[[Principal], str],
    clock: FixedClock,
) -> World:
    service, transport = _service
    async with service.database.transaction() as tx:
        await tx.execute(EMPTY)
    service.kit.clock.instant = clock.instant
    return World(service, service.kit, service.kit.clock, transport, token_for)
