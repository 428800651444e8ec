"""What the user of a system that feeds records may do, on a real RabbitMQ: publish statements of
its own feed, fetch its own answers, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused
from tests.deploy.outsiders import fetch, message, no_entry, publish, topology
from tests.support import servers

from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_contracts.record_feeds import EXCHANGE, inbox_of

pytestmark = pytest.mark.rabbitmq

SCRIPT = Path(__file__).parents[2] / "deploy/rabbitmq/feed-user.sh"
PASSWORD = "not a secret: 'quoted' \"twice\" $HOME"
FEEDS = ("assessment", "residency", "education", "promotion")
QUEUE = f"zhiye.registration.{EXCHANGE}"

Channel = Callable[[str], Awaitable[Any]]


@pytest.fixture(scope="module")
async def address(amqp_url: str, _found_broker: servers.Broker) -> AsyncIterator[dict[str, Any]]:
    """Where the systems connect to, once their users were made; twice, as that sets them anew."""
    if not _found_broker.restartable:
        pytest.skip(servers.NOT_OURS)
    async with topology(amqp_url):
        for feed in (*FEEDS, *FEEDS):
            given = {"FEED": feed, "FEED_PASSWORD": PASSWORD}
            await asyncio.to_thread(_found_broker.run, SCRIPT, given)
        url = urlsplit(amqp_url)
        yield {"host": url.hostname, "port": url.port, "password": PASSWORD}


@pytest.fixture
async def channel(address: dict[str, Any]) -> AsyncIterator[Channel]:
    """``await channel(feed)``: a channel of the system behind a feed."""
    opened: list[Any] = []

    async def connect(feed: str) -> Any:
        opened.append(await aio_pika.connect(**address, login=f"{feed}-feed"))
        return await opened[-1].channel()

    yield connect
    for connection in opened:
        await connection.close()


@pytest.mark.parametrize("feed", FEEDS)
async def test_it_publishes_its_statements_and_fetches_its_answers(
    channel: Channel, amqp_url: str, feed: str
) -> None:
    own = await channel(feed)
    bus = await RabbitCarrier.connect(amqp_url)
    before = await bus.measure(QUEUE)
    exchange = await own.get_exchange(EXCHANGE, ensure=False)
    await exchange.publish(message(), routing_key=f"{EXCHANGE}.{feed}-stated.v1", mandatory=True)
    assert await bus.measure(QUEUE) == before + 1
    assert not await bus.publish({f"{EXCHANGE}.{feed}-result.v1": [[b'{"answer":1}']]})
    await bus.close()
    inbox = await own.get_queue(inbox_of(feed), ensure=False)
    answer = await inbox.get(timeout=10)
    assert answer.body == b'[{"answer":1}]'
    await answer.ack()


def _no_entry(feed: str) -> Any:
    return no_entry(EXCHANGE, f"{EXCHANGE}.{feed}-stated.v1", inbox_of(feed), QUEUE)


@pytest.mark.parametrize("what", list(_no_entry("assessment")))
async def test_it_may_do_nothing_else(channel: Channel, what: str) -> None:
    with pytest.raises(ChannelAccessRefused):
        await _no_entry("assessment")[what](await channel("assessment"))


@pytest.mark.parametrize("feed", FEEDS)
async def test_it_neither_states_for_another_feed_nor_reads_its_answers(
    channel: Channel, feed: str
) -> None:
    for other in FEEDS:
        if other == feed:
            continue
        with pytest.raises(ChannelAccessRefused):
            await publish(await channel(feed), EXCHANGE, f"{EXCHANGE}.{other}-stated.v1")
        with pytest.raises(ChannelAccessRefused):
            await fetch(await channel(feed), inbox_of(other))
    with pytest.raises(ChannelAccessRefused):
        await publish(await channel(feed), EXCHANGE, f"{EXCHANGE}.{feed}-result.v1")
