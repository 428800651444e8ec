"""Two services and a bus between them, small enough to count every effect.

``writer`` publishes, ``reader`` consumes. Effects are counters on purpose: an event that takes
effect twice shows as 2, one that was lost is missing. Each effect publishes an event in turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Identity, Integer, Table, Text, text
from sqlalchemy.exc import DBAPIError

from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_chassis.bus.relay import Relay
from zhiye_chassis.bus.subscriptions import EXCHANGE, Subscription, Subscriptions
from zhiye_chassis.database import Database, Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.tables import new_metadata
from zhiye_chassis.tasks import stop
from zhiye_contracts.events import Event

RUN = os.environ.setdefault("ZHIYE_TEST_RUN", secrets.token_hex(4))
"""In the names of types, so that two runs on one broker do not meet; workers inherit it."""

PATIENCE = 30.0
SECRET = "110101199003074258"  # an ID number: must not come out of any error

metadata = new_metadata()
Table("tally", metadata, Column("id", Text, primary_key=True), Column("total", Integer))
Table(
    "projection",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer),
    Column("name", Text),
)
Table(
    "strict",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("amount", Integer, CheckConstraint("amount > 0", name="positive")),
)

# Not registered with ``@event``: they are no contract of the product.


class Counted(Event):
    """Handled one by one. ``poison`` says how the handler shall fail: a word, or an SQLSTATE."""

    type = f"zhiye.test-{RUN}.counted.v1"
    poison: str = ""
    note: str = ""


class Summed(Counted):
    """The same, handled in batches."""

    type = f"zhiye.test-{RUN}.summed.v1"


class Renamed(Event):
    """Carries the state of an aggregate: a projection keeps its newest version."""

    type = f"zhiye.test-{RUN}.renamed.v1"
    name: str


class Noted(Event):
    """What the reader publishes for each effect."""

    type = f"zhiye.test-{RUN}.noted.v1"


def happening(id_: str | None = None, version: int = 1) -> dict[str, Any]:
    return {"aggregate_id": id_ or new_id(), "version": version, "occurred_at": datetime.now(UTC)}


def raw(event: Event, source: str = "/writer") -> bytes:
    return to_cloudevent(event, source)


async def count_one(tx: Transaction, event: Counted) -> None:
    if event.poison == "raises":
        raise ValueError(f"cannot work with {SECRET}")
    if event.poison == "no file":
        raise FileNotFoundError(SECRET)
    await tx.execute(
        text(
            "INSERT INTO tally VALUES (:id, 1)"
            " ON CONFLICT (id) DO UPDATE SET total = tally.total + 1"
        ),
        {"id": event.aggregate_id},
    )
    tx.emit(Noted(**happening(event.aggregate_id)))
    if event.poison == "constraint":
        await tx.execute(text("INSERT INTO strict (amount) VALUES (-1)"))
    if event.poison.isdigit() or event.poison == "40P01":
        raising = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{event.poison}'; END $$"
        await tx.execute(text(raising))
    if event.poison == "raises late":
        raise RuntimeError(SECRET)


async def count_all(tx: Transaction, events: list[Summed]) -> None:
    for event in events:
        await count_one(tx, event)


async def rename(tx: Transaction, event: Renamed) -> None:
    await tx.execute(
        text(
            "INSERT INTO projection AS p VALUES (:id, :version, :name) ON CONFLICT (id) DO UPDATE"
            " SET version = excluded.version, name = excluded.name"
            " WHERE excluded.version > p.version"
        ),
        {"id": event.aggregate_id, "version": event.version, "name": event.name},
    )


def subscriptions_of(service: str, exchange: str) -> Subscriptions:
    return Subscriptions(
        service,
        [
            Subscription(Counted, count_one),
            Subscription(Summed, count_all, batch=True),
            Subscription(Renamed, rename),
        ],
        exchange,
    )


Carrier = InProcessCarrier | RabbitCarrier


async def eventually(
    condition: Callable[[], Awaitable[bool]], seconds: float = PATIENCE, what: str = ""
) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, f"did not happen in {seconds} s: {what}"
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def background(*work: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield
    finally:
        await stop(tasks)


@dataclass
class World:
    writer: Database
    reader: Database
    amqp: str = ""
    """Empty: the in-process carrier."""
    service: str = field(default_factory=lambda: f"test-{secrets.token_hex(6)}")
    exchange: str = EXCHANGE
    """Another one: what the reader reads is written from outside."""

    @property
    def subscriptions(self) -> Subscriptions:
        return subscriptions_of(self.service, self.exchange)

    @contextlib.asynccontextmanager
    async def carrier(self) -> AsyncIterator[Carrier]:
        """A process's way to the bus: a connection of its own."""
        if self.amqp:
            carrier: Carrier = await RabbitCarrier.connect(self.amqp)
        else:
            carrier = InProcessCarrier()
        await carrier.declare(self.subscriptions)
        try:
            yield carrier
        finally:
            await carrier.close()

    def consumer(self, **options: Any) -> Consumer:
        return Consumer(self.reader, self.subscriptions, **options)

    @contextlib.asynccontextmanager
    async def working(self, consumer: Consumer | None = None) -> AsyncIterator[Carrier]:
        """One relay and one consumer at work."""
        async with self.carrier() as carrier:
            await carrier.attach(consumer or self.consumer())
            async with background(Relay(self.writer, carrier).run()):
                yield carrier

    async def deliver(self, *messages: Sequence[bytes], consumer: Consumer | None = None) -> None:
        """Bring these messages (lists of serialised ``Counted``) to the consumer, in order."""
        async with self.carrier() as carrier:
            await carrier.attach(consumer or self.consumer())
            for message in messages:
                waits = await carrier.publish({Counted.type: [list(message)]}, self.exchange)
                assert not waits, waits
            await self.drained(carrier)

    async def emit(self, *events: Event) -> list[str]:
        """Publish in one transaction; the aggregates' ids."""
        async with self.writer.transaction() as tx:
            tx.emit(*events)
        return [event.aggregate_id for event in events]

    async def emit_many(self, count: int, kind: type[Counted] = Counted) -> list[str]:
        return await self.emit(*(kind(**happening()) for _ in range(count)))

    async def drained(self, carrier: Carrier) -> None:
        """Wait until nothing is left in the outbox, nor waiting or unacknowledged in the queue."""
        await eventually(self.outbox_is_empty, what="the outbox is empty")
        if isinstance(carrier, InProcessCarrier):
            return
        # Sent last, through the same queue to the same consumer: what came before has been seen.
        last = Renamed(**happening(), name="last")
        waits = await carrier.publish({Renamed.type: [[raw(last)]]}, self.exchange)
        assert not waits, waits
        await eventually(
            lambda: self.has_row("projection", last.aggregate_id), what="the last event"
        )
        await eventually(lambda: self._nothing_in(carrier), what="the queue is empty")

    async def _nothing_in(self, carrier: RabbitCarrier) -> bool:
        return await carrier.measure(self.subscriptions.queue) == 0

    async def finish(self) -> None:
        """What a healthy process does that comes after all trouble: work until all is done."""
        async with self.working() as carrier:
            await self.drained(carrier)
        while self.amqp:  # what was unacknowledged is back in the queue once its consumer is gone
            await asyncio.sleep(0.1)
            async with self.carrier() as carrier:
                assert isinstance(carrier, RabbitCarrier)
                if await self._nothing_in(carrier):
                    break
                await carrier.attach(self.consumer())
                await self.drained(carrier)

    async def rows(self, sql: str, database: Database | None = None) -> list[Any]:
        while True:
            try:
                async with (database or self.reader).reading() as connection:
                    return list((await connection.execute(text(sql))).all())
            except DBAPIError as error:
                if not error.connection_invalidated:  # one that a test has cut
                    raise

    async def one(self, sql: str, database: Database | None = None) -> Any:
        return (await self.rows(sql, database))[0][0]

    async def has_row(self, table: str, id_: str) -> bool:
        return bool(await self.one(f"SELECT count(*) FROM {table} WHERE id = '{id_}'"))

    async def outbox_is_empty(self) -> bool:
        return not await self.one("SELECT count(*) FROM outbox", self.writer)

    async def counted(self) -> int:
        return int(await self.one("SELECT count(*) FROM tally"))

    async def assert_each_once(self, ids: Sequence[str]) -> None:
        """Nothing lost, no effect twice, and each effect published once."""
        totals = dict(await self.rows("SELECT id, total FROM tally"))
        lost = set(ids) - totals.keys()
        assert not lost, f"{len(lost)} of {len(ids)} events had no effect"
        assert totals.keys() == set(ids), "effects of events that were not expected"
        twice = {id_: total for id_, total in totals.items() if total != 1}
        assert not twice, f"{len(twice)} of {len(ids)} events had effect more than once: {twice}"
        noted = await self.rows(
            f"SELECT CAST(event AS json) ->> 'subject' FROM outbox WHERE type = '{Noted.type}'"
        )
        published = Counter(row[0] for row in noted)
        unpublished = set(ids) - published.keys()
        assert not unpublished, f"{len(unpublished)} of {len(ids)} effects were not published"
        assert published.total() == len(ids), "effects published more than once"
