"""When renewals are taken: set by authorities, for their region and all below (Q32)."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from services.registration.tests.expiring import expiring, row
from sqlalchemy import select

from zhiye_chassis.security import Principal
from zhiye_registration.adapters.record_tables import renewal_window
from zhiye_registration.application.renewal_windows import window_of
from zhiye_registration.domain.renewal import closes_on, opens_on

PATH = "/api/v1/renewal-windows"
MINE = f"{PATH}/mine"
NATION = Principal("ACC-NA", "authority", "委员", authority_id="NATION", region="000000")
CITY = Principal("ACC-CI", "authority", "市局", authority_id="CITY", region="110100")


async def put(world, who, days, late=0, version=0):
    body = {"opens_days_before": days, "late_days": late}
    return await world.call(who, "PUT", MINE, body, If_Match=f'"{version}"')


async def applies(world, region):
    async with world.kit.database.reading() as connection:
        found = await window_of(connection, world.kit, region)
    return found.opens_days_before, found.late_days, found.source_name


def test_thirty_days_before_the_last_day_and_some_after_it():
    last = date(2026, 12, 31)
    assert opens_on(last, 30) == date(2026, 12, 1)
    assert closes_on(last, 0) == last
    assert closes_on(last, 30) == date(2027, 1, 30)


async def test_without_a_window_the_setting_applies(world):
    assert await applies(world, "110102") == (30, 0, None)


async def test_the_nearest_authority_above_a_region_wins(world):
    for who, days in ((NATION, 40), (world.BEIJING, 50), (CITY, 60), (world.XICHENG, 70)):
        assert (await put(world, who, days)).status_code == 200
    await world.tell(world.authority_event("NATION", "国家卫生健康委员会", "000000"))
    assert await applies(world, "110102") == (70, 0, "西城区卫生健康委员会")
    assert (await applies(world, "110105"))[0] == 60  # another county of the city
    assert await applies(world, "110228") == (50, 0, "北京市卫生健康委员会")  # of no city
    assert await applies(world, "130102") == (40, 0, "国家卫生健康委员会")


async def test_everybody_sees_what_applies_to_them(world):
    await put(world, world.BEIJING, 60, 30)
    nurse = Principal("ACC-N", "practitioner", "王*", person_key="pk-own")
    await expiring(world, row(date(2027, 1, 22), person_key="pk-own"))
    shown = (await world.call(nurse, "GET", PATH)).json()
    assert shown == {
        "region": "110102",
        "opens_days_before": 60,
        "late_days": 30,
        "authority_id": "BEIJING",
        "authority_name": "北京市卫生健康委员会",
        "set_by_caller": False,
        "registration": {
            "valid_until": "2027-01-22",
            "opens_on": "2026-11-23",
            "closes_on": "2027-02-21",
            "open": True,
        },
    }
    for who, own in ((world.HOSPITAL, False), (world.XICHENG, False), (world.BEIJING, True)):
        shown = (await world.call(who, "GET", PATH)).json()
        assert (shown["opens_days_before"], shown["set_by_caller"]) == (60, own)
    shown = (await world.call(world.HEBEI, "GET", PATH)).json()
    assert (shown["opens_days_before"], shown["authority_id"]) == (30, None)


@pytest.mark.parametrize(
    ("valid_until", "open_"),
    [
        (date(2026, 12, 23), True),
        (date(2026, 12, 24), False),
        (date(2026, 11, 23), True),
        (date(2026, 11, 22), False),
    ],
)
async def test_a_window_is_open_from_its_first_to_its_last_day(world, valid_until, open_):
    nurse = Principal("ACC-N", "practitioner", "王*", person_key="pk-own")
    await expiring(world, row(valid_until, person_key="pk-own"))
    shown = (await world.call(nurse, "GET", PATH)).json()
    assert shown["registration"]["open"] is open_


async def test_who_is_not_registered_has_nothing_to_renew(world):
    nurse = await world.nurse()
    answer = await world.call(nurse, "GET", PATH)
    assert (answer.status_code, world.codes(answer)) == (404, ["not_registered"])


async def test_an_institution_that_is_not_known_here_has_no_window(world):
    stranger = Principal("ACC-S", "institution", "某", institution_id="NOWHERE")
    assert (await world.call(stranger, "GET", PATH)).status_code == 404


async def test_only_authorities_set_windows(world):
    nurse = await world.nurse()
    body = {"opens_days_before": 60, "late_days": 0}
    for who in (world.HOSPITAL, nurse, world.OPERATOR, world.EXAM_CENTRE):
        answer = await world.call(who, "PUT", MINE, body, If_Match='"0"')
        assert answer.status_code == 403
    for who in (world.OPERATOR, world.EXAM_CENTRE):
        assert (await world.call(who, "GET", PATH)).status_code == 403
    assert (await world.call(None, "GET", PATH)).status_code == 401


@pytest.mark.parametrize(
    ("days", "late", "field"),
    [
        (29, 0, "opens_days_before"),
        (0, 0, "opens_days_before"),
        (367, 0, "opens_days_before"),
        (30, -1, "late_days"),
        (30, 367, "late_days"),
        ("x", 0, "opens_days_before"),
    ],
)
async def test_a_window_that_cannot_be_is_refused_with_its_field(world, days, late, field):
    answer = await put(world, world.BEIJING, days, late)
    assert answer.status_code == 422
    assert field in answer.json()["reasons"][0]["field"]
    assert await applies(world, "110102") == (30, 0, None)


async def test_a_window_may_open_earlier_than_thirty_days_but_never_later(world):
    answer = await put(world, world.BEIJING, 29)
    assert world.codes(answer) == ["renewal_window_too_short"]
    assert (await put(world, world.BEIJING, 30)).status_code == 200


async def test_a_window_is_changed_from_what_was_read(world):
    read = await world.call(world.BEIJING, "GET", PATH)
    assert read.headers["ETag"] == '"0"'
    assert (await put(world, world.BEIJING, 60)).headers["ETag"] == '"1"'
    assert (await put(world, world.BEIJING, 90)).status_code == 412
    assert (await put(world, world.BEIJING, 90, version=1)).headers["ETag"] == '"2"'
    body = {"opens_days_before": 60, "late_days": 0}
    assert (await world.call(world.BEIJING, "PUT", MINE, body)).status_code == 428
    assert (await applies(world, "110102"))[0] == 90


async def test_of_two_officers_who_set_it_at_the_same_moment_one_wins(world):
    for version in (0, 1):
        answers = await asyncio.gather(
            *(put(world, world.BEIJING, 60 + n, version=version) for n in range(4))
        )
        assert sorted(a.status_code for a in answers) == [200, 412, 412, 412]


async def test_who_set_a_window_and_when_is_on_record(world, capsys):
    await put(world, world.BEIJING, 60, 10)
    async with world.kit.database.reading() as connection:
        kept = (await connection.execute(select(renewal_window))).mappings().one()
    assert (kept["updated_by"], kept["updated_at"]) == ("ACC-B", world.clock.now())
    assert (kept["authority_id"], kept["region"]) == ("BEIJING", "110000")
    told = capsys.readouterr().out
    assert "renewal_window_set" in told
    assert "ACC-B" in told
