"""Scope cases from the opening to both ends, and who sees and does what (Q49)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from services.registration.tests.scoping import (
    HEBEI_HOSPITAL,
    NATION,
    PATH,
    SHIJIAZHUANG,
    application,
    later,
    opened,
    physician,
    prepare,
    step,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from zhiye_chassis.security import Principal
from zhiye_registration.adapters.scope_cases import of_application
from zhiye_registration.application.scope_cases import close_case

NOTE = {"scopes": ["13"], "note": "按本省名录调整为妇产科专业"}
WHY = {"reasons": [{"code": "training_missing"}]}


@pytest.fixture
async def started(world: Any) -> Any:
    """The world with a case: the physician, the application, the case."""
    await prepare(world)
    who = physician(world, 31)
    about = await application(world, who)
    return world, who, about, await opened(world, who, about)


async def shown(world: Any, who: Principal, key: str, language: str = "zh") -> Any:
    answer = await world.call(who, "GET", f"{PATH}/{key}", Accept_Language=language)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_case_is_opened_with_both_authorities_and_twenty_working_days(started):
    world, _, about, case = started
    seen = await shown(world, world.XICHENG, case.id)
    assert seen["number"].startswith("X202611230")
    assert seen["application_number"] == about.number
    assert (seen["state_label"], seen["deadline"]) == ("协商中", "2026-12-21")
    assert seen["working_days_left"] == 20
    assert seen["scopes"] == [{"code": "26", "label": "计划生育技术服务专业"}]
    assert seen["from_side"]["authority_name"] == "石家庄市长安区卫生健康局"
    assert (seen["from_side"]["province_label"], seen["to_side"]["province_label"]) == (
        "河北省",
        "北京市",
    )
    assert [one["code"] for one in seen["offered"]] == ["11", "13"]
    (event,) = await world.events("scope-case-changed")
    assert (event["change"], event["state"], event["account_id"]) == ("opened", "open", "ACC-P31")
    assert (event["from_authority_id"], event["to_authority_id"]) == ("SJZ", "XICHENG")


async def test_inside_a_province_and_for_scopes_that_are_offered_nothing_is_opened(world):
    await prepare(world)
    who = physician(world, 32)
    about = await application(world, who)
    assert await opened(world, who, about, scopes=("13",)) is None
    assert await opened(world, who, about, region="110105", location="11") is None
    assert await world.events("scope-case-changed") == []
    async with world.kit.database.reading() as connection:
        assert await of_application(connection, about.id) is None


async def test_one_side_proposes_and_the_other_agrees(started):
    world, who, about, case = started
    proposed = await step(world, world.XICHENG, case.id, "proposal", 1, NOTE)
    assert proposed.status_code == 200, proposed.text
    assert proposed.headers["ETag"] == '"2"'
    seen = await shown(world, SHIJIAZHUANG, case.id)
    assert seen["proposal"]["scopes"] == [{"code": "13", "label": "妇产科专业"}]
    assert (seen["proposal"]["by"], seen["proposal"]["note"]) == ("to", NOTE["note"])
    assert (seen["own_side"], seen["waits_for"]) == ("from", "from")
    assert seen["actions"] == ["propose", "agree", "disagree"]
    agreed = await step(world, SHIJIAZHUANG, case.id, "agreement", 2)
    assert agreed.status_code == 200, agreed.text
    assert agreed.json()["agreed_scopes"] == [{"code": "13", "label": "妇产科专业"}]
    async with world.kit.database.reading() as connection:
        found = await of_application(connection, about.id)
    assert (found.state, found.agreed_scopes) == ("settled", ("13",))
    seen = await shown(world, who, case.id, "en")
    assert [(s["action"], s["side"], s["organisation"]) for s in seen["timeline"]] == [
        ("opened", None, None),
        ("proposed", "to", "西城区卫生健康委员会"),
        ("agreed", "from", "石家庄市长安区卫生健康局"),
    ]
    assert seen["timeline"][0]["actor_name"] == "the system"
    assert seen["state_label"] == "settled"
    assert seen["working_days_left"] is None
    last = (await world.events("scope-case-changed"))[-1]
    assert (last["change"], last["by"], last["agreed_scopes"]) == ("agreed", "from", ["13"])


async def test_the_old_scope_is_kept_as_an_exception_after_a_counter_proposal(started):
    world, _, _, case = started
    await step(world, world.BEIJING, case.id, "proposal", 1, NOTE)
    answer = await step(world, world.HEBEI, case.id, "proposal", 2, {"keep": True, "note": "…"})
    assert answer.json()["proposal"]["keeps"] is True
    own = await step(world, SHIJIAZHUANG, case.id, "agreement", 3)
    assert (own.status_code, world.codes(own)) == (409, ["own_proposal"])
    done = await step(world, world.XICHENG, case.id, "agreement", 3)
    assert done.json()["agreed_scopes"][0]["code"] == "26"
    late = await step(world, SHIJIAZHUANG, case.id, "proposal", 4, NOTE)
    assert (late.status_code, world.codes(late)) == (409, ["scope_case_settled"])


async def test_one_side_states_with_reasons_that_there_is_no_agreement(started):
    world, who, _, case = started
    early = await step(world, SHIJIAZHUANG, case.id, "disagreement", 1, WHY)
    assert world.codes(early) == ["nothing_to_disagree_with"]
    await step(world, world.XICHENG, case.id, "proposal", 1, NOTE)
    silent = await step(world, SHIJIAZHUANG, case.id, "disagreement", 2, {"reasons": []})
    assert (silent.status_code, world.codes(silent)) == (422, ["reasons_required"])
    other = {"reasons": [{"code": "other"}]}
    vague = await step(world, SHIJIAZHUANG, case.id, "disagreement", 2, other)
    assert vague.json()["reasons"][0]["field"] == "reasons.0.text"
    done = await step(world, SHIJIAZHUANG, case.id, "disagreement", 2, WHY)
    assert done.json()["state"] == "not_agreed"
    seen = await shown(world, who, case.id, "en")
    assert seen["reasons"][0]["text"] == "no proof of training for the scope proposed"
    last = (await world.events("scope-case-changed"))[-1]
    assert last["reasons"][0]["text"] == "缺少拟调整执业范围的培训或考核证明"
    assert last["reasons"][0]["text_en"] == "no proof of training for the scope proposed"


async def test_after_the_deadline_either_side_can_end_it_although_nobody_answered(started):
    world, _, _, case = started
    later(world, datetime(2026, 12, 22, 2, tzinfo=UTC))
    seen = await shown(world, world.XICHENG, case.id)
    assert (seen["working_days_left"], seen["actions"]) == (-1, ["propose", "disagree"])
    body = {"reasons": [{"code": "no_answer"}]}
    done = await step(world, world.XICHENG, case.id, "disagreement", 1, body)
    assert done.json()["state"] == "not_agreed"


async def test_of_two_proposals_at_once_the_second_reads_the_first(started):
    world, _, _, case = started
    answers = await asyncio.gather(
        step(world, world.XICHENG, case.id, "proposal", 1, NOTE),
        step(world, SHIJIAZHUANG, case.id, "proposal", 1, {"keep": True}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    seen = await shown(world, world.XICHENG, case.id)
    assert (seen["version"], len(seen["timeline"])) == (2, 2)


async def test_nobody_agrees_to_a_proposal_that_was_replaced(started):
    world, _, _, case = started
    await step(world, world.XICHENG, case.id, "proposal", 1, NOTE)
    await step(world, world.XICHENG, case.id, "proposal", 2, {"scopes": ["11"]})
    stale = await step(world, SHIJIAZHUANG, case.id, "agreement", 2)
    assert (stale.status_code, world.codes(stale)) == (412, ["version_stale"])
    without = await world.call(SHIJIAZHUANG, "POST", f"{PATH}/{case.id}/agreement")
    assert without.status_code == 428


async def test_the_person_and_both_institutions_see_it_and_can_do_nothing(started):
    world, who, _, case = started
    waiting = Principal(who.account_id, "practitioner", person_key=who.person_key, active=False)
    for reader in (who, waiting, world.HOSPITAL, HEBEI_HOSPITAL):
        seen = await shown(world, reader, case.id)
        assert (seen["own_side"], seen["actions"]) == (None, [])
        assert seen["id_number"].startswith("110***")
        for name in ("proposal", "agreement", "disagreement"):
            answer = await step(world, reader, case.id, name, 1, NOTE)
            assert answer.status_code == 403


async def test_authorities_above_read_and_everybody_else_finds_nothing(started):
    world, _, _, case = started
    seen = await shown(world, NATION, case.id)
    assert seen["actions"] == []
    nobody = [
        world.OTHER_HOSPITAL,
        physician(world, 99),
        Principal("S", "practitioner", person_key="x" * 32, active=False),
        Principal("A", "authority", authority_id="SHANGHAI", region="310000"),
        Principal("A", "authority", authority_id="DONGCHENG", region="110101"),
        Principal("A", "authority"),
        Principal("I", "institution"),
    ]
    for who in nobody:
        answer = await world.call(who, "GET", f"{PATH}/{case.id}")
        assert (answer.status_code, world.codes(answer)) == (404, ["not_found"])
    for who in (*nobody[3:6], NATION):
        for name, body in (("proposal", NOTE), ("agreement", None), ("disagreement", WHY)):
            assert (await step(world, who, case.id, name, 1, body)).status_code == 404
    assert (await world.call(world.BEIJING, "GET", f"{PATH}/nothing")).status_code == 404


async def test_the_provinces_authorities_act_for_their_side_too(started):
    world, _, _, case = started
    for who, side in ((world.HEBEI, "from"), (SHIJIAZHUANG, "from"), (world.BEIJING, "to")):
        assert (await shown(world, who, case.id))["own_side"] == side


async def test_of_a_registration_without_an_authority_the_province_is_asked(world):
    await prepare(world)
    who = physician(world, 33)
    about = await application(world, who)
    case = await opened(world, who, about, authority_id=None, authority_name=None)
    assert (case.from_authority_id, case.from_authority_name) == ("HEBEI", "河北省卫生健康委员会")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "scopes_or_keep", "scopes"),
        ({"scopes": ["13"], "keep": True}, "scopes_or_keep", "scopes"),
        ({"scopes": ["12"]}, "scope_not_offered", "scopes"),
        ({"scopes": ["31"]}, "scope_of_another_category", "scopes"),
        ({"scopes": ["11", "13"]}, "too_many_scopes", "scopes"),
        ({"scopes": ["13", "13"]}, "scope_twice", "scopes"),
        ({"scopes": []}, None, "scopes"),
        ({"scopes": ["99"]}, None, "scopes.0"),
        ({"scopes": "13"}, None, "scopes"),
        ({"keep": True, "note": "a\u0000"}, None, "note"),
        ({"keep": True, "note": "长" * 1001}, None, "note"),
        ({"keep": True, "colour": "red"}, None, "colour"),
    ],
)
async def test_a_bad_proposal_is_refused_with_the_field(started, body, code, field):
    world, _, _, case = started
    answer = await step(world, world.XICHENG, case.id, "proposal", 1, body)
    assert answer.status_code == 422
    (reason,) = answer.json()["reasons"]
    assert reason["field"] == field
    assert code in (None, reason["code"])


async def test_the_list_has_the_cases_of_the_own_region_page_by_page(world):
    await prepare(world)
    numbers = []
    for serial in range(40, 45):
        who = physician(world, serial)
        case = await opened(world, who, await application(world, who))
        numbers.append(case.number)
    first = (await world.call(world.BEIJING, "GET", f"{PATH}?limit=3")).json()
    rest_path = f"{PATH}?limit=3&cursor={first['next_cursor']}"
    rest = (await world.call(world.BEIJING, "GET", rest_path)).json()
    assert [one["number"] for one in first["items"] + rest["items"]] == numbers[::-1]
    assert rest["next_cursor"] is None
    await step(world, SHIJIAZHUANG, first["items"][0]["id"], "proposal", 1, {"keep": True})
    await step(world, world.XICHENG, first["items"][0]["id"], "agreement", 2)
    for who in (world.XICHENG, world.HEBEI, SHIJIAZHUANG, NATION):
        for state, count in (("open", 4), ("settled", 1), ("closed", 0)):
            found = (await world.call(who, "GET", f"{PATH}?state={state}")).json()
            assert len(found["items"]) == count
    for who in (
        Principal("A", "authority", authority_id="DONGCHENG", region="110101"),
        Principal("A", "authority"),
    ):
        assert (await world.call(who, "GET", PATH)).json()["items"] == []
    for bad in ("state=lost", "limit=0", "cursor=x", "limit=99999999999"):
        assert (await world.call(world.BEIJING, "GET", f"{PATH}?{bad}")).status_code == 422


async def test_a_case_is_over_with_its_application_and_begins_anew_with_it(started):
    world, who, about, case = started
    await step(world, world.XICHENG, case.id, "proposal", 1, NOTE)
    for _ in range(2):
        async with world.kit.database.transaction() as tx:
            await close_case(tx, about)
    late = await step(world, SHIJIAZHUANG, case.id, "agreement", 3)
    assert world.codes(late) == ["scope_case_closed"]
    again = await opened(world, who, about)
    assert (again.id, again.number, again.state, again.version) == (
        case.id,
        case.number,
        "open",
        4,
    )
    assert again.proposed_by is None
    assert (await opened(world, who, about)).version == 4
    seen = await shown(world, who, case.id)
    actions = [one["action"] for one in seen["timeline"]]
    assert actions == ["opened", "proposed", "closed", "reopened"]
    assert await opened(world, who, about, scopes=("11",)) is None
    assert (await shown(world, who, case.id))["state"] == "closed"


async def test_a_settled_case_outlives_its_application(started):
    world, _, about, case = started
    await step(world, world.XICHENG, case.id, "proposal", 1, NOTE)
    await step(world, SHIJIAZHUANG, case.id, "agreement", 2)
    async with world.kit.database.transaction() as tx:
        await close_case(tx, about)
    assert (await shown(world, world.XICHENG, case.id))["state"] == "settled"


async def test_steps_of_a_case_are_never_rewritten(started):
    world = started[0]
    with pytest.raises(DBAPIError, match="only grows"):
        async with world.kit.database.transaction() as tx:
            await tx.execute(text("UPDATE scope_case_step SET action = 'agreed'"))
