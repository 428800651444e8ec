"""The exam centre publishes records, over both carriers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import aio_pika
import orjson
import pytest

from zhiye_chassis.bus.cloudevents import BATCH, SINGLE
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_chassis.ids import new_id
from zhiye_contracts.exam_centre import EXCHANGE, ExamCentreBatchResult, ExamCentreResult
from zhiye_contracts.identifiers import physician_qualification_certificate
from zhiye_qualifications.application.batches import close_abandoned, close_days

Make = Callable[..., dict[str, Any]]
FEED = "/api/v1/qualification-batches"
STATED = "exam-centre.qualification-stated.v1"
ENDED = "exam-centre.batch-ended.v1"
SOURCE = "urn:exam-centre"


@pytest.fixture(autouse=True)
def accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose batches those of the source are."""
    accounts = orjson.dumps({SOURCE: "exam-centre"}).decode()
    monkeypatch.setenv("ZHIYE_QUALIFICATIONS_EXAM_CENTRE_ACCOUNTS", accounts)


def cloud_event(data: Any, type_: str = STATED, **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": new_id(),
        "source": SOURCE,
        "type": type_,
        "datacontenttype": "application/json",
        "data": data,
    } | more


class Centre:
    """The exam centre's side of the broker, and the service's consumer behind it."""

    def __init__(self, world: Any, carrier: Any, channel: Any, consumer: Consumer) -> None:
        self.world = world
        self.consumer = consumer
        self._carrier = carrier
        self._channel = channel

    async def publish(self, *events: Any) -> None:
        """One message of these events; returns when the service has it behind it."""
        key = events[0]["type"]
        if self._channel is None:
            waits = await self._carrier.publish(
                {key: [[orjson.dumps(e) for e in events]]}, EXCHANGE
            )
            assert not waits
            return
        exchange = await self._channel.get_exchange(EXCHANGE, ensure=False)
        single = len(events) == 1
        await exchange.publish(
            aio_pika.Message(
                orjson.dumps(events[0] if single else events),
                content_type=SINGLE if single else BATCH,
            ),
            routing_key=key,
        )
        ids = [event["id"] for event in events]
        deadline = time.monotonic() + 20
        while len(await self._seen(ids)) < len(set(ids)):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)

    async def _seen(self, ids: list[str]) -> list[Any]:
        seen: list[Any] = await self.world.rows(
            "SELECT event_id FROM inbox WHERE event_id = ANY(:ids)", ids=ids
        )
        return seen

    async def state(self, *records: dict[str, Any], **more: Any) -> list[str]:
        """State records in one message; the events' ids."""
        events = [cloud_event(record, **more) for record in records]
        await self.publish(*events)
        return [event["id"] for event in events]

    async def end(self, batch: Any, count: Any, **more: Any) -> str:
        event = cloud_event({"batch": batch, "count": count}, ENDED, **more)
        await self.publish(event)
        return str(event["id"])

    async def answers(self) -> list[ExamCentreResult]:
        told = await self.world.published("result")
        return [ExamCentreResult.model_validate(data) for data in told]

    async def batch_results(self) -> list[ExamCentreBatchResult]:
        told = await self.world.published("batch-result")
        return [ExamCentreBatchResult.model_validate(data) for data in told]

    async def batches(self, account: str = "exam-centre") -> list[dict[str, Any]]:
        client = self.world.client("exam_centre", account_id=account)
        return list((await client.get(FEED)).json()["items"])

    async def batch(self) -> dict[str, Any]:
        (batch,) = await self.batches()
        return batch


