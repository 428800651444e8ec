"""15-digit ID numbers that the algorithm cannot upgrade are the province's to decide (Q47)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from services.qualifications.tests.case_world import CASES, Cases, codes

from zhiye_contracts import purposes
from zhiye_contracts.identifiers import make_id_number, physician_qualification_certificate

Make = Callable[..., dict[str, Any]]
RECOGNISED = {"route": "recognition", "admission_number": None, "birth_date": "1952-03-04"}
RIGHT = make_id_number("110105", date(1952, 3, 4), 28)
"""What the person's ID number really is."""
FIFTEEN = RIGHT[:6] + RIGHT[8:17]
CENTENARIAN = "110105520304996"


@pytest.fixture
def cases(world: Any) -> Cases:
    return Cases(world)


def old(record: Make, number: int = 1, **more: Any) -> dict[str, Any]:
    """A record recognised long ago, with a 15-digit number whose serial is 996."""
    return record(number, **RECOGNISED, id_number=CENTENARIAN) | more


async def opened(cases: Cases) -> list[dict[str, Any]]:
    items = (await cases.province().get(CASES, params={"kind": "id_upgrade"})).json()["items"]
    return [(await cases.province().get(f"{CASES}/{one['id']}")).json() for one in items]


async def decide(cases: Cases, case: dict[str, Any], id_number: str | None) -> Any:
    more = {"id_number": id_number} if id_number else {}
    return await cases.decide(cases.province(), case, "approve", **more)


async def test_a_number_that_can_be_upgraded_is_and_the_report_says_so(
    cases: Cases, record: Make
) -> None:
    batch = await cases.world.feed(record(1, **RECOGNISED, id_number=FIFTEEN), old(record, 2))
    assert (batch["counts"]["recorded"], batch["counts"]["rejected"]) == (1, 1)
    row = await cases.qualification(1)
    assert row["person_key"] == cases.world.kit.person_key(RIGHT)
    report = await cases.world.client("exam_centre", account_id="exam-centre").get(
        f"{CASES}/upgrades/report", params={"batch_id": batch["id"]}
    )
    assert report.json() == {
        "batch_id": batch["id"],
        "upgraded": 1,
        "cases": 1,
        "open_cases": 1,
    }
    other = cases.world.client("exam_centre", account_id="another")
    assert (
        await other.get(f"{CASES}/upgrades/report", params={"batch_id": batch["id"]})
    ).status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id_number": CENTENARIAN}, "id_number_fifteen_centenarian"),
        ({"id_number": FIFTEEN, "birth_date": "1952-04-03"}, "birth_date_differs"),
        ({"id_number": "110105523004028"}, "id_number_birth_date"),
        ({"id_number": FIFTEEN, "gender": "1"}, "gender_differs"),
    ],
)
async def test_a_record_that_is_right_but_for_its_number_becomes_a_case_of_its_province(
    cases: Cases, record: Make, changes: dict[str, Any], code: str
) -> None:
    batch = await cases.world.feed(record(1, **RECOGNISED) | changes)
    (reject,) = batch["rejects"]
    assert [reason["code"] for reason in reject["reasons"]] == [code, "id_upgrade_case"]
    assert await cases.world.rows("SELECT id FROM qualification") == []
    (case,) = await opened(cases)
    assert (case["kind"], case["state"], case["filed_by"]) == (
        "id_upgrade",
        "awaiting_province",
        "system",
    )
    assert case["deadline"] == "2026-12-21"
    assert case["reasons"][0]["code"] == code
    assert case["recorded"]["id_number"] == changes["id_number"]
    assert [step["action"] for step in case["timeline"]] == ["opened"]
    assert (await cases.province("120000").get(f"{CASES}/{case['id']}")).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"route": "exam", "admission_number": "202611000000001"},
        {"school": ""},
        {"education": "99"},
        {"id_number": "11010552030499"},
        {"id_number": "990105520304996"},
        {"id_number": RIGHT[:17] + ("0" if RIGHT[17] != "0" else "1")},
        {"birth_date": "someday"},
    ],
    ids=["exam", "no school", "bad code", "14 digits", "no province", "18 digits", "no date"],
)
async def test_what_is_wrong_otherwise_is_rejected_as_ever(
    cases: Cases, record: Make, changes: dict[str, Any]
) -> None:
    batch = await cases.world.feed(old(record) | changes)
    (reject,) = batch["rejects"]
    assert "id_upgrade_case" not in [reason["code"] for reason in reject["reasons"]]
    assert await opened(cases) == []


