"""The same job on FastStream: one event a message and a transaction, tuned fairly.

The relay takes rows in blocks, publishes them concurrently with confirms and deletes the block;
the consumer handles up to its prefetch concurrently. Logging is off; the handler's type
annotation parses the event, as FastStream's documentation shows it.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Annotated, Any

from faststream import AckPolicy, Context
from faststream.rabbit import (
    Channel,
    ExchangeType,
    QueueType,
    RabbitBroker,
    RabbitExchange,
    RabbitQueue,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tests.bench.bus.job import (
    BUSINESS_TABLE,
    EFFECT_OF_ONE,
    EVENT_TYPE,
    POOL,
    PROJECTION_TABLE,
    Changed,
    Job,
    Tally,
    effect,
    effects,
    expected,
    write_all,
    write_business,
)
from tests.bench.processes import Link

from zhiye_chassis.ids import new_id

PREFETCH = 100
BLOCK = 500
"""Outbox rows that the relay takes and publishes together."""
QUEUES = ("zhiye-bench-faststream",)

_EXCHANGE = RabbitExchange("zhiye-bench-faststream", type=ExchangeType.TOPIC, durable=True)
_QUEUE = RabbitQueue(QUEUES[0], durable=True, queue_type=QueueType.QUORUM, routing_key=EVENT_TYPE)
_OUTBOX_TABLE = (
    "CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " event_id text NOT NULL, event text NOT NULL)"
)
_INBOX_TABLE = "CREATE TABLE inbox (event_id text PRIMARY KEY)"
_APPEND = text("INSERT INTO outbox (event_id, event) VALUES (:event_id, :event)")
_TAKE = text(
    "SELECT id, event_id, event FROM outbox ORDER BY id LIMIT :take FOR UPDATE SKIP LOCKED"
)
_DONE = text("DELETE FROM outbox WHERE id = ANY(:ids)")
_RECEIVE = text(
    "INSERT INTO inbox (event_id) VALUES (:id) ON CONFLICT DO NOTHING RETURNING event_id"
)


async def _engine(url: str, *tables: str) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=2 * POOL, max_overflow=0)
    async with engine.begin() as connection:
        for table in tables:
            await connection.execute(text(table))
    return engine


async def produce(link: Link, job: Job) -> None:
    engine = await _engine(job.postgres_writer, BUSINESS_TABLE, _OUTBOX_TABLE)
    broker = RabbitBroker(job.amqp, logger=None)
    await broker.start()
    await broker.declare_exchange(_EXCHANGE)
    filled = asyncio.Event()

    async def carry() -> bool:
        async with engine.begin() as connection:
            rows = (await connection.execute(_TAKE, {"take": BLOCK})).all()
            if not rows:
                return False
            await asyncio.gather(
                *(
                    broker.publish(
                        row.event.encode(),
                        exchange=_EXCHANGE,
                        routing_key=EVENT_TYPE,
                        message_id=row.event_id,
                        content_type="application/json",
                        persist=True,
                    )
                    for row in rows
                )
            )
            await connection.execute(_DONE, {"ids": [row.id for row in rows]})
        return True

    async def relay() -> None:
        while True:
            filled.clear()
            while await carry():
                pass
            await filled.wait()

    async def write(events: list[Changed]) -> None:
        async with engine.begin() as connection:
            await write_business(connection.execute, events)
            rows = [{"event_id": new_id(), "event": e.model_dump_json()} for e in events]
            await connection.execute(_APPEND, rows)
        filled.set()

    running: asyncio.Task[None] | None = None
    link.tell("ready")
    while (order := await link.hear()) is not None:
        first, count = order
        if running is None:
            running = asyncio.create_task(relay())
        elif job.waiting:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await write_all(first, count, 100, write)
            link.tell("waiting")
            await link.hear()
            running = asyncio.create_task(relay())
            continue
        await write_all(first, count, job.per_transaction, write)
    if running is not None:
        running.cancel()
    await broker.stop()
    await engine.dispose()


async def consume(link: Link, job: Job) -> None:
    engine = await _engine(job.postgres_reader, PROJECTION_TABLE, _INBOX_TABLE)
    broker = RabbitBroker(job.amqp, logger=None, default_channel=Channel(prefetch_count=PREFETCH))
    tally = Tally()

    @broker.subscriber(_QUEUE, _EXCHANGE, ack_policy=AckPolicy.NACK_ON_ERROR)
    async def on_change(
        event: Changed, message_id: Annotated[Any, Context("message.message_id")]
    ) -> None:
        async with engine.begin() as connection:
            new = (await connection.execute(_RECEIVE, {"id": message_id})).first()
            if new is None:
                return
            await connection.execute(EFFECT_OF_ONE, effect(event))
        tally.add()

    await broker.start()
    link.tell("ready")
    while (target := await link.hear()) is not None:
        await tally.reach(target)
        async with engine.connect() as connection:
            found = await effects(connection)
        end = monotonic()
        if found != expected(target):
            raise AssertionError(f"effects {found}, expected {expected(target)}")
        link.tell(end)
    await broker.stop()
    await engine.dispose()
