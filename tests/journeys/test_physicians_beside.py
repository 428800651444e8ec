"""What happens to a physician beside the usual: two professions, a location left and added again,
two at once. Through the gateway (Q5, Q9, Q11)."""

from __future__ import annotations

import asyncio

import pytest
from tests.journeys.caller import Staff
from tests.journeys.conftest import Connect
from tests.journeys.people import People
from tests.journeys.physicians import ADDED, FIRST, Physician, Physicians, approve, day
from tests.journeys.practice import APPLICATIONS, WORK, apply, fit, review


@pytest.fixture(scope="module")
async def physicians(connect: Connect, staff: Staff) -> Physicians:
    return await Physicians.open(connect, staff)


async def test_one_person_is_nurse_and_physician_with_one_account(
    people: People, physicians: Physicians
) -> None:
    places = physicians.places
    nurse = people.nobody()
    person = Physician(nurse.caller, nurse.record, nurse.phone, nurse.user_name)
    await physicians.feed_for(person)
    await person.open_account()
    await person.verify_phone()
    await person.activate()
    await person.done("registration", FIRST, places.clinic)
    one = await apply(person.caller, "first", fit() | WORK, institution_id=places.xicheng.id)
    await review(places.xicheng.hospital, one)
    await review(places.xicheng.authority, one)
    whole = await person.caller.get("/api/v1/my/registrations")
    assert {each["profession"]: each["status"] for each in whole} == {
        "nurse": "registered",
        "physician": "registered",
    }
    as_physician = await person.held()
    assert as_physician["institution_id"] == places.clinic.id
    # Leaving as a physician leaves the nurse where she is.
    await person.done("cancellation", {"ground": "own-request"}, places.clinic)
    assert (await person.caller.get("/api/v1/my/registration"))["status"] == "registered"


async def test_a_location_that_was_left_is_added_again_and_its_history_goes_on(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    await person.done("add-location", ADDED, places.changan)
    first = next(one for one in await person.registrations() if one["location"] == "11")
    which = {"registration_id": first["registration_id"]}
    left = {"ground": "resigned", "left_on": day(-3)}
    await person.done("off-post", left, places.xicheng, **which)
    states = {one["location"]: one["status"] for one in await person.registrations()}
    assert states == {"11": "filed", "13": "registered"}
    await person.done("add-location", ADDED, places.clinic)
    again = next(one for one in await person.registrations() if one["location"] == "11")
    assert (again["registration_id"], again["status"], again["institution_id"]) == (
        first["registration_id"],
        "registered",
        places.clinic.id,
    )
    assert len(again["history"]) == 3
    assert again["qualification_id"] == first["qualification_id"]


async def test_two_approvals_at_the_same_moment_register_once(physicians: Physicians) -> None:
    place = physicians.places.xicheng
    person = await physicians.active()
    one = await person.apply("registration", FIRST, place)
    await review(place.hospital, one)
    read = await place.authority.get(f"{APPLICATIONS}/{one}")
    body = {"decision": "approve", "reasons": []}
    answers = await asyncio.gather(
        *(
            place.authority.ask(
                "POST",
                f"{APPLICATIONS}/{one}/decision",
                body,
                headers={"If-Match": read["etag"]},
            )
            for _ in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert all(answer.status_code in (200, 409, 412) for answer in answers)
    assert sum(answer.status_code == 200 for answer in answers) == 1
    held = await person.held()
    assert len(held["history"]) == 1


async def test_an_application_that_another_one_stands_in_the_way_of_names_it(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    one = await person.apply("change", {"department": "03"}, places.chaoyang)
    body = {
        "business_type": "physician-cancellation",
        "institution_id": places.xicheng.id,
        "form": {"ground": "own-request"},
    }
    answer = await person.caller.ask("POST", APPLICATIONS, body)
    assert answer.status_code == 409, answer.text
    number = (await person.caller.get(f"{APPLICATIONS}/{one}"))["number"]
    assert number in answer.text
    await approve(one, places.chaoyang)
