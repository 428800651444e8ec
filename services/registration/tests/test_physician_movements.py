"""Physicians who changed the main institution, and the location with it or not (Q7, Q8)."""

from __future__ import annotations

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL, TODAY, Businesses
from services.registration.tests.physicians import DAY, HOSPITAL3, Physicians
from services.registration.tests.rostering import refusal

PATH = "/api/v1/movements"


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def moved(p, to, **changes):
    who = await p.physician(**changes)
    return (await p.done(who, "change", institution_id=to))["number"]


async def movements(world, who, query="direction=out"):
    answer = await world.call(who, "GET", f"{PATH}?profession=physician&{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_q7_a_move_inside_the_province_changes_the_main_institution_alone(world, p):
    number = await moved(p, "CHAOYANG-HOSPITAL")
    for who, query in (
        (world.HOSPITAL, "direction=out"),
        (world.XICHENG, "direction=out"),
        (HOSPITAL3, "direction=in"),
        (world.BEIJING, "direction=in"),
    ):
        (line,) = await movements(world, who, query)
        assert (line["application_number"], line["change_label"]) == (number, "医师变更注册")
        assert (line["changes_main_institution"], line["changes_location"]) == (True, False)
        assert (line["from_location"], line["into_location"]) == (None, None)
        assert line["crosses_province"] is False
    assert (await movements(world, world.XICHENG))[0]["leaves_region"] is True
    assert (await movements(world, world.BEIJING))[0]["leaves_region"] is False


async def test_q7_a_move_to_another_province_changes_the_location_too(world, p):
    await moved(p, "HEBEI-HOSPITAL")
    for who, query in (
        (world.XICHENG, "direction=out"),
        (world.HEBEI, "direction=in"),
        (HEBEI_HOSPITAL, "direction=in"),
    ):
        (line,) = await movements(world, who, query)
        assert line["changes_location"] is True
        assert (line["from_location_label"], line["into_location_label"]) == ("北京市", "河北省")
        assert line["crosses_province"] is True
        assert line["id_number"].count("*") > 5


async def test_q8_of_an_assistant_the_location_is_the_county(world, p):
    await moved(p, "CHAOYANG-HOSPITAL", level="2")
    (line,) = await movements(world, world.BEIJING)
    assert (line["changes_location"], line["crosses_province"]) == (True, False)
    assert (line["from_location"], line["into_location"]) == ("110102", "110105")


async def test_nurses_and_physicians_are_listed_apart(world, p):
    businesses = await Businesses(world).open()
    nurse = await businesses.nurse(valid_until=TODAY + 400 * DAY)
    work = {"department": "ward", "work_category": "clinical-nursing"}
    one = await businesses.submitted(nurse, "change", work, institution_id="HOSPITAL2")
    one = await businesses.agreed(one, world.OTHER_HOSPITAL, world.XICHENG)
    number = await moved(p, "HOSPITAL2")
    for who in (world.HOSPITAL, world.XICHENG, world.BEIJING):
        (line,) = await movements(world, who)
        assert line["application_number"] == number
        answer = await world.call(who, "GET", f"{PATH}?direction=out")
        (of_nurses,) = answer.json()["items"]
        assert of_nurses["application_number"] == one["number"]
        assert "changes_location" not in of_nurses
    told = await refusal(world, world.XICHENG, "GET", f"{PATH}?direction=out&profession=x")
    assert told == (422, [("choice", "profession")])


async def test_pages_follow_each_other(world, p):
    told = [await moved(p, "CHAOYANG-HOSPITAL") for _ in range(3)]
    seen, cursor = [], ""
    while cursor is not None:
        path = f"{PATH}?direction=out&profession=physician&limit=2{cursor}"
        page = (await world.call(world.BEIJING, "GET", path)).json()
        seen += [item["application_number"] for item in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert seen == told[::-1]


async def test_the_file_tells_the_location(world, p):
    await moved(p, "HEBEI-HOSPITAL")
    path = f"{PATH}/export?direction=out&profession=physician&format=csv"
    answer = await world.call(world.BEIJING, "GET", path)
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.endswith("变更执业地点,原执业地点,现执业地点")
    assert line.endswith("是,北京市,河北省")
    assert world.id_number(501) not in line
