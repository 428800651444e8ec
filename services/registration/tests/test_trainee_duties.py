"""A finished residency training leaves its base something to do, thirty days later (Q52)."""

from __future__ import annotations

from typing import Any

import pytest
from services.registration.tests.feeding import RECORDED, Feeds, in_process, rows, stated
from services.registration.tests.physicians import DAY, Physicians

from zhiye_chassis.security import Principal

END = "2026-10-31"


@pytest.fixture
async def p(world: Any) -> Physicians:
    return await Physicians(world).open()


@pytest.fixture
async def feeds(world: Any) -> Feeds:
    return await in_process(world)


async def state(feeds: Feeds, who: Principal, **changes: Any) -> None:
    of = {
        "id_number": feeds.world.id_number(int(who.account_id.removeprefix("ACC-P"))),
        "name": "李明",
        "base_institution_id": "HOSPITAL",
        "base_institution_name": None,
        "finished_on": END,
    }
    statement = stated("residency", **of | changes)
    assert await feeds.state("residency", statement) == [RECORDED]


async def duties(world: Any) -> list[dict[str, Any]]:
    return await rows(world, "SELECT kind, cause, ground, state, due_on FROM duty ORDER BY id")


async def test_the_base_has_thirty_days_to_file_after_the_thirty_it_keeps_the_trainee(
    feeds: Feeds, p: Physicians
) -> None:
    who = await p.physician()
    await state(feeds, who)
    (duty,) = await duties(feeds.world)
    assert (duty["kind"], duty["cause"], duty["ground"], duty["state"]) == (
        *("file-off-post", "trainee", "trainee-finished"),
        "open",
    )
    assert duty["due_on"].isoformat() == "2026-12-30"
    again = stated("residency", record_id="B")  # somebody else
    assert await feeds.state("residency", again) == [RECORDED]
    assert len(await duties(feeds.world)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "began", "finished_on": None, "certificate_number": None},
        {"state": "left", "certificate_number": None},
        {"base_institution_id": "HOSPITAL2"},
        {"base_institution_id": None, "base_institution_name": "朝阳医院"},
        {"finished_on": "2024-08-31"},  # long ago: who is there now is staff
    ],
)
async def test_otherwise_nothing_has_to_be_done(
    feeds: Feeds, p: Physicians, changes: dict[str, Any]
) -> None:
    await state(feeds, await p.physician(), **changes)
    assert await duties(feeds.world) == []


async def test_who_is_not_registered_leaves_nothing_to_do(feeds: Feeds, p: Physicians) -> None:
    await state(feeds, await p.qualified())
    assert await duties(feeds.world) == []


async def test_a_base_that_is_only_named_is_known_by_its_whole_name(
    feeds: Feeds, p: Physicians
) -> None:
    who = await p.physician()
    await state(feeds, who, base_institution_id=None, base_institution_name="北京示例医院")
    assert len(await duties(feeds.world)) == 1


async def test_a_correction_lets_the_duty_lapse_or_gives_it_another_day(
    feeds: Feeds, p: Physicians
) -> None:
    who = await p.physician()
    await state(feeds, who)
    await state(feeds, who, version=2, finished_on="2026-11-10")
    first, second = await duties(feeds.world)
    assert (first["state"], second["state"]) == ("lapsed", "open")
    assert second["due_on"].isoformat() == "2027-01-09"
    going_on = {"state": "began", "finished_on": None, "certificate_number": None}
    await state(feeds, who, version=3, **going_on)
    assert [one["state"] for one in await duties(feeds.world)] == ["lapsed", "lapsed"]


async def test_the_day_that_was_stated_counts_when_the_base_files_the_trainee(
    feeds: Feeds, p: Physicians
) -> None:
    world = feeds.world
    who = await p.physician()
    await state(feeds, who)
    held = await p.registration(who)
    form = {
        "ground": "trainee-finished",
        "left_on": "2026-08-31",  # as the base says
        "informed": {"on": "2026-11-20", "by": "post"},
    }
    made = await p.start(world.HOSPITAL, "off-post", form, registration_id=held.id)
    assert made.status_code == 201, made.text
    await p.prove(world.HOSPITAL, made.json()["id"])
    early = await world.submit(world.HOSPITAL, made.json()["id"])
    assert world.codes(early) == ["trainee_days_over_not_met"]
    world.clock.instant += 8 * DAY
    assert (await world.submit(world.HOSPITAL, made.json()["id"])).status_code == 200


async def test_q52_a_trainee_who_stays_is_confirmed_as_staff_and_the_duty_is_done(
    feeds: Feeds, p: Physicians
) -> None:
    who, world = await p.physician(), feeds.world
    await state(feeds, who)
    (duty,) = (await world.call(world.HOSPITAL, "GET", "/api/v1/duties")).json()["items"]
    path = f"/api/v1/duties/{duty['id']}/staff-confirmation"
    other = await world.call(world.OTHER_HOSPITAL, "POST", path, If_Match='"1"')
    assert other.status_code == 404
    stale = await world.call(world.HOSPITAL, "POST", path, If_Match='"9"')
    assert stale.status_code == 412
    done = await world.call(world.HOSPITAL, "POST", path, If_Match='"1"')
    assert done.status_code == 200, done.text
    assert done.json()["state"] == "done"
    held = await p.registration(who)
    assert held.status == "registered"
    assert (await p.history(held))[-1].change == "staff-confirmed"
    again = await world.call(world.HOSPITAL, "POST", path, If_Match='"2"')
    assert world.codes(again) == ["duty_over"]


async def test_two_failed_assessments_are_shown_to_the_institution_as_a_ground(
    feeds: Feeds, p: Physicians
) -> None:
    who, world = await p.physician(), feeds.world
    held = await p.registration(who)
    path = f"/api/v1/roster/{held.id}/records"
    assert (await world.call(world.HOSPITAL, "GET", path)).json()["cancellation_ground"] is None
    of = {
        "id_number": world.id_number(int(who.account_id.removeprefix("ACC-P"))),
        "name": "李明",
        "result": "failed",
    }
    for year in (2024, 2026):
        one = stated("assessment", **of, record_id=f"A{year}", assessed_on=f"{year}-03-12")
        assert await feeds.state("assessment", one) == [RECORDED]
    found = (await world.call(world.HOSPITAL, "GET", path)).json()
    assert (found["cancellation_ground"], found["cancellation_ground_since"]) == (
        "assessment-failed",
        "2026-03-12",
    )
    assert (await p.registration(who)).status == "registered"  # offered, never by itself
