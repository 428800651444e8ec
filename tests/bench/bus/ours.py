"""zhiye: Database, Relay, RabbitCarrier and Consumer as the services use them."""

from __future__ import annotations

import asyncio
from time import monotonic

from sqlalchemy import text
from tests.bench.bus.job import (
    BUSINESS_TABLE,
    EFFECT_OF_MANY,
    EFFECT_OF_ONE,
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

from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_chassis.bus.relay import Relay
from zhiye_chassis.bus.subscriptions import Subscription, Subscriptions
from zhiye_chassis.database import Database, Transaction
from zhiye_chassis.service import BACKGROUND_CONNECTIONS
from zhiye_chassis.tables import new_metadata

SERVICE = "bench-reader"
QUEUES = (f"zhiye.{SERVICE}", f"zhiye.{SERVICE}.dead")


async def open_database(url: str, service: str, table: str) -> Database:
    database = Database(url, service, POOL)
    async with database.engine.begin() as connection:
        await connection.run_sync(new_metadata().create_all)
        await connection.execute(text(table))
    return database


async def apply(tx: Transaction, events: list[Changed]) -> None:
    """The effects of many events in one statement."""
    await tx.execute(
        EFFECT_OF_MANY,
        {
            "ids": [e.aggregate_id for e in events],
            "versions": [e.version for e in events],
            "names": [e.name for e in events],
            "regions": [e.region for e in events],
            "statuses": [e.status for e in events],
        },
    )


async def produce(link: Link, job: Job) -> None:
    database = await open_database(job.postgres_writer, "bench-writer", BUSINESS_TABLE)
    carrier = await RabbitCarrier.connect(job.amqp)
    background = database.companion(BACKGROUND_CONNECTIONS)
    relay = Relay(background, carrier)
    running: asyncio.Task[None] | None = None

    async def write(events: list[Changed]) -> None:
        async with database.transaction() as tx:
            await write_business(tx.execute, events)
            tx.emit(*events)

    link.tell("ready")
    while (order := await link.hear()) is not None:
        first, count = order
        if running is None:
            running = asyncio.create_task(relay.run())
        elif job.waiting:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await write_all(first, count, 100, write)
            link.tell("waiting")
            await link.hear()
            running = asyncio.create_task(relay.run())
            continue
        await write_all(first, count, job.per_transaction, write)
    if running is not None:
        running.cancel()
    await carrier.close()
    await background.close()
    await database.close()


async def consume(link: Link, job: Job) -> None:
    """A set-based handler."""

    async def handler(tx: Transaction, events: list[Changed]) -> None:
        await apply(tx, events)
        tally.add(len(events))

    tally = Tally()
    await _consume(link, job, Subscription(Changed, handler, batch=True), tally)


async def consume_by_event(link: Link, job: Job) -> None:
    """A handler of single events: a statement each, the delivery still one transaction."""

    async def handler(tx: Transaction, event: Changed) -> None:
        await tx.execute(EFFECT_OF_ONE, effect(event))
        tally.add()

    tally = Tally()
    await _consume(link, job, Subscription(Changed, handler), tally)


async def _consume(link: Link, job: Job, subscription: Subscription, tally: Tally) -> None:
    database = await open_database(job.postgres_reader, SERVICE, PROJECTION_TABLE)
    carrier = await RabbitCarrier.connect(job.amqp)
    await carrier.attach(Consumer(database, Subscriptions(SERVICE, [subscription])))
    link.tell("ready")
    while (target := await link.hear()) is not None:
        await tally.reach(target)
        while True:
            async with database.reading() as connection:
                found = await effects(connection)
            if found[0] >= target:
                break
            await asyncio.sleep(0.002)
        end = monotonic()
        if found != expected(target):
            raise AssertionError(f"effects {found}, expected {expected(target)}")
        link.tell(end)
    await carrier.close()
    await database.close()
