"""A batch is completed when the registration service has what it brought, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_chassis.bus.consumer import Consumer
from zhiye_contracts.events import QualificationsKept
from zhiye_qualifications.adapters import events
from zhiye_qualifications.application import feed

Make = Callable[..., dict[str, Any]]
FEED = "/api/v1/qualification-batches"
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of ten records, events of at most four."""
    monkeypatch.setattr(feed, "CHUNK", 10)
    monkeypatch.setattr(events, "MOST", 4)


@pytest.fixture
def centre(world: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = world.client("exam_centre", account_id="exam-centre")
    return client


def kept(world: Any, batch: str, records: int, version: int = 1) -> QualificationsKept:
    return QualificationsKept(
        aggregate_id=batch, version=version, occurred_at=world.kit.clock.now(), records=records
    )


async def read(centre: httpx.AsyncClient, batch: str) -> tuple[str, int]:
    found = (await centre.get(f"{FEED}/{batch}")).json()
    return found["state"], found["kept"]


async def test_the_last_answer_completes_the_batch_and_its_sender_is_told_once(
    world: Any, centre: httpx.AsyncClient, record: Make
) -> None:
    batch = await world.feed(*(record(n) for n in range(1, 26)), record(26, gender="1"))
    assert (batch["state"], batch["kept"]) == ("distributing", 0)
    await world.deliver(kept(world, batch["id"], 10))
    assert await read(centre, batch["id"]) == ("distributing", 10)
    assert await world.published("batch-completed") == []
    await world.deliver(kept(world, batch["id"], 15))
    assert await read(centre, batch["id"]) == ("completed", 25)
    (told,) = await world.published("batch-completed")
    assert (told["received"], told["recorded"], told["rejected"]) == (26, 25, 1)
    done = (await centre.get(f"{FEED}/{batch['id']}")).json()
    assert done["completed_at"] is not None


async def test_answers_in_any_order_and_again_are_counted_once(
    world: Any, centre: httpx.AsyncClient, record: Make
) -> None:
    batch = await world.feed(*(record(n) for n in range(1, 26)))
    answers = [
        to_cloudevent(kept(world, batch["id"], records, version), "/registration")
        for version, records in ((25, 5), (10, 10), (20, 10))
    ]
    consumer = Consumer(world.service.database, world.service.subscriptions, world.kit.clock)
    await consumer.consume([answers[0], answers[1], answers[0]])
    await consumer.consume([answers[1]])
    assert await read(centre, batch["id"]) == ("distributing", 15)
    await asyncio.gather(consumer.consume(answers), consumer.consume(answers[::-1]))
    assert await read(centre, batch["id"]) == ("completed", 25)
    assert len(await world.published("batch-completed")) == 1


async def test_answers_may_come_before_the_batch_is_read_to_its_end(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    told = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield ndjson(record(n) for n in range(1, 11))
        await told.wait()
        yield ndjson([record(1)])

    sending = asyncio.create_task(centre.post(FEED, content=body(), headers=NDJSON))
    async with asyncio.timeout(10):
        while not await world.published():  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
    await world.keep()
    (batch,) = (await centre.get(FEED)).json()["items"]
    assert (batch["state"], batch["kept"]) == ("reading", 10)
    told.set()
    done = (await sending).json()
    assert (done["state"], done["kept"], done["counts"]["unchanged"]) == ("completed", 10, 1)
    assert len(await world.published("batch-completed")) == 1


async def test_a_batch_of_which_nothing_travels_is_completed_when_it_was_read(
    world: Any, record: Make
) -> None:
    await world.feed(record(1))
    batch = await world.feed(record(1), record(2, gender="1"))
    assert (batch["state"], batch["kept"]) == ("completed", 0)
    (told,) = await world.published("batch-completed")
    assert (told["aggregate_id"], told["recorded"]) == (batch["id"], 0)


async def test_an_interrupted_batch_counts_what_arrives_and_stays_interrupted(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    content = ndjson(record(n) for n in range(1, 11))
    promised = NDJSON | {"Content-Length": str(len(content) + 1000)}
    assert (await centre.post(FEED, content=content, headers=promised)).status_code == 400
    await world.keep()
    (batch,) = (await centre.get(FEED)).json()["items"]
    assert (batch["state"], batch["kept"]) == ("interrupted", 10)
    assert await world.published("batch-completed") == []


async def test_several_batches_are_answered_in_one_delivery_and_an_unknown_one_is_nobodys(
    world: Any, centre: httpx.AsyncClient, record: Make
) -> None:
    first = await world.feed(*(record(n) for n in range(1, 11)))
    second = await world.feed(*(record(n) for n in range(11, 31)))
    await world.deliver(
        kept(world, second["id"], 19), kept(world, "UNKNOWN", 3), kept(world, first["id"], 10)
    )
    assert await read(centre, first["id"]) == ("completed", 10)
    assert await read(centre, second["id"]) == ("distributing", 19)


async def test_every_record_that_was_written_travels_in_exactly_one_event(
    world: Any, record: Make
) -> None:
    await world.feed(*(record(n) for n in range(1, 6)))
    batch = await world.feed(
        *(record(n, version=2) for n in range(1, 4)),
        record(4),
        *(record(n) for n in range(6, 30)),
        record(6, version=2),
        record(30, gender="1"),
    )
    told = [
        event
        for event in await world.published("qualifications-recorded")
        if event["aggregate_id"] == batch["id"]
    ]
    sizes = [len(event["qualifications"]["aggregate_id"]) for event in told]
    assert max(sizes) == 4
    assert sum(sizes) == batch["counts"]["recorded"] + batch["counts"]["updated"] == 28
    pairs = [
        pair
        for event in told
        for pair in zip(
            event["qualifications"]["aggregate_id"],
            event["qualifications"]["version"],
            strict=True,
        )
    ]
    stored = await world.rows(
        "SELECT id, version FROM qualification WHERE batch_id = :batch UNION"
        " SELECT id, version FROM qualification_history WHERE batch_id = :batch",
        batch=batch["id"],
    )
    assert sorted(pairs) == sorted((row["id"], row["version"]) for row in stored)
    lines = [event["version"] for event in told]
    assert lines == sorted(lines)
    assert lines[-1] == 30
