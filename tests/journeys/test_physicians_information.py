"""What is recorded about a physician is put right: by the person and the hospital, or by the
correction of who somebody is. Through the gateway (Q6)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.physicians import Physician, Physicians
from tests.journeys.practice import message, picture

CHANGES, MINE = "/api/v1/information-changes", "/api/v1/my/information-changes"
PHOTO = "/api/v1/my/photo"


@pytest.fixture(scope="module")
async def physicians(connect: Connect, staff: Staff) -> Physicians:
    return await Physicians.open(connect, staff)


async def _approve(hospital: Caller, request: str) -> None:
    read = await hospital.get(f"{CHANGES}/{request}")
    await hospital.post(
        f"{CHANGES}/{request}/review",
        {"decision": "approve"},
        headers={"If-Match": read["etag"]},
    )


async def _upload(person: Physician, content: bytes) -> dict[str, Any]:
    answer = await person.caller.ask(
        "PUT", PHOTO, content=content, headers={"Content-Type": "image/png"}
    )
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_q6_1_school_education_and_title_change_when_the_hospital_agrees(
    physicians: Physicians,
) -> None:
    places = physicians.places
    person = await physicians.registered()
    before = await person.held()
    wanted = {"school": "北京协和医学院", "education": "10", "title": "233"}
    asked = await person.caller.post(MINE, wanted)
    assert (asked["state"], (await person.held())["title"]) == ("pending", before["title"])
    await places.changan.hospital.refused(
        "GET", f"{CHANGES}/{asked['id']}", status=404, code="not_found", languages=("zh",)
    )
    await _approve(places.xicheng.hospital, asked["id"])
    now = await person.held()
    assert {name: now[name] for name in wanted} == wanted
    # What was there before is kept and shown; the exam's record never changes.
    (request,) = (await person.caller.get(MINE))["items"]
    was = {change["field"]: change["before"] for change in request["changes"]}
    assert was["school"] == person.record["school"]
    assert now["exam"]["school"] == person.record["school"]
    assert now["history"][-1]["change"] == "information-changed"
    assert await message(person, "information_change_approved")
    # The same again changes nothing (Q22).
    await person.caller.refused(
        "POST", MINE, {"title": "233"}, status=422, code="nothing_changes", field="title"
    )


async def test_q6_1_the_photo_is_the_person_s_to_change_and_the_one_before_is_kept(
    physicians: Physicians,
) -> None:
    hospital = physicians.places.xicheng.hospital
    person = await physicians.registered()
    first = await _upload(person, picture())
    if request := first["information_change_id"]:
        await _approve(hospital, request)
    second = await _upload(person, picture(colour="whitesmoke"))
    await _approve(hospital, second["information_change_id"])
    path = f"{MINE}/{second['information_change_id']}/photo?which="
    before, after = [await person.caller.ask("GET", path + side) for side in ("before", "after")]
    assert before.status_code == after.status_code == 200
    assert before.content != after.content
    assert (await person.caller.ask("GET", PHOTO)).content == after.content


@pytest.mark.parametrize("field", ["name", "id_number", "ethnic_group", "birth_date"])
async def test_q6_2_who_somebody_is_is_refused_with_the_way_to_go(
    shared: Physician, field: str
) -> None:
    problem = await shared.caller.refused(
        "POST",
        MINE,
        {field: "2000-01-01"},
        status=422,
        code="not_changed_by_the_person",
        field=field,
        languages=("zh",),
    )
    assert "更正" in problem["next_step"]


@pytest.fixture(scope="module")
async def shared(physicians: Physicians) -> Physician:
    return await physicians.registered()
