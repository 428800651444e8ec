"""The institutions service on a database of its own, and who may ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from zhiye_chassis.clock import FixedClock
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service
from zhiye_institutions.adapters.tables import metadata
from zhiye_institutions.application.register_authority import register_authority
from zhiye_institutions.application.register_institution import register_institution
from zhiye_institutions.application.zones import decide_zone, report_zone
from zhiye_institutions.kit import Kit
from zhiye_institutions.service import build


@dataclass
class World:
    """The service, and short ways to fill it and to see what it published."""

    service: Service
    kit: Kit
    client: Callable[..., httpx.AsyncClient]

    async def authority(self, name: str, level: str, region: str, **more: Any) -> str:
        async with self.kit.database.transaction() as tx:
            return await register_authority(
                tx, self.kit, name=name, level=level, region=region, **more
            )

    async def institution(self, name: str, region: str, **more: Any) -> str:
        given = {"category": "A100", "ownership": "11"} | more
        async with self.kit.database.transaction() as tx:
            return await register_institution(tx, self.kit, name=name, region=region, **given)

    async def zone(self, name: str, parent: str) -> str:
        """A special zone that was reported and has its code, which is returned."""
        reporter = Principal("account-p", "authority", "处长", region=f"{parent[:2]}0000")
        operator = Principal("account-o", "operator", "运维")
        async with self.kit.database.transaction() as tx:
            id_ = await report_zone(
                tx, self.kit, reporter, name=name, parent=parent, document="政函 1 号"
            )
            code = await decide_zone(tx, self.kit, operator, id_, "assign", None)
        assert code is not None
        return code

    async def published(self, what: str) -> list[dict[str, Any]]:
        """Data of the events published so far, of the types that end like this, in order."""
        async with self.kit.database.reading() as connection:
            rows = await connection.execute(
                text("SELECT event FROM outbox WHERE type LIKE :t ORDER BY id"),
                {"t": f"%.{what}.v1"},
            )
            return [orjson.loads(row.event)["data"] for row in rows]


@pytest.fixture
async def world(
    make_database: Callable[..., Awaitable[Any]],
    settings_for: Callable[..., Any],
    token_for: Callable[[Principal], str],
    client_for: Callable[..., httpx.AsyncClient],
    clock: FixedClock,
) -> AsyncIterator[World]:
    database = await make_database(metadata, service="institutions")
    settings = settings_for(database.url)
    service = build(settings, clock)

    def client(role: str | None = None, language: str = "", **scope: Any) -> httpx.AsyncClient:
        token = token_for(Principal(f"account-{role}", role, **scope)) if role else ""  # type: ignore[arg-type]
        return client_for(service, token, language)

    yield World(service, Kit(settings, clock, service.database), client)
    await service.database.close()
