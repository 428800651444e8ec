"""What the user of a health supervision system may do, on a real RabbitMQ: publish penalties, fetch
its answers, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused
from tests.deploy.outsiders import message, no_entry, publish, topology
from tests.support import servers

from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_contracts.supervision import EXCHANGE, INBOX, PenaltyResult, PenaltyStated

pytestmark = pytest.mark.rabbitmq

SCRIPT = Path(__file__).parents[2] / "deploy/rabbitmq/supervision-user.sh"
PASSWORD = "not a secret: 'quoted' \"twice\" $HOME"
QUEUE = "zhiye.registration.supervision"
NO_ENTRY = no_entry(EXCHANGE, PenaltyStated.type, INBOX, QUEUE)


@pytest.fixture(scope="module")
async def address(amqp_url: str, _found_broker: servers.Broker) -> AsyncIterator[dict[str, Any]]:
    """Where the system connects to, once its user was made; twice, as that sets it anew."""
    if not _found_broker.restartable:
        pytest.skip(servers.NOT_OURS)
    async with topology(amqp_url):
        for _ in range(2):
            await asyncio.to_thread(_found_broker.run, SCRIPT, {"SUPERVISION_PASSWORD": PASSWORD})
        url = urlsplit(amqp_url)
        yield {"host": url.hostname, "port": url.port, "login": "supervision"}


@pytest.fixture
async def system(address: dict[str, Any]) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    """``await system()``: another channel of it; one that is refused is closed."""
    async with await aio_pika.connect(**address, password=PASSWORD) as connection:
        yield connection.channel


async def test_it_publishes_its_statements_and_fetches_its_answers(
    system: Any, amqp_url: str
) -> None:
    channel = await system()
    exchange = await channel.get_exchange(EXCHANGE, ensure=False)
    await exchange.publish(message(), routing_key=PenaltyStated.type, mandatory=True)
    bus = await RabbitCarrier.connect(amqp_url)
    assert await bus.measure(QUEUE) == 1
    assert not await bus.publish({PenaltyResult.type: [[b'{"answer":1}']]})
    await bus.close()
    inbox = await channel.get_queue(INBOX, ensure=False)
    answer = await inbox.get(timeout=10)
    assert answer.body == b'[{"answer":1}]'
    await answer.ack()


@pytest.mark.parametrize("what", list(NO_ENTRY))
async def test_it_may_do_nothing_else(system: Any, what: str) -> None:
    with pytest.raises(ChannelAccessRefused):
        await NO_ENTRY[what](await system())


async def test_it_can_neither_state_answers_nor_for_the_exam_centre(system: Any) -> None:
    for exchange, key in (
        (EXCHANGE, PenaltyResult.type),
        ("exam-centre", "exam-centre.batch-ended.v1"),
        ("record-feeds", "record-feeds.promotion-stated.v1"),
    ):
        with pytest.raises(ChannelAccessRefused):
            await publish(await system(), exchange, key)
