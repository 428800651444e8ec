"""Physicians counted for pictures: by level, category, scope and more; main and filed (Q10)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from services.registration.tests.businesses import TODAY
from services.registration.tests.physicians import DAY, Physicians
from services.registration.tests.rostering import enrol, refusal
from sqlalchemy import select

from zhiye_chassis.security import Principal
from zhiye_registration.adapters.record_tables import registration_count
from zhiye_registration.application import registration_statistics
from zhiye_registration.application.count_registrations import RegistrationCounts

PATH = "/api/v1/statistics/physicians"
NURSES = "/api/v1/statistics/nurses"
NATION = Principal("ACC-Z", "authority", authority_id="NATION", region="000000")


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def fill(world, p):
    """HOSPITAL: a physician of two scopes, an assistant dentist, one off post, one cancelled, one
    filed there from CHAOYANG-HOSPITAL; the first has a location in Hebei, too; a nurse besides."""
    both = await p.physician(scopes=("11", "21"), title="231", education="10")
    await p.register(
        both, scopes=("11", "21"), institution=("HEBEI-HOSPITAL", "130102"), title="231"
    )
    await p.assistant(
        category="2",
        scopes=("31",),
        gender="1",
        birth_date=date(1960, 3, 5),
        department="12",
        title="235",
        education="30",
    )
    await p.physician(status="filed", filed_on=date(2026, 1, 5), filing_ground="retired")
    await p.physician(
        status="cancelled", cancelled_on=date(2026, 1, 5), cancellation_ground="own-request"
    )
    other = await p.physician(institution=("CHAOYANG-HOSPITAL", "110105"))
    await p.filed_at(other, ("HOSPITAL", "北京示例医院", "110102"))
    await p.filed_at(other, ("HOSPITAL2", "北京另一医院", "110102"), until=TODAY - DAY)
    await world.tell(world.account_event("A1", both.person_key))
    await enrol(world, 1)


async def read(world, who, query="", path=PATH):
    answer = await world.call(who, "GET", f"{path}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(told, name):
    return {one["code"]: one["count"] for one in told[name] if one["count"]}


async def test_an_institution_sees_its_physicians_counted_as_they_are_now(world, p):
    await fill(world, p)
    told = await read(world, world.HOSPITAL)
    assert (told["institution_id"], told["live"], told["total"]) == ("HOSPITAL", True, 2)
    assert numbers(told, "status") == {"registered": 2, "filed": 1, "cancelled": 1}
    assert numbers(told, "place") == {"main": 2, "filed": 1}
    assert numbers(told, "level") == {"1": 1, "2": 1}
    assert numbers(told, "category") == {"1": 1, "2": 1}
    assert numbers(told, "scope") == {"11": 1, "21": 1, "31": 1}
    assert numbers(told, "title") == {"231": 1, "235": 1}
    assert numbers(told, "education") == {"10": 1, "30": 1}
    assert numbers(told, "gender") == {"1": 1, "2": 1}
    assert numbers(told, "age") == {"0-24": 1, "60+": 1}
    assert numbers(told, "department") == {"03": 1, "12": 1}
    assert numbers(told, "account") == {"active": 1, "none": 1}
    labels = {one["code"]: one["label"] for one in told["scope"]}
    assert labels["11"] == "内科专业"


async def test_each_authority_has_its_own_region_live_and_as_last_counted(world, p):
    await fill(world, p)
    readers = (world.XICHENG, world.BEIJING, world.HEBEI, NATION, world.OPERATOR)
    live = {who: await read(world, who) for who in readers}
    assert [live[who]["total"] for who in readers] == [2, 3, 1, 4, 4]
    assert numbers(live[world.BEIJING], "scope") == {"11": 2, "21": 1, "31": 1}
    assert numbers(live[world.HEBEI], "place") == {"main": 1}
    assert numbers(live[NATION], "place") == {"main": 4, "filed": 1}
    await RegistrationCounts(world.kit).run()
    for who, now in live.items():
        kept = await read(world, who)
        assert (now.pop("live"), kept.pop("live")) == (True, False)
        assert kept == now
    part = await read(world, world.BEIJING, "?region=110105")
    assert (part["total"], part["live"]) == (1, False)


async def test_counts_of_nurses_and_physicians_do_not_mix(world, p):
    await fill(world, p)
    assert (await read(world, world.HOSPITAL, path=NURSES))["total"] == 1
    await RegistrationCounts(world.kit).run()
    assert (await read(world, world.XICHENG, path=NURSES))["total"] == 1
    assert (await read(world, world.XICHENG))["total"] == 2


async def test_a_region_without_physicians_was_counted_all_the_same(world, p, monkeypatch):
    monkeypatch.setattr(registration_statistics, "SMALL", 0)
    await enrol(world, 1)
    told = await refusal(world, world.XICHENG, "GET", PATH)
    assert told == (409, [("not_counted_yet", None)])
    await RegistrationCounts(world.kit).run()
    for who in (world.XICHENG, world.BEIJING, world.OPERATOR):
        counted = await read(world, who)
        assert (counted["total"], counted["live"]) == (0, False)


async def test_counting_again_replaces_what_was_counted(world, p):
    await fill(world, p)
    for _ in range(2):
        await RegistrationCounts(world.kit).run()
        world.clock.instant += timedelta(minutes=5)
    assert (await read(world, world.OPERATOR))["total"] == 4
    async with world.kit.database.reading() as connection:
        rows = (await connection.execute(select(registration_count))).mappings().all()
    assert {row["profession"] for row in rows} == {"nurse", "physician"}
    assert {row["region"] for row in rows if row["dimension"] == "scope"} >= {"11", "1101", "13"}


async def test_others_numbers_are_not_shown(world, p):
    for who in (world.HEBEI, world.OTHER_HOSPITAL):
        path = f"{PATH}?institution_id=HOSPITAL"
        assert await refusal(world, who, "GET", path) == (404, [("not_found", None)])
    told = await refusal(world, world.XICHENG, "GET", f"{PATH}?region=130000")
    assert told == (404, [("not_found", None)])


async def test_the_numbers_are_taken_away_as_a_file(world, p):
    await fill(world, p)
    answer = await world.call(world.HOSPITAL, "GET", f"{PATH}/export?format=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[:2] == ["统计项,代码,名称,人数", "在册总数,,,2"]
    assert "执业范围,31,口腔专业,1" in lines
    assert "主要执业机构与多机构备案,filed,多机构备案,1" in lines
    book = await world.call(world.BEIJING, "GET", f"{PATH}/export")
    assert book.content.startswith(b"PK")


async def test_the_handling_of_applications_is_told_of_one_profession(world, p):
    await p.done(await p.physician(), "certificate-reissue", {"ground": "lost"})
    await world.registered(await world.nurse())
    path = "?from=2026-11-01&to=2026-11-30"
    for query, told in (
        ("", {"nurse-first", "physician-certificate-reissue"}),
        ("&profession=nurse", {"nurse-first"}),
        ("&profession=physician", {"physician-certificate-reissue"}),
    ):
        found = await read(world, world.XICHENG, path + query, "/api/v1/statistics/applications")
        assert {one["business_type"] for one in found["items"]} == told
