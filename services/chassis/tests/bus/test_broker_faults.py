"""What only a broker can do to us: die and come back, give up on a message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from services.chassis.tests.bus.world import Counted, World, background, eventually, happening

from zhiye_chassis.bus import dead_letters, rabbitmq
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.relay import Relay
from zhiye_chassis.clock import SystemClock

pytestmark = pytest.mark.rabbitmq


async def test_a_broker_that_dies_in_mid_stream_and_comes_back(
    rabbit_world: World, broker: Any
) -> None:
    world = rabbit_world
    ids: list[str] = []
    async with world.working():
        # RabbitMQ 3.10 forgets a queue that is declared less than a second before a power cut.
        await asyncio.sleep(1.5)
        for step in range(40):
            ids += await world.emit_many(25)
            if step == 15:
                await asyncio.to_thread(broker.kill)
            if step == 25:
                coming = asyncio.create_task(asyncio.to_thread(broker.start))
            await asyncio.sleep(0.01)
        assert await world.counted() < len(ids), "it died in the middle"
        await coming

        async def all_counted() -> bool:
            return await world.counted() == len(ids)

        await eventually(all_counted, what="the same relay and consumer go on by themselves")
    await world.finish()
    await world.assert_each_once(ids)


class Stuck(Consumer):
    """Takes its messages and never comes to an end, as one that is about to crash."""

    def __init__(self, world: World, *, works: bool) -> None:
        super().__init__(world.reader, world.subscriptions)
        self.taken = asyncio.Event()
        self._works = works

    async def consume(self, bodies: Sequence[bytes]) -> None:
        if self._works:
            await super().consume(bodies)
        self.taken.set()
        await asyncio.Event().wait()

    async def park(self, bodies: Sequence[bytes]) -> None:
        await asyncio.Event().wait()


@pytest.mark.parametrize("effect", [False, True])
async def test_a_message_that_is_never_acknowledged_becomes_a_dead_letter_unless_it_took_effect(
    rabbit_world: World, effect: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = rabbit_world
    monkeypatch.setattr(rabbitmq, "DELIVERY_LIMIT", 2)
    ids = await world.emit_many(3)
    for _ in range(3):
        stuck = Stuck(world, works=effect)
        async with world.working(stuck):
            await asyncio.wait_for(stuck.taken.wait(), 10)
            await eventually(world.outbox_is_empty)

    async def parked() -> bool:
        return len(await dead_letters.list_dead(world.reader)) == 3

    consumer = world.consumer()
    async with world.working(consumer) as carrier:
        if effect:
            await eventually(lambda: _empty(carrier, f"{world.subscriptions.queue}.dead"))
            assert await dead_letters.list_dead(world.reader) == []
        else:
            await eventually(parked)
            assert await world.counted() == 0
            await dead_letters.replay(world.reader, None, SystemClock().now())
            assert await consumer.retry_due() == 3
    await world.finish()
    await world.assert_each_once(ids)


async def _empty(carrier: Any, queue: str) -> bool:
    return int(await carrier.measure(queue)) == 0


async def test_a_detached_consumer_gives_its_messages_to_another(rabbit_world: World) -> None:
    world = rabbit_world
    stuck = Stuck(world, works=False)
    async with world.carrier() as carrier:
        await carrier.attach(stuck)
        async with background(Relay(world.writer, carrier).run()):
            ids = await world.emit_many(3)
            await stuck.taken.wait()
            await carrier.detach(stuck)
            await carrier.attach(world.consumer())
            await world.drained(carrier)
    await world.assert_each_once(ids)


async def test_an_event_that_no_queue_is_bound_to_stays_in_the_outbox(rabbit_world: World) -> None:
    world = rabbit_world

    class Unbound(Counted):
        type = Counted.type.replace("counted", "unbound")

    await world.emit(Unbound(**happening()))
    ids = await world.emit_many(3)
    async with world.working():

        async def only_the_unbound_waits() -> bool:
            return await world.rows("SELECT type FROM outbox", world.writer) == [(Unbound.type,)]

        await eventually(only_the_unbound_waits)
        await eventually(lambda: world.has_row("tally", ids[-1]))
    await world.assert_each_once(ids)
