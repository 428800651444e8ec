"""Other systems state what belongs into somebody's record, over both carriers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import pytest
from services.registration.tests.feeding import (
    FEEDS,
    PHYSICIAN,
    RECORDED,
    SOURCE,
    Feeds,
    consumer_of,
    event,
    in_process,
    rows,
    stated,
    told,
)
from sqlalchemy import text

from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_contracts.record_feeds import EXCHANGE


@pytest.fixture(params=["in_process", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
async def feeds(request: pytest.FixtureRequest, world: Any) -> AsyncIterator[Feeds]:
    if request.param == "in_process":
        yield await in_process(world)
        return
    consumer = consumer_of(world)
    amqp = request.getfixturevalue("amqp_url")
    rabbit = await RabbitCarrier.connect(amqp)
    await rabbit.attach(consumer)
    async with await aio_pika.connect(amqp) as connection:
        channel = await connection.channel()
        yield Feeds(world, rabbit, channel, consumer)
        await rabbit.close()
        queue = consumer.subscriptions.queue
        for name in (queue, f"{queue}.dead"):
            await channel.queue_delete(name)
        await channel.exchange_delete(EXCHANGE)


@pytest.mark.parametrize("feed", FEEDS)
async def test_what_is_stated_of_somebody_not_registered_yet_is_kept_and_answered(
    feeds: Feeds, feed: str
) -> None:
    assert await feeds.state(feed, stated(feed)) == [RECORDED]
    (row,) = await rows(feeds.world, "SELECT * FROM practitioner_record")
    assert (row["feed"], row["system"], row["source_id"], row["version"]) == (
        *(feed, SOURCE, "2026-000017"),
        1,
    )
    assert row["person_key"] == feeds.world.kit.person_key(PHYSICIAN)
    assert PHYSICIAN not in repr(row)


async def test_single_and_batched_statements_are_recorded_and_each_is_answered(
    feeds: Feeds,
) -> None:
    assert await feeds.state("education", stated("education")) == [RECORDED]
    many = [stated("education", record_id=f"E{n}") for n in range(150)]
    assert await feeds.state("education", *many) == [RECORDED] * 150
    assert len(await rows(feeds.world, "SELECT id FROM practitioner_record")) == 151
    assert len(await rows(feeds.world, "SELECT id FROM practitioner_record_version")) == 151


async def test_an_event_delivered_again_is_answered_once(feeds: Feeds) -> None:
    one = event("promotion", stated("promotion"))
    await feeds.publish(one)
    await feeds.publish(one, one)
    assert [told(answer) for answer in await feeds.answers("promotion")] == [RECORDED]


async def test_the_same_again_changes_nothing_and_says_so(feeds: Feeds) -> None:
    for feed in FEEDS:
        await feeds.state(feed, stated(feed))
        assert await feeds.state(feed, stated(feed)) == [("unchanged", [])]
    assert len(await rows(feeds.world, "SELECT id FROM practitioner_record_version")) == 4


async def test_a_later_version_corrects_and_every_version_is_kept(feeds: Feeds) -> None:
    await feeds.state("assessment", stated("assessment"))
    later = stated("assessment", version=2, result="failed")
    assert await feeds.state("assessment", later) == [RECORDED]
    (row,) = await rows(feeds.world, "SELECT version, data FROM practitioner_record")
    assert (row["version"], row["data"]["result"]) == (2, "failed")
    kept = await rows(
        feeds.world, "SELECT version, data FROM practitioner_record_version ORDER BY version"
    )
    assert [(one["version"], one["data"]["result"]) for one in kept] == [
        (1, "passed"),
        (2, "failed"),
    ]


async def test_an_older_version_after_a_newer_one_is_ignored_and_told(feeds: Feeds) -> None:
    await feeds.state("assessment", stated("assessment", version=2, result="failed"))
    older = await feeds.state("assessment", stated("assessment"))
    assert older == [("ignored_older", [("version_older", "version")])]
    (row,) = await rows(feeds.world, "SELECT version, data FROM practitioner_record")
    assert (row["version"], row["data"]["result"]) == (2, "failed")


async def test_versions_in_one_message_end_with_the_newest_whatever_their_order(
    feeds: Feeds,
) -> None:
    answers = await feeds.state(
        "education",
        stated("education", version=2, year=2025, completed_on=None),
        stated("education", version=1),
        stated("education", version=3, year=2024, completed_on=None),
    )
    assert [outcome for outcome, _ in answers] == ["recorded", "ignored_older", "recorded"]
    (row,) = await rows(feeds.world, "SELECT version, data FROM practitioner_record")
    assert (row["version"], row["data"]["year"]) == (3, 2024)


async def test_other_content_under_the_same_version_is_refused(feeds: Feeds) -> None:
    await feeds.state("promotion", stated("promotion"))
    again = await feeds.state("promotion", stated("promotion", title="231"))
    assert again == [("refused", [("version_not_raised", "version")])]


async def test_records_of_two_systems_may_have_the_same_id(feeds: Feeds) -> None:
    assert await feeds.state("education", stated("education")) == [RECORDED]
    other = await feeds.state(
        "education", stated("education", year=2025, completed_on=None), source="urn:example:other"
    )
    assert other == [RECORDED]
    assert len(await rows(feeds.world, "SELECT id FROM practitioner_record")) == 2


async def test_fifteen_digits_are_upgraded_with_a_note(feeds: Feeds) -> None:
    answer = await feeds.state("education", stated("education", id_number="110105850307001"))
    assert answer == [("recorded", [("id_number_upgraded", "id_number")])]
    (row,) = await rows(feeds.world, "SELECT person_key FROM practitioner_record")
    assert row["person_key"] == feeds.world.kit.person_key(PHYSICIAN)


async def test_what_is_wrong_is_refused_and_its_neighbours_are_recorded(feeds: Feeds) -> None:
    answers = await feeds.state(
        "education",
        stated("education", record_id="A"),
        stated("education", record_id="B", year="long ago"),
        stated("education", record_id="C"),
    )
    assert answers == [RECORDED, ("refused", [("integer_expected", "year")]), RECORDED]
    assert len(await rows(feeds.world, "SELECT id FROM practitioner_record")) == 2


async def test_the_name_must_be_the_one_on_record_and_the_answer_does_not_tell_it(
    feeds: Feeds,
) -> None:
    world = feeds.world
    await world.nurse(7, name="王(suo)芳")
    of = {"id_number": world.id_number(7), "profession": "nurse"}
    wrong = await feeds.state("education", stated("education", **of, name="李四"))
    assert wrong == [("refused", [("name_differs", "name")])]
    (answer,) = await feeds.answers("education")
    assert "王" not in repr(answer)
    rare = await feeds.state("education", stated("education", **of, name="王锁芳"))
    assert rare == [RECORDED]


async def test_answers_hold_nothing_of_a_statement(feeds: Feeds) -> None:
    for feed in FEEDS:
        bad = dict.fromkeys(stated(feed), "=张伟") | {"张伟": 1, "id_number": PHYSICIAN + "1"}
        await feeds.state(feed, stated(feed), bad)
    outbox = repr(await rows(feeds.world, "SELECT event FROM outbox"))
    codes = ("result", "state", "profession", "title")
    values = {
        str(value)
        for feed in FEEDS
        for name, value in stated(feed).items()
        if name not in codes and len(str(value)) > 5
    }
    for value in values | {"张伟", PHYSICIAN}:
        assert value not in outbox


async def test_a_poison_statement_is_kept_sealed_and_its_neighbours_are_recorded(
    feeds: Feeds,
) -> None:
    world = feeds.world
    table = "ALTER TABLE practitioner_record "
    async with world.kit.database.transaction() as tx:
        await tx.execute(text(table + "ADD CONSTRAINT broken CHECK (source_id <> 'BAD')"))
    try:
        await feeds.publish(
            *(event("education", stated("education", record_id=n)) for n in ("A", "BAD", "C"))
        )
    finally:
        async with world.kit.database.transaction() as tx:
            await tx.execute(text(table + "DROP CONSTRAINT broken"))
    assert len(await feeds.answers("education")) == 2
    (failed,) = await rows(world, "SELECT state, event, error FROM failed_event")
    assert failed["state"] == "retry"
    assert PHYSICIAN.encode() not in bytes(failed["event"])
    assert PHYSICIAN not in failed["error"]
