"""How the applications of a period were handled, by business type (Q59.9)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from services.registration.tests.businesses import FIT, HEBEI_HOSPITAL, TODAY, WORK, Businesses
from services.registration.tests.rostering import refusal

from zhiye_chassis.security import Principal
from zhiye_registration.domain.handling import Group, handled, median
from zhiye_registration.domain.policy import BUSINESS_TYPES

PATH = "/api/v1/statistics/applications"
YEAR = "from=2026-01-01&to=2026-12-31"


@pytest.fixture
async def businesses(world):
    return await Businesses(world).open()


async def read(world, who, period=YEAR):
    answer = await world.call(who, "GET", f"{PATH}?{period}")
    assert answer.status_code == 200, answer.text
    return {one["business_type"]: one for one in answer.json()["items"]}


async def changes(businesses, to="HOSPITAL2"):
    """An application for a change that the new institution agreed to."""
    there = {"HOSPITAL2": businesses.world.OTHER_HOSPITAL, "HEBEI-HOSPITAL": HEBEI_HOSPITAL}[to]
    nurse = await businesses.nurse(valid_until=TODAY + timedelta(days=400))
    one = await businesses.submitted(nurse, "change", WORK, institution_id=to)
    return await businesses.agreed(one, there)


async def test_each_application_is_counted_once_where_it_stands(businesses):
    world = businesses.world
    approved, refused, returned, _pending = [await changes(businesses) for _ in range(4)]
    renewing = await businesses.nurse()
    withdrawn = await businesses.submitted(renewing, "renewal", FIT)
    await world.call(renewing, "POST", f"/api/v1/applications/{withdrawn['id']}/withdrawal")
    reasons = [{"code": "other", "text": "材料不符"}]
    world.clock.instant += timedelta(days=1)
    await world.review(world.XICHENG, approved, "approve")
    for one, decision in ((refused, "refuse"), (returned, "return")):
        answer = await world.review(world.XICHENG, one, decision, reasons=reasons)
        assert answer.status_code == 200, answer.text
    told = await read(world, world.XICHENG)
    change = told["nurse-change"]
    assert change["business_type_label"] == "变更注册"
    assert {name: change[name] for name in change if not name.startswith("business")} == {
        "received": 4,
        "approved": 1,
        "refused": 1,
        "institution_refused": 0,
        "returned": 1,
        "withdrawn": 0,
        "pending": 1,
        "late": 0,
        "decided_late": 0,
        "median_working_days": 1.0,
    }
    assert (told["nurse-renewal"]["received"], told["nurse-renewal"]["withdrawn"]) == (1, 1)


async def test_what_waits_beyond_its_deadline_is_late_and_then_decided_late(businesses):
    world = businesses.world
    one = await changes(businesses)
    world.clock.instant += timedelta(days=15)
    now = (await read(world, world.XICHENG))["nurse-change"]
    assert (now["pending"], now["late"], now["median_working_days"]) == (1, 1, None)
    await world.review(world.XICHENG, one, "approve")
    then = (await read(world, world.XICHENG))["nurse-change"]
    assert (then["late"], then["decided_late"], then["median_working_days"]) == (0, 1, 11.0)


async def test_an_authority_has_the_numbers_of_its_own_region_only(businesses):
    world = businesses.world
    await changes(businesses)
    await changes(businesses)
    await changes(businesses, "HEBEI-HOSPITAL")
    nation = Principal("ACC-Z", "authority", authority_id="NATION", region="000000")
    for who, number in ((world.XICHENG, 2), (world.BEIJING, 2), (world.HEBEI, 1), (nation, 3)):
        assert (await read(world, who))["nurse-change"]["received"] == number
    elsewhere = Principal("ACC-Y", "authority", authority_id="Y", region="110101")
    assert await read(world, elsewhere) == {}
    lost = Principal("X", "authority")
    assert await refusal(world, lost, "GET", f"{PATH}?{YEAR}") == (404, [("not_found", None)])


async def test_both_days_of_a_period_are_days_of_china_and_belong_to_it(businesses):
    world = businesses.world
    world.clock.instant = world.clock.instant.replace(hour=16)  # the 24th in China
    await changes(businesses)
    for period, found in (
        ("from=2026-11-24&to=2026-11-24", True),
        ("from=2026-11-23&to=2026-11-23", False),
        ("from=2026-11-25&to=2026-11-26", False),
    ):
        assert bool(await read(world, world.XICHENG, period)) is found


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("", "field_missing", "from"),
        ("from=2026-11-24&to=2026-11-23", "period_backwards", "to"),
        ("from=2025-11-22&to=2026-11-23", "period_too_long", "to"),
        ("from=1800-01-01&to=2026-11-23", None, "from"),
    ],
)
async def test_a_period_that_cannot_be_asked_for_is_refused_by_name(world, query, code, field):
    status, reasons = await refusal(world, world.XICHENG, "GET", f"{PATH}?{query}")
    assert (status, reasons[0][1]) == (422, field)
    assert code in (None, reasons[0][0])
    longest = "from=2025-11-23&to=2026-11-23"
    assert (await world.call(world.XICHENG, "GET", f"{PATH}?{longest}")).status_code == 200


@pytest.mark.parametrize(
    ("counted", "middle"),
    [({}, None), ({3: 1}, 3), ({1: 1, 4: 1}, 2.5), ({1: 2, 4: 1}, 1), ({0: 1, 2: 2, 9: 1}, 2)],
)
def test_the_median_is_the_middle_or_between_the_two_in_the_middle(counted, middle):
    assert median(counted) == middle


def test_the_law_s_last_day_is_not_late():
    row = BUSINESS_TYPES["nurse-change"]
    first = date(2026, 11, 1)
    groups = [
        Group("approved", first, first + timedelta(days=days), late=False, number=1)
        for days in (7, 8)
    ]
    found = handled(groups, row, lambda review: review.days, lambda a, b: (b - a).days)
    assert (found.received, found.decided_late, found.median_working_days) == (2, 1, 7.5)
