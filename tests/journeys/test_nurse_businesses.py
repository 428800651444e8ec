"""Each business of a nurse from her phone to its effect, through the gateway."""

from __future__ import annotations

import pytest
from tests.journeys.caller import Staff
from tests.journeys.people import People
from tests.journeys.practice import (
    APPLICATIONS,
    HOME,
    WORK,
    Offices,
    apply,
    fit,
    message,
    picture,
    register,
    registration,
    review,
)

from zhiye_launcher.demo_data import CHANGAN_HOSPITAL, HEAN

CHANGES, MINE = "/api/v1/information-changes", "/api/v1/my/information-changes"


@pytest.fixture
async def offices(staff: Staff) -> Offices:
    return await Offices.open(staff)


async def _on_roster(offices_caller: object, number: str) -> list[str]:
    page = await offices_caller.get(f"/api/v1/roster?q={number}")  # type: ignore[attr-defined]
    return [line["status"] for line in page["items"]]


async def test_q31_a_nurse_moves_to_another_province_and_both_hospitals_see_it_at_once(
    people: People, offices: Offices
) -> None:
    nurse = await people.active()
    held = await register(nurse, offices)
    one = await apply(nurse.caller, "change", WORK, institution_id=CHANGAN_HOSPITAL)
    # A stranger's application is found by the full ID number only (deck 7).
    waiting = await offices.changan_hospital.get(f"{APPLICATIONS}?list=waiting_for_me&limit=200")
    assert one not in [item["id"] for item in waiting["items"]]
    found = await offices.changan_hospital.post(
        f"{APPLICATIONS}/search", {"id_number": nurse.record["id_number"]}
    )
    assert one in str(found)
    await review(offices.changan_hospital, one)
    await offices.xicheng.refused(
        "GET", f"{APPLICATIONS}/{one}", status=404, code="not_found", languages=("zh",)
    )
    await review(offices.changan, one)

    now = await registration(nurse)
    assert now["institution_id"] == CHANGAN_HOSPITAL
    assert now["valid_until"] == held["valid_until"]
    assert now["certificate_number"] == held["certificate_number"]
    assert await _on_roster(offices.changan_hospital, now["certificate_number"]) == ["registered"]
    assert await _on_roster(offices.hean, now["certificate_number"]) == []
    moved = await offices.beijing.get("/api/v1/movements?direction=out&limit=200")
    assert any(CHANGAN_HOSPITAL in str(line) for line in moved["items"])


async def test_q41_an_institution_cancels_who_left_and_she_registers_again(
    people: People, offices: Offices
) -> None:
    nurse = await people.active()
    held = await register(nurse, offices)
    page = await offices.hean.get(f"/api/v1/roster?q={held['certificate_number']}")
    (line,) = page["items"]
    form = {
        "ground": "other",
        "note": "已离职，不再执业",
        "informed": {"on": nurse.health_checked_on(), "by": "post"},
    }
    body = {
        "business_type": "nurse-cancellation",
        "registration_id": line["registration_id"],
        "form": form,
    }
    made = await offices.hean.post(APPLICATIONS, body)
    path = f"{APPLICATIONS}/{made['id']}"
    await offices.hean.refused(
        "POST", f"{path}/submission", status=422, code="proved_not_met", field="evidence"
    )
    answer = await offices.hean.ask(
        "POST",
        f"{path}/evidence?kind=informed&name=proof.png",
        content=picture(),
        headers={"Content-Type": "image/png"},
    )
    assert answer.status_code == 201, answer.text
    filed = await offices.hean.post(f"{path}/submission")
    assert filed["state"] == "awaiting_authority"
    # She is told, and sees everything; only the authority decides.
    seen = await nurse.caller.get(path)
    assert seen["source"] == "institution"
    await review(offices.xicheng, made["id"])
    assert (await registration(nurse))["status"] == "cancelled"

    one = await apply(nurse.caller, "re-registration", fit() | WORK, institution_id=HEAN)
    await review(offices.hean, one)
    await review(offices.xicheng, one)
    now = await registration(nurse)
    assert (now["status"], now["certificate_number"]) == (
        "registered",
        held["certificate_number"],
    )


async def test_q30_her_information_is_changed_when_the_hospital_agrees(
    people: People, offices: Offices
) -> None:
    nurse = await people.active()
    await register(nurse, offices)
    asked = await nurse.caller.post(MINE, {"title": "254", "school": "首都医科大学"})
    assert asked["state"] == "pending"
    await nurse.caller.refused(
        "POST",
        MINE,
        {"title": "254", "school": "首都医科大学"},
        status=409,
        code="same_request_pending",
    )
    await offices.changan_hospital.refused(
        "GET", f"{CHANGES}/{asked['id']}", status=404, code="not_found"
    )
    read = await offices.hean.get(f"{CHANGES}/{asked['id']}")
    await offices.hean.post(
        f"{CHANGES}/{asked['id']}/review",
        {"decision": "approve"},
        headers={"If-Match": read["etag"]},
    )
    assert (await registration(nurse))["title"] == "254"
    await nurse.caller.refused(
        "POST", MINE, {"title": "254"}, status=422, code="nothing_changes", field="title"
    )


async def test_q32_a_renewal_is_refused_before_its_time_and_says_from_when(
    people: People, offices: Offices
) -> None:
    nurse = await people.active()
    await register(nurse, offices)
    answer = await nurse.caller.get(f"/api/v1/my/eligibility/nurse-renewal?institution_id={HOME}")
    assert answer["answer"] == "no"
    (reason,) = [c["reason"] for c in answer["conditions"] if c["name"] == "renewal_open"]
    assert reason["next_step"]
    body = {"business_type": "nurse-renewal", "institution_id": HOME, "form": fit()}
    made = await nurse.caller.post(APPLICATIONS, body)
    await nurse.caller.refused(
        "POST", f"{APPLICATIONS}/{made['id']}/submission", status=422, code="renewal_open_not_met"
    )
    await nurse.caller.post(f"{APPLICATIONS}/{made['id']}/withdrawal")


async def test_a_certificate_is_issued_again_under_the_same_number(
    people: People, offices: Offices
) -> None:
    nurse = await people.active()
    held = await register(nurse, offices)
    one = await apply(nurse.caller, "certificate-reissue", {"ground": "lost"}, institution_id=HOME)
    await review(offices.hean, one)
    await review(offices.xicheng, one)
    found = await nurse.caller.get("/api/v1/my/registration")
    assert found["registration"]["certificate_number"] == held["certificate_number"]
    assert found["history"][-1]["change"] == "nurse-certificate-reissue"
    assert await message(nurse, "application_approved")


async def test_the_form_is_printed_for_those_it_concerns_only(
    people: People, offices: Offices
) -> None:
    nurse, other = await people.active(), await people.active()
    one = (await nurse.submitted())["id"]
    path = f"{APPLICATIONS}/{one}/form.pdf"
    for who in (nurse.caller, offices.hean, offices.xicheng, offices.beijing):
        answer = await who.ask("GET", path)
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF")
    for who in (other.caller, offices.changan_hospital, offices.changan):
        await who.refused("GET", path, status=404, code="not_found", languages=("zh",))
