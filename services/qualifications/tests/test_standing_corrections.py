"""What was decided stands against what is fed, until the exam centre says the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from services.qualifications.tests.case_world import CASES, Cases, id_of

Make = Callable[..., dict[str, Any]]
RECOGNISED = {"route": "recognition", "admission_number": None}


@pytest.fixture
async def cases(world: Any, record: Make) -> Cases:
    await world.feed(record(1, **RECOGNISED), record(2, **RECOGNISED))
    return Cases(world)


async def approve(cases: Cases, changes: dict[str, Any], number: int = 1) -> None:
    case = await cases.submitted(changes, number)
    answer = await cases.decide(cases.province(), case, "approve")
    assert answer.status_code == 200, answer.text


async def claimed(cases: Cases, record: Make, number: int = 7) -> None:
    """The record of person 1 is moved to another person's ID number."""
    person = cases.person(number)
    body = {
        "kind": "correction",
        "certificate_number": record(1)["certificate_number"],
        "name": "王芳",
        "changes": {"id_number": id_of(number)},
    }
    case = (await person.post(CASES, json=body)).json()
    await cases.prove(person, case["id"])
    submitted = (await person.post(f"{CASES}/{case['id']}/submission")).json()
    assert (await cases.decide(cases.province(), submitted, "approve")).status_code == 200


async def fed(cases: Cases, record: Make, version: int, **changes: Any) -> dict[str, int]:
    batch = await cases.world.feed(record(1, **RECOGNISED, version=version, **changes))
    return dict(batch["counts"])


async def originals(cases: Cases) -> dict[str, str | None]:
    row = await cases.qualification()
    clients = cases.world.client("practitioner", person_key=row["person_key"])
    (own,) = (await clients.get("/api/v1/my/qualifications")).json()["items"]
    return dict(own["original"])


async def test_sending_the_old_file_again_changes_nothing(cases: Cases, record: Make) -> None:
    await approve(cases, {"name": "王芬"})
    assert (await fed(cases, record, 1))["unchanged"] == 1
    assert (await cases.qualification())["name"] == "王芬"


async def test_a_newer_version_changes_only_what_was_not_corrected(
    cases: Cases, record: Make
) -> None:
    await approve(cases, {"name": "王芬"})
    counts = await fed(cases, record, 2, name="王方", major="助产")
    assert counts["updated"] == 1
    row = await cases.qualification()
    assert (row["name"], row["major"], row["version"]) == ("王芬", "助产", 3)
    assert await originals(cases) == {"name": "王方"}
    told = (await cases.world.published())[-1]
    assert (told["name"], told["major"], told["corrected"]) == ("王芬", "助产", ["name"])


async def test_a_correction_ends_when_the_exam_centre_says_the_same(
    cases: Cases, record: Make
) -> None:
    await approve(cases, {"name": "王芬", "title": "254"})
    assert (await fed(cases, record, 2, name="王芬"))["updated"] == 1
    row = await cases.qualification()
    assert (row["name"], row["title"]) == ("王芬", "254")
    assert await originals(cases) == {"title": None}
    assert (await fed(cases, record, 3, name="王芳"))["updated"] == 1
    row = await cases.qualification()
    assert (row["name"], row["title"]) == ("王芳", "254")


async def test_a_corrected_certificate_number_is_fed_under_the_old_and_then_the_new_one(
    cases: Cases, record: Make
) -> None:
    await approve(cases, {"certificate_number": "202699900000001"})
    assert (await fed(cases, record, 1))["unchanged"] == 1
    assert (await fed(cases, record, 2, major="助产"))["updated"] == 1
    rows = await cases.world.rows("SELECT certificate_key, major FROM qualification")
    key = cases.world.kit.certificate_key("202699900000001")
    assert {row["major"] for row in rows if row["certificate_key"] == key} == {"助产"}
    assert len(rows) == 2
    new = {"certificate_number": "202699900000001", "major": "护理"}
    assert (await fed(cases, record, 3, **new))["updated"] == 1
    assert await cases.world.rows("SELECT * FROM correction") == []
    # The old number is free again: somebody else may have it.
    other = record(3, **RECOGNISED, certificate_number=record(1)["certificate_number"])
    assert (await cases.world.feed(other))["counts"]["recorded"] == 1


