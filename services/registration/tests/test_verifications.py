"""Verification by ID number, nationwide: shown, kept, told to the person, and limited."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from services.registration.tests.businesses import TODAY, Businesses
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

PATH = "/api/v1/verifications"


@pytest.fixture
async def b(world):
    return await Businesses(world).open()


async def verify(world, who, id_number):
    return await world.call(who, "POST", PATH, {"id_number": id_number})


async def test_a_nurse_is_found_by_her_number_wherever_she_is_registered(world, b):
    await b.nurse(TODAY + timedelta(days=100), title="254", department="ward")
    number = world.id_number(101)
    for who in (world.OTHER_HOSPITAL, world.HEBEI, world.HOSPITAL):
        answer = await verify(world, who, number)
        assert answer.status_code == 200, answer.text
        found = answer.json()["registration"]
        assert (found["name"], found["id_number"]) == ("王芳", number)
        assert (found["institution_name"], found["status"]) == ("北京示例医院", "registered")
        assert (found["title_label"], found["department_label"]) == ("护师", "病房")
        assert (found["days_left"], found["own"]) == (100, who is world.HOSPITAL)


async def test_who_is_not_registered_is_told_apart_from_who_is_on_no_record(world, b):
    await world.nurse(700)
    passed = (await verify(world, world.HOSPITAL, world.id_number(700))).json()
    assert (passed["outcome"], passed["reason"]["code"]) == ("never_registered",) * 2
    nobody = (await verify(world, world.HOSPITAL, world.id_number(701))).json()
    assert (nobody["outcome"], nobody["registration"]) == ("not_on_record", None)
    assert nobody["reason"]["next_step"]


async def test_a_number_that_cannot_be_right_says_so_and_is_not_counted(world, b):
    answer = await verify(world, world.HOSPITAL, "110101200203050000")
    assert answer.status_code == 422
    assert answer.json()["reasons"][0]["field"] == "id_number"
    assert (await world.call(world.HOSPITAL, "GET", PATH)).json()["items"] == []


async def test_the_person_sees_who_looked_her_up_and_others_do_not(world, b):
    nurse, other = await b.nurse(), await b.nurse()
    await verify(world, world.OTHER_HOSPITAL, world.id_number(101))
    mine = await world.call(nurse, "GET", "/api/v1/my/registration/verifications")
    (line,) = mine.json()["items"]
    assert (line["organisation_name"], line["found"]) == ("北京另一医院", True)
    theirs = await world.call(other, "GET", "/api/v1/my/registration/verifications")
    assert theirs.json()["items"] == []
    own = (await world.call(world.OTHER_HOSPITAL, "GET", PATH)).json()["items"]
    assert len(own) == 1
    assert "person" not in str(own)
    assert (await world.call(world.HOSPITAL, "GET", PATH)).json()["items"] == []


async def test_a_log_of_look_ups_only_grows(world, b):
    await verify(world, world.HOSPITAL, world.id_number(700))
    async with world.kit.database.transaction() as tx:
        with pytest.raises(DBAPIError, match="only grows"):
            await tx.execute(text("DELETE FROM verification"))


async def test_so_many_a_minute_even_at_once(world, b):
    most = world.kit.own.verifications_per_minute
    await b.nurse()
    answers = await asyncio.gather(
        *(verify(world, world.HOSPITAL, world.id_number(101)) for _ in range(most + 10))
    )
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 10
    assert world.codes(refused[0]) == ["verifications_too_fast"]
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    # Another organisation has its own; and a minute later it goes on.
    assert (await verify(world, world.HEBEI, world.id_number(101))).status_code == 200
    world.clock.instant += timedelta(seconds=61)
    assert (await verify(world, world.HOSPITAL, world.id_number(101))).status_code == 200


async def seeded(world, count, found):
    """So many look-ups of the last hours."""
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO verification (at, account_id, organisation_id, person_key, found,"
                " purpose) SELECT CAST(:now AS timestamptz) - interval '5 hours', 'A', 'HOSPITAL',"
                " n::text, :found, 'verification' FROM generate_series(1, :count) n"
            ),
            {"now": world.clock.now(), "found": found, "count": count},
        )


@pytest.mark.parametrize(
    ("count", "found", "code"),
    [
        (1_000, True, "verifications_used_up"),
        (100, False, "verification_misses_used_up"),
    ],
)
async def test_so_many_a_day_and_fewer_that_find_nobody(world, b, count, found, code):
    await b.nurse()
    await seeded(world, count - 1, found)
    number = world.id_number(101) if found else world.id_number(702)
    assert (await verify(world, world.HOSPITAL, number)).status_code == 200
    answer = await verify(world, world.HOSPITAL, world.id_number(101))
    assert (answer.status_code, world.codes(answer)) == (429, [code])
    assert int(answer.headers["Retry-After"]) == 19 * 3600
