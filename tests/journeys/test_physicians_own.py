"""A physician's own registration: from the exam to the register, other places, another level.
Through the gateway (Q7, Q8, Q9)."""

from __future__ import annotations

import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.physicians import ADDED, FIRST, Physicians, approve
from tests.journeys.practice import APPLICATIONS, message, review

ASSISTANT = FIRST | {"scopes": ["21"], "department": "02"}


@pytest.fixture(scope="module")
async def physicians(connect: Connect, staff: Staff) -> Physicians:
    return await Physicians.open(connect, staff)


async def _flags(who: Caller, application: str) -> tuple[bool, bool]:
    """是否变更执业地点, 是否变更主要执业机构."""
    read = await who.get(f"{APPLICATIONS}/{application}")
    return read["location_changes"], read["institution_changes"]


async def _numbers_on_roster(hospital: Caller, number: str) -> int:
    page = await hospital.get(f"/api/v1/roster?profession=physician&q={number}")
    return len(page["items"])


async def test_a_physician_who_passed_is_registered_in_the_province_under_a_number_for_life(
    physicians: Physicians,
) -> None:
    place = physicians.places.xicheng
    person = await physicians.active()
    one = await person.apply("registration", FIRST, place)
    # A stranger's application is found by the full ID number only.
    found = await place.hospital.post(
        f"{APPLICATIONS}/search", {"id_number": person.record["id_number"]}
    )
    assert one in str(found)
    await approve(one, place)
    held = await person.held()
    assert (held["status"], held["location"], held["level"], held["category"]) == (
        "registered",
        "11",
        "1",
        "1",
    )
    assert [scope["label"] for scope in held["scopes"]] == ["内科专业"]
    assert held["valid_until"] is None
    assert len(held["certificate_number"]) == 15
    assert await message(person, "application_approved")
    assert await _numbers_on_roster(place.hospital, held["certificate_number"]) == 1
    for who in (person.caller, place.hospital, place.authority):
        form = await who.ask("GET", f"{APPLICATIONS}/{one}/form.pdf")
        assert form.content.startswith(b"%PDF")
    await physicians.places.changan.hospital.refused(
        "GET",
        f"{APPLICATIONS}/{one}/form.pdf",
        status=404,
        code="not_found",
        languages=("zh",),
    )


