"""The roster: its columns, lists, filters, orders, search (deck 5.1, 5.3, 5.4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from services.registration.tests.rostering import (
    ROSTER,
    certificate,
    enrol,
    id_number,
    ids,
    refusal,
    roster,
)

TODAY = date(2026, 11, 23)


def after(days):
    return TODAY + timedelta(days=days)


async def test_a_line_has_the_columns_of_the_deck(world):
    one = await enrol(world, 1, valid_until=after(120))
    page = await roster(world)
    assert (page["institution_name"], page["total"]) == ("北京示例医院", 1)
    (item,) = page["items"]
    number = id_number(1)
    expected = {
        "registration_id": one,
        "name": "王芳",
        "gender": "2",
        "gender_label": "女",
        "id_number": number[:3] + "*" * 11 + number[-4:],
        "birth_date": "1990-03-05",
        "age": 36,
        "status": "registered",
        "status_label": "在册",
        "business_type": "nurse-renewal",
        "business_type_label": "延续注册",
        "certificate_number": certificate(1),
        "valid_until": "2027-03-23",
        "days_left": 120,
        "mark": "blue",
        "mark_label": "一年内到期",
        "title": "254",
        "title_label": "护师",
        "department": "ward",
        "department_label": "病房",
        "work_category": "clinical-nursing",
        "work_category_label": "临床护理",
        "education": "30",
        "education_label": "大学专科",
        "account_status": "none",
        "account_status_label": "尚未注册账户",
        "employment": None,
        "employment_label": None,
        "employment_confirmed_on": None,
        "employment_to_confirm": False,
        "interrupted_since": None,
    }
    assert item == expected


async def test_labels_are_english_on_request(world):
    await enrol(world, 1, valid_until=after(-1))
    answer = await world.call(world.HOSPITAL, "GET", ROSTER, Accept_Language="en")
    (item,) = answer.json()["items"]
    told = (item["status_label"], item["mark_label"], item["account_status_label"])
    assert told == ("registered, expired and not renewed", "expired, not renewed", "no account")


@pytest.mark.parametrize(
    ("days", "mark", "status"),
    [
        (-1, "red", "expired"),
        (0, "blue", "registered"),
        (365, "blue", "registered"),
        (366, None, "registered"),
    ],
)
async def test_blue_is_within_a_year_and_red_is_expired(world, days, mark, status):
    await enrol(world, 1, valid_until=after(days))
    (item,) = (await roster(world))["items"]
    assert (item["mark"], item["status"], item["days_left"]) == (mark, status, days)


async def test_the_lists_are_those_of_the_deck_and_counted_whatever_the_filters(world):
    expired = await enrol(world, 1, valid_until=after(-3))
    due = await enrol(world, 2, valid_until=after(200))
    late = await enrol(world, 3, valid_until=after(900), department="emergency")
    gone = await enrol(world, 4, valid_until=after(300), status="cancelled")
    assert await ids(world) == [expired, due, late]
    assert await ids(world, list="all") == [expired, due, gone, late]
    assert await ids(world, list="due") == [due]
    assert await ids(world, list="expired") == [expired]
    assert await ids(world, list="due_or_expired") == [expired, due]
    assert await ids(world, list="cancelled") == [gone]
    assert await ids(world, mark="red") == [expired]
    assert await ids(world, mark="blue") == [due]
    counts = {
        "registered": 3,
        "all": 4,
        "due": 1,
        "expired": 1,
        "due_or_expired": 2,
        "cancelled": 1,
    }
    for query, total in (({}, 3), ({"department": "emergency"}, 1), ({"list": "cancelled"}, 1)):
        page = await roster(world, **query)
        assert (page["total"], page["counts"]) == (total, counts)


async def test_who_is_cancelled_has_no_mark_and_says_so(world):
    await enrol(world, 1, valid_until=after(-3), status="cancelled")
    (item,) = (await roster(world, list="cancelled"))["items"]
    assert (item["mark"], item["status_label"]) == (None, "注销")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"department": "emergency"}, "b"),
        ({"title": "252"}, "b"),
        ({"education": "20"}, "b"),
        ({"gender": "1"}, "b"),
        ({"work_category": "nursing-administration"}, "b"),
        ({"business_type": "nurse-first"}, "b"),
        ({"business_type": "imported"}, ""),
        ({"age_from": 37}, "b"),
        ({"age_to": 36}, "a"),
        ({"age_from": 36, "age_to": 46}, "ab"),
        ({"age_from": 46, "age_to": 46}, "b"),
        ({"age_from": 47}, ""),
        ({"valid_until_from": "2030-06-01"}, "b"),
        ({"valid_until_to": "2030-05-31"}, "a"),
        ({"valid_until_from": "2030-05-31", "valid_until_to": "2030-06-01"}, "ab"),
        ({"department": "emergency", "title": "251"}, ""),
        ({"employment": "retired"}, "b"),
        ({"employment": "left"}, ""),
    ],
)
async def test_each_filter_narrows_the_list_and_the_total(world, query, found):
    people = {
        await enrol(world, 1): "a",
        await enrol(
            world,
            2,
            birth_date=date(1980, 11, 23),
            gender="1",
            department="emergency",
            title="252",
            education="20",
            work_category="nursing-administration",
            last_change="nurse-first",
            valid_until=date(2030, 6, 1),
            employment="retired",
            employment_confirmed_on=TODAY,
        ): "b",
    }
    page = await roster(world, **query)
    assert "".join(people[item["registration_id"]] for item in page["items"]) == found
    assert page["total"] == len(found)
    assert (await roster(world, **query, limit=1))["total"] == len(found)


async def test_the_account_is_as_it_is_now_and_the_newest_that_was_not_revoked(world):
    people = [await enrol(world, serial) for serial in (1, 2, 3, 4)]
    keys = [world.kit.person_key(id_number(serial)) for serial in (1, 2, 3, 4)]
    await world.tell(
        world.account_event("A1", keys[0], status="registered"),
        world.account_event("A2", keys[1], status="active"),
        world.account_event("A3", keys[2], status="revoked"),
        world.account_event("A4", keys[3], status="verified"),
        world.account_event("A5", keys[3], status="revoked"),
    )
    wanted = {"none": [people[2]], "inactive": [people[0], people[3]], "active": [people[1]]}
    for status, expected in wanted.items():
        page = await roster(world, account=status)
        assert [item["registration_id"] for item in page["items"]] == expected
        assert page["total"] == len(expected)
        assert {item["account_status"] for item in page["items"]} == {status}
    await world.tell(world.account_event("A1", keys[0], status="active", version=2))
    assert await ids(world, account="active") == people[:2]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["valid_until", "name", "birth_date", "department", "title"])
async def test_pages_follow_each_other_without_gaps_or_repeats(world, sort, order):
    for serial, name in enumerate(("张三", "王芳", "李雷", "王芳", "安娜", "单丹"), 1):
        await enrol(
            world,
            serial,
            name,
            birth_date=date(1985 + serial % 3, 2, 1),
            valid_until=after(100 * (serial % 2)),
            department=("ward", None, "other")[serial % 3],
            title=(None, "251")[serial % 2],
        )
    whole = await ids(world, sort=sort, order=order)
    seen, query = [], {"sort": sort, "order": order, "limit": 2}
    while True:
        page = await roster(world, **query)
        seen += [item["registration_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        assert (await roster(world, **query))["total"] is None
    assert len(whole) == 6
    assert seen == whole


async def test_names_are_sorted_by_pinyin_as_they_are_said(world):
    for serial, name in enumerate(("张三", "单丹", "王芳", "安娜", "曾丽"), 1):
        await enrol(world, serial, name)
    items = (await roster(world, sort="name"))["items"]
    assert [item["name"] for item in items] == ["安娜", "单丹", "王芳", "曾丽", "张三"]


async def test_a_cursor_of_another_order_is_refused(world):
    for serial in (1, 2):
        await enrol(world, serial)
    cursor = (await roster(world, limit=1))["next_cursor"]
    for query in (f"sort=name&cursor={cursor}", f"order=desc&cursor={cursor}", "cursor=W10"):
        told = await refusal(world, world.HOSPITAL, "GET", f"{ROSTER}?{query}")
        assert told == (422, [("cursor_invalid", "cursor")])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王", ["王芳", "王小丽"]),
        ("小", ["王小丽"]),
        ("芳", ["王芳"]),
        ("wang", ["王芳", "王小丽"]),
        ("WangFang", ["王芳"]),
        ("wáng fāng", ["王芳"]),
        ("wxl", ["王小丽"]),
        ("w", ["王芳", "王小丽"]),
        ("shandan", ["单丹"]),
        ("dandan", []),
        ("lvbu", ["吕布"]),
        ("lü", ["吕布"]),
        ("fang", []),
        ("%", []),
        ("王_丽", []),
    ],
)
async def test_a_search_finds_names_pinyin_and_initials(world, typed, found):
    for serial, name in enumerate(("王芳", "王小丽", "单丹", "吕布"), 1):
        await enrol(world, serial, name)
    page = await roster(world, q=typed)
    assert [item["name"] for item in page["items"]] == found
    assert page["total"] == len(found)
    assert (await roster(world, q=typed, limit=1))["total"] == len(found)


async def test_a_search_finds_a_certificate_number_whole(world):
    await enrol(world, 1)
    two = await enrol(world, 2)
    assert await ids(world, q=f" {certificate(2)} ") == [two]
    assert await ids(world, q=certificate(3)) == []
    wrong = await refusal(world, world.HOSPITAL, "GET", f"{ROSTER}?q=2015")
    assert wrong == (422, [("nurse_practice_format", "q")])


async def test_an_id_number_does_not_belong_into_an_address(world):
    path = f"{ROSTER}?q={id_number(1)}"
    told = await refusal(world, world.HOSPITAL, "GET", path)
    assert told == (422, [("id_number_in_address", "q")])
    assert "POST" in (await world.call(world.HOSPITAL, "GET", path)).json()["next_step"]


async def test_somebody_is_found_by_the_whole_id_number(world):
    one = await enrol(world, 1)
    await enrol(world, 2)
    elsewhere = await enrol(world, 3, institution="HOSPITAL2")

    async def found(who, serial, **more):
        body = {"id_number": id_number(serial), **more}
        answer = await world.call(who, "POST", f"{ROSTER}/search", body)
        assert answer.status_code == 200, answer.text
        assert id_number(serial) not in answer.text
        return [item["registration_id"] for item in answer.json()]

    assert await found(world.HOSPITAL, 1) == [one]
    assert await found(world.HOSPITAL, 3) == []
    assert await found(world.XICHENG, 3, institution_id="HOSPITAL2") == [elsewhere]
    wrong = id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")
    told = await refusal(world, world.HOSPITAL, "POST", f"{ROSTER}/search", {"id_number": wrong})
    assert told == (422, [("id_number_check_digit", "id_number")])


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("list=everybody", "choice", "list"),
        ("department=kitchen", "choice", "department"),
        ("employment=unknown", "choice", "employment"),
        ("age_from=-1", "invalid", "age_from"),
        ("valid_until_from=2026-13-01", "date", "valid_until_from"),
        ("deparment=ward", "field_unknown", "deparment"),
        ("limit=201", "invalid", "limit"),
        ("q=%00", "characters_not_allowed", None),
    ],
)
async def test_a_wrong_query_is_refused_by_its_field(world, query, code, field):
    told = await refusal(world, world.HOSPITAL, "GET", f"{ROSTER}?{query}")
    assert told == (422, [(code, field)])
