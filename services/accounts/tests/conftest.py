"""The accounts service, on real PostgreSQL and a clock that moves only when told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from services.accounts.tests.world import World

from zhiye_accounts.adapters.tables import metadata
from zhiye_accounts.service import build
from zhiye_chassis.clock import FixedClock
from zhiye_chassis.security import Principal


@pytest.fixture
async def world(
    make_database: Callable[..., Awaitable[Any]],
    settings_for: Callable[..., Any],
    token_for: Callable[[Principal], str],
    client_for: Callable[..., httpx.AsyncClient],
    clock: FixedClock,
) -> AsyncIterator[World]:
    database = await make_database(metadata, service="accounts")
    service = build(settings_for(database.url), clock)
    yield World(
        service, service.kit, clock, client_for, token_for, client_for(service, language="en")
    )
    await service.database.close()