async def test_a_corrected_id_number_is_fed_under_the_old_and_then_the_new_one(
    cases: Cases, record: Make
) -> None:
    await claimed(cases, record)
    assert (await fed(cases, record, 1))["unchanged"] == 1
    assert (await fed(cases, record, 2, major="助产"))["updated"] == 1
    row = await cases.qualification()
    key = cases.world.kit.person_key(id_of(7))
    assert (row["person_key"], row["major"]) == (key, "助产")
    opened = cases.world.kit.cipher.open(row["sealed_id_number"], "id_number")
    assert opened == id_of(7)
    right = {"id_number": id_of(7), "birth_date": record(7)["birth_date"]}
    assert (await fed(cases, record, 3, **right))["updated"] == 1
    assert await cases.world.rows("SELECT * FROM correction") == []
    # The exam centre agreed; its old number is somebody else's by now.
    no = await cases.world.feed(record(1, **RECOGNISED, version=4))
    assert no["counts"]["rejected"] == 1


async def test_a_stranger_with_the_same_certificate_number_does_not_get_the_corrected_record(
    cases: Cases, record: Make
) -> None:
    await claimed(cases, record)
    stranger = record(5, **RECOGNISED, certificate_number=record(1)["certificate_number"])
    batch = await cases.world.feed(stranger | {"version": 9})
    assert batch["counts"]["rejected"] == 1


async def test_several_versions_in_one_file_are_held_against_the_correction_in_turn(
    cases: Cases, record: Make
) -> None:
    await approve(cases, {"name": "王芬"})
    batch = await cases.world.feed(
        record(1, **RECOGNISED, version=2, name="王方", major="助产"),
        record(1, **RECOGNISED, version=3, name="王芬"),
        record(1, **RECOGNISED, version=4, name="王昉"),
    )
    assert batch["counts"]["updated"] == 3
    assert (await cases.qualification())["name"] == "王昉"


async def test_a_correction_back_to_the_original_needs_not_stand(
    cases: Cases, record: Make
) -> None:
    await approve(cases, {"name": "王芬"})
    await approve(cases, {"name": "王芳"})
    assert await originals(cases) == {}
    assert (await fed(cases, record, 2, name="王昉"))["updated"] == 1
    assert (await cases.qualification())["name"] == "王昉"


async def test_a_second_correction_keeps_the_exams_original(cases: Cases, record: Make) -> None:
    await approve(cases, {"name": "王芬"})
    await approve(cases, {"name": "王昉"})
    assert await originals(cases) == {"name": "王芳"}
    assert (await cases.qualification())["version"] == 3
    history = await cases.world.rows("SELECT name FROM qualification_history ORDER BY version")
    assert [row["name"] for row in history] == ["王芳", "王芬"]


async def test_a_decision_and_a_feed_at_once_lose_nothing(cases: Cases, record: Make) -> None:
    for round_ in range(5):
        case = await cases.submitted({"name": f"王芬{'甲乙丙丁戊'[round_]}"})
        newer = record(1, **RECOGNISED, version=round_ + 2, major=f"专业{round_}")
        answer, _ = await asyncio.gather(
            cases.decide(cases.province(), case, "approve"), cases.world.feed(newer)
        )
        assert answer.status_code == 200, answer.text
        row = await cases.qualification()
        assert (row["name"], row["major"]) == (f"王芬{'甲乙丙丁戊'[round_]}", f"专业{round_}")
    assert row["version"] == 11
    history = await cases.world.rows("SELECT version FROM qualification_history ORDER BY version")
    assert [row["version"] for row in history] == list(range(1, 11))
