"""Filters, deadlines, counts and exports of the lists of applications."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from services.registration.tests.bulking import Bulk
from services.registration.tests.businesses import ARMY, Businesses

from zhiye_chassis.security import Principal

PATH = "/api/v1/applications"
NATION = Principal("ACC-Z", "authority", authority_id="NATION", region="000000")
CLOSED_OFF = Principal("ACC-H8", "institution", "某", institution_id="ELSEWHERE")


@pytest.fixture
async def bulk(world):
    return await Bulk(world).open()


async def ids(world, who, **query):
    address = "&".join(f"{key}={value}" for key, value in query.items())
    answer = await world.call(who, "GET", f"{PATH}?{address}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def refused(world, who, **query):
    address = "&".join(f"{key}={value}" for key, value in query.items())
    answer = await world.call(who, "GET", f"{PATH}?{address}")
    assert answer.status_code == 422
    return answer.json()["code"], answer.json()["field"]


def agreed(**more):
    return {"state": "awaiting_authority"} | more


async def test_a_list_is_narrowed_by_number_name_source_and_state(world, bulk):
    one, other = await bulk.renewals(2)
    (named,) = await bulk.renewals(1, name="欧阳芳")
    everybody = {"list": "waiting_for_me"}
    assert await ids(world, world.HOSPITAL, **everybody) == [named, other, one]
    number = (await world.call(world.HOSPITAL, "GET", f"{PATH}/{other}")).json()["number"]
    assert await ids(world, world.HOSPITAL, number=number.lower()) == [other]
    assert await ids(world, world.HOSPITAL, name="欧阳") == [named]
    assert await ids(world, world.HOSPITAL, source="institution") == []
    assert await ids(world, world.HOSPITAL, source="person") == [named, other, one]
    assert await ids(world, world.HOSPITAL, state="awaiting_institution") == [named, other, one]
    assert await ids(world, world.HOSPITAL, state="approved") == []
    assert await ids(world, world.HOSPITAL, business_type="nurse-change") == []


async def test_periods_count_calendar_days_of_china_both_included(world, bulk):
    late = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)  # 23:59 in China
    next_day = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    (first,) = await bulk.renewals(1, submitted_at=late)
    (second,) = await bulk.renewals(1, submitted_at=next_day)
    hospital = world.HOSPITAL
    assert await ids(world, hospital, applied_to="2026-11-20") == [first]
    assert await ids(world, hospital, applied_from="2026-11-21") == [second]
    both = {"applied_from": "2026-11-20", "applied_to": "2026-11-21"}
    assert await ids(world, hospital, **both) == [second, first]
    assert await ids(world, hospital, decided_from="2026-11-01") == []


async def test_the_result_and_the_day_of_the_decision_narrow_what_is_completed(world, bulk):
    done = {
        "institution_decision": "approve",
        "institution_reviewed_at": datetime(2026, 11, 2, tzinfo=UTC),
        "deadline": None,
    }
    (good,) = await bulk.renewals(
        1,
        **done,
        state="approved",
        authority_decision="approve",
        decided_at=datetime(2026, 11, 3, tzinfo=UTC),
    )
    (bad,) = await bulk.renewals(
        1,
        **done,
        state="refused",
        authority_decision="refuse",
        decided_at=datetime(2026, 11, 5, tzinfo=UTC),
    )
    (mine,) = await bulk.renewals(
        1, **done | {"institution_decision": "refuse"}, state="institution_refused"
    )
    for who in (world.HOSPITAL, world.XICHENG, world.BEIJING, NATION):
        assert await ids(world, who, list="completed") == [mine, bad, good]
        assert await ids(world, who, list="completed", result="approved") == [good]
        assert await ids(world, who, list="completed", result="refused") == [mine, bad]
        assert await ids(world, who, list="completed", decided_from="2026-11-04") == [bad]
        assert await ids(world, who, list="completed", decided_to="2026-11-04") == [good]
        crossed = {"result": "approved", "state": "refused"}
        assert await ids(world, who, list="completed", **crossed) == []


async def test_deadlines_are_late_today_or_soon_and_never_two_of_them(world, bulk):
    days = {
        "late": date(2026, 11, 20),
        "today": date(2026, 11, 23),
        "soon": date(2026, 11, 24),
        "edge": date(2026, 11, 26),
        "after": date(2026, 11, 27),
    }
    made = {name: (await bulk.renewals(1, **agreed(deadline=day)))[0] for name, day in days.items()}
    who = world.XICHENG
    assert await ids(world, who, due="late") == [made["late"]]
    assert await ids(world, who, due="today") == [made["today"]]
    assert await ids(world, who, due="soon") == [made["edge"], made["soon"]]
    assert await ids(world, who, due="soon", soon_days=1) == [made["soon"]]
    answer = await world.call(who, "GET", f"{PATH}/counts")
    (item,) = answer.json()["items"]
    assert item == {
        "business_type": "nurse-renewal",
        "business_type_label": "延续注册",
        "waiting": 5,
        "late": 1,
        "due_today": 1,
        "due_soon": 2,
        "in_progress": 5,
    }
    assert answer.json()["soon_until"] == "2026-11-26"


async def test_soon_counts_working_days_over_a_weekend(world, bulk):
    world.clock.instant = datetime(2026, 11, 27, 2, tzinfo=UTC)  # a Friday
    (monday,) = await bulk.renewals(1, **agreed(deadline=date(2026, 11, 30)))
    assert await ids(world, world.XICHENG, due="soon", soon_days=1) == [monday]


@pytest.mark.parametrize("side", ["HOSPITAL", "XICHENG"])
async def test_the_oldest_deadline_comes_first_page_by_page(world, bulk, side):
    state = "awaiting_institution" if side == "HOSPITAL" else "awaiting_authority"
    made = []
    for day in (27, 24, 26, 24, 25):
        made += await bulk.renewals(1, state=state, deadline=date(2026, 11, day))
    wanted = [made[i] for i in (1, 3, 4, 2, 0)]
    who, seen, cursor = getattr(world, side), [], None
    while True:
        path = f"{PATH}?sort=deadline&limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = (await world.call(who, "GET", path)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        newest = await world.call(who, "GET", f"{PATH}?cursor={cursor}")
        assert newest.json()["code"] == "cursor_invalid"
    assert seen == wanted


async def test_everybody_whose_registration_expires_on_one_day(world, bulk):
    (one,) = await bulk.renewals(1, expiry=date(2026, 12, 10))
    await bulk.renewals(1, expiry=date(2026, 12, 11))
    assert await ids(world, world.HOSPITAL, valid_until="2026-12-10") == [one]
    refusal = await refused(world, world.HOSPITAL, list="completed", valid_until="2026-12-10")
    assert refusal == ("filter_not_of_list", "valid_until")


async def test_a_region_between_county_and_nation_lists_all_its_counties(world, bulk):
    made = []
    for region in ("110102", "110105", "110101", "130102"):
        made += await bulk.renewals(1, **agreed(region=region, authority_id=f"A{region}"))
    here = [made[i] for i in (2, 1, 0)]
    beijing = world.BEIJING
    assert await ids(world, beijing, list="in_progress") == here
    assert await ids(world, beijing, list="in_progress", state="awaiting_authority") == here
    assert await ids(world, beijing, list="in_progress", state="returned") == []
    assert await ids(world, world.HEBEI, list="in_progress") == [made[3]]
    assert await ids(world, NATION, list="in_progress") == [made[3], *here]
    seen, cursor = [], None
    for _ in range(3):
        path = f"{PATH}?list=in_progress&limit=1" + (f"&cursor={cursor}" if cursor else "")
        page = (await world.call(beijing, "GET", path)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == here
    assert cursor is None
    counted = (await world.call(beijing, "GET", f"{PATH}/counts")).json()["total"]
    assert (counted["waiting"], counted["in_progress"]) == (0, 3)


async def test_what_one_decides_in_its_own_region_is_counted_once(world, bulk):
    await bulk.renewals(3, **agreed())
    total = (await world.call(world.XICHENG, "GET", f"{PATH}/counts")).json()["total"]
    assert (total["waiting"], total["in_progress"]) == (3, 3)
    assert len(await ids(world, world.XICHENG, list="in_progress")) == 3


async def test_an_authority_sees_only_one_institution_if_it_asks_for_one(world, bulk):
    await bulk.renewals(1, **agreed())
    (there,) = await bulk.renewals(1, **agreed(institution_id="HOSPITAL2"))
    assert await ids(world, world.XICHENG, institution_id="HOSPITAL2") == [there]


async def test_an_authority_searches_a_name_where_that_reads_little(world, bulk):
    (one,) = await bulk.renewals(1, **agreed(name="欧阳芳"))
    who = world.XICHENG
    assert await ids(world, who, name="欧阳") == [one]
    wide = await refused(world, who, list="in_progress", name="欧阳")
    assert wide == ("filter_too_wide", "name")
    narrow = {"list": "in_progress", "name": "欧阳", "institution_id": "HOSPITAL"}
    assert await ids(world, who, **narrow) == [one]


async def test_an_id_number_is_not_taken_in_an_address(world):
    number = world.id_number(700)
    answer = await world.call(world.HOSPITAL, "GET", f"{PATH}?name={number}")
    assert (answer.status_code, answer.json()["code"]) == (422, "id_number_in_address")
    assert number not in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"list": "completed", "sort": "deadline"}, "sort"),
        ({"list": "completed", "due": "late"}, "due"),
        ({"soon_days": "0"}, "soon_days"),
        ({"applied_from": "0001-01-01"}, "applied_from"),
        ({"decided_to": "9999-12-31"}, "decided_to"),
        ({"state": "somewhere"}, "state"),
        ({"business_type": "nurse-nothing"}, "business_type"),
        ({"shoe_size": "42"}, "shoe_size"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused_by_name(world, query, field):
    assert (await refused(world, world.HOSPITAL, **query))[1] == field


async def test_an_authority_finds_a_person_of_its_region_by_the_full_id_number(world):
    one = await world.submitted(await world.nurse(701))
    body = {"id_number": world.id_number(701)}
    found = await world.call(world.BEIJING, "POST", f"{PATH}/search", body)
    assert [item["id"] for item in found.json()] == [one["id"]]
    for who in (world.HEBEI, CLOSED_OFF):
        assert (await world.call(who, "POST", f"{PATH}/search", body)).json() == []


async def test_what_an_institution_files_is_its_turn_while_it_is_a_draft_or_returned(world):
    b = await Businesses(world).open()
    nurse = await b.nurse()
    hospital, key = world.HOSPITAL, (await b.registration(nurse)).id
    form = {
        "ground": "other",
        "note": "长期不在岗",
        "informed": {"on": "2026-11-20", "by": "post"},
    }
    made = await b.start(hospital, "cancellation", form, registration_id=key)
    assert made.status_code == 201, made.text
    one = made.json()["id"]
    assert await ids(world, hospital, list="waiting_for_me") == [one]
    assert await ids(world, hospital, source="institution") == [one]
    assert await ids(world, world.OTHER_HOSPITAL, list="waiting_for_me") == []
    for name in ("waiting_for_me", "in_progress", "completed"):
        assert await ids(world, nurse, list=name) == []
    await b.prove(hospital, one)
    sent = (await world.submit(hospital, one)).json()
    assert await ids(world, hospital, list="waiting_for_me") == []
    assert await ids(world, hospital, list="in_progress") == [one]
    assert await ids(world, nurse, list="in_progress") == [one]
    reasons = [{"code": "materials_incomplete"}]
    await world.review(world.XICHENG, sent, "return", reasons=reasons)
    assert await ids(world, hospital, list="waiting_for_me") == [one]
    assert await ids(world, nurse, list="waiting_for_me") == []
    assert await ids(world, nurse, list="in_progress") == [one]
    await world.call(hospital, "POST", f"{PATH}/{one}/withdrawal")
    assert await ids(world, hospital, list="completed") == [one]


async def test_a_military_hospital_sees_its_own_person_unasked_and_to_the_end(world, bulk):
    (one,) = await bulk.renewals(
        1,
        state="awaiting_origin",
        origin_institution_id="ARMY",
        origin_institution_name="某部队医院",
        business_type="nurse-military-to-local",
    )
    assert await ids(world, ARMY, list="waiting_for_me") == [one]
    assert await ids(world, world.HOSPITAL, list="waiting_for_me") == []
    (item,) = (await world.call(ARMY, "GET", f"{PATH}/counts")).json()["items"]
    assert (item["business_type"], item["waiting"]) == ("nurse-military-to-local", 1)


async def test_an_export_has_the_columns_of_the_deck_and_the_rows_of_the_list(world, bulk):
    made = await bulk.renewals(3, **agreed())
    query = "list=waiting_for_me&sort=deadline&format=csv"
    answer = await world.call(world.XICHENG, "GET", f"{PATH}/export?{query}")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == len(made)
    first = rows[0]
    assert first["业务类型"] == "延续注册"
    assert first["性别"] in ("男", "女")
    assert first["执业证书编号"].startswith("20211100")
    assert "*" in first["身份证号"]
    assert (first["审核机构"], first["机构审核结果"]) == ("北京示例医院", "同意")
    assert first["审批机关"] == "西城区卫生健康委员会"
    assert first["申请来源"] == "个人网上申请"
    assert first["剩余工作日"] == "20"


async def test_an_export_of_more_than_a_page_has_everybody_once(world, bulk):
    made = await bulk.renewals(1_005)
    answer = await world.call(world.HOSPITAL, "GET", f"{PATH}/export?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len({row["申请编号"] for row in rows}) == len(rows) == len(made)


async def test_an_export_in_english_is_a_workbook(world, bulk):
    await bulk.renewals(1)
    path = f"{PATH}/export?list=waiting_for_me"
    answer = await world.call(world.HOSPITAL, "GET", path, Accept_Language="en")
    assert answer.content.startswith(b"PK")
    assert "spreadsheetml" in answer.headers["content-type"]


@pytest.mark.parametrize("path", [PATH, f"{PATH}/counts", f"{PATH}/export?format=csv"])
async def test_lists_are_for_the_three_sides_only(world, path):
    assert (await world.call(None, "GET", path)).status_code == 401
    for who in (world.OPERATOR, world.EXAM_CENTRE):
        assert (await world.call(who, "GET", path)).status_code == 403


async def test_counts_are_for_those_who_review(world):
    answer = await world.call(await world.nurse(), "GET", f"{PATH}/counts")
    assert answer.status_code == 403


async def test_another_institution_or_region_sees_nothing_on_any_list(world, bulk):
    await bulk.renewals(1)
    await bulk.renewals(1, **agreed())
    for who in (world.OTHER_HOSPITAL, CLOSED_OFF, ARMY, world.HEBEI):
        for name in ("waiting_for_me", "in_progress", "completed"):
            assert await ids(world, who, list=name) == []
        total = (await world.call(who, "GET", f"{PATH}/counts")).json()["total"]
        assert set(total.values()) == {0}
