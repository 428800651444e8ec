"""What a consumer makes of what the bus brings, over both carriers."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import aio_pika
import orjson
import pytest
from services.chassis.tests.bus.world import (
    RUN,
    SECRET,
    Counted,
    Renamed,
    Summed,
    World,
    eventually,
    happening,
    raw,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from zhiye_chassis.bus import dead_letters
from zhiye_chassis.bus.cloudevents import SINGLE
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.bus.rabbitmq import EXCHANGE
from zhiye_chassis.clock import FixedClock
from zhiye_chassis.database import Transaction

FAILED = "SELECT state, attempts, error FROM failed_event"


def several(count: int) -> tuple[list[str], list[bytes]]:
    events = [Counted(**happening()) for _ in range(count)]
    return [event.aggregate_id for event in events], [raw(event) for event in events]


async def test_an_event_delivered_again_has_no_second_effect(world: World) -> None:
    ids, events = several(20)
    await world.deliver(events, events, [events[3], events[3], events[7]], events[10:])
    await world.assert_each_once(ids)


async def test_the_same_id_from_two_sources_is_two_events(world: World) -> None:
    one, other = Counted(**happening()), Counted(**happening())
    first = raw(one, "/writer")
    same = {"id": orjson.loads(first)["id"]}
    second = orjson.dumps(orjson.loads(raw(other, "/elsewhere")) | same)
    await world.deliver([first, second])
    await world.assert_each_once([one.aggregate_id, other.aggregate_id])


async def test_a_projection_keeps_the_newest_version_in_whatever_order_events_come(
    world: World,
) -> None:
    versions = [Renamed(**happening("a", n), name=f"name {n}") for n in range(1, 31)]
    random.Random(1).shuffle(versions)
    for event in versions[:20]:
        await world.emit(event)
    await world.emit(*versions[20:])
    await world.finish()
    assert await world.rows("SELECT version, name FROM projection WHERE id = 'a'") == [
        (30, "name 30")
    ]


@pytest.mark.parametrize(
    ("kind", "poison"),
    [(Counted, "raises"), (Summed, "raises late"), (Counted, "constraint"), (Summed, "no file")],
)
async def test_a_poison_event_does_not_sink_its_neighbours(
    world: World, kind: type[Counted], poison: str
) -> None:
    events = [kind(**happening()) for _ in range(30)]
    bad = kind(**happening(), poison=poison)
    await world.emit(*events[:15], bad, *events[15:])
    await world.finish()
    await world.assert_each_once([event.aggregate_id for event in events])
    ((state, attempts, error),) = await world.rows(FAILED)
    assert (state, attempts) == ("retry", 1)
    assert error
    assert SECRET not in error


@pytest.mark.parametrize("state", ["40001", "40P01", "53300", "57000", "08006"])
async def test_when_the_database_is_at_fault_the_whole_delivery_is_tried_again(
    in_process_world: World, state: str
) -> None:
    world = in_process_world
    bad = raw(Counted(**happening(), poison=state))
    ids, events = several(2)
    with pytest.raises(DBAPIError):
        await world.consumer().consume([events[0], bad, events[1]])
    assert await world.counted() == 0, "nothing was done"
    assert await world.rows(FAILED) == []
    await world.consumer().consume(events)
    await world.assert_each_once(ids)


@pytest.mark.parametrize("state", ["57014", "22012", "23514"])
async def test_when_the_event_is_at_fault_only_the_event_is_tried_again(
    in_process_world: World, state: str
) -> None:
    world = in_process_world
    ids, events = several(2)
    bad = raw(Counted(**happening(), poison=state))
    await world.consumer().consume([events[0], bad, events[1]])
    await world.assert_each_once(ids)
    assert [row[0] for row in await world.rows(FAILED)] == ["retry"]


async def test_a_handler_that_fails_twice_then_works_has_one_effect(
    world: World, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail = {"times": 2}
    works = World.consumer(world).subscriptions.table[0].handler

    async def fails_twice(tx: Transaction, event: Counted) -> None:
        await works(tx, event)
        if fail["times"]:
            fail["times"] -= 1
            raise RuntimeError("not yet")

    consumer = world.consumer(clock=clock, tiers=(1.0, 5.0))
    row = consumer.subscriptions.table[0]
    consumer._rows[Counted.type] = (type(row)(row.event, fails_twice),)
    ids, events = several(1)
    await world.deliver(events, consumer=consumer)
    assert await world.counted() == 0
    assert await consumer.retry_due() == 0, "not due yet"
    clock.instant += timedelta(seconds=1)
    assert await consumer.retry_due() == 1
    assert await world.rows(FAILED) == [("retry", 2, "RuntimeError")]
    clock.instant += timedelta(seconds=4)
    assert await consumer.retry_due() == 0, "the second tier is longer"
    clock.instant += timedelta(seconds=1)
    assert await consumer.retry_due() == 1
    assert await world.rows(FAILED) == []
    await world.assert_each_once(ids)
    await world.deliver(events, consumer=consumer)
    await world.assert_each_once(ids)


async def give_up_on(world: World, clock: FixedClock, event: Counted) -> str:
    """Deliver an event and fail it through all tiers; the dead letter's id."""
    consumer = world.consumer(clock=clock, tiers=(1.0, 5.0))
    await world.deliver([raw(event)], consumer=consumer)
    for _ in range(2):
        clock.instant += timedelta(seconds=5)
        assert await consumer.retry_due() == 1
    clock.instant += timedelta(days=1)
    assert await consumer.retry_due() == 0, "it was given up on"
    (letter,) = await dead_letters.list_dead(world.reader)
    return str(letter["id"])