async def test_q7_inside_the_province_only_the_main_institution_changes(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    before = await person.held()
    one = await person.apply("change", {"department": "03"}, places.chaoyang)
    for who in (person.caller, places.chaoyang.hospital):
        assert await _flags(who, one) == (False, True)
    await approve(one, places.chaoyang)
    now = await person.held()
    assert (now["institution_id"], now["location"]) == (places.chaoyang.id, "11")
    assert now["certificate_number"] == before["certificate_number"]
    number = now["certificate_number"]
    assert await _numbers_on_roster(places.chaoyang.hospital, number) == 1
    assert await _numbers_on_roster(places.xicheng.hospital, number) == 0
    assert await message(person, "application_approved")


async def test_q7_outside_the_province_the_location_changes_as_well(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    body = {
        "business_type": "physician-change",
        "institution_id": places.changan.id,
        "form": {"department": "03"},
    }
    draft = await person.caller.post(APPLICATIONS, body)
    # Derived, and shown before anything is submitted.
    assert (draft["location_changes"], draft["institution_changes"]) == (True, True)
    one = draft["id"]
    await person.caller.post(f"{APPLICATIONS}/{one}/submission")
    assert await _flags(person.caller, one) == (True, True)
    await review(places.changan.hospital, one)
    await places.xicheng.authority.refused(
        "GET", f"{APPLICATIONS}/{one}", status=404, code="not_found", languages=("zh",)
    )
    await review(places.changan.authority, one)
    now = await person.held()
    assert (now["institution_id"], now["location"]) == (places.changan.id, "13")
    # The old authority is told.
    beijing = await physicians.staff("beijing1")
    out = await beijing.get("/api/v1/movements?direction=out&profession=physician&limit=200")
    assert places.changan.id in str(out["items"])


async def test_q8_inside_the_county_only_an_assistant_s_main_institution_changes(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered(level="2", form=ASSISTANT)
    assert (await person.held())["location"] == "110102"
    one = await person.apply("change", {"department": "02"}, places.clinic)
    assert await _flags(person.caller, one) == (False, True)
    await approve(one, places.clinic)
    now = await person.held()
    assert (now["institution_id"], now["location"]) == (places.clinic.id, "110102")


async def test_q8_in_another_county_of_the_province_an_assistant_s_location_changes_as_well(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered(level="2", form=ASSISTANT)
    one = await person.apply("change", {"department": "02"}, places.chaoyang)
    assert await _flags(person.caller, one) == (True, True)
    await approve(one, places.chaoyang)
    now = await person.held()
    assert (now["institution_id"], now["location"]) == (places.chaoyang.id, "110105")
    # An assistant has one location only.
    assert "level_of_physician" in await person.why_not(
        "add-location", {"department": "02"}, places.changan
    )


async def test_q9_1_an_assistant_who_qualified_becomes_a_physician_and_nothing_else_changes(
    physicians: Physicians,
) -> None:
    place = physicians.places.xicheng
    person = await physicians.registered(level="2", form=ASSISTANT)
    before = await person.held()
    assert "level_rises" in await person.why_not("change-level", {"department": "02"}, place)
    qualification = await physicians.qualify(person, level="1")
    form = {"qualification_id": qualification, "department": "02"}
    one = await person.apply("change-level", form, place)
    read = await person.caller.get(f"{APPLICATIONS}/{one}")
    assert {change["item"] for change in read["changes"]} == {"level", "location"}
    assert (read["location_changes"], read["institution_changes"]) == (True, False)
    await approve(one, place)
    now = await person.held()
    assert (now["level"], now["location"]) == ("1", "11")
    assert now["qualification_id"] == qualification
    same = ("category", "scopes", "institution_id")
    assert [now[name] for name in same] == [before[name] for name in same]
    assert await message(person, "application_approved")


async def test_q9_2_other_changes_go_with_the_new_level(physicians: Physicians) -> None:
    places = physicians.places
    person = await physicians.registered(level="2", form=ASSISTANT)
    qualification = await physicians.qualify(person, level="1")
    form = {"scopes": ["11"], "department": "03"}
    one = await person.apply("change-level", form, places.chaoyang)
    read = await person.caller.get(f"{APPLICATIONS}/{one}")
    changed = {change["item"] for change in read["changes"]}
    assert changed == {"level", "location", "institution", "scopes"}
    await approve(one, places.chaoyang)
    now = await person.held()
    assert (now["level"], now["scopes"][0]["code"], now["location"]) == ("1", "11", "11")
    assert (now["institution_id"], now["qualification_id"]) == (places.chaoyang.id, qualification)


async def test_q9_3_the_number_stays_whatever_is_done(physicians: Physicians) -> None:
    places = physicians.places
    person = await physicians.registered(level="2", form=ASSISTANT)
    number = (await person.held())["certificate_number"]
    await physicians.qualify(person, level="1")
    await person.done("change-level", {"department": "02"}, places.xicheng)
    await person.done("change", {"scopes": ["11"], "department": "03"}, places.xicheng)
    await person.done("change", {"department": "03"}, places.changan)
    await person.done("add-location", ADDED, places.xicheng)
    own = await person.registrations()
    assert {one["location"] for one in own} == {"11", "13"}
    assert {one["certificate_number"] for one in own} == {number}
    for one in own:
        gone = {"ground": "own-request"}
        place = places.xicheng if one["location"] == "11" else places.changan
        await person.done("cancellation", gone, place, registration_id=one["registration_id"])
    await person.done("re-registration", FIRST, places.clinic)
    whole = await person.record_whole()
    assert (whole["status"], whole["certificate_number"]) == ("registered", number)
