"""The main job over HTTP: from a draft to a registration, with all the ways back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from zhiye_registration.adapters.tables import metadata

PATH = "/api/v1/applications"


async def events(world: Any, kind: str) -> list[dict[str, Any]]:
    outbox = metadata.tables["outbox"]
    async with world.kit.database.reading() as connection:
        rows = await connection.execute(select(outbox).order_by(outbox.c.id))
        return [orjson.loads(row.event)["data"] for row in rows if kind in row.type]


async def test_a_nurse_is_registered_for_five_years(world):
    nurse = await world.nurse()
    one = await world.registered(nurse)
    assert one["state"] == "approved"
    assert [step["action"] for step in one["timeline"]] == [
        "drafted",
        "submitted",
        "institution_approved",
        "approved",
    ]
    last = one["timeline"][-1]
    assert (last["actor_name"], last["organisation"]) == ("李科长", "西城区卫生健康委员会")
    mine = (await world.call(nurse, "GET", "/api/v1/my/registration")).json()
    assert mine["status"] == "registered"
    registration = mine["registration"]
    assert registration["certificate_number"] == "202611000001"
    assert (registration["valid_from"], registration["valid_until"]) == ("2026-11-23", "2031-11-22")
    assert registration["days_left"] == 1825
    assert registration["department_label"] == "病房"
    assert [h["change_label"] for h in mine["history"]] == ["首次注册"]


async def test_each_step_tells_the_others_with_state_and_deadline(world):
    one = await world.registered(await world.nurse())
    told = await events(world, "application-changed")
    assert [(e["version"], e["change"], e["state"], e["deadline"]) for e in told] == [
        (1, "drafted", "draft", None),
        (2, "submitted", "awaiting_institution", "2026-11-30"),
        (3, "institution_approved", "awaiting_authority", "2026-12-21"),
        (4, "approved", "approved", None),
    ]
    assert {e["number"] for e in told} == {one["number"]}
    assert told[-1]["authority_name"] == "西城区卫生健康委员会"
    (registered,) = await events(world, "registration-changed")
    assert (registered["status"], registered["version"]) == ("registered", 1)
    assert registered["business_completed"]
    assert registered["valid_until"] == "2031-11-22"
    assert registered["certificate_key"] == world.kit.certificate_key("202611000001")


async def test_a_draft_has_a_number_an_etag_and_a_location(world):
    nurse = await world.nurse()
    body = {"business_type": "nurse-first", "institution_id": "HOSPITAL"}
    made = await world.call(nurse, "POST", PATH, body)
    one = made.json()
    assert made.status_code == 201
    assert re.fullmatch(r"N20261123\d{7}", one["number"])
    assert made.headers["etag"] == '"1"'
    assert made.headers["location"] == f"{PATH}/{one['id']}"
    assert one["actions"] == ["revise", "submit", "withdraw"]
    assert "健康检查证明" in one["checklist"]
    assert one["id_number"].startswith("110***")


async def test_a_second_application_of_the_type_is_refused_with_the_number_of_the_open_one(world):
    nurse = await world.nurse()
    one = await world.draft(nurse)
    body = {"business_type": "nurse-first", "institution_id": "HOSPITAL"}
    again = await world.call(nurse, "POST", PATH, body)
    assert again.status_code == 409
    assert one["number"] in again.json()["detail"]
    assert again.json()["next_step"]


async def test_after_withdrawal_one_may_apply_again(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    gone = await world.call(nurse, "POST", f"{PATH}/{one['id']}/withdrawal")
    assert gone.json()["state"] == "withdrawn"
    assert gone.json()["working_days_left"] is None
    assert (await world.draft(nurse))["number"] != one["number"]


async def test_a_repeated_post_with_the_same_key_makes_one_application(world):
    nurse = await world.nurse()
    body = {"business_type": "nurse-first", "institution_id": "HOSPITAL"}
    first = await world.call(nurse, "POST", PATH, body, Idempotency_Key="0123456789")
    second = await world.call(nurse, "POST", PATH, body, Idempotency_Key="0123456789")
    assert (second.status_code, second.json()["id"]) == (201, first.json()["id"])


async def test_somebody_without_a_qualification_on_record_cannot_start(world):
    nurse = await world.nurse()
    stranger = type(nurse)("ACC-S", "practitioner", person_key="0" * 32)
    body = {"business_type": "nurse-first", "institution_id": "HOSPITAL"}
    answer = await world.call(stranger, "POST", PATH, body)
    assert (answer.status_code, world.codes(answer)) == (422, ["person_not_on_record"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"business_type": "nurse-nothing"}, "business_type"),
        ({"institution_id": "NOWHERE"}, "institution_id"),
        ({"form": {"department": "kitchen"}}, "form.department"),
        ({"form": {"health": {"checked_on": "2026-13-01"}}}, "form.health.checked_on"),
        ({"form": {"unheard": 1}}, "form.unheard"),
        ({"form": {"study_experience": "\ud800"}}, "form.study_experience"),
        ({"form": {"study_experience": "\0"}}, None),
        ({"institution_id": "\0"}, None),
    ],
)
async def test_what_is_wrong_with_a_draft_is_told_by_field(world, change, field):
    body = {"business_type": "nurse-first", "institution_id": "HOSPITAL"} | change
    answer = await world.call(await world.nurse(), "POST", PATH, body)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["next_step"]


async def test_submitting_an_empty_form_tells_every_reason_at_once(world):
    nurse = await world.nurse()
    body = {"business_type": "nurse-first", "institution_id": "HOSPITAL"}
    one = (await world.call(nurse, "POST", PATH, body)).json()
    answer = await world.submit(nurse, one["id"])
    assert answer.status_code == 422
    assert world.codes(answer) == [
        "full_capacity_unknown",
        "health_standard_unknown",
        "health_check_recent_unknown",
        "field_missing",
        "field_missing",
    ]
    fields = [reason["field"] for reason in answer.json()["reasons"]]
    assert fields[-2:] == ["form.department", "form.work_category"]
    still = await world.call(nurse, "GET", f"{PATH}/{one['id']}")
    assert (still.json()["state"], still.headers["etag"]) == ("draft", '"1"')


async def test_reasons_are_told_in_the_readers_language(world):
    nurse = await world.nurse()
    one = await world.draft(nurse, {"department": "ward"})
    path = f"{PATH}/{one['id']}/submission"
    answer = await world.call(nurse, "POST", path, Accept_Language="en")
    assert answer.json()["reasons"][0]["next_step"].startswith("Declare it truthfully")


async def test_an_institution_without_a_deciding_authority_is_told_as_such(world):
    await world.tell(world.institution_event(version=2, deciding_authorities={}))
    nurse = await world.nurse()
    one = await world.draft(nurse)
    answer = await world.submit(nurse, one["id"])
    assert world.codes(answer) == ["authority_set_not_met"]
    assert "审批机关设置" in answer.json()["next_step"]


async def test_a_closed_institution_cannot_be_applied_to(world):
    nurse = await world.nurse()
    one = await world.draft(nurse)
    await world.tell(world.institution_event(version=2, status="closed"))
    assert world.codes(await world.submit(nurse, one["id"])) == ["institution_in_force_not_met"]
    body = {"business_type": "nurse-first", "institution_id": "HOSPITAL"}
    answer = await world.call(await world.nurse(), "POST", PATH, body)
    assert world.codes(answer) == ["institution_in_force_not_met"]


async def test_a_revoked_account_cannot_submit(world):
    nurse = await world.nurse()
    one = await world.draft(nurse)
    await world.tell(world.account_event(nurse.account_id, nurse.person_key, status="revoked"))
    assert world.codes(await world.submit(nurse, one["id"])) == ["account_in_use_not_met"]


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
    assert (await events(world, "application-changed"))[-1]["reasons"] == refused["reasons"]
    mine = (await world.call(nurse, "GET", "/api/v1/my/registration")).json()
    assert mine == {
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


async def test_a_draft_may_change_its_institution_but_a_submitted_application_may_not(world):
    nurse = await world.nurse()
    one = await world.draft(nurse)
    path, body = f"{PATH}/{one['id']}", {"institution_id": "HOSPITAL2", "form": world.FORM}
    moved = await world.call(nurse, "PUT", path, body, If_Match='"1"')
    assert moved.json()["institution_review"]["by"] == "北京另一医院"
    await world.tell(
        world.institution_event(
            "HOSPITAL2", version=3, deciding_authorities={"nurse-first": "XICHENG"}
        )
    )
    submitted = (await world.submit(nurse, one["id"])).json()
    returned = await world.review(
        world.OTHER_HOSPITAL, submitted, "return", reasons=[{"code": "form_incorrect"}]
    )
    back = {"institution_id": "HOSPITAL", "form": world.FORM}
    answer = await world.call(nurse, "PUT", path, back, If_Match=returned.headers["etag"])
    assert (answer.status_code, world.codes(answer)) == (409, ["institution_fixed"])


async def test_a_change_based_on_an_old_version_is_refused(world):
    nurse = await world.nurse()
    one = await world.draft(nurse)
    path, body = f"{PATH}/{one['id']}", {"institution_id": "HOSPITAL", "form": world.FORM}
    assert (await world.call(nurse, "PUT", path, body, If_Match='"1"')).status_code == 200
    assert (await world.call(nurse, "PUT", path, body, If_Match='"1"')).status_code == 412
    assert (await world.call(nurse, "PUT", path, body)).status_code == 428


async def test_a_submitted_application_cannot_be_changed(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    body = {"institution_id": "HOSPITAL", "form": world.FORM}
    answer = await world.call(nurse, "PUT", f"{PATH}/{one['id']}", body, If_Match='"2"')
    assert (answer.status_code, world.codes(answer)) == (409, ["application_awaiting_institution"])


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
