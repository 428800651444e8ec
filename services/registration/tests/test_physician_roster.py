"""The roster of physicians: main institution, filings, off post; columns, filters, pages (Q20)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL, TODAY
from services.registration.tests.physicians import DAY, HOSPITAL3, Physicians
from services.registration.tests.rostering import (
    ROSTER,
    enrol,
    found,
    ids,
    key,
    named,
    physicians,
    refusal,
    roster,
)
from sqlalchemy import select

from zhiye_chassis.pagination import encode_cursor
from zhiye_registration.adapters.physician_tables import practice_filing
from zhiye_registration.domain.roster import off_post_over

NOT_FOUND = (404, [("not_found", None)])
OFF_POST = {"status": "filed", "filing_ground": "retired"}
CANCELLED = {
    "status": "cancelled",
    "cancelled_on": date(2026, 5, 4),
    "cancellation_ground": "own-request",
}


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def off_post(p, days, **changes):
    return await p.physician(filed_on=TODAY - timedelta(days=days), **OFF_POST | changes)


async def test_a_line_has_a_physicians_columns_and_nothing_that_expires(world, p):
    who = await p.physician(scopes=("11", "21"), title="232", education="20")
    one = await p.registration(who)
    page = await physicians(world)
    assert (page["institution_name"], page["total"]) == ("北京示例医院", 1)
    (item,) = page["items"]
    assert item.pop("id_number") == world.id_number(501)[:3] + "*" * 11 + world.id_number(501)[-4:]
    qualification = item.pop("qualification_certificate_number")
    assert (len(qualification), qualification[:4]) == (27, "2025")
    assert world.id_number(501)[2:12] not in qualification
    assert item == {
        "registration_id": one.id,
        "name": "李明",
        "gender": "2",
        "gender_label": "女",
        "birth_date": "2002-03-05",
        "age": 24,
        "status": "registered",
        "status_label": "在册",
        "business_type": "imported",
        "business_type_label": "原有注册信息",
        "certificate_number": p.number(one),
        "title": "232",
        "title_label": "副主任医师",
        "department": "03",
        "department_label": "内科",
        "education": "20",
        "education_label": "大学本科",
        "account_status": "none",
        "account_status_label": "尚未注册账户",
        "level": "1",
        "level_label": "执业医师",
        "category": "1",
        "category_label": "临床",
        "scopes": [
            {"code": "11", "label": "内科专业"},
            {"code": "21", "label": "全科医学专业"},
        ],
        "location": "11",
        "location_label": "北京市",
        "place": "main",
        "place_label": "主要执业机构",
        "main_institution_id": "HOSPITAL",
        "main_institution_name": "北京示例医院",
        "filing": None,
        "off_post_on": None,
        "off_post_days": None,
        "off_post_ground": None,
        "off_post_ground_label": None,
        "two_years_off_post": False,
        "two_years_off_post_label": None,
    }


async def test_q20_each_list_has_its_people_and_is_counted_whatever_the_filters(world, p):
    main = await key(p, await p.physician())
    gone = await key(p, await p.physician(**CANCELLED))
    left = await key(p, await off_post(p, 10))
    moving = await key(p, await p.physician(status="moving_out"))
    elsewhere = await p.physician(institution=("HOSPITAL2", "110102"))
    await p.filed_at(elsewhere, ("HOSPITAL", "北京示例医院", "110102"))
    filed = await key(p, elsewhere)
    await enrol(world, 1)
    assert await found(world) == [main]
    assert await found(world, list="filed") == [filed]
    assert await found(world, list="both") == [main, filed]
    assert await found(world, list="off_post") == [left]
    assert await found(world, list="cancelled") == [gone]
    assert await found(world, list="moving_out") == [moving]
    assert set(await found(world, list="all")) == {main, gone, left, moving, filed}
    counts = {
        "registered": 1,
        "filed": 1,
        "both": 2,
        "off_post": 1,
        "cancelled": 1,
        "moving_out": 1,
        "all": 5,
    }
    for query, total in (
        ({}, 1),
        ({"list": "both"}, 2),
        ({"list": "all"}, 5),
        ({"list": "both", "gender": "2"}, 2),
        ({"list": "both", "gender": "2", "limit": 1}, 2),
        ({"list": "all", "gender": "1"}, 0),
    ):
        page = await physicians(world, **query)
        assert (page["total"], page["counts"]) == (total, counts)


async def test_nurses_and_physicians_of_an_institution_stand_on_lists_of_their_own(world, p):
    nurse = await enrol(world, 1)
    physician = await key(p, await p.physician())
    for sort in ("name", "birth_date", "department", "title"):
        for order in ("asc", "desc"):
            assert await ids(world, sort=sort, order=order, list="all") == [nurse]
            assert await found(world, sort=sort, order=order, list="all") == [physician]
    assert await ids(world, order="desc") == [nurse]
    assert (await roster(world, list="all"))["counts"]["all"] == 1


async def test_q10_a_filing_shows_the_main_institution_and_its_days_until_it_is_over(world, p):
    who = await p.physician(scopes=("11", "12"))
    in_force = await p.filed_at(who)
    async with world.kit.database.transaction() as tx:
        row = (await tx.execute(select(practice_filing))).mappings().one()
        for change in (
            {"from_on": TODAY + DAY, "until_on": TODAY + 9 * DAY, "scopes": ["11"]},
            {"from_on": TODAY - 90 * DAY, "until_on": TODAY - DAY},
            {"status": "ended", "ended_on": TODAY, "ended_because": "by_person"},
        ):
            number = len(change["scopes"]) if "scopes" in change else change.get("status", "over")
            await tx.execute(practice_filing.insert(), {**row, **change, "id": f"F-{number}"})
    items = (await physicians(world, world.OTHER_HOSPITAL, list="filed"))["items"]
    by_state = {item["filing"]["state"]: item for item in items}
    assert len(items) == 2
    item = by_state["in_force"]
    assert item["filing"]["id"] == in_force.id
    assert (item["place"], item["main_institution_name"]) == ("filed", "北京示例医院")
    assert (item["filing"]["until_on"], item["filing"]["state_label"]) == (
        (TODAY + 300 * DAY).isoformat(),
        "有效",
    )
    assert [one["code"] for one in by_state["waiting"]["scopes"]] == ["11"]
    assert await found(world, world.OTHER_HOSPITAL) == []
    counts = (await physicians(world, world.OTHER_HOSPITAL))["counts"]
    assert (counts["filed"], counts["both"], counts["registered"]) == (2, 2, 0)


@pytest.mark.parametrize(
    ("filed_on", "over"),
    [
        (date(2024, 11, 23), True),
        (date(2024, 11, 24), False),
        (date(2026, 11, 23), False),
    ],
)
async def test_two_years_off_post_are_marked_as_a_ground_and_nothing_happens_by_itself(
    world, p, filed_on, over
):
    one = await key(p, await p.physician(filed_on=filed_on, **OFF_POST))
    (item,) = (await physicians(world, list="off_post"))["items"]
    assert (item["status"], item["status_label"]) == ("filed", "备案")
    assert (item["off_post_on"], item["off_post_ground_label"]) == (filed_on.isoformat(), "退休")
    assert item["off_post_days"] == (TODAY - filed_on).days
    assert item["two_years_off_post"] is over
    assert bool(item["two_years_off_post_label"]) is over
    assert await found(world, list="off_post", two_years_off_post="true") == [one] * over
    assert await found(world, list="off_post", two_years_off_post="false") == [one] * (not over)


async def test_two_years_from_a_leap_day_are_counted_alike_in_the_list_and_on_the_line(world, p):
    world.clock.instant = world.clock.instant.replace(year=2026, month=2, day=28)
    one = await key(p, await p.physician(filed_on=date(2024, 2, 29), **OFF_POST))
    assert off_post_over(date(2024, 2, 29), date(2026, 2, 28))
    assert await found(world, list="off_post", two_years_off_post="true") == [one]


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ({"level": "2"}, "b"),
        ({"level": "1"}, "ac"),
        ({"category": "2"}, "b"),
        ({"scope": "12"}, "a"),
        ({"scope": "31"}, "b"),
        ({"department": "04"}, "a"),
        ({"department": "12"}, "bc"),
        ({"title": "231"}, "a"),
        ({"education": "20"}, "a"),
        ({"gender": "1"}, "b"),
        ({"age_from": 40}, "b"),
        ({"age_to": 39}, "ac"),
        ({"account": "active"}, "c"),
        ({"account": "none"}, "ab"),
        ({"business_type": "physician-change"}, "a"),
        ({"q": "zhang"}, "a"),
        ({"q": "lm"}, "c"),
        ({"q": "三"}, "a"),
        ({"level": "1", "scope": "11"}, "ac"),
    ],
)
async def test_each_filter_narrows_main_and_filed_alike(world, p, query, who):
    a = await p.physician(
        scopes=("11", "12"),
        department="04",
        title="231",
        education="20",
        last_change="physician-change",
        **named("张三"),
    )
    b = await p.assistant(
        category="2",
        scopes=("31",),
        department="12",
        gender="1",
        birth_date=date(1986, 11, 23),
        **named("王芳"),
    )
    c = await p.physician(institution=("CHAOYANG-HOSPITAL", "110105"))
    await p.filed_at(c, ("HOSPITAL", "北京示例医院", "110102"))
    async with world.kit.database.transaction() as tx:  # where somebody is filed, one works
        await tx.execute(practice_filing.update().values(department="12"))
    await world.tell(world.account_event("A-C", c.person_key, status="active"))
    people = {await key(p, one): name for one, name in ((a, "a"), (b, "b"), (c, "c"))}
    page = await physicians(world, list="both", **query)
    assert "".join(sorted(people[item["registration_id"]] for item in page["items"])) == who
    assert page["total"] == len(who)
    assert (await physicians(world, list="both", **query, limit=1))["total"] == len(who)


async def test_a_certificate_number_of_fifteen_digits_is_searched_for_whole(world, p):
    who = await p.physician()
    await p.physician()
    number = p.number(await p.registration(who))
    assert await found(world, q=f" {number} ") == [await key(p, who)]
    assert await found(world, q="110110102999999") == []
    path = f"{ROSTER}?profession=physician&q="
    told = await refusal(world, world.HOSPITAL, "GET", f"{path}2015")
    assert told == (422, [("physician_practice_format", "q")])
    for typed in (world.id_number(501), f"202511110{world.id_number(501)}"):
        told = await refusal(world, world.HOSPITAL, "GET", f"{path}{typed}")
        assert told == (422, [("id_number_in_address", "q")])


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["name", "birth_date", "department", "title"])
@pytest.mark.parametrize("list_name", ["registered", "both", "filed"])
async def test_pages_follow_each_other_without_gaps_or_repeats(world, p, list_name, sort, order):
    for number, name in enumerate(("张三", "王芳", "李雷", "王芳", "安娜", "单丹", "张三", "王芳")):
        here = number % 3 == 0
        who = await p.physician(
            institution=("HOSPITAL", "110102") if here else ("HOSPITAL2", "110102"),
            birth_date=date(1985 + number % 3, 2, 1),
            department=("03", None, "04")[number % 3],
            title=(None, "231")[number % 2],
            **named(name),
        )
        if not here:
            await p.filed_at(who, ("HOSPITAL", "北京示例医院", "110102"))
    whole = await found(world, sort=sort, order=order, list=list_name)
    seen, query = [], {"sort": sort, "order": order, "list": list_name, "limit": 2}
    while True:
        page = await physicians(world, **query)
        seen += [item["registration_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert len(whole) == {"registered": 3, "filed": 5, "both": 8}[list_name]
    assert seen == whole


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("list=due", "list"),
        ("list=expired", "list"),
        ("list=due_or_expired", "list"),
        ("mark=blue", "mark"),
        ("mark=red", "mark"),
        ("sort=valid_until", "sort"),
        ("valid_until_from=2026-01-01", "valid_until_from"),
        ("valid_until_to=2026-01-01", "valid_until_to"),
        ("work_category=clinical-nursing", "work_category"),
        ("employment=to_confirm", "employment"),
        ("interrupted=true", "interrupted"),
        ("department=ward", "department"),
        ("title=254", "title"),
    ],
)
async def test_what_only_nurses_have_is_refused_by_its_field(world, query, field):
    for path in (ROSTER, f"{ROSTER}/export"):
        told = await refusal(world, world.HOSPITAL, "GET", f"{path}?profession=physician&{query}")
        assert told == (422, [("not_of_profession", field)])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("list=filed", "list"),
        ("list=both", "list"),
        ("list=off_post", "list"),
        ("level=1", "level"),
        ("category=1", "category"),
        ("scope=11", "scope"),
        ("two_years_off_post=true", "two_years_off_post"),
        ("department=03", "department"),
        ("title=231", "title"),
    ],
)
async def test_what_only_physicians_have_is_refused_of_nurses_by_its_field(world, query, field):
    told = await refusal(world, world.HOSPITAL, "GET", f"{ROSTER}?{query}")
    assert told == (422, [("not_of_profession", field)])


async def test_every_field_that_does_not_fit_is_told_at_once(world):
    path = f"{ROSTER}?profession=physician&list=due&mark=red&sort=valid_until"
    status, reasons = await refusal(world, world.HOSPITAL, "GET", path)
    assert (status, {field for _, field in reasons}) == (422, {"list", "mark", "sort"})


@pytest.mark.parametrize(
    "query", ["profession=doctor", "level=3", "category=9", "scope=99", "scope=%00"]
)
async def test_an_unknown_code_is_refused(world, query):
    path = (
        f"{ROSTER}?{query}" if "profession" in query else f"{ROSTER}?profession=physician&{query}"
    )
    assert (await world.call(world.HOSPITAL, "GET", path)).status_code == 422


async def test_a_search_by_id_number_finds_main_and_filed_here(world, p):
    who = await p.physician()
    await p.filed_at(who)
    body = {"id_number": world.id_number(501), "profession": "physician"}
    for caller, place in ((world.HOSPITAL, "main"), (world.OTHER_HOSPITAL, "filed")):
        answer = await world.call(caller, "POST", f"{ROSTER}/search", body)
        (item,) = answer.json()
        assert (item["place"], item["registration_id"]) == (place, await key(p, who))
        assert world.id_number(501) not in answer.text
    for caller in (HOSPITAL3, HEBEI_HOSPITAL):
        assert (await world.call(caller, "POST", f"{ROSTER}/search", body)).json() == []
    of_nurses = await world.call(
        world.HOSPITAL, "POST", f"{ROSTER}/search", {"id_number": world.id_number(501)}
    )
    assert of_nurses.json() == []


async def test_an_authority_reads_the_rosters_of_its_region_only(world, p):
    one = await key(p, await p.physician())
    for who in (world.XICHENG, world.BEIJING):
        assert await found(world, who, institution_id="HOSPITAL") == [one]
    path = f"{ROSTER}?profession=physician&institution_id=HOSPITAL"
    for who in (world.HEBEI, world.OTHER_HOSPITAL):
        assert await refusal(world, who, "GET", path) == NOT_FOUND


@pytest.mark.parametrize(
    "key",
    [
        ("name", "asc", "li\0", "x"),
        ("name", "asc", "li", "\0"),
        ("birth_date", "asc", "soon", "x"),
        ("valid_until", "asc", "2026-01-01", "x"),
        ("department", "asc", "03", "x"),
    ],
)
async def test_a_cursor_that_was_made_up_is_refused(world, key):
    sort = "birth_date" if key[0] == "birth_date" else "name"
    path = f"{ROSTER}?profession=physician&list=both&sort={sort}&cursor={encode_cursor(*key)}"
    assert (await world.call(world.HOSPITAL, "GET", path)).status_code == 422
