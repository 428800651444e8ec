"""Who reads what other systems stated about a person, and how it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from services.registration.tests.feeding import FEEDS, RECORDED, Feeds, in_process, stated
from services.registration.tests.rostering import enrol, id_number

from zhiye_chassis.security import Principal

MINE = "/api/v1/my/records"
LISTS = ("assessments", "residencies", "education", "promotions")


@pytest.fixture
async def feeds(world: Any) -> Feeds:
    return await in_process(world)


def me(world: Any, serial: int) -> Principal:
    key = world.kit.person_key(id_number(serial))
    return Principal(f"ACC-{serial}", "practitioner", "王*", person_key=key)


async def state(feeds: Feeds, feed: str, serial: int = 1, **more: Any) -> None:
    given = {"id_number": id_number(serial), "name": "王芳", **more}
    assert await feeds.state(feed, stated(feed, **given)) == [RECORDED]


async def read(world: Any, who: Principal, path: str = MINE, **headers: str) -> Any:
    answer = await world.call(who, "GET", path, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_person_reads_every_feed_with_labels_and_whole_numbers(feeds: Feeds) -> None:
    for feed in FEEDS:
        await state(feeds, feed)
    found = await read(feeds.world, me(feeds.world, 1))
    (assessment,), (residency,), (project,), (promotion,) = (found[name] for name in LISTS)
    assert (assessment["result_label"], assessment["cycle_to"]) == ("合格", "2025-12-31")
    assert (residency["state_label"], residency["base_institution_name"]) == (
        "结业",
        "北京示例医院",
    )
    assert residency["certificate_number"] == "2026110100017"
    assert (project["credits_class_1"], project["credits_class_2"]) == (5, 2.5)
    assert (promotion["title_label"], promotion["certificate_number"]) == (
        "副主任医师",
        "BJ20260017",
    )
    assert promotion["profession_label"] == "医师"
    english = await read(feeds.world, me(feeds.world, 1), Accept_Language="en")
    assert english["assessments"][0]["result_label"] == "passed"
    assert english["promotions"][0]["title_label"] == "associate chief physician"


async def test_the_newest_comes_first_and_credits_are_summed_by_year(feeds: Feeds) -> None:
    for n, (year, first, second) in enumerate(
        [(2025, 10, 0), (2026, 0.3, 2.5), (2026, 5, None), (2025, None, 0.1)]
    ):
        await state(
            feeds,
            "education",
            record_id=f"E{n}",
            year=year,
            credits_class_1=first,
            credits_class_2=second,
            completed_on=f"{year}-0{n + 1}-01",
        )
    found = await read(feeds.world, me(feeds.world, 1))
    days = [one["completed_on"] for one in found["education"]]
    assert days == sorted(days, reverse=True)
    assert found["credits_by_year"] == [
        {"year": 2026, "credits_class_1": 5.3, "credits_class_2": 2.5, "credits": 7.8},
        {"year": 2025, "credits_class_1": 10.0, "credits_class_2": 0.1, "credits": 10.1},
    ]


async def test_nobody_reads_the_records_of_somebody_else(feeds: Feeds) -> None:
    await state(feeds, "promotion")
    found = await read(feeds.world, me(feeds.world, 2))
    assert all(found[name] == [] for name in LISTS)
    assert found["credits_by_year"] == []


async def test_the_institution_and_the_authorities_of_the_region_read_numbers_masked(
    feeds: Feeds,
) -> None:
    world = feeds.world
    key = await enrol(world, 1)
    await state(feeds, "promotion", profession="nurse", title="253")
    await state(feeds, "promotion", profession="physician", title="233", record_id="OTHER")
    path = f"/api/v1/roster/{key}/records"
    for who in (world.HOSPITAL, world.XICHENG, world.BEIJING):
        found = await read(world, who, path)
        assert (found["registration_id"], found["name"]) == (key, "王芳")
        # Of the profession of the registration alone.
        (promotion,) = found["promotions"]
        assert promotion["title_label"] == "主管护师"
        assert promotion["certificate_number"] == "BJ20****17"
        assert id_number(1) not in repr(found)
    for who in (world.OTHER_HOSPITAL, world.HEBEI):
        answer = await world.call(who, "GET", path)
        assert answer.status_code == 404
    assert (
        await world.call(world.HOSPITAL, "GET", f"/api/v1/roster/{'x' * 64}/records")
    ).status_code == 404


async def test_an_institution_reads_nothing_that_happened_after_somebody_left(
    feeds: Feeds,
) -> None:
    world = feeds.world
    key = await enrol(world, 1, status="cancelled")  # in January
    nurse = {"profession": "nurse", "credits_class_2": None}
    for record, year in (("A", 2025), ("B", 2026)):
        day = f"{year}-06-30"
        await state(feeds, "education", **nurse, record_id=record, year=year, completed_on=day)
    path = f"/api/v1/roster/{key}/records"
    there = await read(world, world.HOSPITAL, path)
    assert [one["year"] for one in there["education"]] == [2025]
    assert [one["year"] for one in there["credits_by_year"]] == [2025]
    authority = await read(world, world.XICHENG, path)
    assert [one["year"] for one in authority["education"]] == [2026, 2025]


async def test_a_training_base_named_by_its_id_is_shown_by_its_name(feeds: Feeds) -> None:
    await state(feeds, "residency", base_institution_id="HOSPITAL2", base_institution_name=None)
    (training,) = (await read(feeds.world, me(feeds.world, 1)))["residencies"]
    assert training["base_institution_name"] == "北京另一医院"


async def test_a_corrected_record_is_shown_as_it_is_now(feeds: Feeds) -> None:
    await state(feeds, "assessment")
    await state(feeds, "assessment", version=2, result="failed")
    (one,) = (await read(feeds.world, me(feeds.world, 1)))["assessments"]
    assert (one["version"], one["result"]) == (2, "failed")


async def test_nothing_writes_records_over_http(feeds: Feeds) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await feeds.world.call(me(feeds.world, 1), method, MINE, {})
        assert answer.status_code == 405
