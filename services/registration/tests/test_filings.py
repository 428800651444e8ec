"""Filings at further institutions: who reads them, who ends them (Q10)."""

from __future__ import annotations

import asyncio

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL, TODAY
from services.registration.tests.physicians import DAY, HOSPITAL3, Physicians
from services.registration.tests.rostering import refusal

from zhiye_chassis.security import Principal

PATH = "/api/v1/filings"
NOT_FOUND = (404, [("not_found", None)])


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def end(world, who, one, version=1):
    return await world.call(who, "POST", f"{PATH}/{one.id}/end", If_Match=f'"{version}"')


async def test_a_physician_reads_all_of_the_own_filings_with_the_main_institution(world, p):
    who = await p.physician()
    over = await p.filed_at(who, until=TODAY - DAY)
    ended = await p.filed_at(who, ("CHAOYANG-HOSPITAL", "朝阳医院", "110105"))
    await end(world, who, ended)
    there = await p.filed_at(who)
    items = (await world.call(who, "GET", "/api/v1/my/filings")).json()["items"]
    assert [(one["id"], one["state"]) for one in items] == [
        (there.id, "in_force"),
        (ended.id, "ended"),
        (over.id, "over"),
    ]
    first = items[0]
    assert (first["main_institution_name"], first["location_label"]) == ("北京示例医院", "北京市")
    assert items[1]["ended_because_label"] == "本人终止"
    other = await p.physician()
    assert (await world.call(other, "GET", "/api/v1/my/filings")).json() == {"items": []}


async def test_a_filing_is_shown_to_whom_it_concerns_and_to_nobody_else(world, p):
    who = await p.physician()
    one = await p.filed_at(who, ("CHAOYANG-HOSPITAL", "朝阳医院", "110105"))
    path = f"{PATH}/{one.id}"
    for reader in (who, world.HOSPITAL, HOSPITAL3, world.XICHENG, world.BEIJING):
        answer = await world.call(reader, "GET", path)
        assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
        assert answer.json()["main_institution_id"] == "HOSPITAL"
    stranger = await p.physician()
    lost = Principal("X", "authority")
    for reader in (stranger, world.OTHER_HOSPITAL, HEBEI_HOSPITAL, world.HEBEI, lost):
        assert await refusal(world, reader, "GET", path) == NOT_FOUND
    assert await refusal(world, who, "GET", f"{PATH}/nothing") == NOT_FOUND


@pytest.mark.parametrize("by", ["by_person", "by_institution"])
async def test_q10_the_person_or_the_institution_where_it_is_filed_ends_it(world, p, by):
    who = await p.physician()
    one = await p.filed_at(who)
    answer = await end(world, who if by == "by_person" else world.OTHER_HOSPITAL, one)
    told = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (told["state"], told["ended_because"], told["ended_on"]) == (
        "ended",
        by,
        TODAY.isoformat(),
    )
    (event,) = await world.events("filing-ended")
    assert (event["because"], event["main_institution_id"]) == (by, "HOSPITAL")
    assert (await p.registration(who)).status == "registered"


async def test_the_main_institution_and_others_cannot_end_it(world, p):
    one = await p.filed_at(await p.physician())
    answer = await end(world, world.HOSPITAL, one)
    assert (answer.status_code, world.codes(answer)) == (403, ["not_filed_here"])
    assert answer.json()["next_step"]
    for who in (HOSPITAL3, HEBEI_HOSPITAL, await p.physician()):
        assert (await end(world, who, one)).status_code == 404
    for who in (world.XICHENG, world.BEIJING):
        answer = await end(world, who, one)
        assert (answer.status_code, world.codes(answer)) == (403, ["role_forbidden"])


async def test_what_is_ended_or_over_is_not_ended_again(world, p):
    who = await p.physician()
    one = await p.filed_at(who)
    await end(world, who, one)
    for caller in (who, world.OTHER_HOSPITAL):
        for version in (1, 2):
            answer = await end(world, caller, one, version)
            assert (answer.status_code, world.codes(answer)) == (409, ["filing_ended"])
    over = await p.filed_at(who, ("CHAOYANG-HOSPITAL", "朝阳医院", "110105"), until=TODAY)
    world.clock.instant += DAY
    answer = await end(world, who, over)
    assert (answer.status_code, world.codes(answer)) == (409, ["filing_over"])
    assert answer.json()["next_step"]
    assert len(await world.events("filing-ended")) == 1


async def test_two_who_end_it_at_once_end_it_once(world, p):
    who = await p.physician()
    one = await p.filed_at(who)
    answers = await asyncio.gather(*(end(world, by, one) for by in (who, world.OTHER_HOSPITAL)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await world.events("filing-ended")) == 1


async def test_a_filing_is_ended_as_it_was_read(world, p):
    who = await p.physician()
    one = await p.filed_at(who)
    assert (await end(world, who, one, version=7)).status_code == 412
    path = f"{PATH}/{one.id}/end"
    assert (await world.call(who, "POST", path)).status_code == 428
    assert (await world.call(who, "GET", f"{PATH}/%00")).status_code in (404, 422)


async def test_after_the_end_a_new_filing_can_be_applied_for(world, p):
    who = await p.physician()
    await end(world, who, await p.filed_at(who))
    form = {"from_on": TODAY.isoformat(), "until_on": (TODAY + 90 * DAY).isoformat()}
    await p.done(who, "multi-institution", form, institution_id="HOSPITAL2")
    newest, _ = await p.filings(who)
    assert newest.state(TODAY) == "in_force"
