"""Older nurses: whom to ask about, and what an institution answers (Q51)."""

from __future__ import annotations

from datetime import date

import pytest
from services.registration.tests.rostering import ROSTER, enrol, ids, refusal, roster
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from zhiye_registration.adapters.record_tables import employment_confirmation
from zhiye_registration.domain.roster import Retirement, age, born_until, to_confirm

PATH = f"{ROSTER}/employment-confirmations"
OLD = date(1960, 1, 1)


async def confirm(world, *items, who=None, **headers):
    asked = [
        {"registration_id": key, "employment": answer, "note": note}
        for key, answer, note in ((*item, "")[:3] for item in items)
    ]
    answer = await world.call(who or world.HOSPITAL, "POST", PATH, {"items": asked}, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def kept(world):
    async with world.kit.database.reading() as connection:
        rows = await connection.execute(
            select(employment_confirmation).order_by(employment_confirmation.c.id)
        )
        return rows.mappings().all()


@pytest.mark.parametrize(
    ("gender", "birth_date", "asked"),
    [
        ("2", date(1971, 11, 23), True),
        ("2", date(1971, 11, 24), False),
        ("1", date(1966, 11, 23), True),
        ("1", date(1966, 11, 24), False),
        ("9", date(1971, 11, 23), False),
        ("9", date(1966, 11, 23), True),
    ],
)
async def test_past_retirement_age_employment_is_to_be_confirmed(world, gender, birth_date, asked):
    one = await enrol(world, 1, gender=gender, birth_date=birth_date)
    assert await ids(world, employment="to_confirm") == ([one] if asked else [])
    page = await roster(world)
    assert page["items"][0]["employment_to_confirm"] == asked
    assert (await roster(world, employment="to_confirm"))["total"] == asked


@pytest.mark.parametrize(
    ("confirmed_on", "asked"), [(date(2025, 11, 24), False), (date(2025, 11, 23), True)]
)
async def test_a_confirmation_holds_for_twelve_months(world, confirmed_on, asked):
    one = await enrol(
        world, 1, birth_date=OLD, employment="in-post", employment_confirmed_on=confirmed_on
    )
    assert await ids(world, employment="to_confirm") == ([one] if asked else [])
    assert (await roster(world))["items"][0]["employment_to_confirm"] == asked


async def test_who_is_cancelled_is_not_asked_about(world):
    await enrol(world, 1, birth_date=OLD, status="cancelled")
    assert await ids(world, employment="to_confirm", list="all") == []
    assert not (await roster(world, list="all"))["items"][0]["employment_to_confirm"]


async def test_an_answer_is_kept_shown_and_told_to_others(world):
    one = await enrol(world, 1, birth_date=OLD)
    told = await confirm(world, (one, "re-employed", "返聘至 2027 年"))
    assert (told["recorded"], told["refused"]) == (1, 0)
    assert told["items"][0] == {
        "registration_id": one,
        "outcome": "recorded",
        "problem": None,
        "next_business_type": None,
        "next_step": None,
    }
    assert await ids(world, employment="to_confirm") == []
    assert await ids(world, employment="re-employed") == [one]
    person = (await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{one}")).json()
    assert (person["employment_label"], person["employment_confirmed_on"], person["version"]) == (
        "退休返聘",
        "2026-11-23",
        2,
    )
    (confirmation,) = person["confirmations"]
    assert (confirmation["note"], confirmation["by"]) == ("返聘至 2027 年", "王主任")
    (event,) = await world.events("registration-changed")
    assert (event["aggregate_id"], event["version"]) == (one, 2)


@pytest.mark.parametrize(
    ("employment", "business"), [("left", "nurse-change"), ("retired", "nurse-cancellation")]
)
async def test_who_does_not_work_here_any_more_calls_for_a_next_step(world, employment, business):
    one = await enrol(world, 1)
    (item,) = (await confirm(world, (one, employment)))["items"]
    assert item["next_business_type"] == business
    assert "注销" in item["next_step"]


async def test_every_answer_stays_and_the_newest_counts(world):
    one = await enrol(world, 1, birth_date=OLD)
    await confirm(world, (one, "in-post"))
    await confirm(world, (one, "retired"))
    assert [row["employment"] for row in await kept(world)] == ["in-post", "retired"]
    assert (await roster(world))["items"][0]["employment"] == "retired"
    with pytest.raises(DBAPIError, match="only grows"):
        async with world.kit.database.transaction() as tx:
            await tx.execute(update(employment_confirmation).values(employment="left"))


async def test_each_of_many_has_its_result(world):
    mine = [await enrol(world, serial) for serial in range(1, 4)]
    gone = await enrol(world, 8, status="cancelled")
    strange = await enrol(world, 9, institution="HOSPITAL2")
    asked = [mine[2], strange, mine[0], gone, mine[0], "nobody", mine[1]]
    told = await confirm(world, *((key, "in-post") for key in asked))
    assert (told["recorded"], told["refused"]) == (3, 4)
    assert [item["registration_id"] for item in told["items"]] == asked
    codes = [item["problem"] and item["problem"]["code"] for item in told["items"]]
    assert codes == [
        *(None, "not_found", None, "registration_cancelled", "item_repeated", "not_found", None)
    ]
    assert all(
        item["problem"]["next_step"] for item in told["items"] if item["outcome"] == "refused"
    )
    assert sorted(row["registration_id"] for row in await kept(world)) == sorted(mine)
    assert (await roster(world, world.OTHER_HOSPITAL))["items"][0]["employment"] is None


async def test_five_hundred_go_at_once_and_no_more(world):
    one = await enrol(world, 1)
    items = [{"registration_id": f"x{place}", "employment": "left"} for place in range(500)]
    items[250]["registration_id"] = one
    answer = await world.call(world.HOSPITAL, "POST", PATH, {"items": items})
    assert (answer.json()["recorded"], answer.json()["refused"]) == (1, 499)
    for wrong in ([*items, items[0]], []):
        status, ((_, field),) = await refusal(world, world.HOSPITAL, "POST", PATH, {"items": wrong})
        assert (status, field) == (422, "items")


async def test_a_wrong_answer_is_refused_by_its_place(world):
    body = {"items": [{"registration_id": "x", "employment": "dead"}]}
    told = await refusal(world, world.HOSPITAL, "POST", PATH, body)
    assert told == (422, [("choice", "items.0.employment")])


async def test_the_same_request_sent_twice_is_kept_once(world):
    one = await enrol(world, 1)
    for _ in range(2):
        await confirm(world, (one, "in-post"), Idempotency_Key="confirmation-1")
    assert len(await kept(world)) == 1


def test_ages_are_whole_years_and_leap_days_come_of_age_on_the_first_of_march():
    assert age(date(2000, 2, 29), date(2026, 2, 28)) == 25
    assert age(date(2000, 2, 29), date(2026, 3, 1)) == 26
    assert born_until(date(2026, 2, 28), 26) == date(2000, 2, 28)
    retirement = Retirement(55, 60, 12)
    assert not to_confirm("2", date(1972, 2, 29), None, retirement, date(2027, 2, 28))
    assert to_confirm("2", date(1972, 2, 29), None, retirement, date(2027, 3, 1))
