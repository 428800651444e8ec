"""Reviews and decisions over HTTP: returned, refused, approved, and checked again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from zhiye_registration.adapters.tables import metadata

PATH = "/api/v1/applications"


async def test_a_returned_application_is_corrected_and_the_clock_goes_on(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    world.clock.instant += timedelta(days=2)
    reasons = [
        {"code": "form_incorrect", "text": "工作科室应为急诊科"},
        {"code": "materials_incomplete"},
    ]
    returned = (await world.review(world.HOSPITAL, one, "return", reasons=reasons)).json()
    assert returned["state"] == "returned"
    assert (returned["working_days_left"], returned["clock_stopped"]) == (3, True)
    mine = (await world.call(nurse, "GET", f"{PATH}/{one['id']}")).json()
    assert [r["text"] for r in mine["reasons"]] == [
        "申请表填写有误：工作科室应为急诊科",
        "材料不齐全",
    ]
    assert mine["actions"] == ["revise", "submit", "withdraw"]
    english = await world.call(nurse, "GET", f"{PATH}/{one['id']}", Accept_Language="en")
    assert english.json()["reasons"][1]["text"] == "Materials are incomplete"
    world.clock.instant += timedelta(days=12)
    changed = {"institution_id": "HOSPITAL", "form": world.FORM | {"department": "emergency"}}
    path = f"{PATH}/{one['id']}"
    revised = await world.call(nurse, "PUT", path, changed, If_Match=f'"{mine["version"]}"')
    assert revised.status_code == 200
    assert revised.json()["form_labels"]["department"] == "急诊（科）室"
    back = (await world.submit(nurse, one["id"])).json()
    assert (back["state"], back["deadline"]) == ("awaiting_institution", "2026-12-10")
    assert back["timeline"][-1]["action"] == "resubmitted"
    assert back["reasons"] == []


async def test_the_authority_returns_once_and_gets_it_back_directly(world):
    nurse = await world.nurse()
    one = await world.agreed(nurse)
    reasons = [{"code": "materials_unclear"}]
    returned = (await world.review(world.XICHENG, one, "return", reasons=reasons)).json()
    assert returned["state"] == "returned"
    back = (await world.submit(nurse, one["id"])).json()
    assert back["state"] == "awaiting_authority"
    again = await world.review(world.XICHENG, back, "return", reasons=reasons)
    assert (again.status_code, world.codes(again)) == (409, ["return_used_up"])
    done = await world.review(world.XICHENG, back, "approve")
    assert done.json()["state"] == "approved"


@pytest.mark.parametrize("decision", ["return", "refuse"])
async def test_returning_or_refusing_needs_reasons(world, decision):
    one = await world.submitted(await world.nurse())
    none = await world.review(world.HOSPITAL, one, decision)
    assert (none.status_code, world.codes(none)) == (422, ["reasons_required"])
    empty = await world.review(world.HOSPITAL, one, decision, reasons=[{"code": "other"}])
    assert empty.json()["field"] == "reasons.0.text"
    unknown = await world.review(world.HOSPITAL, one, decision, reasons=[{"code": "mood"}])
    assert unknown.json()["field"] == "reasons.0.code"


async def test_a_refusal_closes_the_application_and_tells_all_its_reasons(world):
    nurse = await world.nurse()
    one = await world.agreed(nurse)
    reasons = [{"code": "not_eligible"}, {"code": "other", "text": "专业不符"}]
    refused = (await world.review(world.XICHENG, one, "refuse", reasons=reasons)).json()
    assert refused["state"] == "refused"
    assert [r["text"] for r in refused["reasons"]] == ["不具备法定条件", "专业不符"]
    told = (await world.events("application-changed"))[-1]["reasons"]
    assert [r["text"] for r in told] == [r["text"] for r in refused["reasons"]]
    assert [r["text_en"] for r in told] == ["A condition of the law is not met", "专业不符"]
    mine = (await world.call(nurse, "GET", "/api/v1/my/registration")).json()
    assert mine | {"exam": None} == {
        "exam": None,
        "status": "never_registered",
        "status_label": "从未注册",
        "registration": None,
        "history": [],
    }


async def test_an_institution_that_disagrees_closes_the_application(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    reasons = [{"code": "not_to_be_employed"}]
    refused = (await world.review(world.HOSPITAL, one, "refuse", reasons=reasons)).json()
    assert refused["state"] == "institution_refused"
    assert (await world.submit(nurse, one["id"])).status_code == 409


async def test_an_approval_checks_the_conditions_again(world):
    nurse = await world.nurse(500)
    one = await world.agreed(nurse)
    gone = world.nurse_event(world.id_number(500), aggregate_id="Q-late", passed_on="2026-06-16")
    await world.tell(gone)
    async with world.kit.database.reading() as connection:
        rows = await connection.execute(select(metadata.tables["qualification"].c.id))
        ids = [row.id for row in rows]
    for key in ids:
        await world.tell(
            world.nurse_event(world.id_number(500), aggregate_id=key, version=9, in_force=False)
        )
    # The revocation is a step of the timeline: whoever decides has to have seen it.
    assert (await world.review(world.XICHENG, one, "approve")).status_code == 412
    one = (await world.call(world.XICHENG, "GET", f"/api/v1/applications/{one['id']}")).json()
    answer = await world.review(world.XICHENG, one, "approve")
    assert answer.status_code == 409
    assert world.codes(answer)[:2] == ["conditions_not_met_any_more", "nurse_exam_passed_not_met"]
    reasons = [{"code": "not_eligible"}]
    assert (await world.review(world.XICHENG, one, "refuse", reasons=reasons)).status_code == 200


async def test_three_years_that_run_out_before_the_decision_do_not_harm_the_applicant(world):
    nurse = await world.nurse(passed_on="2023-11-23")
    one = await world.agreed(nurse)
    world.clock.instant += timedelta(days=20)
    assert (await world.review(world.XICHENG, one, "approve")).json()["state"] == "approved"
