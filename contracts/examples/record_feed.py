"""What every system that feeds records does: publish a statement, wait for its answer.

Needs nothing of this system but its address on the broker; ``pip install aio-pika``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import uuid
from typing import Any

import aio_pika

EXCHANGE = "record-feeds"
SECONDS = 30
"""A statement is answered within moments, unless the system is down: then it waits in the queue."""


def main(feed: str, statement: dict[str, Any]) -> None:
    """Publish a statement of this feed to the broker that is named; print the answer."""
    parser = argparse.ArgumentParser(description=f"State a record of the feed {feed}.")
    parser.add_argument("amqp", help=f"as amqps://{feed}-feed:password@broker.example.cn:5671/")
    parser.add_argument("--source", default=f"urn:example:{feed}", help="who keeps the record")
    for field in ("id_number", "name", "profession", "record_id"):
        parser.add_argument(f"--{field.replace('_', '-')}", default=statement[field])
    parser.add_argument("--version", type=int, default=statement["version"])
    given = vars(parser.parse_args())
    amqp, source = given.pop("amqp"), given.pop("source")
    answer = asyncio.run(state(amqp, feed, source, {**statement, **given}))
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    sys.exit(1 if answer["outcome"] == "refused" else 0)


async def state(amqp: str, feed: str, source: str, statement: dict[str, Any]) -> dict[str, Any]:
    """The answer to a statement. ``source`` is the same for all that a system ever publishes."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),  # never personal data; sent again with the same id, it counts once
        "source": source,
        "type": f"{EXCHANGE}.{feed}-stated.v1",
        "datacontenttype": "application/json",
        "data": statement,
    }
    async with await aio_pika.connect(amqp) as connection:
        channel = await connection.channel()  # with confirms: what is confirmed is not lost
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        await exchange.publish(
            aio_pika.Message(
                json.dumps(event).encode(),
                content_type="application/cloudevents+json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            ),
            routing_key=event["type"],
            mandatory=True,
        )
        inbox = await channel.get_queue(f"{EXCHANGE}.{feed}.inbox", ensure=False)
        return await _answer(inbox, event["id"])


async def _answer(inbox: Any, event_id: str) -> dict[str, Any]:
    """The answer to one event. Answers come in batches, those to other events among them: a real
    system has one reader of its inbox, which keeps them all before it acknowledges."""
    async with asyncio.timeout(SECONDS), inbox.iterator() as messages:
        async for message in messages:
            answers = [one["data"] for one in json.loads(message.body)]
            await message.ack()
            for answer in answers:
                if answer["event_id"] == event_id:
                    return dict(answer)
    raise RuntimeError("the inbox was closed")
