"""Processes die, databases go away, consumers come late: nothing lost, no effect twice."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
from services.chassis.tests.bus.worker import Orders
from services.chassis.tests.bus.world import Summed, World, background, eventually, happening
from sqlalchemy import make_url, text

from zhiye_chassis.bus import relay
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.bus.relay import Relay
from zhiye_chassis.database import Database


def orders(world: World, **more: Any) -> Orders:
    return Orders(world.writer.url, world.reader.url, world.amqp, world.service, **more)


@contextlib.asynccontextmanager
async def worker(world: World, **more: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await orders(world, **more).start()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small messages and transactions instead of a few big ones."""
    monkeypatch.setattr(relay, "TAKE", 10)
    monkeypatch.setattr(relay, "MAX_EVENTS", 3)


@pytest.mark.parametrize("dies", ["before publish", "after publish"])
async def test_a_process_killed_between_commit_and_the_end_of_publishing(
    world: World, dies: str
) -> None:
    async with world.carrier():  # the queue is there before anything is published
        async with worker(world, emit=25, dies=dies) as process:
            assert await process.wait() == -signal.SIGKILL
    left = await world.one("SELECT count(*) FROM outbox", world.writer)
    assert left == 25, "the outbox keeps what nobody confirmed"
    await world.finish()
    await world.assert_each_once([f"worker-{n}" for n in range(25)])


async def test_a_process_killed_between_effect_and_acknowledgement(world: World) -> None:
    async with worker(world, emit=25, dies="after effect") as process:
        assert await process.wait() == -signal.SIGKILL
    assert await world.counted() == 25, "the effects were committed"
    await world.finish()
    await world.assert_each_once([f"worker-{n}" for n in range(25)])


async def test_a_process_killed_again_and_again_in_the_middle_of_its_work(world: World) -> None:
    ids = await world.emit_many(1500)
    for goal in (1, 150):
        async with worker(world, small_steps=True) as process:

            async def reached(goal: int = goal) -> bool:
                return await world.counted() >= goal

            await eventually(reached)
            process.kill()
            assert await process.wait() == -signal.SIGKILL
    assert await world.counted() < 1500, "it was killed in the middle"
    await world.finish()
    await world.assert_each_once(ids)


async def test_a_consumer_that_starts_long_after_the_events_were_published(world: World) -> None:
    async with world.carrier() as carrier:
        ids = await world.emit_many(40) + await world.emit_many(40, Summed)
        async with background(Relay(world.writer, carrier).run()):
            if isinstance(carrier, InProcessCarrier):  # they wait in the outbox
                await asyncio.sleep(0.3)
                assert not await world.outbox_is_empty()
            else:  # they wait in the queue
                await eventually(world.outbox_is_empty)
    assert await world.counted() == 0
    await world.finish()
    await world.assert_each_once(ids)


@pytest.mark.usefixtures("small_steps")
async def test_two_relays_and_two_consumers_share_the_work(world: World) -> None:
    ids = await world.emit_many(300) + await world.emit_many(300, Summed)
    async with world.working() as one, world.working() as other:
        more = [await world.emit_many(20) for _ in range(10)]
        await eventually(world.outbox_is_empty)
        assert one is not other
    await world.finish()
    await world.assert_each_once([*ids, *(id_ for part in more for id_ in part)])


async def cut_connections(database: Database) -> None:
    """End every connection to a database except the one that asks."""
    async with database.reading() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = :name AND pid <> pg_backend_pid()"
            ),
            {"name": make_url(database.url).database},
        )


@pytest.mark.usefixtures("small_steps")
async def test_databases_that_go_away_for_a_moment(world: World) -> None:
    ids = await world.emit_many(300) + await world.emit_many(100, Summed)
    # Connections of its own: the ones that are cut are the relay's and the consumer's.
    killers = [Database(url, "killer", 1) for url in (world.writer.url, world.reader.url)]
    async with world.working():
        for goal in (1, 100, 200):

            async def reached(goal: int = goal) -> bool:
                async with killers[1].reading() as connection:
                    count = await connection.scalar(text("SELECT count(*) FROM tally"))
                    return bool(count >= goal)

            await eventually(reached)
            for killer in killers:
                await cut_connections(killer)
    for killer in killers:
        await killer.close()
    await world.finish()
    await world.assert_each_once(ids)


async def test_large_events_are_carried_a_few_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "TAKE_BYTES", 250_000)
    sizes = [100_000, 100_000, 100_000, 10, 400_000, 10, 10]
    ids = await world.emit(
        *(Summed(**happening(f"e{n}"), note="x" * size) for n, size in enumerate(sizes))
    )
    async with world.carrier() as carrier:
        await carrier.attach(world.consumer())
        carrying = Relay(world.writer, carrier)
        # A round begins a further event as long as those before it are within the bound.
        assert [await carrying.carry() for _ in range(4)] == [3, 2, 2, 0]
        await world.drained(carrier)
    await world.assert_each_once(ids)