async def test_an_event_that_fails_through_all_tiers_becomes_a_dead_letter(
    world: World, clock: FixedClock
) -> None:
    event = Counted(**happening(), poison="raises")
    id_ = await give_up_on(world, clock, event)
    (letter,) = await dead_letters.list_dead(world.reader)
    assert letter["type"] == Counted.type
    assert letter["attempts"] == 3
    assert letter["error"] == "ValueError"
    assert "event" not in letter, "the list shows no content"
    shown = await dead_letters.show(world.reader, id_)
    assert shown is not None
    assert orjson.loads(shown["event"])["data"]["aggregate_id"] == event.aggregate_id
    assert await dead_letters.show(world.reader, "no such") is None


async def test_a_replayed_dead_letter_has_its_effect_once_the_fault_is_gone(
    world: World, clock: FixedClock
) -> None:
    event = Counted(**happening(), poison="constraint")
    id_ = await give_up_on(world, clock, event)
    assert await dead_letters.replay(world.reader, "no such", clock.now()) == 0
    assert await dead_letters.replay(world.reader, id_, clock.now()) == 1
    consumer = world.consumer(clock=clock, tiers=(1.0, 5.0))
    assert await consumer.retry_due() == 1
    assert await world.rows(FAILED) == [("retry", 1, "IntegrityError")], "the tiers begin again"
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
    assert await world.rows(FAILED) == []
    await world.assert_each_once([event.aggregate_id])


async def test_all_dead_letters_can_be_replayed_together(world: World, clock: FixedClock) -> None:
    consumer = world.consumer(clock=clock, tiers=())
    events = [raw(Counted(**happening(), poison="raises")) for _ in range(3)]
    await world.deliver([*events, b'{"no": "event"}'], consumer=consumer)
    assert len(await dead_letters.list_dead(world.reader)) == 4
    assert await dead_letters.replay(world.reader, None, clock.now()) == 3, "not what is unreadable"
    assert await consumer.retry_due() == 3


async def test_a_dropped_dead_letter_is_gone_and_does_not_come_back(
    world: World, clock: FixedClock
) -> None:
    event = Counted(**happening(), poison="raises")
    body = raw(event)
    consumer = world.consumer(clock=clock, tiers=())
    await world.deliver([body], consumer=consumer)
    (letter,) = await dead_letters.list_dead(world.reader)
    assert await dead_letters.drop(world.reader, letter["id"]) == 1
    assert await dead_letters.drop(world.reader, letter["id"]) == 0
    await world.deliver([body], consumer=consumer)
    assert await world.rows(FAILED) == []
    assert await world.counted() == 0


def altered(**changes: Any) -> bytes:
    """A good event with some attributes changed, or removed with ``None``."""
    attributes = orjson.loads(raw(Counted(**happening()))) | changes
    return orjson.dumps({k: v for k, v in attributes.items() if v is not None})


