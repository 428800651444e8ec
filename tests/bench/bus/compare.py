"""Part "bus": all contenders in turn, several rounds, every effect counted."""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from tests.bench.bus import ours, with_aio_pika, with_faststream
from tests.bench.bus.job import READER, WRITER, Job
from tests.bench.figures import ratios, spread, table
from tests.bench.processes import Role, child
from tests.bench.surroundings import (
    AMQP,
    database_url,
    drop_databases,
    drop_queues,
    fresh_databases,
)

QUEUES = (*ours.QUEUES, *with_faststream.QUEUES, *with_aio_pika.QUEUES)


@dataclass(frozen=True)
class Contender:
    name: str
    produce: Role
    consume: Role
    events: int
    """Events of a timed run: enough for several seconds at its speed."""
    alone: int = 0
    """Events of a timed run with one event per writing transaction; 0: as ``events``."""


BATCH = Contender("zhiye, set-based handler", ours.produce, ours.consume, 40_000, 6_000)
SINGLE = Contender(
    "zhiye, handler of single events", ours.produce, ours.consume_by_event, 8_000, 5_000
)
FASTSTREAM = Contender(
    "FastStream, one event a message and transaction",
    with_faststream.produce,
    with_faststream.consume,
    2_500,
)
AIO_PIKA = Contender(
    "aio-pika alone, no database", with_aio_pika.produce, with_aio_pika.consume, 15_000
)


@dataclass(frozen=True)
class Case:
    title: str
    per_transaction: int
    waiting: bool = False


CASES = (
    Case("100 events a writing transaction", 100),
    Case("1 event a writing transaction", 1),
    Case("all events waiting in the outbox", 100, waiting=True),
)


def run_once(contender: Contender, case: Case, events: int) -> float:
    """Events a second from the first write (or from the relay's start) to the last effect."""
    asyncio.run(fresh_databases(WRITER, READER))
    asyncio.run(drop_queues(QUEUES))
    job = Job(
        database_url(WRITER, "+asyncpg"),
        database_url(READER, "+asyncpg"),
        AMQP,
        case.per_transaction,
        case.waiting,
    )
    warm_up = 300
    with child(contender.consume, job) as consumer:
        consumer.hear()
        with child(contender.produce, job) as producer:
            producer.hear()
            consumer.tell(warm_up)
            producer.tell((0, warm_up))
            consumer.hear()
            consumer.tell(warm_up + events)
            producer.tell((warm_up, events))
            if case.waiting:
                producer.hear()
            start = monotonic()
            if case.waiting:
                producer.tell("go")
            end: float = consumer.hear()
    return events / (end - start)


def measure(rounds: int, quick: bool) -> str:
    """The section of the report."""
    parts = []
    raw: list[float] = []
    measured: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds):
        raw.append(_timed(AIO_PIKA, CASES[0], quick, number))
        for case in CASES:
            for contender in (BATCH, FASTSTREAM, SINGLE):
                rate = _timed(contender, case, quick, number)
                measured.setdefault((case.title, contender.name), []).append(rate)
    asyncio.run(drop_queues(QUEUES))
    asyncio.run(drop_databases(WRITER, READER))
    rows = [[AIO_PIKA.name, "", spread(raw), "", "1"]]
    for case in CASES:
        theirs = measured[case.title, FASTSTREAM.name]
        for contender in (BATCH, SINGLE, FASTSTREAM):
            rates = measured[case.title, contender.name]
            rows.append(
                [
                    contender.name,
                    case.title,
                    spread(rates),
                    spread(ratios(rates, theirs), 1) if contender is not FASTSTREAM else "1",
                    spread(ratios(rates, raw), 2),
                ]
            )
    head = ["", "writing side", "events/s", "× FastStream, same writing", "× aio-pika alone"]
    parts.append(_headline(measured, raw))
    parts.append(_explanation(rounds, quick))
    parts.append(table(head, rows))
    return "\n\n".join(parts)


def _timed(contender: Contender, case: Case, quick: bool, number: int) -> float:
    events = contender.events
    if case.per_transaction == 1 and contender.alone:
        events = contender.alone
    if quick:
        events = max(500, events // 5)
    rate = run_once(contender, case, events)
    print(f"  round {number + 1}: {contender.name}, {case.title}: {rate:,.0f}/s", file=sys.stderr)
    return rate


def _headline(measured: dict[tuple[str, str], list[float]], raw: Sequence[float]) -> str:
    title = CASES[0].title
    ours_ = measured[title, BATCH.name]
    fast = statistics.median(ratios(ours_, measured[title, FASTSTREAM.name]))
    alone = statistics.median(ratios(ours_, raw))
    return (
        f"**{fast:.1f}× FastStream** (target 10×, aim 20×) and **{alone:.2f}× aio-pika alone**"
        f" (target 1×, aim 2×), both with {title} on the writing side."
    )


def _explanation(rounds: int, quick: bool) -> str:
    size = ", in short runs (`--quick`)" if quick else ""
    return (
        "The job: a service commits a business row and an event per institution; RabbitMQ carries"
        " the event through a durable quorum queue, persistent and confirmed; another service with"
        " another database commits an inbox row and a row of its projection. After each run the"
        " projection is checked: every event had its effect exactly once. The clock runs from the"
        " first write, or from the start of the relay where all events wait in the outbox, until"
        " the last effect is committed and visible.\n\n"
        "Every contender runs as two processes on uvloop, against the same PostgreSQL and"
        " RabbitMQ, with the same event (an `InstitutionChanged`), the same business statement,"
        " 10 concurrent writers and SQLAlchemy Core. zhiye has 10 connections a process, up to 20,"
        " and those of its relay; FastStream has 20 kept open (5, 10, 20 and 40 gave no difference"
        " beyond the noise). It"
        f" publishes concurrently in blocks of {with_faststream.BLOCK} with confirms, deletes a"
        f" block at a time, and handles up to {with_faststream.PREFETCH} messages concurrently,"
        " each in its transaction, logging off. aio-pika alone publishes single confirmed messages,"
        f" {with_aio_pika.IN_FLIGHT} in flight, and acknowledges each, prefetch"
        f" {with_aio_pika.PREFETCH}. Contenders take turns in {rounds} rounds{size}; shown are the"
        " median and the extremes, ratios formed round by round."
    )
