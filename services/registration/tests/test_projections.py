"""What other services tell arrives twice, late and in the wrong order."""

from __future__ import annotations

import random
from datetime import date

from sqlalchemy import func, select

from zhiye_registration.adapters.tables import account, institution, qualification


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
