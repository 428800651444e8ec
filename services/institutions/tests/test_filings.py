"""An institution's own applications: drafts, submission, decisions, effects (Q48, deck 3.3)."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.identifiers import institution_number
from zhiye_institutions.domain.filing_policy import MOST_A_DAY

if TYPE_CHECKING:
    import httpx
    from conftest import Office, World

PATH = "/api/v1/institution-filings"
NUMBER = institution_number("40000002", "110102", "11", "A100", "1")
CHANGE = ["change-form", "change-reason"]


def codes(answer: httpx.Response) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


REFUSE = [{"code": "standard_not_met", "text": ""}, {"code": "other", "text": "床位间距不足"}]


async def test_anybody_sees_what_can_be_filed_with_materials_and_days(world: World) -> None:
    kinds = {k["kind"]: k for k in (await world.client().get(f"{PATH}/kinds")).json()["items"]}
    licence = kinds["practice-licence"]
    assert (licence["name"], licence["days"]) == ("执业登记", 45)
    assert licence["days_source"] == "《医疗机构管理条例》 (2016)"
    assert licence["materials"][0]["source"] == "答疑手册问题48"
    assert [m["code"] for m in licence["materials"] if m["only_for"] == ["D"]] == ["drugs", "staff"]
    assert (kinds["change"]["days"], kinds["change"]["days_source"]) == (30, None)
    english = await world.client(language="en").get(f"{PATH}/kinds")
    assert not re.search("[\u4e00-\u9fff]", english.text)


async def test_days_can_be_set_where_no_law_fixes_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.service.kit.own.filing_days, "change", 10)
    office = await world.office()
    assert (await office.submitted())["deadline"] == "2026-12-03"
    kinds = (await world.client().get(f"{PATH}/kinds")).json()["items"]
    assert [k["days"] for k in kinds if k["kind"] == "change"] == [10]


async def test_filings_are_not_begun_and_withdrawn_without_end(office: Office) -> None:
    """Each step sends an SMS to the main account."""
    for _ in range(MOST_A_DAY):
        one = await office.draft()
        assert (await office.own.post(f"{PATH}/{one['id']}/withdrawal")).status_code == 200
    answer = await office.own.post(PATH, json={"kind": "change"})
    assert (answer.status_code, answer.json()["code"]) == (429, "filings_too_many")
    assert answer.headers["retry-after"] == "86400"
    office.world.service.kit.clock.instant += timedelta(days=1)
    await office.draft()


async def test_a_change_goes_from_draft_to_effect_and_each_step_is_seen(office: Office) -> None:
    draft = await office.draft(proposed={"name": "北京新名医院", "beds": 120})
    assert (draft["state"], draft["version"]) == ("draft", 1)
    assert re.fullmatch("J20261123[0-9]{7}", draft["number"])
    assert draft["actions"] == ["revise", "submit", "withdraw"]
    submitted = (await office.submit(draft)).json()
    assert (submitted["state"], submitted["deadline"]) == ("awaiting_authority", "2026-12-23")
    assert submitted["days_left"] == 30
    assert submitted["authority_name"] == "西城区卫生健康委员会"

    mine = (await office.officer.get(PATH, params={"waiting_for_me": True})).json()["items"]
    assert [one["id"] for one in mine] == [draft["id"]]
    answer = await office.decide(submitted, "approve")
    decided = answer.json()
    assert (decided["state"], decided["deadline"], decided["late"]) == ("approved", None, False)
    assert [m["seen"] for m in decided["materials"]] == [True, True, False]
    assert [(s["action"], s["actor_name"]) for s in decided["timeline"]] == [
        ("draft", "王主任"),
        ("submit", "王主任"),
        ("approve", "李科长"),
    ]
    assert all(step["at"] for step in decided["timeline"])

    record = await office.record()
    assert (record["name"], record["beds"]) == ("北京新名医院", 120)
    assert [(n["name"], n["kind"]) for n in record["other_names"]] == [("北京示例医院", "former")]
    told = (await office.world.published("institution-changed"))[-1]
    assert (told["name"], told["other_names"]) == ("北京新名医院", ["北京示例医院"])
    history = (await office.history())[0]
    assert (history["change"], history["filing_number"]) == ("change", draft["number"])
    assert (history["by"], history["before"]) == ("李科长", {"name": "北京示例医院", "beds": 99})
    events = await office.world.published("filing-changed")
    assert [(e["change"], e["state"], e["version"]) for e in events] == [
        ("draft", "draft", 1),
        ("submit", "awaiting_authority", 2),
        ("approve", "approved", 3),
    ]
    assert {e["institution_id"] for e in events} == {office.hospital}
    assert events[1]["authority_name"] == "西城区卫生健康委员会"


async def test_a_name_that_comes_back_is_no_other_name_any_more(office: Office) -> None:
    for name in ("北京新名医院", "北京示例医院"):
        await office.approved("change", CHANGE, proposed={"name": name})
    record = await office.record()
    assert [n["name"] for n in record["other_names"]] == ["北京新名医院"]


async def test_a_submission_names_everything_that_is_missing(office: Office) -> None:
    one = await office.draft(proposed={}, materials={"change-form": "paper"})
    assert [m["missing"] for m in one["materials"]] == [False, True, False]
    answer = await office.submit(one)
    assert answer.status_code == 422
    assert codes(answer) == ["filing_changes_nothing", "material_missing"]
    assert "申请变更登记的原因和理由" in answer.json()["reasons"][1]["reason"]
    english = office.world.client("institution", "en", institution_id=office.hospital)
    told = await english.post(f"{PATH}/{one['id']}/submission")
    assert not re.search("[\u4e00-\u9fff]", told.text)


async def test_without_an_online_authority_nothing_is_submitted(world: World) -> None:
    hospital = await world.institution("北京示例医院", "110102", beds=9)
    own = world.client("institution", institution_id=hospital)
    made = await own.post(
        PATH,
        json={
            "kind": "change",
            "proposed": {"beds": 10},
            "materials": dict.fromkeys(CHANGE, "paper"),
        },
    )
    answer = await own.post(f"{PATH}/{made.json()['id']}/submission")
    assert (answer.status_code, codes(answer)) == (422, ["no_deciding_authority"])
    await world.authority("北京市卫生健康委员会", "province", "110000")
    assert (await own.post(f"{PATH}/{made.json()['id']}/submission")).status_code == 200


async def test_a_draft_of_a_kind_that_the_status_rules_out_is_not_begun(office: Office) -> None:
    answer = await office.own.post(PATH, json={"kind": "practice-licence"})
    assert (answer.status_code, codes(answer)) == (409, ["filing_status"])
    wrong = await office.own.post(
        PATH, json={"kind": "reopening", "proposed": {"beds": 1}, "materials": {"magic": "paper"}}
    )
    assert (wrong.status_code, codes(wrong)) == (
        422,
        ["filing_status", "filing_field_not_used", "material_unknown"],
    )
    assert "magic" not in wrong.text


async def test_of_drafts_of_one_kind_begun_at_once_one_is_open(office: Office) -> None:
    answers = await asyncio.gather(
        *(office.own.post(PATH, json={"kind": "periodic-check"}) for _ in range(5))
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"filing_open"}
    assert (await office.own.post(PATH, json={"kind": "closure"})).status_code == 201


async def test_a_revision_names_the_version_it_was_based_on(office: Office) -> None:
    one = await office.draft()
    body = {"proposed": {"beds": 200}, "materials": dict.fromkeys(CHANGE, "electronic")}
    path = f"{PATH}/{one['id']}"
    assert (await office.own.put(path, json=body)).status_code == 428
    changed = await office.own.put(path, json=body, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["proposed"] == {"beds": 200}
    stale = await office.own.put(path, json=body, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    assert (await office.submit(one)).status_code == 200
    late = await office.own.put(path, json=body, headers={"If-Match": '"3"'})
    assert (late.status_code, late.json()["code"]) == (409, "filing_awaiting_authority")


async def test_what_was_returned_is_corrected_and_goes_back_with_the_days_left(
    office: Office,
) -> None:
    submitted = await office.submitted()
    office.world.service.kit.clock.instant += timedelta(days=10)
    returned = (await office.decide(submitted, "return", reasons=REFUSE)).json()
    assert (returned["state"], returned["clock_stopped"], returned["days_left"]) == (
        "returned",
        True,
        20,
    )
    assert [r["text"] for r in returned["reasons"]] == ["不符合医疗机构基本标准", "床位间距不足"]
    office.world.service.kit.clock.instant += timedelta(days=5)
    revised = await office.own.put(
        f"{PATH}/{submitted['id']}",
        json={"proposed": {"beds": 110}, "materials": dict.fromkeys(CHANGE, "paper")},
        headers={"If-Match": f'"{returned["version"]}"'},
    )
    assert [r["code"] for r in revised.json()["reasons"]] == ["standard_not_met", "other"]
    again = (await office.submit(submitted)).json()
    assert (again["deadline"], again["days_left"]) == ("2026-12-28", 20)
    second = await office.decide(again, "return", reasons=REFUSE)
    assert (second.status_code, codes(second)) == (409, ["return_used_up"])
    assert (await office.decide(again, "approve")).status_code == 200
    assert (await office.record())["beds"] == 110


async def test_returning_and_refusing_need_reasons(office: Office) -> None:
    one = await office.submitted()
    for decision in ("return", "refuse"):
        bare = await office.decide(one, decision)
        assert (bare.status_code, codes(bare)) == (422, ["reasons_required"])
    empty = await office.decide(one, "refuse", reasons=[{"code": "other"}] * 2)
    assert codes(empty) == ["reason_text_required"] * 2
    refused = await office.decide(one, "refuse", reasons=REFUSE)
    assert refused.json()["state"] == "refused"
    assert (await office.record())["beds"] == 99
    assert (await office.world.published("filing-changed"))[-1]["reasons"][1] == {
        "code": "other",
        "text": "床位间距不足",
        "text_en": "床位间距不足",
    }


async def test_an_approval_needs_every_required_material_seen(office: Office) -> None:
    one = await office.submitted()
    answer = await office.decide(one, "approve", materials_seen=["change-form"])
    assert (answer.status_code, codes(answer)) == (422, ["material_missing"])
    assert answer.json()["reasons"][0]["field"] == "materials_seen.change-reason"
    unknown = await office.decide(one, "approve", materials_seen=[*CHANGE, "magic"])
    assert codes(unknown) == ["material_unknown"]
    number = await office.decide(one, "approve", registration_number=NUMBER)
    assert codes(number) == ["registration_number_not_used"]


async def test_facts_that_have_changed_stop_an_approval(office: Office) -> None:
    change = await office.submitted()
    await office.approved(
        "closure",
        ["closure-form"],
        proposed={
            "closed_from": "2026-11-23",
            "closed_until": "2026-12-23",
            "reason": "改造",
        },
    )
    answer = await office.decide(change, "approve")
    assert (answer.status_code, codes(answer)) == (422, ["filing_status"])
    assert (await office.decide(change, "refuse", reasons=REFUSE)).status_code == 200


async def test_only_the_addressed_authority_decides(office: Office) -> None:
    one = await office.submitted()
    province = office.world.client("authority", authority_id="P", region="110000")
    answer = await office.decide(one, "approve", by=province)
    assert (answer.status_code, codes(answer)) == (403, ["not_deciding_authority"])
    seen = (await province.get(f"{PATH}/{one['id']}")).json()
    assert seen["actions"] == []
    stale = await office.decide({**one, "version": 1}, "approve")
    assert (stale.status_code, codes(stale)) == (412, ["version_stale"])


async def test_for_everybody_else_it_is_not_there(office: Office) -> None:
    one, draft = await office.submitted(), await office.draft("closure", proposed={}, materials={})
    strangers = [
        office.world.client("authority", authority_id="H", region="130000"),
        office.world.client("institution", institution_id="another"),
    ]
    for client in strangers:
        assert (await client.get(f"{PATH}/{one['id']}")).status_code == 404
        assert (await client.get(PATH)).json()["items"] == []
    assert (await office.decide(one, "approve", by=strangers[0])).status_code == 404
    for step in ("submission", "withdrawal"):
        assert (await strangers[1].post(f"{PATH}/{one['id']}/{step}")).status_code == 404
    # What was not submitted yet is the institution's alone.
    assert (await office.officer.get(f"{PATH}/{draft['id']}")).status_code == 404
    assert [f["id"] for f in (await office.officer.get(PATH)).json()["items"]] == [one["id"]]


async def test_of_two_officers_who_decide_at_once_one_wins(office: Office) -> None:
    one = await office.submitted()
    answers = await asyncio.gather(
        *(office.decide(one, "approve") for _ in range(4)),
        office.decide(one, "refuse", reasons=REFUSE),
    )
    assert sorted(a.status_code for a in answers)[0] == 200
    assert {a.status_code for a in answers} <= {200, 409}
    assert sum(a.status_code == 200 for a in answers) == 1
    assert len(await office.world.published("filing-changed")) == 3


async def test_a_withdrawal_and_a_decision_at_once_do_not_both_happen(office: Office) -> None:
    one = await office.submitted()
    decided, withdrawn = await asyncio.gather(
        office.decide(one, "approve"), office.own.post(f"{PATH}/{one['id']}/withdrawal")
    )
    assert {decided.status_code, withdrawn.status_code} == {200, 409}
    assert ((await office.record())["beds"] == 120) == (decided.status_code == 200)


async def test_after_a_withdrawal_nothing_is_decided_and_a_new_one_may_begin(
    office: Office,
) -> None:
    one = await office.submitted()
    withdrawn = await office.own.post(f"{PATH}/{one['id']}/withdrawal")
    assert withdrawn.json()["state"] == "withdrawn"
    answer = await office.decide(withdrawn.json(), "approve")
    assert (answer.status_code, codes(answer)) == (409, ["filing_withdrawn"])
    assert (await office.submitted())["state"] == "awaiting_authority"


async def test_a_list_has_the_late_ones_first_page_by_page(office: Office) -> None:
    first = await office.submitted()
    office.world.service.kit.clock.instant += timedelta(days=5)
    second = await office.submitted(
        "periodic-check",
        proposed={},
        materials=dict.fromkeys(("check-form", "licence-copy"), "paper"),
    )
    draft = await office.draft("closure", proposed={}, materials={})
    office.world.service.kit.clock.instant += timedelta(days=26)
    seen: list[Any] = []
    query: dict[str, Any] = {"limit": 1}
    while True:
        page = (await office.own.get(PATH, params=query)).json()
        seen += page["items"]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert [(one["id"], one["late"], one["days_left"]) for one in seen] == [
        (first["id"], True, -1),
        (second["id"], False, 4),
        (draft["id"], False, None),
    ]
    assert (await office.own.get(f"{PATH}?cursor=abc")).json()["code"] == "cursor_invalid"
    some = (await office.own.get(PATH, params={"state": "draft"})).json()["items"]
    assert [one["id"] for one in some] == [draft["id"]]
    checks = (await office.own.get(PATH, params={"kind": "periodic-check"})).json()["items"]
    assert [one["id"] for one in checks] == [second["id"]]
