"""A look into the databases of a running system."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.journeys.system import System

from zhiye_launcher import registry


async def query(system: System, service: str, statements: dict[str, str]) -> dict[str, Any]:
    engine = create_async_engine(system.database(service), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return {
                name: await connection.scalar(text(statement))
                for name, statement in statements.items()
            }
    finally:
        await engine.dispose()


async def all_is_well(system: System) -> None:
    """Every event leaves the outbox and none is given up on."""
    states = {
        "outbox": "SELECT count(*) FROM outbox",
        "retry": "SELECT count(*) FROM failed_event WHERE state = 'retry'",
        "dead": "SELECT count(*) FROM failed_event WHERE state = 'dead'",
    }
    async with asyncio.timeout(30):
        for service in registry.SERVICES:
            while any((left := await query(system, service, states)).values()):
                assert not left["dead"], f"{service}: {left}"
                await asyncio.sleep(0.2)