@pytest.fixture(params=["in_process", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
async def centre(request: pytest.FixtureRequest, world: Any) -> AsyncIterator[Centre]:
    service = world.service
    consumer = Consumer(service.database, service.outside[0], world.kit.clock)
    if request.param == "in_process":
        carrier = InProcessCarrier()
        await carrier.attach(consumer)
        yield Centre(world, carrier, None, consumer)
        return
    amqp = request.getfixturevalue("amqp_url")
    rabbit = await RabbitCarrier.connect(amqp)
    await rabbit.attach(consumer)
    async with await aio_pika.connect(amqp) as connection:
        channel = await connection.channel()
        yield Centre(world, rabbit, channel, consumer)
        await rabbit.close()
        for queue in (consumer.subscriptions.queue, f"{consumer.subscriptions.queue}.dead"):
            await channel.queue_delete(queue)
        await channel.exchange_delete(EXCHANGE)


def codes(answers: list[ExamCentreResult]) -> list[tuple[str, list[tuple[str, str | None]]]]:
    return [(a.event_id, [(r.code, r.field) for r in a.reasons]) for a in answers]


async def test_single_and_batched_events_are_recorded_like_lines_of_a_file(
    centre: Centre, record: Make
) -> None:
    await centre.state(record(1))
    await centre.state(*(record(n) for n in range(2, 40)))
    assert await centre.world.rows("SELECT count(*) AS n FROM qualification") == [{"n": 39}]
    told = await centre.world.published()
    assert {one["aggregate_id"] for one in told} == {
        row["id"] for row in await centre.world.rows("SELECT id FROM qualification")
    }
    batch = await centre.batch()
    assert (batch["format"], batch["state"], batch["lines"]) == ("cloudevents", "reading", 39)
    assert batch["counts"]["recorded"] == 39
    assert await centre.answers() == []


async def test_physicians_are_recorded_as_well(centre: Centre, record: Make) -> None:
    fields = record() | {"profession": "physician", "category": "2", "level": "1"}
    number = physician_qualification_certificate(2026, "11", "1", "20", fields["id_number"])
    await centre.state(fields | {"certificate_number": number})
    rows = await centre.world.rows("SELECT profession, category FROM qualification")
    assert rows == [{"profession": "physician", "category": "2"}]


async def test_an_event_delivered_again_counts_once(centre: Centre, record: Make) -> None:
    event = cloud_event(record())
    await centre.publish(event)
    await centre.publish(event, event)
    assert (await centre.batch())["counts"]["received"] == 1


async def test_rejects_are_kept_with_their_reasons_and_told_back_without_personal_data(
    centre: Centre, record: Make
) -> None:
    bad = record(2, gender="1", education="99")
    ids = await centre.state(record(1), bad, record(3, birth_date="02/03/2002"))
    answers = await centre.answers()
    assert codes(answers) == [
        (ids[1], [("gender_differs", "gender"), ("code_unknown", "education")]),
        (ids[2], [("date_ambiguous", "birth_date")]),
    ]
    assert [(a.line, a.outcome, a.batch) for a in answers] == [
        (2, "rejected", None),
        (3, "rejected", None),
    ]
    assert answers[0].reasons[0].reason.zh != answers[0].reasons[0].reason.en
    told = repr(await centre.world.rows("SELECT event FROM outbox WHERE type LIKE '%.result.v1'"))
    for name in ("id_number", "certificate_number", "admission_number", "name", "school"):
        assert bad[name] not in told
    batch = await centre.batch()
    client = centre.world.client("exam_centre", account_id="exam-centre")
    results = (await client.get(batch["results_url"], params={"outcome": "rejected"})).json()
    assert [r["event_id"] for r in results["items"]] == ids[1:]


async def test_older_versions_are_told_back_and_newer_ones_recorded(
    centre: Centre, record: Make
) -> None:
    await centre.state(record(1, version=2))
    (old,) = await centre.state(record(1, version=1))
    await centre.state(record(1, version=3, school="北京卫生学校"))
    (answer,) = await centre.answers()
    assert (answer.event_id, answer.outcome) == (old, "ignored_older")
    counts = (await centre.batch())["counts"]
    assert (counts["recorded"], counts["updated"], counts["ignored_older"]) == (1, 1, 1)


@pytest.mark.parametrize("how", ["extension", "field"])
async def test_a_named_batch_is_complete_once_all_its_records_have_come_and_arrived(
    centre: Centre, record: Make, how: str
) -> None:
    def stated(n: int) -> dict[str, Any]:
        if how == "extension":
            return cloud_event(record(n), batch="2026-1")
        return cloud_event(record(n) | {"batch": "2026-1"})

    await centre.publish(*(stated(n) for n in range(1, 5)))
    await centre.end("2026-1", 6)  # before the last two
    batch = await centre.batch()
    assert (batch["reference"], batch["state"], batch["percent"]) == ("2026-1", "reading", 66)
    await centre.publish(stated(5), stated(5))
    assert (await centre.batch())["state"] == "distributing"
    assert await centre.batch_results() == []
    await centre.world.keep()
    assert (await centre.batch())["state"] == "completed"
    (result,) = await centre.batch_results()
    assert (result.batch, result.received, result.recorded) == ("2026-1", 6, 5)
    assert result.unchanged == 1
    assert len(await centre.world.published("batch-completed")) == 1


async def test_a_batch_that_ends_after_its_records_is_complete_at_once(
    centre: Centre, record: Make
) -> None:
    await centre.state(record(1, gender="1"), batch="small")
    await centre.end("small", 1)
    (result,) = await centre.batch_results()
    assert (result.received, result.rejected) == (1, 1)


async def test_what_names_no_batch_is_counted_by_the_day_and_complete_when_that_is_over(
    centre: Centre, record: Make, clock: Any
) -> None:
    await centre.state(record(1))
    await close_days(centre.world.kit)
    assert (await centre.batch())["state"] == "reading"
    clock.instant += timedelta(days=1)
    await centre.state(record(2))
    await close_days(centre.world.kit)
    await close_abandoned(centre.world.kit)
    days = [(b["day"], b["state"], b["counts"]["received"]) for b in await centre.batches()]
    assert days == [("2026-11-24", "reading", 1), ("2026-11-23", "distributing", 1)]


async def test_a_named_batch_that_falls_silent_is_interrupted_and_goes_on_when_records_come(
    centre: Centre, record: Make, clock: Any
) -> None:
    await centre.state(record(1), batch="b")
    clock.instant += timedelta(minutes=16)
    await close_abandoned(centre.world.kit)
    batch = await centre.batch()
    assert (batch["state"], batch["continue_at"]) == ("interrupted", None)
    client = centre.world.client("exam_centre", account_id="exam-centre")
    answer = await client.post(
        f"{FEED}/{batch['id']}/continuation",
        content=orjson.dumps(record(2)),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "batch_not_a_file")
    await centre.state(record(2), batch="b")
    batch = await centre.batch()
    assert (batch["state"], batch["counts"]["recorded"]) == ("reading", 2)


@pytest.mark.parametrize("name", ["", "x" * 101, "a\nb", 7, ["b"]])
async def test_a_batch_without_a_right_name_is_a_reject_and_told(
    centre: Centre, record: Make, name: Any
) -> None:
    (stated,) = await centre.state(record(1) | {"batch": name})
    ended = await centre.end(name, 1)
    assert codes(await centre.answers()) == [
        (stated, [("batch_name_invalid", "batch")]),
        (ended, [("batch_name_invalid", "batch")]),
    ]
    assert (await centre.batch())["counts"]["rejected"] == 1


@pytest.mark.parametrize("count", [0, -1, "5", None, True, 1.5, 10**12])
async def test_an_end_without_a_right_count_is_told(centre: Centre, count: Any) -> None:
    ended = await centre.end("b", count)
    assert codes(await centre.answers()) == [(ended, [("batch_count_invalid", "count")])]
    assert await centre.batches() == []


@pytest.mark.parametrize("data", [None, [], "text", 5])
async def test_data_that_is_no_object_is_a_reject_with_every_field_missing(
    centre: Centre, data: Any
) -> None:
    (stated,) = await centre.state(data)
    ((event_id, reasons),) = codes(await centre.answers())
    assert event_id == stated
    assert ("field_missing", "id_number") in reasons
    assert len(reasons) == 17  # all but the admission number, which not every route has


async def test_a_poison_record_is_kept_sealed_and_tried_again_and_its_neighbours_are_recorded(
    centre: Centre, record: Make, clock: Any
) -> None:
    world = centre.world
    async with world.kit.database.transaction() as tx:
        await tx.connection.exec_driver_sql(
            "ALTER TABLE qualification ADD CONSTRAINT broken CHECK (school <> '坏学校')"
        )
    try:
        await centre.state(record(1), record(2, school="坏学校"), record(3), batch="b")
    finally:
        async with world.kit.database.transaction() as tx:
            await tx.connection.exec_driver_sql("ALTER TABLE qualification DROP CONSTRAINT broken")
    await centre.end("b", 3)
    batch = await centre.batch()
    assert (batch["state"], batch["counts"]["recorded"]) == ("reading", 2)
    (failed,) = await world.rows("SELECT state, error, event FROM failed_event")
    assert failed["state"] == "retry"
    assert record(2)["id_number"].encode() not in bytes(failed["event"])
    clock.instant += timedelta(seconds=2)
    assert await centre.consumer.retry_due() == 1
    await world.keep()
    batch = await centre.batch()
    assert (batch["state"], batch["counts"]["recorded"]) == ("completed", 3)


async def test_records_over_the_bus_and_in_a_file_at_once_neither_deadlock_nor_double(
    centre: Centre, record: Make
) -> None:
    records = [record(n) for n in range(1, 601)]
    newer = [r | {"version": 2, "school": "更正学校"} for r in records[::3]]

    async def publish(some: list[dict[str, Any]], name: str) -> None:
        for start in range(0, len(some), 100):
            await centre.state(*some[start : start + 100], batch=name)

    await asyncio.gather(
        centre.world.feed(*records),
        publish(records[::-1], "backwards"),
        publish(newer, "newer"),
        centre.world.feed(*reversed(newer)),
    )
    batches = await centre.batches()
    total = {name: sum(b["counts"][name] for b in batches) for name in batches[0]["counts"]}
    assert total["received"] == 600 + 600 + 200 + 200
    assert (total["rejected"], total["recorded"]) == (0, 600)
    state = await centre.world.rows(
        "SELECT count(*) AS people, count(*) FILTER (WHERE school = '更正学校') AS corrected"
        " FROM qualification"
    )
    assert state == [{"people": 600, "corrected": 200}]
    history = await centre.world.rows("SELECT count(*) AS n FROM qualification_history")
    assert history == [{"n": total["updated"]}]
    told = await centre.world.published()
    assert len({(one["aggregate_id"], one["version"]) for one in told}) == len(told)
    assert len(told) == total["recorded"] + total["updated"]


async def test_a_cancelled_batch_takes_nothing_more_and_says_so(
    centre: Centre, record: Make
) -> None:
    await centre.state(record(1), batch="b")
    batch = await centre.batch()
    client = centre.world.client("exam_centre", account_id="exam-centre")
    answer = await client.post(f"{FEED}/{batch['id']}/cancellation")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    (late,) = await centre.state(record(2), batch="b")
    ended = await centre.end("b", 2)
    assert codes(await centre.answers()) == [
        (late, [("batch_cancelled", None)]),
        (ended, [("batch_cancelled", None)]),
    ]
    assert (await centre.batch())["counts"]["received"] == 1


async def test_the_batch_of_a_day_cannot_be_cancelled(centre: Centre, record: Make) -> None:
    await centre.state(record(1))
    batch = await centre.batch()
    client = centre.world.client("exam_centre", account_id="exam-centre")
    answer = await client.post(f"{FEED}/{batch['id']}/cancellation")
    assert (answer.status_code, answer.json()["code"]) == (409, "batch_of_the_day")


async def test_batches_of_a_source_without_an_account_are_for_operators_only(
    centre: Centre, record: Make
) -> None:
    await centre.state(record(1), source="urn:somebody")
    assert await centre.batches() == []
    everybodys = (await centre.world.client("operator").get(FEED)).json()["items"]
    assert len(everybodys) == 1
