"""aio-pika alone: confirmed publish, consume and ack of single messages, without any database."""

from __future__ import annotations

import asyncio
from time import monotonic

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from tests.bench.bus.job import Job, Tally, change
from tests.bench.processes import Link

from zhiye_chassis.bus.cloudevents import to_cloudevent

PREFETCH = 200
IN_FLIGHT = 500
"""Messages published and not yet confirmed."""
QUEUES = ("zhiye-bench-aio-pika",)


async def _declare(channel: aio_pika.abc.AbstractChannel) -> aio_pika.abc.AbstractQueue:
    return await channel.declare_queue(
        QUEUES[0], durable=True, arguments={"x-queue-type": "quorum"}
    )


async def produce(link: Link, job: Job) -> None:
    connection = await aio_pika.connect_robust(job.amqp)
    channel = await connection.channel(publisher_confirms=True)
    await _declare(channel)
    link.tell("ready")
    while (order := await link.hear()) is not None:
        first, count = order
        numbers = iter(range(first, first + count))

        async def publisher() -> None:
            for number in numbers:  # noqa: B023 - all publishers draw from this order's numbers
                await channel.default_exchange.publish(
                    aio_pika.Message(
                        to_cloudevent(change(number), "/bench-writer"),
                        content_type="application/cloudevents+json",
                        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                    ),
                    routing_key=QUEUES[0],
                )

        await asyncio.gather(*(publisher() for _ in range(IN_FLIGHT)))
    await connection.close()


async def consume(link: Link, job: Job) -> None:
    connection = await aio_pika.connect_robust(job.amqp)
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=PREFETCH)
    queue = await _declare(channel)
    tally = Tally()

    async def on_message(message: AbstractIncomingMessage) -> None:
        await message.ack()
        tally.add()

    await queue.consume(on_message)
    link.tell("ready")
    while (target := await link.hear()) is not None:
        await tally.reach(target)
        link.tell(monotonic())
    await connection.close()
