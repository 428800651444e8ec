"""One of the physicians on a roster, the roster as a file, and what is recorded of nurses only."""

from __future__ import annotations

import csv
import io

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL, TODAY
from services.registration.tests.physicians import DAY, HOSPITAL3, Physicians
from services.registration.tests.rostering import ROSTER, key, named, refusal
from sqlalchemy import select

from zhiye_registration.adapters.roster_tables import roster_export
from zhiye_registration.application import list_roster

NOT_FOUND = (404, [("not_found", None)])
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


# --- one of them -----------------------------------------------------------------------------


async def test_the_main_institution_sees_where_its_people_are_filed(world, p):
    who = await p.physician(details={"school": "北京医学院", "degree": "4"})
    filing = await p.filed_at(who)
    answer = await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{await key(p, who)}")
    person = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert (person["place"], person["details_labels"]) == ("main", {"degree": "学士"})
    (one,) = person["filings"]
    assert (one["id"], one["institution_name"], one["state"]) == (
        filing.id,
        "北京另一医院",
        "in_force",
    )
    assert world.id_number(501) not in answer.text


async def test_a_further_institution_reads_who_is_filed_there_without_details(world, p):
    who = await p.physician(details={"school": "北京医学院"})
    await p.filed_at(who)
    await p.filed_at(who, ("CHAOYANG-HOSPITAL", "朝阳医院", "110105"))
    one = await key(p, who)
    person = (await world.call(world.OTHER_HOSPITAL, "GET", f"{ROSTER}/{one}")).json()
    assert (person["place"], person["main_institution_name"]) == ("filed", "北京示例医院")
    assert [filing["institution_id"] for filing in person["filings"]] == ["HOSPITAL2"]
    assert person["details"] == {}
    history = await refusal(world, world.OTHER_HOSPITAL, "GET", f"{ROSTER}/{one}/history")
    assert history == NOT_FOUND
    assert await refusal(world, HEBEI_HOSPITAL, "GET", f"{ROSTER}/{one}") == NOT_FOUND


async def test_the_photo_is_shown_to_both_institutions(world, p):
    who = await p.physician()
    await p.filed_at(who)
    await world.kit.photos.put(who.person_key, PNG)
    path = f"{ROSTER}/{await key(p, who)}/photo"
    for reader in (world.HOSPITAL, world.OTHER_HOSPITAL, world.XICHENG):
        assert (await world.call(reader, "GET", path)).content == PNG
    assert await refusal(world, HOSPITAL3, "GET", path) == NOT_FOUND


async def test_a_filing_that_is_over_shows_nothing_any_more(world, p):
    who = await p.physician()
    await p.filed_at(who, until=TODAY)
    path = f"{ROSTER}/{await key(p, who)}"
    assert (await world.call(world.OTHER_HOSPITAL, "GET", path)).status_code == 200
    world.clock.instant += DAY
    assert await refusal(world, world.OTHER_HOSPITAL, "GET", path) == NOT_FOUND
    assert (await world.call(world.HOSPITAL, "GET", path)).json()["filings"][0]["state"] == "over"


async def test_history_and_ground_of_a_cancellation_are_told_of_physicians_too(world, p):
    who = await p.physician()
    await p.done(who, "cancellation", {"ground": "own-request"})
    one = await key(p, who)
    person = (await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{one}")).json()
    assert person["cancellation_ground_label"] == "本人不再执业，主动申请"
    (entry,) = (await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{one}/history")).json()["items"]
    assert (entry["change_label"], entry["valid_until"]) == ("医师注销注册", None)


# --- exports ---------------------------------------------------------------------------------


async def lines(world, who, query=""):
    path = f"{ROSTER}/export?profession=physician&format=csv{query}"
    answer = await world.call(who, "GET", path)
    assert answer.status_code == 200, answer.text
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    return [dict(zip(head, row, strict=True)) for row in rows]


async def test_the_own_people_are_exported_whole_and_those_filed_here_masked(world, p):
    own = await p.physician(scopes=("11", "12"), **named("安娜"))
    other = await p.physician(institution=("HOSPITAL2", "110102"), **named("张三"))
    await p.filed_at(other, ("HOSPITAL", "北京示例医院", "110102"))
    mine, filed = await lines(world, world.HOSPITAL, "&list=both")
    assert mine["身份证号"] == world.id_number(501)
    assert mine["医师资格证书编码"].endswith(world.id_number(501))
    assert mine["医师执业证书编码"] == p.number(await p.registration(own))
    assert (mine["执业范围"], mine["执业地点"]) == ("内科专业、外科专业", "北京市")
    assert filed["身份证号"].count("*") == 11
    assert filed["医师资格证书编码"].count("*") == 21
    assert (filed["执业机构关系"], filed["主要执业机构"]) == ("多机构备案", "北京另一医院")
    assert filed["多机构备案状态"] == "有效"
    (masked,) = await lines(world, world.XICHENG, "&institution_id=HOSPITAL")
    assert masked["身份证号"].count("*") == 11


async def test_an_export_is_kept_with_the_profession_and_goes_over_every_page(
    world, p, monkeypatch
):
    monkeypatch.setattr(list_roster, "_EXPORT_PAGE", 2)
    for number in range(5):
        who = await p.physician(institution=(("HOSPITAL2", "HOSPITAL")[number % 2], "110102"))
        if number % 2 == 0:
            await p.filed_at(who, ("HOSPITAL", "北京示例医院", "110102"))
    assert (
        len({row["医师执业证书编码"] for row in await lines(world, world.HOSPITAL, "&list=both")})
        == 5
    )
    async with world.kit.database.reading() as connection:
        row = (await connection.execute(select(roster_export))).mappings().one()
    assert (row["people"], row["filters"]) == (
        5,
        {"list_name": "both", "profession": "physician"},
    )


# --- what stays nurses' ----------------------------------------------------------------------


async def test_q51_interruptions_and_employment_are_not_recorded_of_physicians(world, p):
    one = await key(p, await p.physician())
    body = {"registration_id": one, "began_on": "2026-09-01", "ground": "study"}
    told = await refusal(world, world.HOSPITAL, "POST", "/api/v1/practice-interruptions", body)
    assert told == (409, [("nurses_only", "registration_id")])
    answer = await world.call(
        world.HOSPITAL,
        "POST",
        f"{ROSTER}/employment-confirmations",
        {"items": [{"registration_id": one, "employment": "in-post"}]},
    )
    assert answer.status_code == 200, answer.text
    assert "nurses_only" in answer.text
