"""Who moved in and who moved out, as each side may see it (Q31)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from services.registration.tests.businesses import (
    FIT,
    HEBEI_HOSPITAL,
    TODAY,
    WORK,
    Businesses,
)
from services.registration.tests.rostering import refusal

from zhiye_chassis.security import Principal

PATH = "/api/v1/movements"
NOT_FOUND = (404, [("not_found", None)])


@pytest.fixture
async def businesses(world):
    return await Businesses(world).open()


async def moved(businesses, to="HOSPITAL2", who=None):
    """A nurse of HOSPITAL who moved; her application's number."""
    world = businesses.world
    there = {"HOSPITAL2": world.OTHER_HOSPITAL, "HEBEI-HOSPITAL": HEBEI_HOSPITAL}[to]
    authority = world.HEBEI if to == "HEBEI-HOSPITAL" else world.XICHENG
    nurse = who or await businesses.nurse(valid_until=TODAY + timedelta(days=400))
    one = await businesses.submitted(nurse, "change", WORK, institution_id=to)
    return (await businesses.agreed(one, there, authority))["number"]


async def movements(world, who, query="direction=out"):
    answer = await world.call(who, "GET", f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def numbers(world, who, query="direction=out"):
    return [item["application_number"] for item in await movements(world, who, query)]


async def test_a_move_to_another_province_is_told_whole_and_with_a_masked_id_number(businesses):
    world = businesses.world
    number = await moved(businesses, "HEBEI-HOSPITAL")
    (line,) = await movements(world, world.XICHENG)
    assert line["id_number"].count("*") > 5
    assert line.pop("moved_at").startswith("2026-11-23")
    assert {name: line[name] for name in line if name not in ("id_number", "registration_id")} == {
        "name": "王芳",
        "certificate_number": "202111000101",
        "from_institution_id": "HOSPITAL",
        "from_institution_name": "北京示例医院",
        "from_region": "110102",
        "into_institution_id": "HEBEI-HOSPITAL",
        "into_institution_name": "石家庄医院",
        "into_region": "130102",
        "change": "nurse-change",
        "change_label": "变更注册",
        "application_number": number,
        "crosses_province": True,
        "leaves_region": True,
    }


async def test_each_side_sees_the_moves_of_its_own_region_or_institution_only(businesses):
    world = businesses.world
    far = await moved(businesses, "HEBEI-HOSPITAL")
    near = await moved(businesses)
    nation = Principal("ACC-Z", "authority", authority_id="NATION", region="000000")
    for who in (world.XICHENG, world.BEIJING, nation, world.HOSPITAL):
        assert await numbers(world, who) == [near, far]
    for who in (world.OTHER_HOSPITAL, world.HEBEI, HEBEI_HOSPITAL):
        assert await numbers(world, who) == []
    for who, found in (
        (world.XICHENG, [near]),
        (world.BEIJING, [near]),
        (world.OTHER_HOSPITAL, [near]),
        (world.HEBEI, [far]),
        (HEBEI_HOSPITAL, [far]),
        (nation, [near, far]),
        (world.HOSPITAL, []),
    ):
        assert await numbers(world, who, "direction=in") == found
    for role in ("institution", "authority"):
        lost = Principal("X", role)
        assert await refusal(world, lost, "GET", f"{PATH}?direction=in") == NOT_FOUND


async def test_a_move_inside_a_region_does_not_leave_it(businesses):
    world = businesses.world
    await moved(businesses)
    for who in (world.XICHENG, world.BEIJING, world.HOSPITAL):
        (line,) = await movements(world, who)
        assert (line["crosses_province"], line["leaves_region"]) == (False, False)


async def test_being_registered_again_at_the_same_institution_is_no_move(businesses):
    world = businesses.world
    nurse = await businesses.cancelled(TODAY - timedelta(days=30))
    one = await businesses.submitted(nurse, "re-registration", FIT | WORK)
    await businesses.agreed(one, world.HOSPITAL, world.XICHENG)
    for direction in ("in", "out"):
        assert await numbers(world, world.XICHENG, f"direction={direction}") == []


async def test_pages_and_days_leave_nothing_out_and_tell_nothing_twice(businesses):
    world = businesses.world
    told = [await moved(businesses) for _ in range(3)]
    world.clock.instant += timedelta(days=1)
    told.append(await moved(businesses, "HEBEI-HOSPITAL"))
    for who in (world.BEIJING, world.XICHENG, world.HOSPITAL):
        seen, cursor = [], ""
        while cursor is not None:
            answer = await world.call(who, "GET", f"{PATH}?direction=out&limit=3{cursor}")
            page = answer.json()
            seen += [item["application_number"] for item in page["items"]]
            cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
        assert seen == told[::-1]
        assert await numbers(world, who, "direction=out&to=2026-11-23") == told[2::-1]
        assert await numbers(world, who, "direction=out&from=2026-11-24") == told[3:]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "direction"),
        ("direction=sideways", "direction"),
        ("direction=in&from=2026-11-24&to=2026-11-23", "to"),
        ("direction=in&cursor=x", "cursor"),
        ("direction=in&region=130000", "region"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_name(world, query, field):
    status, reasons = await refusal(world, world.XICHENG, "GET", f"{PATH}?{query}")
    assert (status, reasons[0][1]) == (422, field)


async def test_the_list_is_taken_away_as_a_file_with_masked_id_numbers(businesses):
    world = businesses.world
    number = await moved(businesses, "HEBEI-HOSPITAL")
    answer = await world.call(world.BEIJING, "GET", f"{PATH}/export?direction=out&format=csv")
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("变更时间,姓名,身份证号,护士证号,原执业机构")
    assert line.endswith(f"石家庄医院,130102,是,是,变更注册,{number}")
    assert world.id_number(101) not in line
    book = await world.call(world.HOSPITAL, "GET", f"{PATH}/export?direction=out")
    assert book.content.startswith(b"PK")