async def test_a_number_that_upgrades_to_somebody_elses_becomes_a_case(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(record(1, **RECOGNISED, id_number=RIGHT))
    twin = record(2, **RECOGNISED, id_number=FIFTEEN, name="李梅", exam_year=2025)
    same = record(3, **RECOGNISED, id_number=FIFTEEN, exam_year=2024)
    batch = await cases.world.feed(twin, same)
    assert (batch["counts"]["recorded"], batch["counts"]["rejected"]) == (1, 1)
    (case,) = await opened(cases)
    assert (case["name"], case["reasons"][0]["code"]) == ("李梅", "id_number_upgrade_collides")
    assert case["recorded"]["id_number"] == FIFTEEN
    no = await decide(cases, await proven(cases, case), RIGHT)
    assert (no.status_code, codes(no)) == (409, [("id_number_upgrade_collides", "id_number")])


async def test_two_people_with_one_fifteen_digit_number_in_one_file_collide(
    cases: Cases, record: Make
) -> None:
    batch = await cases.world.feed(
        record(1, **RECOGNISED, id_number=FIFTEEN),
        record(2, **RECOGNISED, id_number=FIFTEEN, name="李梅", exam_year=2025),
    )
    assert (batch["counts"]["recorded"], batch["counts"]["rejected"]) == (1, 1)
    assert len(await opened(cases)) == 1


async def proven(cases: Cases, case: dict[str, Any]) -> dict[str, Any]:
    await cases.prove(cases.province(), case["id"])
    return case


async def test_the_officer_decides_the_right_number_with_evidence(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(old(record))
    (case,) = await opened(cases)
    no = await decide(cases, case, None)
    assert codes(no) == [
        ("upgrade_id_number_needed", "id_number"),
        ("evidence_missing", "evidence.id_card"),
        ("evidence_missing", "evidence.written_request"),
    ]
    await proven(cases, case)
    no = await decide(cases, case, CENTENARIAN)
    assert codes(no) == [("id_number_fifteen_digits", "id_number")]
    answer = await decide(cases, case, RIGHT)
    assert answer.status_code == 200, answer.text
    row = await cases.qualification()
    assert row["person_key"] == cases.world.kit.person_key(RIGHT)
    assert (row["version"], row["record_version"], row["birth_date"]) == (1, 1, date(1952, 3, 4))
    (event,) = await cases.world.published("qualification-recorded")
    assert event["person_key"] == row["person_key"]


async def test_birth_date_and_gender_follow_the_number_that_was_decided(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(record(1, **RECOGNISED) | {"id_number": "110105523004028"})
    (case,) = await opened(cases)
    other = make_id_number("110105", date(1952, 4, 30), 27)
    answer = await decide(cases, await proven(cases, case), other)
    assert answer.status_code == 200, answer.text
    row = await cases.qualification()
    assert (row["birth_date"], row["gender"]) == (date(1952, 4, 30), "1")


async def test_sending_the_record_again_opens_no_second_case_and_a_newer_one_is_taken_over(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(old(record))
    batch = await cases.world.feed(old(record), old(record))
    assert batch["counts"]["rejected"] == 2
    await cases.world.feed(old(record, version=2, school="天津护士学校"))
    (case,) = await opened(cases)
    assert case["recorded"]["school"] == "天津护士学校"
    assert [step["action"] for step in case["timeline"]] == ["opened", "fed_again"]
    await decide(cases, await proven(cases, case), RIGHT)
    # With its number decided, the record is like any other.
    again = await cases.world.feed(old(record, version=2, school="天津护士学校"))
    assert again["counts"]["unchanged"] == 1
    newer = await cases.world.feed(old(record, version=3, school="上海护士学校"))
    assert newer["counts"]["updated"] == 1
    row = await cases.qualification()
    assert (row["school"], row["person_key"]) == (
        "上海护士学校",
        cases.world.kit.person_key(RIGHT),
    )
    assert len(await opened(cases)) == 1


async def test_a_refused_upgrade_stays_refused_until_the_record_is_newer(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(old(record))
    (case,) = await opened(cases)
    assert (await cases.decide(cases.province(), case, "return")).status_code == 409
    assert (await cases.decide(cases.province(), case, "refuse")).status_code == 200
    again = await cases.world.feed(old(record))
    assert [r["code"] for r in again["rejects"][0]["reasons"]][-1] == "id_upgrade_refused"
    assert len(await opened(cases)) == 1
    await cases.world.feed(old(record, version=2))
    assert len(await opened(cases)) == 2


async def test_a_physicians_certificate_keeps_the_old_number_printed_on_it(
    cases: Cases, record: Make
) -> None:
    certificate = physician_qualification_certificate(1999, "11", "1", "10", CENTENARIAN)
    physician = {
        "profession": "physician",
        "category": "1",
        "level": "1",
        "certificate_number": certificate,
        "exam_year": 1999,
        "passed_on": "1999-12-31",
    }
    await cases.world.feed(old(record) | physician)
    (case,) = await opened(cases)
    assert case["recorded"]["certificate_number"] == certificate
    answer = await decide(cases, await proven(cases, case), RIGHT)
    assert answer.status_code == 200, answer.text
    (row,) = await cases.world.rows("SELECT * FROM qualification")
    opened_number = cases.world.kit.cipher.open(
        row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER
    )
    assert opened_number == certificate
    assert row["person_key"] == cases.world.kit.person_key(RIGHT)


async def test_no_one_but_an_upgrade_takes_an_id_number_with_the_decision(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(record(2, route="recognition", admission_number=None))
    case = await cases.submitted(number=2)
    no = await cases.decide(cases.province(), case, "approve", id_number=RIGHT)
    assert codes(no) == [("id_number_not_expected", "id_number")]


async def put_number(cases: Cases, number: int, value: str) -> str:
    """Have a qualification on record with a number that no feed would take."""
    row = await cases.qualification(number)
    async with cases.world.kit.database.transaction() as tx:
        await tx.connection.exec_driver_sql(
            "UPDATE qualification SET sealed_id_number = $1, person_key = $2 WHERE id = $3",
            (
                cases.world.kit.cipher.seal(value, purposes.ID_NUMBER),
                cases.world.kit.person_key(value),
                row["id"],
            ),
        )
    return str(row["id"])


async def test_numbers_on_record_are_upgraded_in_bulk_and_the_rest_become_cases(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(
        *(record(n, **RECOGNISED, id_number=RIGHT, exam_year=2020 + n) for n in range(1, 4)),
        record(4),
    )
    await put_number(cases, 1, FIFTEEN)
    await put_number(cases, 2, CENTENARIAN)
    await put_number(cases, 3, RIGHT[:17] + ("0" if RIGHT[17] != "0" else "1"))
    operator = cases.world.client("operator")
    pages: list[dict[str, Any]] = []
    after = None
    while True:
        body = {"after": after, "limit": 2}
        pages.append((await operator.post(f"{CASES}/upgrades", json=body)).json())
        if (after := pages[-1]["next"]) is None:
            break
    assert sum(page["examined"] for page in pages) == 4
    assert sum(page["upgraded"] for page in pages) == 1
    assert sum(page["became_cases"] for page in pages) == 2
    upgraded = await cases.qualification(1)
    assert (upgraded["person_key"], upgraded["version"]) == (
        cases.world.kit.person_key(RIGHT),
        2,
    )
    (event,) = await cases.world.published("qualification-recorded")
    assert event["former_person_key"] == cases.world.kit.person_key(FIFTEEN)
    assert {case["reasons"][0]["code"] for case in await opened(cases)} == {
        "id_number_fifteen_centenarian",
        "id_number_check_digit",
    }
    again = (await operator.post(f"{CASES}/upgrades", json={"limit": 100})).json()
    assert (again["upgraded"], again["became_cases"]) == (0, 0)


async def test_a_stored_number_is_decided_like_any_other(cases: Cases, record: Make) -> None:
    await cases.world.feed(record(1, **RECOGNISED, id_number=RIGHT))
    key = await put_number(cases, 1, CENTENARIAN)
    await cases.world.client("operator").post(f"{CASES}/upgrades", json={})
    (case,) = await opened(cases)
    assert case["qualification_id"] == key
    answer = await decide(cases, await proven(cases, case), RIGHT)
    assert answer.status_code == 200, answer.text
    row = await cases.qualification()
    assert (row["person_key"], row["version"]) == (cases.world.kit.person_key(RIGHT), 2)
    again = await cases.world.feed(old(record, version=2, school="天津护士学校"))
    assert again["counts"]["updated"] == 1


@pytest.mark.parametrize("role", ["practitioner", "institution", "authority", "exam_centre"])
async def test_only_an_operator_goes_through_the_register(cases: Cases, role: str) -> None:
    answer = await cases.world.client(role).post(f"{CASES}/upgrades", json={})
    assert answer.status_code == 403
