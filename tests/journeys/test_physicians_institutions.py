"""Further institutions inside a location, and what is not possible across locations. Through the
gateway (Q10, Q11)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.physicians import (
    ADDED,
    FIRST,
    Physician,
    Physicians,
    Place,
    approve,
    day,
)
from tests.journeys.practice import APPLICATIONS, message, review

ASSISTANT = FIRST | {"scopes": ["21"], "department": "02"}
MANY, FILINGS = "multi-institution", "/api/v1/filings"
PERIOD = {"from_on": day(0), "until_on": day(300)}


@pytest.fixture(scope="module")
async def physicians(connect: Connect, staff: Staff) -> Physicians:
    return await Physicians.open(connect, staff)


async def _filings(person: Physician) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.caller.get("/api/v1/my/filings"))["items"]
    return found


async def _filed(person: Physician, place: Place, **period: Any) -> dict[str, Any]:
    await person.done(MANY, PERIOD | period, place)
    found = await _filings(person)
    return next(one for one in found if one["institution_id"] == place.id)


async def test_q10_1_a_physician_is_filed_at_another_hospital_of_the_province_which_confirms_it(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    main = await person.held()
    one = await person.apply(MANY, PERIOD, places.chaoyang)
    # Not the main institution's to confirm: the one where the physician goes.
    await places.xicheng.hospital.refused(
        "GET", f"{APPLICATIONS}/{one}", status=404, code="not_found", languages=("zh",)
    )
    await review(places.chaoyang.hospital, one)
    await review(places.chaoyang.authority, one)
    (filing,) = await _filings(person)
    assert (filing["institution_id"], filing["state"]) == (places.chaoyang.id, "in_force")
    assert (filing["from_on"], filing["until_on"]) == (PERIOD["from_on"], PERIOD["until_on"])
    assert [scope["code"] for scope in filing["scopes"]] == ["11"]
    # The main institution stays, and everybody whom it concerns sees the filing.
    assert (await person.held())["institution_id"] == main["institution_id"]
    for who in (places.xicheng.hospital, places.chaoyang.hospital, places.chaoyang.authority):
        assert (await who.get(f"{FILINGS}/{filing['id']}"))["state"] == "in_force"
    await places.changan.hospital.refused(
        "GET", f"{FILINGS}/{filing['id']}", status=404, code="not_found", languages=("zh",)
    )
    assert await message(person, "application_approved")
    page = "/api/v1/roster?profession=physician&q=" + main["certificate_number"]
    filed = await places.chaoyang.hospital.get(f"{page}&list=filed")
    assert [line["certificate_number"] for line in filed["items"]] == [main["certificate_number"]]
    assert (await places.chaoyang.hospital.get(f"{page}&list=registered"))["items"] == []


async def test_q10_2_an_assistant_is_filed_inside_the_county(physicians: Physicians) -> None:
    places = physicians.places
    person = await physicians.registered(level="2", form=ASSISTANT)
    assert "same_location" in await person.why_not(MANY, PERIOD, places.chaoyang)
    filing = await _filed(person, places.clinic)
    assert (filing["location"], filing["state"]) == ("110102", "in_force")


async def test_q10_3_without_a_registration_in_force_in_the_location_nobody_is_filed(
    physicians: Physicians,
) -> None:
    place = physicians.places.xicheng
    never = await physicians.active()
    assert "registered_in_location" in await never.why_not(MANY, PERIOD, place)
    left = await physicians.registered()
    await left.done("cancellation", {"ground": "own-request"}, place)
    assert "registered_in_location" in await left.why_not(MANY, PERIOD, physicians.places.clinic)


async def test_q10_4_no_filing_across_locations(physicians: Physicians) -> None:
    places = physicians.places
    person = await physicians.registered()
    assert {"same_location", "registered_in_location"} <= await person.why_not(
        MANY, PERIOD, places.changan
    )
    answer = await person.caller.get(
        f"/api/v1/my/eligibility/physician-{MANY}?institution_id={places.changan.id}"
    )
    assert answer["answer"] == "no"


async def test_q10_5_each_location_has_its_own_main_institution_before_anybody_is_filed_there(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    assert "not_main_institution" in await person.why_not(MANY, PERIOD, places.xicheng)
    await person.done("add-location", ADDED, places.changan)
    mains = {one["location"]: one["institution_id"] for one in await person.registrations()}
    assert mains == {"11": places.xicheng.id, "13": places.changan.id}
    # A second main institution in a location is none: it is a change, or a filing.
    assert "other_location" in await person.why_not("add-location", ADDED, places.clinic)
    filing = await _filed(person, places.clinic)
    assert (filing["location"], filing["main_institution_id"]) == ("11", places.xicheng.id)


async def test_q11_1_in_another_province_the_registration_comes_first(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    body = {
        "business_type": f"physician-{MANY}",
        "institution_id": places.changan.id,
        "form": PERIOD,
    }
    draft = await person.caller.post(APPLICATIONS, body)
    problem = await person.caller.refused(
        "POST",
        f"{APPLICATIONS}/{draft['id']}/submission",
        status=422,
        code="registered_in_location_not_met",
        field="institution_id",
        languages=("zh",),
    )
    (way,) = [
        reason["next_step"]
        for reason in problem["reasons"]
        if reason["code"] == "registered_in_location_not_met"
    ]
    assert "增加执业地点" in way


async def test_q11_2_after_the_location_was_added_further_institutions_are_filed_there(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered(place=places.changan)
    assert "registered_in_location" in await person.why_not(MANY, PERIOD, places.chaoyang)
    one = await person.apply("add-location", ADDED, places.xicheng)
    assert "registered_in_location" in await person.why_not(MANY, PERIOD, places.chaoyang)
    await approve(one, places.xicheng)
    assert {one["status"] for one in await person.registrations()} == {"registered"}
    filing = await _filed(person, places.chaoyang)
    assert (filing["location"], filing["main_institution_id"]) == ("11", places.xicheng.id)


async def test_q11_3_an_added_location_has_the_same_qualification_and_scopes(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    await person.done("add-location", ADDED, places.changan)
    here, there = sorted(await person.registrations(), key=lambda one: str(one["location"]))
    same = ("category", "scopes", "level", "qualification_id", "certificate_number")
    assert [here[name] for name in same] == [there[name] for name in same]
    assert here["qualification_id"]
    # As long as both are kept, no scope is changed in one of them.
    other = {"scopes": ["14"], "department": "07"}
    which = {"registration_id": here["registration_id"]}
    assert "identical_elsewhere" in await person.why_not("change", other, places.xicheng, **which)


async def test_q11_an_assistant_is_registered_in_the_other_county_before_being_filed_there(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered(level="2", form=ASSISTANT, place=places.chaoyang)
    assert {"same_location", "registered_in_location"} <= await person.why_not(
        MANY, PERIOD, places.xicheng
    )
    await person.done("change", {"department": "02"}, places.clinic)
    filing = await _filed(person, places.xicheng)
    assert (filing["location"], filing["main_institution_id"]) == ("110102", places.clinic.id)


async def test_a_filing_ends_by_the_person_or_by_the_institution_where_it_is(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()

    async def end(who: Caller, filing: dict[str, Any]) -> dict[str, Any]:
        path = f"{FILINGS}/{filing['id']}"
        read = await who.get(path)
        found: dict[str, Any] = await who.post(f"{path}/end", headers={"If-Match": read["etag"]})
        return found

    first, second = await _filed(person, places.clinic), await _filed(person, places.chaoyang)
    ended = await end(person.caller, first)
    assert (ended["state"], ended["ended_because"]) == ("ended", "by_person")
    await places.xicheng.hospital.refused(
        "POST",
        f"{FILINGS}/{second['id']}/end",
        headers={"If-Match": '"1"'},
        status=403,
        code="not_filed_here",
    )
    ended = await end(places.chaoyang.hospital, second)
    assert (ended["state"], ended["ended_because"]) == ("ended", "by_institution")
    again = await _filed(person, places.clinic)
    await person.done("change", {"department": "03"}, places.changan)
    found = {one["id"]: one for one in await _filings(person)}
    assert found[again["id"]]["ended_because"] == "registration_moved"
