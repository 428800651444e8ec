"""The main job over HTTP: from a draft to a registration, with all the ways back."""

from __future__ import annotations

import re

import pytest

PATH = "/api/v1/applications"


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
    told = await world.events("application-changed")
    assert [(e["version"], e["change"], e["state"], e["deadline"]) for e in told] == [
        (1, "drafted", "draft", None),
        (2, "submitted", "awaiting_institution", "2026-11-30"),
        (3, "institution_approved", "awaiting_authority", "2026-12-21"),
        (4, "approved", "approved", None),
    ]
    assert {e["number"] for e in told} == {one["number"]}
    assert told[-1]["authority_name"] == "西城区卫生健康委员会"
    (registered,) = await world.events("registration-changed")
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
