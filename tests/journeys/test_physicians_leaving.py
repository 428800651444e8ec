"""Physicians who leave: filed off post, cancelled by whoever may, after a penalty, after a
residency. Through the gateway (Q20.3, Q50, Q52)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.physicians import FIRST, Physician, Physicians, approve, day, file
from tests.journeys.practice import APPLICATIONS, message, review, told

PENALTIES, DUTIES = "/api/v1/penalties", "/api/v1/duties"
TOLD = {"on": day(-30), "by": "post"}


@pytest.fixture(scope="module")
async def physicians(connect: Connect, staff: Staff) -> Physicians:
    return await Physicians.open(connect, staff)


async def _line(hospital: Caller, person: Physician) -> dict[str, Any]:
    """As the hospital finds its physician."""
    number = (await person.held())["certificate_number"]
    page = await hospital.get(f"/api/v1/roster?profession=physician&q={number}")
    (line,) = page["items"]
    return line  # type: ignore[no-any-return]


async def test_q20_3_2_who_cannot_be_reached_is_filed_off_post_by_the_hospital_with_proof(
    physicians: Physicians,
) -> None:
    place = physicians.places.xicheng
    person = await physicians.registered()
    line = await _line(place.hospital, person)
    form = {"ground": "unreachable", "left_on": day(-40), "informed": TOLD}
    one = await file(place.hospital, "off-post", line, form)
    assert one["state"] == "awaiting_authority"
    assert (await person.caller.get(f"{APPLICATIONS}/{one['id']}"))["source"] == "institution"
    await review(place.authority, one["id"])
    held = await person.held()
    assert (held["status"], held["filing_ground"], held["filed_on"]) == (
        "filed",
        "unreachable",
        day(0),
    )
    assert await message(person, "application_approved")
    # Whoever comes back registers again under the same number.
    await person.done("re-registration", FIRST, physicians.places.clinic)
    again = await person.held()
    assert (again["status"], again["certificate_number"]) == (
        "registered",
        held["certificate_number"],
    )


async def test_q20_3_2_without_the_notice_nobody_is_filed(physicians: Physicians) -> None:
    place = physicians.places.xicheng
    person = await physicians.registered()
    line = await _line(place.hospital, person)
    body = {
        "business_type": "physician-off-post",
        "registration_id": line["registration_id"],
        "form": {"ground": "unreachable", "left_on": day(-40)},
    }
    made = await place.hospital.post(APPLICATIONS, body)
    path = f"{APPLICATIONS}/{made['id']}/submission"
    answer = await place.hospital.ask("POST", path)
    told = {reason["code"] for reason in answer.json()["reasons"]}
    assert {"informed_unknown", "proved_not_met"} <= told
    # The person cannot say so of themselves; who leaves gives another ground.
    assert "off_post_ground" in await person.why_not(
        "off-post", {"ground": "unreachable", "left_on": day(-1)}, place
    )


async def test_q20_3_3_the_person_has_the_registration_cancelled(physicians: Physicians) -> None:
    place = physicians.places.xicheng
    person = await physicians.registered()
    await person.done("cancellation", {"ground": "own-request"}, place)
    held = await person.held()
    assert (held["status"], held["cancellation_ground"]) == ("cancelled", "own-request")
    assert await message(person, "application_approved")


async def test_q20_3_3_the_hospital_has_it_cancelled_after_its_notice(
    physicians: Physicians,
) -> None:
    place = physicians.places.xicheng
    person = await physicians.registered()
    line = await _line(place.hospital, person)
    form = {"ground": "other", "note": "已确认不再执业", "informed": TOLD}
    one = await file(place.hospital, "cancellation", line, form)
    await review(place.authority, one["id"])
    held = await person.held()
    assert (held["status"], held["cancellation_ground"]) == ("cancelled", "other")
    page = await place.hospital.get(
        f"/api/v1/roster?profession=physician&q={held['certificate_number']}"
    )
    assert page["items"] == []


async def test_q50_a_penalty_of_another_province_becomes_the_duty_to_cancel_and_a_bar(
    physicians: Physicians,
) -> None:
    places = physicians.places
    place, elsewhere = places.xicheng, places.changan
    person = await physicians.registered()
    penalty = await elsewhere.authority.post(PENALTIES, _revocation(person))
    # Everybody whom it concerns reads it.
    for who in (person.caller, place.hospital, place.authority):
        path = "/api/v1/my/penalties" if who is person.caller else PENALTIES
        assert penalty["id"] in str(await who.get(path))
        assert [one["state"] for one in await _duties(who, penalty["id"])] == ["open"]
    await places.clinic.hospital.refused(
        "GET", f"{PENALTIES}/{penalty['id']}", status=404, code="not_found", languages=("zh",)
    )
    assert await message(person, "record_added")
    for office in (place.hospital, place.authority):
        assert await told(office, "penalty_of_yours", penalty["document_number"])
    (duty,) = await _duties(place.hospital, penalty["id"])
    assert (duty["business_type"], duty["ground"], duty["due_on"]) == (
        "physician-cancellation",
        "revoked",
        day(30),
    )

    form = {"ground": duty["ground"], "informed": TOLD}
    one = await file(place.hospital, "cancellation", duty, form)
    assert (await _duties(place.hospital, penalty["id"]))[0]["application"]["number"] == one[
        "number"
    ]
    await review(place.authority, one["id"])
    assert (await person.held())["cancellation_ground"] == "revoked"
    for who in (place.hospital, place.authority, person.caller):
        assert [one["state"] for one in await _duties(who, penalty["id"])] == ["done"]

    assert "no_bar" in await person.why_not("re-registration", FIRST, places.clinic)
    barred_until = (await elsewhere.authority.get(f"{PENALTIES}/{penalty['id']}"))["barred_until"]
    assert barred_until == _years_on(day(0), 2)
    answer = await person.caller.get(
        f"/api/v1/my/eligibility/physician-re-registration?institution_id={places.clinic.id}"
    )
    (bar,) = [one for one in answer["conditions"] if one["name"] == "no_bar"]
    assert (bar["outcome"], barred_until in str(bar["reason"])) == ("not_met", True)


async def test_q50_the_authority_itself_cancels_on_its_duty(physicians: Physicians) -> None:
    place = physicians.places.xicheng
    person = await physicians.registered()
    penalty = await place.authority.post(PENALTIES, _revocation(person))
    (duty,) = await _duties(place.authority, penalty["id"])
    one = await file(place.authority, "cancellation", duty, {"ground": "revoked"})
    if one["state"] != "approved":
        await review(place.authority, one["id"])
    assert (await person.held())["status"] == "cancelled"
    assert [one["state"] for one in await _duties(place.hospital, penalty["id"])] == ["done"]


def _revocation(person: Physician) -> dict[str, Any]:
    return {
        "profession": "physician",
        "id_number": person.record["id_number"],
        "name": person.record["name"],
        "kind": "revocation",
        "decided_on": day(0),
        "deciding_body": "石家庄市卫生健康委员会",
        "document_number": f"石卫医罚〔2026〕{person.user_name[1:]}号",
    }


async def _duties(who: Caller, penalty: str) -> list[dict[str, Any]]:
    items = (await who.get(f"{DUTIES}?limit=200"))["items"]
    return [one for one in items if one["penalty_id"] == penalty]


def _years_on(written: str, years: int) -> str:
    year, rest = written.split("-", 1)
    return f"{int(year) + years}-{rest}"


async def test_q52_a_trainee_is_kept_for_thirty_days_and_then_filed(physicians: Physicians) -> None:
    place = physicians.places.xicheng
    person = await physicians.registered()
    line = await _line(place.hospital, person)
    body = {
        "business_type": "physician-off-post",
        "registration_id": line["registration_id"],
        "form": {"ground": "trainee-finished", "left_on": day(-30), "informed": TOLD},
    }
    early = await place.hospital.post(APPLICATIONS, body)
    await place.hospital.refused(
        "POST",
        f"{APPLICATIONS}/{early['id']}/submission",
        status=422,
        code="trainee_days_over_not_met",
        field="form.left_on",
    )
    await place.hospital.post(f"{APPLICATIONS}/{early['id']}/withdrawal")
    one = await file(place.hospital, "off-post", line, body["form"] | {"left_on": day(-31)})
    await review(place.authority, one["id"])
    held = await person.held()
    assert (held["status"], held["filing_ground"]) == ("filed", "trainee-finished")


async def test_q52_within_the_thirty_days_a_trainee_moves_to_the_hospital_found(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    one = await person.apply("change", {"department": "03"}, places.chaoyang)
    await approve(one, places.chaoyang)
    assert (await person.held())["institution_id"] == places.chaoyang.id
