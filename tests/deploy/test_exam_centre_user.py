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
from aio_pika.exceptions import ProbableAuthenticationError
from aiormq.exceptions import ChannelAccessRefused
from tests.deploy.outsiders import message, no_entry, topology
from tests.support import servers

from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_contracts.exam_centre import EXCHANGE, INBOX, BatchEnded, ExamCentreResult

pytestmark = pytest.mark.rabbitmq

SCRIPT = Path(__file__).parents[2] / "deploy/rabbitmq/exam-centre-user.sh"
PASSWORD = "not a secret: 'quoted' \"twice\" $HOME"


@pytest.fixture(scope="module")
async def broker_topology(amqp_url: str) -> AsyncIterator[None]:
    async with topology(amqp_url):
        yield


@pytest.fixture(scope="module")
async def address(
    broker_topology: None, amqp_url: str, _found_broker: servers.Broker
) -> dict[str, Any]:
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


NO_ENTRY = no_entry(EXCHANGE, BatchEnded.type, INBOX, "zhiye.qualifications.exam-centre")


@pytest.mark.parametrize("what", list(NO_ENTRY))
async def test_it_may_do_nothing_else(centre: Any, what: str) -> None:
    channel = await centre()
    with pytest.raises(ChannelAccessRefused):
        await NO_ENTRY[what](channel)


async def test_a_wrong_password_does_not_get_in(address: dict[str, Any]) -> None:
    with pytest.raises(ProbableAuthenticationError):
        await aio_pika.connect(**address, password="guess")
