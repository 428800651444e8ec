"""The job that every contender does, and the parts of it that are the same for all.

A service writes a business row and an event in one transaction; another service, with another
database, applies the event exactly once: an inbox row and a row of its projection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_contracts.events.base import event
from zhiye_contracts.events.institutions import InstitutionChanged

WRITER = "zhiye_bench_writer"
READER = "zhiye_bench_reader"
WRITERS = 10
"""Concurrent writing transactions, and connections for them."""
POOL = 10
"""Connections of each process, doubled when it needs them; the same for all contenders."""

EVENT_TYPE = "zhiye.bench.institution-changed.v1"


@event(EVENT_TYPE, example=InstitutionChanged.example)
class Changed(InstitutionChanged):
    """An ``InstitutionChanged`` under a type of its own: nothing else on the broker reads it."""


@dataclass(frozen=True)
class Job:
    """What one run has to do."""

    postgres_writer: str
    postgres_reader: str
    amqp: str
    per_transaction: int
    """Events that one writing transaction commits."""
    waiting: bool = False
    """Whether all events are in the outbox before the clock starts."""


BUSINESS_TABLE = "CREATE TABLE institution (id text PRIMARY KEY, version int NOT NULL, name text)"
PROJECTION_TABLE = (
    "CREATE TABLE projection (id text PRIMARY KEY, version int NOT NULL, name text NOT NULL,"
    " region text NOT NULL, status text NOT NULL, applied int NOT NULL DEFAULT 1)"
)
"""``applied`` counts effects: a second effect of one event shows."""

WRITE_BUSINESS = text(
    "INSERT INTO institution (id, version, name) SELECT * FROM"
    " unnest(CAST(:ids AS text[]), CAST(:versions AS int[]), CAST(:names AS text[]))"
)
EFFECT_OF_ONE = text(
    "INSERT INTO projection (id, version, name, region, status)"
    " VALUES (:id, :version, :name, :region, :status)"
    " ON CONFLICT (id) DO UPDATE SET applied = projection.applied + 1"
)
EFFECT_OF_MANY = text(
    "INSERT INTO projection (id, version, name, region, status)"
    " SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:versions AS int[]),"
    " CAST(:names AS text[]), CAST(:regions AS text[]), CAST(:statuses AS text[]))"
    " ON CONFLICT (id) DO UPDATE SET applied = projection.applied + 1"
)
_EFFECTS = text(
    "SELECT count(*), coalesce(sum(version), 0), coalesce(sum(applied), 0) FROM projection"
)


def version_of(number: int) -> int:
    return number % 97 + 1


def change(number: int) -> Changed:
    """The event with this number; each is about an institution of its own."""
    return Changed(
        aggregate_id=f"01JDBENCH{number:017d}",
        version=version_of(number),
        occurred_at=datetime.now(UTC),
        name=f"北京市西城区第{number}示例医院",
        region="110102",
        status="in_force",
        deciding_authorities={
            "nurse-first": "01JD0000000000000000AUT001",
            "nurse-renewal": "01JD0000000000000000AUT001",
            "physician-first": "01JD0000000000000000AUT002",
        },
    )


def expected(count: int) -> tuple[int, int, int]:
    """Rows, sum of versions and sum of effects after events 0 … count-1, each exactly once."""
    return count, sum(version_of(n) for n in range(count)), count


async def write_business(
    execute: Callable[[TextClause, dict[str, Any]], Awaitable[Any]], events: Sequence[Changed]
) -> None:
    await execute(
        WRITE_BUSINESS,
        {
            "ids": [e.aggregate_id for e in events],
            "versions": [e.version for e in events],
            "names": [e.name for e in events],
        },
    )


def effect(event: Changed) -> dict[str, Any]:
    return {
        "id": event.aggregate_id,
        "version": event.version,
        "name": event.name,
        "region": event.region,
        "status": event.status,
    }


async def effects(connection: AsyncConnection) -> tuple[int, int, int]:
    row = (await connection.execute(_EFFECTS)).one()
    return int(row[0]), int(row[1]), int(row[2])


async def write_all(
    first: int, count: int, per_transaction: int, write: Callable[[list[Changed]], Awaitable[None]]
) -> None:
    """Write events by several concurrent writers, each transaction with some of them."""
    starts = iter(range(first, first + count, per_transaction))

    async def writer() -> None:
        for start in starts:
            end = min(start + per_transaction, first + count)
            await write([change(number) for number in range(start, end)])

    await asyncio.gather(*(writer() for _ in range(WRITERS)))


class Tally:
    """Counts handled events in process, so that waiting for the last one costs no queries."""

    def __init__(self) -> None:
        self._handled = 0
        self._target = 0
        self._reached = asyncio.Event()

    def add(self, count: int = 1) -> None:
        self._handled += count
        if self._handled >= self._target:
            self._reached.set()

    async def reach(self, target: int) -> None:
        """Wait until so many were handled since the start."""
        self._target = target
        if self._handled < target:
            self._reached.clear()
            await self._reached.wait()
