"""The same behaviour is asked of both carriers, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import pytest
from services.chassis.tests.bus.world import World, metadata

CARRIERS = ["in_process", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)]


async def _forget_queues(amqp: str, queue: str) -> None:
    async with await aio_pika.connect(amqp) as connection:
        channel = await connection.channel()
        for name in (queue, f"{queue}.dead"):
            await channel.queue_delete(name)


async def _world(amqp: str, make_database: Any) -> AsyncIterator[World]:
    world = World(
        await make_database(metadata, "writer"), await make_database(metadata, "reader"), amqp
    )
    yield world
    if amqp:
        await _forget_queues(amqp, world.subscriptions.queue)


@pytest.fixture(params=CARRIERS)
async def world(request: pytest.FixtureRequest, make_database: Any) -> AsyncIterator[World]:
    """Two services and a bus between them; every test runs once for each carrier."""
    amqp = request.getfixturevalue("amqp_url") if request.param == "rabbitmq" else ""
    async for world in _world(amqp, make_database):
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
