"""What somebody outside may tell a service, over both carriers: as safe as what services tell each
other, and never to be mistaken for it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aio_pika
import orjson
import pytest
from services.chassis.tests.bus.world import (
    SECRET,
    Counted,
    Noted,
    Summed,
    World,
    background,
    eventually,
    happening,
    raw,
    subscriptions_of,
)
from sqlalchemy import text

from zhiye_chassis.bus import dead_letters
from zhiye_chassis.bus.consumer import Consumer, Work
from zhiye_chassis.bus.relay import Relay
from zhiye_chassis.bus.subscriptions import EXCHANGE, Outlet, Subscription, Subscriptions
from zhiye_chassis.clock import FixedClock
from zhiye_chassis.crypto import FieldCipher
from zhiye_chassis.database import Transaction

FAILED = "SELECT state, attempts, error FROM failed_event"


def several(count: int) -> tuple[list[str], list[bytes]]:
    events = [Counted(**happening()) for _ in range(count)]
    return [event.aggregate_id for event in events], [raw(event, "urn:centre") for event in events]


async def test_an_event_from_outside_delivered_again_has_no_second_effect(
    outside_world: World,
) -> None:
    ids, events = several(20)
    await outside_world.deliver(events, events, [events[3], events[3]], events[10:])
    await outside_world.assert_each_once(ids)


async def test_a_poison_event_from_outside_does_not_sink_its_neighbours(
    outside_world: World,
) -> None:
    ids, events = several(10)
    bad = raw(Counted(**happening(), poison="constraint"), "urn:centre")
    await outside_world.deliver([*events[:5], bad, b'{"no": "event"}', *events[5:]])
    await outside_world.assert_each_once(ids)
    rows = sorted(await outside_world.rows(FAILED))
    assert [row[:2] for row in rows] == [("dead", 0), ("retry", 1)]
    assert SECRET not in repr(rows)


async def test_a_failed_event_is_tried_again_by_the_consumer_of_its_exchange_only(
    outside_world: World, clock: FixedClock
) -> None:
    world = outside_world
    fail = {"times": 1}
    works = world.subscriptions.table[0].handler

    async def fails_once(tx: Transaction, event: Counted) -> None:
        await works(tx, event)
        if fail["times"]:
            fail["times"] -= 1
            raise RuntimeError("not yet")

    consumer = world.consumer(clock=clock)
    consumer._rows[Counted.type] = (Subscription(Counted, fails_once),)
    own = Consumer(
        world.reader,
        Subscriptions(world.service, ()),
        clock,
        left_out=world.subscriptions.types,
    )
    ids, events = several(1)
    await world.deliver(events, consumer=consumer)
    assert await world.counted() == 0
    clock.instant += timedelta(seconds=1)
    assert await own.retry_due() == 0
    assert await consumer.retry_due() == 1
    assert await world.rows(FAILED) == []
    await world.assert_each_once(ids)
    await world.deliver(events, consumer=consumer)
    await world.assert_each_once(ids)


async def test_what_failed_from_outside_is_kept_sealed_and_still_tried_again(
    outside_world: World, clock: FixedClock
) -> None:
    world = outside_world
    cipher = FieldCipher({"k1": os.urandom(32)})
    subscriptions = replace(world.subscriptions, cipher=cipher)
    consumer = Consumer(world.reader, subscriptions, clock)
    event = Counted(**happening(), poison="constraint")
    secret = event.aggregate_id
    await world.deliver([raw(event)], [b"not json " + secret.encode()], consumer=consumer)
    kept = await world.rows("SELECT event, state FROM failed_event ORDER BY state")
    assert all(secret.encode() not in row.event for row in kept)
    async with world.reader.transaction() as tx:
        await tx.execute(text("ALTER TABLE strict DROP CONSTRAINT strict_positive_check"))
    try:
        clock.instant += timedelta(seconds=1)
        assert await consumer.retry_due() == 1
    finally:
        async with world.reader.transaction() as tx:
            await tx.execute(text("DELETE FROM strict"))
            await tx.execute(
                text("ALTER TABLE strict ADD CONSTRAINT strict_positive_check CHECK (amount > 0)")
            )
    await world.assert_each_once([secret])


async def test_what_is_not_taken_from_outside_is_given_up_on_unread_and_cannot_be_replayed(
    outside_world: World, clock: FixedClock
) -> None:
    world = outside_world
    internal = raw(Noted(**happening()), "/writer")
    ids, events = several(1)
    await world.deliver([internal, *events])  # by the key of a type that is taken
    await world.assert_each_once(ids)
    ((state, attempts, error),) = await world.rows(FAILED)
    assert (state, attempts, error) == ("dead", 0, "not a CloudEvent: type not taken from outside")
    assert await dead_letters.replay(world.reader, None, clock.now()) == 0


async def test_an_event_from_outside_cannot_stand_in_the_way_of_one_of_ours(
    outside_world: World,
) -> None:
    world = outside_world
    real, posing = Counted(**happening()), Counted(**happening())
    ours = raw(real, "/writer")
    theirs = orjson.dumps(orjson.loads(raw(posing)) | {"id": orjson.loads(ours)["id"]})
    await world.deliver([theirs])
    own = Consumer(world.reader, subscriptions_of(world.service, EXCHANGE))
    await own.consume([ours])
    await world.assert_each_once([real.aggregate_id, posing.aggregate_id])


async def test_the_two_exchanges_do_not_mix(outside_world: World) -> None:
    world = outside_world
    async with world.working() as carrier:
        await world.emit(Counted(**happening()))  # on our exchange; nobody reads it there
        ids, events = several(1)
        assert not await carrier.publish({Counted.type: [events]}, world.exchange)
        await eventually(lambda: world.has_row("tally", ids[0]))
    await world.assert_each_once(ids)


async def test_a_handler_may_have_the_envelope_with_its_extensions(outside_world: World) -> None:
    world = outside_world
    seen: list[tuple[str, Any]] = []

    async def note(tx: Transaction, work: list[Work]) -> None:
        seen.extend((one.envelope.source, one.envelope.attributes["batch"]) for one in work)

    async def note_one(tx: Transaction, work: Work) -> None:
        await note(tx, [work])

    table = [
        Subscription(Counted, note_one, enveloped=True),
        Subscription(Summed, note, batch=True, enveloped=True),
        world.subscriptions.table[2],
    ]
    consumer = Consumer(world.reader, Subscriptions(world.service, table, world.exchange))
    events = [
        orjson.dumps(orjson.loads(raw(kind(**happening()), "urn:centre")) | {"batch": batch})
        for kind, batch in ((Counted, "a"), (Summed, "b"), (Summed, "c"))
    ]
    await world.deliver(events, consumer=consumer)
    source = f"{world.exchange}:urn:centre"
    assert sorted(seen) == [(source, "a"), (source, "b"), (source, "c")]


@pytest.mark.rabbitmq
async def test_an_outlet_gets_the_types_it_names_and_keeps_them_until_they_are_fetched(
    rabbit_world: World,
) -> None:
    world = rabbit_world
    outlet = Outlet("centre", f"{world.service}.results", [Counted.type])
    async with world.working() as carrier:
        await carrier.open(outlet)
        await carrier.open(outlet)
        ids = await world.emit_many(3)
        await world.emit_many(1, Summed)
        await world.drained(carrier)
    async with await aio_pika.connect(world.amqp) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(outlet.queue)
        message = await queue.get()
        assert message is not None
        told = [event["data"]["aggregate_id"] for event in orjson.loads(message.body)]
        await message.ack()
        assert told == ids
        assert await queue.get(fail=False) is None
        await channel.queue_delete(outlet.queue)


async def test_a_relay_still_delivers_our_own_events_beside(outside_world: World) -> None:
    world = outside_world
    own = Consumer(world.reader, subscriptions_of(f"{world.service}-own", EXCHANGE))
    ids, events = several(2)
    async with world.working() as carrier:
        await carrier.attach(own)
        async with background(Relay(world.writer, carrier).run()):
            ids += await world.emit_many(2)
            await carrier.publish({Counted.type: [events]}, world.exchange)
            for id_ in ids:
                await eventually(lambda id_=id_: world.has_row("tally", id_))  # type: ignore[misc]
        await carrier.detach(own)
    await world.assert_each_once(ids)
    if world.amqp:
        async with await aio_pika.connect(world.amqp) as connection:
            channel = await connection.channel()
            for name in (own.subscriptions.queue, f"{own.subscriptions.queue}.dead"):
                await channel.queue_delete(name)
