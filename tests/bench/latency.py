"""Part "latency": from the commit of a command to the committed effect in another service.

Idle, a command with one event commits about every 20 ms and nothing else happens. Under load the
same service commits 100 transactions of 10 events a second beside it, and the probes share their
outbox, relay, queue and consumer: the hardest case.
"""

from __future__ import annotations

import asyncio
import random
import statistics
from collections.abc import Sequence
from contextvars import ContextVar
from time import monotonic

from tests.bench.bus import ours
from tests.bench.bus.job import (
    BUSINESS_TABLE,
    PROJECTION_TABLE,
    READER,
    WRITER,
    Changed,
    Job,
    change,
    write_business,
)
from tests.bench.figures import percentile, spread, table
from tests.bench.processes import Link, child
from tests.bench.surroundings import (
    AMQP,
    database_url,
    drop_databases,
    drop_queues,
    fresh_databases,
)

from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_chassis.bus.relay import Relay
from zhiye_chassis.bus.subscriptions import Subscription, Subscriptions
from zhiye_chassis.database import Database, Transaction
from zhiye_chassis.service import BACKGROUND_CONNECTIONS, Bus

LOAD_FROM = 1_000_000
"""Events numbered from here are load, the others are probes."""
LOAD_TICK = 0.01
LOAD_EVENTS = 10
Stamps = dict[str, float]

_probe: ContextVar[str] = ContextVar("_probe", default="")


class _Committed(asyncio.Event):
    """Takes the time at which ``Database`` says that a commit left events in the outbox."""

    def __init__(self, stamps: Stamps) -> None:
        super().__init__()
        self._stamps = stamps

    def set(self) -> None:
        if number := _probe.get():
            self._stamps[number] = monotonic()
        super().set()


class _Stamping(Consumer):
    """Takes the time at which a delivery has committed."""

    def __init__(self, database: Database, subscriptions: Subscriptions, seen: list[str]) -> None:
        super().__init__(database, subscriptions)
        self._seen = seen
        self.stamps: Stamps = {}

    async def consume(self, bodies: Sequence[bytes]) -> None:
        await super().consume(bodies)
        now = monotonic()
        for number in self._seen:
            self.stamps.setdefault(number, now)
        self._seen.clear()


async def _consumer(job: Job) -> _Stamping:
    database = await ours.open_database(job.postgres_reader, ours.SERVICE, PROJECTION_TABLE)
    seen: list[str] = []

    async def handler(tx: Transaction, events: list[Changed]) -> None:
        await ours.apply(tx, events)
        seen.extend(e.aggregate_id for e in events)

    subscriptions = Subscriptions(ours.SERVICE, [Subscription(Changed, handler, batch=True)])
    return _Stamping(database, subscriptions, seen)


