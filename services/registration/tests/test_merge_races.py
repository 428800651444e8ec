"""Merges and what happens in the same moment: nobody is lost."""

from __future__ import annotations

import asyncio

import pytest
from services.registration.tests.merging import (
    PATH,
    merged,
    places,
    rows,
    take_over,
    tell_the_old_name,
    undone,
)
from sqlalchemy import func, select, text

from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.adapters.tables import application, registration


@pytest.fixture(autouse=True)
async def _the_old_name(world):
    await tell_the_old_name(world)


async def test_approvals_and_a_merge_at_the_same_moment_lose_nobody(world):
    old = type(world.HOSPITAL)("ACC-OLD", "institution", "钱主任", institution_id="OLD")
    for attempt in range(6):
        nurses = [await world.nurse() for _ in range(3)]
        agreed = []
        for nurse in nurses:
            submitted = await world.submitted(nurse, to="OLD")
            agreed.append((await world.review(old, submitted, "approve")).json())
        version, merge = 2 + 2 * attempt, f"M{attempt}"
        *answers, _ = await asyncio.gather(
            *(world.review(world.XICHENG, one, "approve") for one in agreed),
            world.tell(merged(world, version, merge=merge)),
        )
        assert {a.status_code for a in answers} <= {200, 412}
        for one, answer in zip(agreed, answers, strict=True):
            if answer.status_code == 412:  # addressed anew first: decided on what it is now
                now = await world.call(world.XICHENG, "GET", f"{PATH}/{one['id']}")
                again = await world.review(world.XICHENG, now.json(), "approve")
                assert again.status_code == 200, again.text
        assert set((await places(world)).values()) == {"HOSPITAL"}
        await world.tell(undone(world, version + 1, merge=merge))
        assert set((await places(world)).values()) == {"OLD"}


async def test_imports_and_a_merge_at_the_same_moment_lose_nobody(world):
    for attempt in range(5):
        version, merge = 2 + 2 * attempt, f"M{attempt}"
        await asyncio.gather(
            *(take_over(world, 1 + 10 * attempt + n) for n in range(6)),
            world.tell(merged(world, version, merge=merge)),
        )
        assert set((await places(world)).values()) == {"HOSPITAL"}
        await asyncio.gather(
            *(take_over(world, 500 + 10 * attempt + n) for n in range(6)),
            world.tell(undone(world, version + 1, merge=merge)),
        )
        assert set((await places(world)).values()) == {"OLD"}


async def test_applications_begun_while_their_institution_is_merged_are_not_left_behind(world):
    nurses = [await world.nurse() for _ in range(6)]
    body = {"business_type": "nurse-first", "institution_id": "OLD"}
    *answers, _ = await asyncio.gather(
        *(world.call(nurse, "POST", PATH, body) for nurse in nurses), world.tell(merged(world))
    )
    assert {a.status_code for a in answers} == {201}
    assert {row.institution_id for row in await rows(world, application)} == {"HOSPITAL"}


async def test_thousands_move_at_once_and_back(world):
    await take_over(world, 1)
    names = [column.name for column in registration.columns]
    changed = {"id": "r.id || n", "person_key": "r.person_key || n"}
    changed |= {"certificate_key": "r.certificate_key || n"}
    columns = ", ".join(changed.get(name, f"r.{name}") for name in names)
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            text(
                f"INSERT INTO registration ({', '.join(names)})"
                f" SELECT {columns} FROM registration r, generate_series(1, 3999) n"
            )
        )
    await world.tell(merged(world))
    assert set((await places(world)).values()) == {"HOSPITAL"}
    told = [e for e in await world.events("registration-changed") if e["version"] == 2]
    assert len({e["aggregate_id"] for e in told}) == 4000
    await world.tell(undone(world))
    assert set((await places(world)).values()) == {"OLD"}
    async with world.kit.database.reading() as connection:
        counted = await connection.execute(
            select(registration_history.c.change, func.count()).group_by("change")
        )
    assert dict(counted.all()) == {
        "imported": 1,
        "institution-merged": 4000,
        "merge-undone": 4000,
    }


async def test_two_merges_in_a_row_handled_at_once_lose_nobody(world):
    for attempt in range(4):
        for n in range(3):
            await take_over(world, 100 * attempt + n + 1)
        first, second = f"M{attempt}", f"N{attempt}"
        version = 2 + 2 * attempt
        on = {"source": "HOSPITAL", "into": "HOSPITAL2", "merge": second}
        await asyncio.gather(
            world.tell(merged(world, version, merge=first)),
            world.tell(merged(world, version, **on)),
        )
        assert set((await places(world)).values()) == {"HOSPITAL2"}
        await world.tell(undone(world, version + 1, **on), undone(world, version + 1, merge=first))
        assert set((await places(world)).values()) == {"OLD"}
