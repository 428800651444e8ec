"""A health supervision system states penalties, over both carriers (Q50)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import aio_pika
import orjson
import pytest
from services.registration.tests.punishing import Punishing
from sqlalchemy import text

from zhiye_chassis.bus.cloudevents import BATCH, SINGLE
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_contracts.events import PenaltyRecorded
from zhiye_contracts.supervision import EXCHANGE, SUPERVISION, PenaltyResult, PenaltyStated

EXAMPLE = PenaltyStated.example


class System:
    """The supervision system, and the service's consumer behind it."""

    def __init__(self, made: Punishing, carrier: Any, channel: Any) -> None:
        self.made = made
        self.world = made.world
        self._carrier = carrier
        self._channel = channel

    async def publish(self, *events: Any) -> None:
        """One message of these events; returns when the service has it behind it."""
        if self._channel is None:
            waits = await self._carrier.publish(
                {PenaltyStated.type: [[orjson.dumps(e) for e in events]]}, EXCHANGE
            )
            assert not waits
            return
        exchange = await self._channel.get_exchange(EXCHANGE, ensure=False)
        single = len(events) == 1
        body = orjson.dumps(events[0] if single else events)
        await exchange.publish(
            aio_pika.Message(body, content_type=SINGLE if single else BATCH),
            routing_key=PenaltyStated.type,
        )
        ids = {event["id"] for event in events}
        deadline = time.monotonic() + 20
        while await self._seen(ids) < len(ids):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)

    async def _seen(self, ids: set[str]) -> int:
        async with self.world.kit.database.reading() as connection:
            found = await connection.scalar(
                text("SELECT count(*) FROM inbox WHERE event_id = ANY(:ids)"), {"ids": sorted(ids)}
            )
            return int(found or 0)

    async def state(self, *statements: Any) -> list[Any]:
        """State these in one message; outcome and reasons of each answer."""
        events = [event(data) for data in statements]
        await self.publish(*events)
        answers = {one["event_id"]: one for one in await self.answers()}
        return [told(answers[one["id"]]) for one in events]

    async def answers(self) -> list[dict[str, Any]]:
        return list(await self.world.events(PenaltyResult.type))


def event(data: Any, **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": new_id(),
        "source": "urn:example:supervision",
        "type": PenaltyStated.type,
        "datacontenttype": "application/json",
        "data": data,
    } | more


def told(answer: dict[str, Any]) -> tuple[str, list[tuple[str, str | None]]]:
    return answer["outcome"], [(one["code"], one["field"]) for one in answer["reasons"]]


RECORDED: Any = ("recorded", [])