UNREADABLE = {
    "a version of the event that is not known": altered(type=f"zhiye.test-{RUN}.counted.v9"),
    "data with a wrong value": altered(data={**happening("x", -1), "occurred_at": SECRET}),
    "no data": altered(data=None),
    "no id": altered(id=None),
    "an empty id": altered(id=""),
    "an id with a NUL": altered(id="a\0b"),
    "an id as long as a novel": altered(id="".join(random.Random(1).choices("abcdef", k=9000))),
    "a source as long as a novel": altered(
        source="".join(random.Random(2).choices("abcdef", k=9000))
    ),
    "a type with a NUL": altered(type="a\0b"),
    "a specversion from the future": altered(specversion="2.0"),
    "not an object": b'"zhiye"',
    "a number": b"5",
    "data nested too deep to be written": altered(data="HERE").replace(
        b'"HERE"', b"[" * 900 + b"]" * 900
    ),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_what_cannot_be_read_becomes_a_dead_letter_and_its_neighbours_take_effect(
    in_process_world: World, body: bytes
) -> None:
    world = in_process_world
    ids, events = several(4)
    messages = ([events[0], body, events[1]], [body], [events[2]], events[3:])
    await world.deliver(*messages, consumer=world.consumer(tiers=()))
    await world.assert_each_once(ids)
    states = await world.rows("SELECT DISTINCT state, error FROM failed_event")
    assert [state for state, _ in states] == ["dead"]
    assert SECRET not in states[0][1]


@pytest.mark.rabbitmq
async def test_nothing_unreadable_stops_the_queue_of_a_broker(rabbit_world: World) -> None:
    ids, events = several(4)
    bad = list(UNREADABLE.values())
    messages = ([events[0], *bad[:5], events[1]], *[[one] for one in bad], events)
    await rabbit_world.deliver(*messages, consumer=rabbit_world.consumer(tiers=()))
    await rabbit_world.assert_each_once(ids)
    states = await rabbit_world.rows("SELECT state, count(*) FROM failed_event GROUP BY state")
    assert states == [("dead", len(bad))]


ODD = {
    "a time without a zone": altered(time="2026-11-23T02:00:00"),
    "a time that is none": altered(time="yesterday"),
    "a time that is a number": altered(time=5),
    "a time long ago": altered(time="0001-01-01T00:00:00+14:00"),
    "a request id that breaks out of JSON": altered(requestid='a","type":"x'),
    "a request id with a line feed": altered(requestid="12345678\n"),
    "a trace parent that breaks out of JSON": altered(traceparent='"}]'),
    "a request id with a NUL": altered(requestid="\0"),
    "unknown attributes": altered(partition="x", datacontenttype="application/json"),
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
async def test_odd_attributes_of_an_outside_publisher_do_no_harm(
    in_process_world: World, body: bytes
) -> None:
    world = in_process_world
    ids, events = several(2)
    await world.deliver([events[0], body, events[1]])
    await world.assert_each_once([*ids, orjson.loads(body)["data"]["aggregate_id"]])
    assert await world.rows(FAILED) == []
    for (published,) in await world.rows("SELECT event FROM outbox"):
        assert orjson.loads(published)["specversion"] == "1.0", "what is published is JSON"


@pytest.mark.rabbitmq
async def test_messages_that_are_no_json_do_not_stop_the_queue(rabbit_world: World) -> None:
    world = rabbit_world
    bodies = [b"", b"not json", b'{"specversion":', b"\xff\xfe", b"[[]", b"[]"]
    async with await aio_pika.connect(world.amqp) as connection, world.working() as carrier:
        channel = await connection.channel()
        exchange = await channel.get_exchange(EXCHANGE)
        for body in bodies:
            await exchange.publish(aio_pika.Message(body), Counted.type)
        ids = await world.emit_many(3)
        await world.drained(carrier)
    await world.assert_each_once(ids)
    letters = await dead_letters.list_dead(world.reader)
    assert [letter["type"] for letter in letters] == ["unreadable"] * 5, "[] holds nothing"


async def test_an_outside_publisher_may_send_a_single_cloudevent(world: World) -> None:
    event = Counted(**happening())
    consumer = world.consumer()
    async with world.carrier() as carrier:
        await carrier.attach(consumer)
        if isinstance(carrier, InProcessCarrier):  # nobody is outside: straight to the consumer
            await consumer.consume([raw(event, "https://exams.example")])
        else:
            async with await aio_pika.connect(world.amqp) as connection:
                channel = await connection.channel()
                exchange = await channel.get_exchange(EXCHANGE)
                message = aio_pika.Message(raw(event, "https://exams.example"), content_type=SINGLE)
                await exchange.publish(message, Counted.type)

        async def counted() -> bool:
            return await world.counted() == 1

        await eventually(counted)
    await world.assert_each_once([event.aggregate_id])


async def test_listeners_hear_events_as_they_pass(world: World) -> None:
    heard: list[bytes] = []
    async with world.working() as carrier:
        await carrier.listen([Counted.type], heard.append)
        await world.emit(Renamed(**happening(), name="not listened to"))
        (id_,) = await world.emit_many(1)

        async def told() -> bool:
            return bool(heard)

        await eventually(told)
    assert len(heard) == 1
    assert id_.encode() in heard[0]
