"""The same behaviour is asked of both carriers, on a real PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import pytest
from services.chassis.tests.bus.world import World, metadata

from zhiye_chassis.bus.subscriptions import EXCHANGE

CARRIERS = ["in_process", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)]


async def _forget(world: World) -> None:
    async with await aio_pika.connect(world.amqp) as connection:
        channel = await connection.channel()
        for name in (world.subscriptions.queue, f"{world.subscriptions.queue}.dead"):
            await channel.queue_delete(name)
        if world.subscriptions.outside:
            await channel.exchange_delete(world.exchange)


async def _world(amqp: str, make_database: Any, exchange: str = EXCHANGE) -> AsyncIterator[World]:
    writer, reader = [await make_database(metadata, name) for name in ("writer", "reader")]
    world = World(writer, reader, amqp, exchange=exchange)
    yield world
    if amqp:
        await _forget(world)


@pytest.fixture(params=CARRIERS)
async def world(request: pytest.FixtureRequest, make_database: Any) -> AsyncIterator[World]:
    """Two services and a bus between them; every test runs once for each carrier."""
    amqp = request.getfixturevalue("amqp_url") if request.param == "rabbitmq" else ""
    async for world in _world(amqp, make_database):
        yield world


@pytest.fixture(params=CARRIERS)
async def outside_world(request: pytest.FixtureRequest, make_database: Any) -> AsyncIterator[World]:
    """The same, but the reader reads from an exchange that somebody outside writes to."""
    amqp = request.getfixturevalue("amqp_url") if request.param == "rabbitmq" else ""
    async for world in _world(amqp, make_database, f"test-outside-{secrets.token_hex(6)}"):
        yield world


@pytest.fixture
async def in_process_world(make_database: Any) -> AsyncIterator[World]:
    """The same, for what has nothing to do with the carrier."""
    async for world in _world("", make_database):
        yield world


@pytest.fixture
async def rabbit_world(amqp_url: str, make_database: Any) -> AsyncIterator[World]:
    """The same, for what only a broker can do to us."""
    async for world in _world(amqp_url, make_database):
        yield world
