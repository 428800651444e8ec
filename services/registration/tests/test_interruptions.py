"""Interruptions of practice: recorded, ended, listed, refused (中断执业)."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.registration.tests.rostering import ROSTER, enrol, id_number, ids, refusal, roster
from sqlalchemy import update

from zhiye_registration.adapters.tables import registration
from zhiye_registration.domain.interruption import Period

PATH = "/api/v1/practice-interruptions"
NOT_FOUND = (404, [("not_found", None)])


def body(one, began_on="2026-09-01", **more):
    return {"registration_id": one, "began_on": began_on, "ground": "parental"} | more


async def record(world, one, *args, who=None, **more):
    answer = await world.call(who or world.HOSPITAL, "POST", PATH, body(one, *args, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def end(world, given, ended_on, who=None, version=None):
    return await world.call(
        who or world.HOSPITAL,
        "POST",
        f"{PATH}/{given['id']}/end",
        {"ended_on": ended_on},
        If_Match=f'"{version or given["version"]}"',
    )


async def listed(world, who=None, **query):
    rest = "&".join(f"{key}={value}" for key, value in query.items())
    answer = await world.call(who or world.HOSPITAL, "GET", f"{PATH}?{rest}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_interruption_is_recorded_shown_on_the_roster_and_ended(world):
    one = await enrol(world, 1)
    answer = await world.call(world.HOSPITAL, "POST", PATH, body(one))
    given = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (given["days"], given["ground_label"], given["ended_on"]) == (84, "生育休假", None)
    assert (given["recorded_by_name"], given["name"]) == ("王主任", "王芳")
    assert id_number(1) not in answer.text
    assert (await roster(world))["items"][0]["interrupted_since"] == "2026-09-01"
    assert await ids(world, interrupted="true") == [one]
    assert await ids(world, interrupted="false") == []

    over = await end(world, given, "2026-11-20")
    assert (over.status_code, over.headers["etag"]) == (200, '"2"')
    assert (over.json()["ended_on"], over.json()["days"]) == ("2026-11-20", 81)
    assert (await roster(world))["items"][0]["interrupted_since"] is None
    assert (await roster(world, interrupted="true"))["total"] == 0
    person = (await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{one}")).json()
    (told,) = person["interruptions"]
    assert (told["began_on"], told["ended_on"]) == ("2026-09-01", "2026-11-20")


async def test_a_second_one_cannot_begin_while_one_goes_on_and_it_says_since_when(world):
    one = await enrol(world, 1)
    await record(world, one)
    told = await refusal(world, world.HOSPITAL, "POST", PATH, body(one, "2026-10-01"))
    assert told == (409, [("interruption_open", "began_on")])
    answer = await world.call(world.HOSPITAL, "POST", PATH, body(one, "2026-10-01"))
    assert "2026-09-01" in answer.json()["detail"]


async def test_two_at_the_same_moment_leave_one(world):
    one = await enrol(world, 1)
    answers = await asyncio.gather(
        *(world.call(world.HOSPITAL, "POST", PATH, body(one)) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("began_on", "ended_on", "code"),
    [
        ("2026-03-31", None, "interruption_overlaps"),
        ("2026-04-01", None, None),
        ("2026-02-01", "2026-03-01", "interruption_overlaps"),
        ("2026-02-01", "2026-02-28", None),
        ("2026-03-10", "2026-03-12", "interruption_overlaps"),
    ],
)
async def test_periods_do_not_overlap(world, began_on, ended_on, code):
    one = await enrol(world, 1)
    await record(world, one, "2026-03-01", ended_on="2026-03-31")
    asked = body(one, began_on) | ({"ended_on": ended_on} if ended_on else {})
    answer = await world.call(world.HOSPITAL, "POST", PATH, asked)
    if code is None:
        assert answer.status_code == 201
    else:
        assert (answer.status_code, world.codes(answer)) == (409, [code])


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        ({"began_on": "2026-11-24"}, [("date_in_future", "began_on")]),
        ({"began_on": "2015-05-31"}, [("before_registration", "began_on")]),
        ({"ended_on": "2026-08-31"}, [("ends_before_it_begins", "ended_on")]),
        ({"ended_on": "2026-11-24"}, [("date_in_future", "ended_on")]),
        ({"ground": "other"}, [("note_missing", "note")]),
        (
            {"began_on": "2015-05-31", "ground": "other"},
            [("before_registration", "began_on"), ("note_missing", "note")],
        ),
    ],
)
async def test_every_fault_is_told_at_once_by_its_field(world, more, faults):
    one = await enrol(world, 1)
    told = await refusal(world, world.HOSPITAL, "POST", PATH, body(one) | more)
    assert told == (422, faults)


@pytest.mark.parametrize("began_on", ["2015-06-01", "2026-11-23"])
async def test_it_may_begin_on_the_day_of_registration_and_today(world, began_on):
    await record(world, await enrol(world, 1), began_on)


async def test_nothing_is_interrupted_for_who_is_cancelled(world):
    one = await enrol(world, 1, status="cancelled")
    told = await refusal(world, world.HOSPITAL, "POST", PATH, body(one))
    assert told == (409, [("registration_cancelled", "registration_id")])


async def test_an_end_has_its_limits_too(world):
    given = await record(world, await enrol(world, 1))
    for day, code in (("2026-11-24", "date_in_future"), ("2026-08-31", "ends_before_it_begins")):
        answer = await end(world, given, day)
        assert (answer.status_code, world.codes(answer)) == (422, [code])
        assert answer.json()["field"] == "ended_on"
    stale = await end(world, given, "2026-11-20", version=7)
    assert (stale.status_code, world.codes(stale)) == (412, ["version_stale"])
    blind = await world.call(
        world.HOSPITAL, "POST", f"{PATH}/{given['id']}/end", {"ended_on": "2026-11-20"}
    )
    assert (blind.status_code, world.codes(blind)) == (428, ["if_match_missing"])
    assert (await end(world, given, "2026-09-01")).status_code == 200
    again = await end(world, given, "2026-11-20", version=2)
    assert (again.status_code, world.codes(again)) == (409, ["interruption_ended"])


async def test_other_institutions_neither_record_nor_end_nor_see_it(world):
    one = await enrol(world, 1)
    given = await record(world, one)
    other = world.OTHER_HOSPITAL
    assert await refusal(world, other, "POST", PATH, body(one)) == NOT_FOUND
    assert (await end(world, given, "2026-11-20", who=other)).status_code == 404
    assert (await listed(world, other))["items"] == []
    assert await refusal(world, world.HOSPITAL, "POST", PATH, body("nobody")) == NOT_FOUND
    unknown = await end(world, {"id": "nothing", "version": 1}, "2026-11-20")
    assert unknown.status_code == 404


async def test_who_moved_is_the_new_institutions_to_see_and_to_end(world):
    one = await enrol(world, 1)
    given = await record(world, one)
    async with world.kit.database.transaction() as tx:
        elsewhere = {"institution_id": "HOSPITAL2", "version": 2}
        await tx.execute(update(registration).where(registration.c.id == one).values(elsewhere))
    assert (await listed(world))["items"] == []
    assert (await end(world, given, "2026-11-20")).status_code == 404
    assert await ids(world, world.OTHER_HOSPITAL, interrupted="true") == [one]
    assert (await end(world, given, "2026-11-20", who=world.OTHER_HOSPITAL)).status_code == 200


async def test_the_list_is_by_state_and_in_pages(world):
    people = [await enrol(world, serial) for serial in (1, 2, 3)]
    made = [await record(world, one) for one in people]
    await end(world, made[0], "2026-10-01")
    assert [one["id"] for one in (await listed(world))["items"]] == [made[2]["id"], made[1]["id"]]
    assert [one["id"] for one in (await listed(world, list="ended"))["items"]] == [made[0]["id"]]
    seen, query = [], {"list": "all", "limit": 2}
    while True:
        page = await listed(world, **query)
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [one["id"] for one in reversed(made)]


async def test_the_same_request_sent_twice_records_once(world):
    one = await enrol(world, 1)
    answers = [
        await world.call(world.HOSPITAL, "POST", PATH, body(one), Idempotency_Key="interruption-1")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


_DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 20))
_PERIODS = st.builds(
    lambda began, more: Period(began, None if more is None else began + timedelta(days=more)),
    _DAYS,
    st.none() | st.integers(0, 10),
)


@given(_PERIODS, _PERIODS)
def test_periods_overlap_where_they_share_a_day(one, other):
    def days(period):
        last = period.ended_on or date(2020, 3, 1)
        count = (last - period.began_on).days + 1
        return {period.began_on + timedelta(days=day) for day in range(count)}

    assert one.overlaps(other) == bool(days(one) & days(other))
