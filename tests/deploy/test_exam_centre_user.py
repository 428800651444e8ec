"""What the exam centre's user of the broker may do, on a real RabbitMQ: publish its statements,
fetch its answers, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ProbableAuthenticationError
from aiormq.exceptions import ChannelAccessRefused
from tests.support import servers

from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_contracts.exam_centre import EXCHANGE, INBOX, BatchEnded, ExamCentreResult
from zhiye_launcher.registry import detached

pytestmark = pytest.mark.rabbitmq

SCRIPT = Path(__file__).parents[2] / "deploy/rabbitmq/exam-centre-user.sh"
PASSWORD = "not a secret: 'quoted' \"twice\" $HOME"


@pytest.fixture(scope="module")
async def topology(amqp_url: str) -> AsyncIterator[None]:
    bus = await RabbitCarrier.connect(amqp_url)
    services = detached()
    for service in services.values():
        await service.declare(bus)
    yield
    await bus.close()
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for service in services.values():
            for queue in (service.subscriptions, *service.outside):
                await channel.queue_delete(queue.queue)
                await channel.queue_delete(f"{queue.queue}.dead")
            for outlet in service.outlets:
                await channel.queue_delete(outlet.queue)
        await channel.exchange_delete(EXCHANGE)


@pytest.fixture(scope="module")
async def address(topology: None, amqp_url: str, _found_broker: servers.Broker) -> dict[str, Any]:
    """Where the exam centre connects to, once its user was made; twice, as that sets it anew."""
    if not _found_broker.restartable:
        pytest.skip(servers.NOT_OURS)
    for _ in range(2):
        await asyncio.to_thread(_found_broker.run, SCRIPT, {"EXAM_CENTRE_PASSWORD": PASSWORD})
    url = urlsplit(amqp_url)
    return {"host": url.hostname, "port": url.port, "login": "exam-centre"}


@pytest.fixture
async def centre(address: dict[str, Any]) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    """``await centre()``: another channel of the exam centre; one that is refused is closed."""
    async with await aio_pika.connect(**address, password=PASSWORD) as connection:
        yield connection.channel


def message() -> aio_pika.Message:
    return aio_pika.Message(b"{}", content_type="application/cloudevents+json")


async def test_it_publishes_its_statements_and_fetches_its_answers(
    centre: Any, amqp_url: str
) -> None:
    channel = await centre()
    exchange = await channel.get_exchange(EXCHANGE, ensure=False)
    await exchange.publish(message(), routing_key=BatchEnded.type, mandatory=True)
    bus = await RabbitCarrier.connect(amqp_url)
    assert await bus.measure("zhiye.qualifications.exam-centre") == 1
    assert not await bus.publish({ExamCentreResult.type: [[b'{"answer":1}']]})
    await bus.close()
    inbox = await channel.get_queue(INBOX, ensure=False)
    answer = await inbox.get(timeout=10)
    assert answer.body == b'[{"answer":1}]'
    await answer.ack()


async def publish(channel: AbstractChannel, exchange: str, key: str) -> None:
    target = await channel.get_exchange(exchange, ensure=False)
    await target.publish(message(), routing_key=key)


NO_ENTRY: dict[str, Callable[[AbstractChannel], Awaitable[Any]]] = {
    "publishing as one of our services": lambda c: publish(
        c, "zhiye.events", "zhiye.qualifications.qualification-recorded.v1"
    ),
    "publishing another type": lambda c: publish(
        c, EXCHANGE, "zhiye.registration.qualifications-kept.v1"
    ),
    "publishing to a queue directly": lambda c: c.default_exchange.publish(
        message(), routing_key="zhiye.accounts"
    ),
    "publishing to another exchange": lambda c: publish(c, "amq.topic", BatchEnded.type),
    "reading a queue of ours": lambda c: _get(c, "zhiye.qualifications"),
    "reading what it sent itself": lambda c: _get(c, "zhiye.qualifications.exam-centre"),
    "declaring a queue": lambda c: c.declare_queue("mine"),
    "declaring a queue for itself alone": lambda c: c.declare_queue(exclusive=True),
    "declaring an exchange": lambda c: c.declare_exchange("mine"),
    "deleting its inbox": lambda c: c.queue_delete(INBOX),
    "deleting its exchange": lambda c: c.exchange_delete(EXCHANGE),
    "binding its inbox to everything": lambda c: _bind(c, INBOX, "zhiye.events"),
    "purging a queue of ours": lambda c: _purge(c, "zhiye.accounts"),
}


async def _get(channel: AbstractChannel, name: str) -> None:
    queue = await channel.get_queue(name, ensure=False)
    await queue.get(fail=False)


async def _bind(channel: AbstractChannel, name: str, exchange: str) -> None:
    queue = await channel.get_queue(name, ensure=False)
    await queue.bind(exchange, routing_key="#")


async def _purge(channel: AbstractChannel, name: str) -> None:
    queue = await channel.get_queue(name, ensure=False)
    await queue.purge()


@pytest.mark.parametrize("what", list(NO_ENTRY))
async def test_it_may_do_nothing_else(centre: Any, what: str) -> None:
    channel = await centre()
    with pytest.raises(ChannelAccessRefused):
        await NO_ENTRY[what](channel)


async def test_a_wrong_password_does_not_get_in(address: dict[str, Any]) -> None:
    with pytest.raises(ProbableAuthenticationError):
        await aio_pika.connect(**address, password="guess")