class _Commands:
    """The commanding service: probes one after another, and the load beside them."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._stamps: Stamps = {}
        database.outbox_filled = _Committed(self._stamps)
        self._background = database.companion(BACKGROUND_CONNECTIONS)
        self._relay = asyncio.create_task(Relay(self._background, bus).run())
        self._next_load = LOAD_FROM

    async def probe(self, first: int, count: int, under_load: bool) -> tuple[Stamps, float]:
        """When each probe was committed, and how many events a second flowed beside them."""
        self._stamps.clear()
        load = asyncio.create_task(self._load()) if under_load else None
        await asyncio.sleep(0.5)
        begun, before = monotonic(), self._next_load
        for number in range(first, first + count):
            event = change(number)
            _probe.set(event.aggregate_id)
            await self._write([event])
            _probe.set("")
            await asyncio.sleep(random.uniform(0.01, 0.03))
        rate = (self._next_load - before) / (monotonic() - begun)
        if load is not None:
            if load.done():
                load.result()  # raises what ended it: without load the figures mean nothing
            load.cancel()
            await asyncio.gather(load, return_exceptions=True)
        await asyncio.sleep(0.5)
        return self._stamps, rate

    async def _write(self, events: list[Changed]) -> None:
        async with self._database.transaction() as tx:
            await write_business(tx.execute, events)
            tx.emit(*events)

    async def _load(self) -> None:
        start, ticks = monotonic(), 0
        while True:
            first = self._next_load
            self._next_load += LOAD_EVENTS  # first: what is cancelled may have been committed
            await self._write([change(first + n) for n in range(LOAD_EVENTS)])
            ticks += 1
            await asyncio.sleep(max(0.0, start + ticks * LOAD_TICK - monotonic()))

    async def close(self) -> None:
        self._relay.cancel()
        await asyncio.gather(self._relay, return_exceptions=True)
        await self._background.close()
        await self._database.close()


async def embedded(link: Link, job: Job) -> None:
    """Both services in one process, as the embedded profile has them."""
    database = await ours.open_database(job.postgres_writer, "bench-writer", BUSINESS_TABLE)
    consumer = await _consumer(job)
    bus = InProcessCarrier()
    await bus.attach(consumer)
    commands = _Commands(database, bus)
    link.tell("ready")
    while (order := await link.hear()) is not None:
        committed, rate = await commands.probe(*order)
        link.tell((committed, rate, consumer.stamps))
    await commands.close()
    await consumer.database.close()


async def commanding(link: Link, job: Job) -> None:
    database = await ours.open_database(job.postgres_writer, "bench-writer", BUSINESS_TABLE)
    bus = await RabbitCarrier.connect(job.amqp)
    commands = _Commands(database, bus)
    link.tell("ready")
    while (order := await link.hear()) is not None:
        link.tell(await commands.probe(*order))
    await commands.close()
    await bus.close()


async def affected(link: Link, job: Job) -> None:
    consumer = await _consumer(job)
    bus = await RabbitCarrier.connect(job.amqp)
    await bus.attach(consumer)
    link.tell("ready")
    while await link.hear() is not None:
        link.tell(consumer.stamps)
    await bus.close()
    await consumer.database.close()


def _milliseconds(committed: Stamps, applied: Stamps) -> list[float]:
    if missing := committed.keys() - applied.keys():
        raise AssertionError(f"{len(missing)} of {len(committed)} probes had no effect")
    return [(applied[number] - at) * 1000 for number, at in committed.items()]


Measured = dict[tuple[str, bool], list[tuple[list[float], float]]]


def _round(job: Job, probes: int, rabbit: bool, measured: Measured) -> None:
    asyncio.run(fresh_databases(WRITER, READER))
    with child(embedded, job) as both:
        both.hear()
        both.tell((0, 30, True))
        both.hear()
        for under_load, first in ((False, 1000), (True, 1000 + probes)):
            both.tell((first, probes, under_load))
            committed, rate, applied = both.hear()
            result = (_milliseconds(committed, applied), rate)
            measured.setdefault(("in process", under_load), []).append(result)
    if not rabbit:
        return
    asyncio.run(fresh_databases(WRITER, READER))
    asyncio.run(drop_queues(ours.QUEUES))
    with child(affected, job) as reader, child(commanding, job) as writer:
        reader.hear()
        writer.hear()
        writer.tell((0, 30, True))
        writer.hear()
        for under_load, first in ((False, 1000), (True, 1000 + probes)):
            writer.tell((first, probes, under_load))
            committed, rate = writer.hear()
            reader.tell("stamps")
            result = (_milliseconds(committed, reader.hear()), rate)
            measured.setdefault(("RabbitMQ", under_load), []).append(result)


def _told(rates: list[float]) -> str:
    """The load that flowed, of all rounds; ``AssertionError`` when one hardly had any."""
    if min(rates) < LOAD_EVENTS / LOAD_TICK / 2:
        raise AssertionError(f"only {min(rates):,.0f} events/s of load flowed")
    return f"{spread(rates)} events/s"


def measure(rounds: int, quick: bool, rabbit: bool) -> str:
    """The section of the report."""
    probes = 100 if quick else 400
    job = Job(
        database_url(WRITER, "+asyncpg"), database_url(READER, "+asyncpg"), AMQP, per_transaction=1
    )
    measured: Measured = {}
    for _ in range(rounds):
        _round(job, probes, rabbit, measured)
    asyncio.run(drop_databases(WRITER, READER))
    if rabbit:
        asyncio.run(drop_queues(ours.QUEUES))
    rows = [
        [
            {"in process": "embedded: in-process carrier, one process"}.get(
                carrier, "RabbitMQ, each service a process"
            ),
            _told([rate for _, rate in results]) if under_load else "idle",
            spread([statistics.median(values) for values, _ in results], 1),
            spread([percentile(values, 0.99) for values, _ in results], 1),
        ]
        for (carrier, under_load), results in measured.items()
    ]
    explanation = (
        "From the moment the client knows its commit (business row and outbox row) to the moment"
        " the other service's transaction (inbox row and projection) has committed, in"
        f" milliseconds; {probes} commands in each of {rounds} rounds, one about every 20 ms."
        " Under load the same service commits 100 transactions of 10 events a second beside them,"
        " through the same outbox, relay, queue and consumer. Median of the rounds, and extremes."
    )
    if not rabbit:
        explanation += " No RabbitMQ answered: only the in-process carrier was measured."
    return explanation + "\n\n" + table(["", "beside it", "median, ms", "p99, ms"], rows)
