"""The side of the systems that feed people's records."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from typing import Any

import aio_pika
import orjson
from sqlalchemy import text

from zhiye_chassis.bus.cloudevents import BATCH, SINGLE
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.ids import new_id
from zhiye_contracts.identifiers import make_id_number
from zhiye_contracts.record_feeds import EXCHANGE, RECORD_FEEDS

SOURCE = "urn:example:records"
FEEDS = ("assessment", "residency", "education", "promotion")
PHYSICIAN = make_id_number("110105", date(1985, 3, 7), 1)


def stated(feed: str, **changes: Any) -> dict[str, Any]:
    """A statement as the contract's example has it, of a physician who is not registered."""
    example = RECORD_FEEDS[f"record-feeds.{feed}-stated.v1"].example
    return {**example, **changes}


class Feeds:
    """The side of the systems that feed records, and the service's consumer behind it."""

    def __init__(self, world: Any, carrier: Any, channel: Any, consumer: Consumer) -> None:
        self.world = world
        self.consumer = consumer
        self._carrier = carrier
        self._channel = channel

    async def publish(self, *events: Any) -> None:
        """One message of these events; returns when the service has it behind it."""
        key = events[0]["type"]
        if self._channel is None:
            waits = await self._carrier.publish(
                {key: [[orjson.dumps(e) for e in events]]}, EXCHANGE
            )
            assert not waits
            return
        exchange = await self._channel.get_exchange(EXCHANGE, ensure=False)
        single = len(events) == 1
        await exchange.publish(
            aio_pika.Message(
                orjson.dumps(events[0] if single else events),
                content_type=SINGLE if single else BATCH,
            ),
            routing_key=key,
        )
        ids = [event["id"] for event in events]
        deadline = time.monotonic() + 20
        while len(await self._seen(ids)) < len(set(ids)):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)

    async def _seen(self, ids: list[str]) -> list[Any]:
        return await rows(self.world, "SELECT event_id FROM inbox WHERE event_id = ANY(:i)", i=ids)

    async def state(self, feed: str, *statements: Any, source: str = SOURCE) -> list[Any]:
        """State these in one message; the outcome and the reasons of each answer."""
        events = [event(feed, data, source=source) for data in statements]
        await self.publish(*events)
        answers = {one["event_id"]: one for one in await self.answers(feed)}
        return [told(answers[one["id"]]) for one in events]

    async def answers(self, feed: str) -> list[dict[str, Any]]:
        return list(await self.world.events(f"record-feeds.{feed}-result.v1"))


def event(feed: str, data: Any, **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": new_id(),
        "source": SOURCE,
        "type": f"record-feeds.{feed}-stated.v1",
        "datacontenttype": "application/json",
        "data": data,
    } | more


def told(answer: dict[str, Any]) -> tuple[str, list[tuple[str, str | None]]]:
    return answer["outcome"], [(one["code"], one["field"]) for one in answer["reasons"]]


async def rows(world: Any, statement: str, **given: Any) -> list[dict[str, Any]]:
    async with world.kit.database.reading() as connection:
        found = await connection.execute(text(statement), given)
        return [dict(row) for row in found.mappings()]


RECORDED: Any = ("recorded", [])


async def in_process(world: Any) -> Feeds:
    """Over the carrier of one process."""
    carrier, consumer = InProcessCarrier(), consumer_of(world)
    await carrier.attach(consumer)
    return Feeds(world, carrier, None, consumer)


def consumer_of(world: Any) -> Consumer:
    (outside,) = (one for one in world.service.outside if one.exchange == EXCHANGE)
    return Consumer(world.service.database, outside, world.clock)