@pytest.fixture(params=["in_process", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
async def system(request: pytest.FixtureRequest, world: Any) -> AsyncIterator[System]:
    made = await Punishing(world).open()
    (outside,) = (one for one in world.service.outside if one.exchange == EXCHANGE)
    consumer = Consumer(world.service.database, outside, world.clock)
    if request.param == "in_process":
        carrier = InProcessCarrier()
        await carrier.attach(consumer)
        yield System(made, carrier, None)
        return
    amqp = request.getfixturevalue("amqp_url")
    rabbit = await RabbitCarrier.connect(amqp)
    await rabbit.attach(consumer)
    async with await aio_pika.connect(amqp) as connection:
        channel = await connection.channel()
        yield System(made, rabbit, channel)
        await rabbit.close()
        for name in (outside.queue, f"{outside.queue}.dead"):
            await channel.queue_delete(name)
        await channel.exchange_delete(EXCHANGE)


def stated(system: System, who: Principal, **changes: Any) -> dict[str, Any]:
    return system.made.body(who) | {"reporting_authority": "HEBEI"} | changes


async def test_a_stated_penalty_is_as_if_its_authority_had_reported_it(system: System) -> None:
    who = await system.made.physicians.physician()
    assert await system.state(stated(system, who)) == [RECORDED]
    (penalty,) = await system.made.ids(system.world.HEBEI)
    (duty,) = await system.made.duties(system.world.HOSPITAL)
    assert duty["penalty_id"] == penalty
    shown = (
        await system.world.call(system.world.HEBEI, "GET", f"/api/v1/penalties/{penalty}")
    ).json()
    assert (shown["source"], shown["reported_by_name"]) == ("bus", "河北省卫生健康委员会")
    assert shown["actions"] == ["rescind"]
    assert len(await system.made.told(PenaltyRecorded)) == 1


async def test_single_and_batched_statements_are_recorded_and_each_is_answered(
    system: System,
) -> None:
    people = [await system.made.physicians.physician() for _ in range(12)]
    assert await system.state(stated(system, people[0])) == [RECORDED]
    assert await system.state(*(stated(system, who) for who in people)) == [
        ("unchanged", []),
        *([RECORDED] * 11),
    ]
    assert len(await system.made.duties(system.world.HOSPITAL)) == 12


async def test_an_event_delivered_again_is_answered_once(system: System) -> None:
    one = event(stated(system, await system.made.physicians.physician()))
    await system.publish(one)
    await system.publish(one, one)
    assert [told(answer) for answer in await system.answers()] == [RECORDED]


async def test_what_an_authority_reported_already_is_unchanged(system: System) -> None:
    who = await system.made.physicians.physician()
    await system.made.punished(who)
    assert await system.state(stated(system, who)) == [("unchanged", [])]
    differs = await system.state(stated(system, who, deciding_body="别的机关"))
    assert differs == [("refused", [("penalty_differs", "document_number")])]


async def test_what_is_wrong_is_answered_with_every_reason_and_its_neighbours_are_recorded(
    system: System,
) -> None:
    first, second, third = [await system.made.physicians.physician() for _ in range(3)]
    wrong = {"kind": "suspension", "name": "", "id_number": "123", "reporting_authority": 7}
    answers = await system.state(
        stated(system, first), stated(system, second, **wrong), stated(system, third)
    )
    assert answers[0] == answers[2] == RECORDED
    outcome, reasons = answers[1]
    assert outcome == "refused"
    assert {field for _, field in reasons} == {
        *("id_number", "name", "ends_on"),
        "reporting_authority",
    }


async def test_a_division_with_one_authority_names_it_and_one_with_two_does_not(
    system: System,
) -> None:
    who = await system.made.physicians.physician()
    unknown: Any = ("refused", [("authority_unknown", "reporting_authority")])
    await system.world.tell(
        system.world.authority_event("ONE", "朝阳区卫生健康委员会", "110105"),
        system.world.authority_event("TWO", "河北省中医药管理局", "130000"),
    )
    for code in ("130000", "999999", "NOBODY", "\x00"):
        answer = await system.state(stated(system, who, reporting_authority=code))
        assert answer[0][0] == "refused"
        assert code == "\x00" or answer == [unknown]
    assert await system.state(stated(system, who, reporting_authority="110105")) == [RECORDED]


async def test_another_name_than_the_recorded_one_is_refused_without_telling_it(
    system: System,
) -> None:
    who = await system.made.physicians.physician()
    assert await system.state(stated(system, who, name="赵六")) == [
        ("refused", [("name_differs", "name")])
    ]
    assert "李明" not in str(await system.answers())


async def test_what_was_rescinded_is_not_recorded_again_by_repeating_it(system: System) -> None:
    who = await system.made.physicians.physician()
    await system.state(stated(system, who))
    (penalty,) = await system.made.ids(system.world.HEBEI)
    await system.made.rescind({"id": penalty, "version": 1})
    assert await system.state(stated(system, who)) == [("refused", [("penalty_rescinded", None)])]
    assert await system.state(stated(system, who, decided_on="2026-11-19")) == [RECORDED]


async def test_the_end_of_a_sentence_is_stated_later(system: System) -> None:
    who = await system.made.physicians.physician()
    sentence = stated(system, who, kind="criminal")
    assert await system.state(sentence) == [RECORDED]
    assert await system.state(sentence | {"ends_on": "2026-11-23"}) == [RECORDED]
    assert await system.state(sentence | {"ends_on": "2026-11-23"}) == [("unchanged", [])]


async def test_an_answer_holds_nothing_of_what_was_stated(system: System) -> None:
    who = await system.made.physicians.physician()
    await system.state(stated(system, who), stated(system, who, kind="nothing"))
    answers = str(await system.answers())
    for secret in (system.made.id_number(who), "李明", "冀卫罚"):
        assert secret not in answers


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        7,
        {},
        {"id_number": {"$gt": ""}},
        {"document_number": "\x00"},
    ],
    ids=str,
)
async def test_anything_at_all_is_answered(system: System, data: Any) -> None:
    await system.publish(event(data))
    (answer,) = await system.answers()
    assert answer["outcome"] == "refused"
    assert answer["reasons"]


async def test_the_example_of_the_contract_is_recorded(system: System) -> None:
    assert date.fromisoformat(EXAMPLE["decided_on"]) < system.world.clock.today()
    assert await system.state(EXAMPLE) == [RECORDED]
    assert set(EXAMPLE) == set(PenaltyStated.model_fields)
    assert set(SUPERVISION) == {PenaltyStated.type, PenaltyResult.type}
