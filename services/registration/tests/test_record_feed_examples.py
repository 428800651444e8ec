"""The example producers run as they are, against a real RabbitMQ, each as its own process."""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from services.registration.tests.feeding import FEEDS, consumer_of

from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_chassis.bus.relay import Relay
from zhiye_chassis.security import Principal
from zhiye_chassis.tasks import stop
from zhiye_contracts.record_feeds import EXCHANGE, RECORD_FEEDS

pytestmark = pytest.mark.rabbitmq

EXAMPLES = Path(__file__).parents[3] / "contracts/examples"
LISTS = {
    "assessment": "assessments",
    "residency": "residencies",
    "education": "education",
    "promotion": "promotions",
}
Produce = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


@pytest.fixture
async def produce(world: Any, amqp_url: str) -> AsyncIterator[Produce]:
    """``await produce(feed, *arguments)``: an example's exit status, and the answer it prints."""
    bus = await RabbitCarrier.connect(amqp_url)
    consumer = consumer_of(world)
    for outlet in world.service.outlets:
        await bus.open(outlet)
    await bus.attach(consumer)
    relay = asyncio.create_task(Relay(world.service.database, bus).run())

    async def run(feed: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(str(EXAMPLES / f"{feed}.py"), amqp_url, *arguments),
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        )
        printed, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, json.loads(printed)

    yield run
    await stop([relay])
    await bus.close()
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = consumer.subscriptions.queue
        for name in (queue, f"{queue}.dead", *(outlet.queue for outlet in world.service.outlets)):
            await channel.queue_delete(name)
        await channel.exchange_delete(EXCHANGE)


def statement(feed: str) -> dict[str, Any]:
    sys.path.insert(0, str(EXAMPLES))
    try:
        stated: dict[str, Any] = runpy.run_path(str(EXAMPLES / f"{feed}.py"))["STATEMENT"]
    finally:
        sys.path.remove(str(EXAMPLES))
    return stated


@pytest.mark.parametrize("feed", FEEDS)
async def test_an_example_puts_a_record_into_the_persons_own_record(
    world: Any, produce: Produce, feed: str
) -> None:
    status, answer = await produce(feed)
    assert (status, answer["outcome"], answer["reasons"]) == (0, "recorded", [])
    key = world.kit.person_key(statement(feed)["id_number"])
    me = Principal("ACC-ME", "practitioner", "张*", person_key=key)
    mine = (await world.call(me, "GET", "/api/v1/my/records")).json()
    assert [len(mine[LISTS[one]]) for one in FEEDS] == [one == feed for one in FEEDS]
    again, answer = await produce(feed)
    assert (again, answer["outcome"]) == (0, "unchanged")


async def test_an_example_prints_every_reason_of_a_refusal(produce: Produce) -> None:
    status, answer = await produce("promotion", "--name", "", "--id-number", "123")
    assert (status, answer["outcome"]) == (1, "refused")
    assert [(one["code"], one["field"]) for one in answer["reasons"]] == [
        ("id_number_length", "id_number"),
        ("field_missing", "name"),
    ]


@pytest.mark.parametrize("feed", FEEDS)
def test_the_examples_state_what_the_contracts_have_as_an_example(feed: str) -> None:
    assert statement(feed) == RECORD_FEEDS[f"record-feeds.{feed}-stated.v1"].example
