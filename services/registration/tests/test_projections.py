"""What other services tell arrives twice, late and in the wrong order."""

from __future__ import annotations

import random
from datetime import date, timedelta

import orjson
from sqlalchemy import func, select, text

from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_registration.adapters.projection_tables import account, institution, qualification
from zhiye_registration.application import reactions


async def rows(world, table):
    async with world.kit.database.reading() as connection:
        return (await connection.execute(select(table).order_by(table.c.id))).all()


async def test_hundreds_of_qualifications_in_one_delivery(world):
    events = [world.nurse_event(world.id_number(n), aggregate_id=f"Q{n:03d}") for n in range(500)]
    await world.tell(*events)
    async with world.kit.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(qualification)) == 500


async def test_the_newest_version_stays_whatever_the_order(world):
    versions = [
        world.nurse_event(world.id_number(1), aggregate_id="Q", version=v, name=f"名{v}")
        for v in range(1, 6)
    ]
    mixed = versions * 3
    random.Random(7).shuffle(mixed)
    for event in mixed:
        await world.tell(event)
    (row,) = await rows(world, qualification)
    assert (row.version, row.name) == (5, "名5")


async def test_several_versions_in_one_delivery_leave_the_newest(world):
    events = [
        world.nurse_event(
            world.id_number(1), aggregate_id="Q", version=v, passed_on=date(2020, v, 1)
        )
        for v in (2, 3, 1)
    ]
    await world.tell(*events)
    (row,) = await rows(world, qualification)
    assert (row.version, row.passed_on) == (3, date(2020, 3, 1))


async def test_an_old_event_does_not_reopen_an_institution(world):
    await world.tell(world.institution_event(version=5, status="closed"))
    await world.tell(world.institution_event(version=4))
    found = [row for row in await rows(world, institution) if row.id == "HOSPITAL"]
    assert (found[0].status, found[0].version) == ("closed", 5)
    assert found[0].deciding_authorities == {"nurse-first": "XICHENG"}


async def test_accounts_without_a_person_are_kept_too(world):
    await world.tell(
        world.account_event("A1", "p1"),
        world.account_event("A2", None, role="institution", identity=None),
    )
    assert [(r.id, r.person_key) for r in await rows(world, account)] == [
        ("A1", "p1"),
        ("A2", None),
    ]


async def test_the_same_event_again_changes_nothing(world):
    event = world.nurse_event(world.id_number(1), aggregate_id="Q")
    await world.tell(event)
    before = await rows(world, qualification)
    await world.tell(event, event)
    assert await rows(world, qualification) == before


async def test_a_batch_is_answered_with_how_much_of_it_is_here(world):
    nurses = [world.nurse_event(world.id_number(n), aggregate_id=f"Q{n:03d}") for n in range(300)]
    await world.tell(
        world.batch_event("B1", *nurses[:100], version=100),
        world.batch_event("B2", *nurses[100:110], version=11),
        world.batch_event("B1", *nurses[110:], version=290),
    )
    async with world.kit.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(qualification)) == 300
    answers = await world.events("qualifications-kept")
    assert [(a["aggregate_id"], a["version"], a["records"]) for a in answers] == [
        ("B1", 290, 290),
        ("B2", 11, 10),
    ]


async def test_a_batch_that_comes_again_is_neither_kept_nor_answered_twice(world):
    event = world.batch_event("B", *(world.nurse_event(world.id_number(n)) for n in range(3)))
    body = to_cloudevent(event, "/qualifications")
    for _ in range(3):
        await world.consumer.consume([body, body])
    (answer,) = await world.events("qualifications-kept")
    assert answer["records"] == 3
    assert len(await rows(world, qualification)) == 3


async def test_what_was_told_since_is_newer_than_a_batch_that_comes_late(world):
    first = [world.nurse_event(world.id_number(n), aggregate_id=f"Q{n:03d}") for n in range(200)]
    await world.tell(*(e.model_copy(update={"version": 2, "name": "新"}) for e in first[:7]))
    await world.tell(world.batch_event("B", *first))
    newest = [(row.version, row.name) for row in await rows(world, qualification)]
    assert newest == [(2, "新")] * 7 + [(1, "王芳")] * 193
    (answer,) = await world.events("qualifications-kept")
    assert answer["records"] == 200, "it has them all, some of them newer"


async def test_two_versions_in_one_batch_leave_the_newer_and_are_answered_as_two(world):
    one = world.nurse_event(world.id_number(1), aggregate_id="Q")
    newer = one.model_copy(update={"version": 2, "name": "新"})
    await world.tell(world.batch_event("B", newer, one))
    (row,) = await rows(world, qualification)
    assert (row.version, row.name) == (2, "新")
    (answer,) = await world.events("qualifications-kept")
    assert answer["records"] == 2


async def test_a_batch_that_cannot_be_kept_is_not_answered(world, monkeypatch):
    async def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(reactions, "keep_newest_of", fail)
    await world.tell(world.batch_event("B", world.nurse_event(world.id_number(1))))
    assert await world.events("qualifications-kept") == []
    monkeypatch.undo()
    world.clock.instant += timedelta(minutes=1)
    assert await world.consumer.retry_due() == 1
    (answer,) = await world.events("qualifications-kept")
    assert answer["records"] == 1


async def test_lists_of_different_lengths_are_no_qualifications(world):
    event = world.batch_event("B", *(world.nurse_event(world.id_number(n)) for n in range(2)))
    told = orjson.loads(to_cloudevent(event, "/qualifications"))
    told["data"]["qualifications"]["name"].pop()
    await world.consumer.consume([orjson.dumps(told)])
    assert await rows(world, qualification) == []
    async with world.kit.database.reading() as connection:
        state = await connection.scalar(text("SELECT state FROM failed_event"))
    assert state == "dead"
