"""Cases about who somebody is: ID numbers, records under another identity, cases on behalf."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from services.qualifications.tests.case_world import CASES, Cases, codes, id_of

from zhiye_contracts.identifiers import physician_qualification_certificate

Make = Callable[..., dict[str, Any]]


@pytest.fixture
async def cases(world: Any, record: Make) -> Cases:
    await world.feed(record(1), record(2, route="recognition", admission_number=None))
    return Cases(world)


def claim(record: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A case about a record that is under another ID number."""
    return {
        "kind": "correction",
        "certificate_number": record["certificate_number"],
        "name": record["name"],
        "changes": {"id_number": id_of(7)},
    } | more


async def test_an_account_that_is_not_active_claims_a_record_under_another_id_number(
    cases: Cases, record: Make
) -> None:
    person = cases.person(7, active=False)
    made = await person.post(CASES, json=claim(record(2)))
    assert made.status_code == 201, made.text
    case = made.json()
    # The birth date goes with the ID number; the gender is the same. Nothing of the record is told.
    assert set(case["asked"]) == {"id_number", "birth_date"}
    assert case["recorded"] is None
    for secret in (record(2)["birth_date"], record(2)["school"], record(2)["id_number"]):
        assert secret not in made.text
    await cases.prove(person, case["id"])
    submitted = (await person.post(f"{CASES}/{case['id']}/submission")).json()
    seen = (await cases.province().get(f"{CASES}/{case['id']}")).json()
    assert seen["recorded"]["id_number"] == record(2)["id_number"]
    answer = await cases.decide(cases.province(), submitted, "approve")
    assert answer.status_code == 200, answer.text
    after = await cases.qualification(2)
    assert after["person_key"] == cases.world.kit.person_key(id_of(7))
    assert after["birth_date"].isoformat() == cases.world.record(7)["birth_date"]
    (event,) = await cases.world.published("qualification-recorded")
    assert event["person_key"] == after["person_key"]
    assert event["former_person_key"] == cases.world.kit.person_key(record(2)["id_number"])
    assert event["corrected"] == ["birth_date", "id_number"]
    own = await cases.person(7).get("/api/v1/my/qualifications")
    assert len(own.json()["items"]) == 1
    before = await cases.person(2).get("/api/v1/my/qualifications")
    assert before.json()["items"] == []


async def test_a_record_can_only_be_claimed_for_ones_own_id_number(
    cases: Cases, record: Make
) -> None:
    no = await cases.person(7).post(CASES, json=claim(record(2), changes={"id_number": id_of(9)}))
    assert codes(no) == [("case_not_own_id_number", "changes.id_number")]
    no = await cases.person(7).post(CASES, json=claim(record(2), changes={"school": "我的学校"}))
    assert codes(no) == [("case_not_own_id_number", "changes.id_number")]


async def test_a_wrong_name_or_number_finds_nothing_and_tries_are_counted(
    cases: Cases, record: Make
) -> None:
    person = cases.person(7)
    wrong = [
        claim(record(2), name="李四"),
        claim(record(2), certificate_number="202699900000001"),
        claim(record(3)),
    ]
    for body in wrong:
        no = await person.post(CASES, json=body)
        assert (no.status_code, codes(no)) == (
            404,
            [("case_record_not_found", "certificate_number")],
        )
    # A case that is refused for what it asks counts too: it told that the record is there.
    assert (await person.post(CASES, json=claim(record(2), changes={}))).status_code == 422
    assert (await person.post(CASES, json=claim(record(2)))).status_code == 201
    no = await person.post(CASES, json=claim(record(1)))
    assert (no.status_code, codes(no)) == (429, [("limit_foreign_number", None)])
    assert int(no.headers["Retry-After"]) > 80_000
    other = cases.person(7, account_id="another")
    assert (await other.post(CASES, json=claim(record(1)))).status_code == 201


async def test_what_the_question_lacks_is_told_at_once(cases: Cases) -> None:
    body = {"kind": "correction", "changes": {"name": "王芬"}}
    no = await cases.person().post(CASES, json=body)
    assert codes(no) == [("field_missing", "certificate_number"), ("field_missing", "name")]
    no = await cases.hospital().post(CASES, json=body | {"id_number": "110105200001020021"})
    assert codes(no) == [
        ("field_missing", "certificate_number"),
        ("id_number_check_digit", "id_number"),
    ]
    no = await cases.person().post(
        CASES, json={"kind": "addition", "record": {}, "changes": {"name": "王芬"}, "name": "王芳"}
    )
    assert codes(no) == [
        ("case_field_not_of_this_kind", "name"),
        ("case_field_not_of_this_kind", "changes"),
    ]


async def test_an_institution_files_on_behalf_by_the_full_id_number(
    cases: Cases, record: Make
) -> None:
    hospital = cases.hospital()
    body = {
        "kind": "correction",
        "certificate_number": record(2)["certificate_number"],
        "id_number": record(2)["id_number"],
        "changes": {"name": "王芬"},
    }
    made = await hospital.post(CASES, json=body)
    assert made.status_code == 201, made.text
    case = made.json()
    assert case["recorded"] is None
    assert "北京护士学校" not in made.text
    files = await cases.prove(hospital, case["id"])
    await hospital.post(f"{CASES}/{case['id']}/submission")
    colleague = cases.hospital(account_id="colleague")
    assert (await colleague.get(f"{CASES}/{case['id']}")).status_code == 200
    other = cases.hospital("INS2")
    assert (await other.get(f"{CASES}/{case['id']}")).status_code == 404
    # The person sees it, with the record and the evidence, and may withdraw it.
    person = cases.person(2)
    seen = (await person.get(f"{CASES}/{case['id']}")).json()
    assert seen["recorded"]["name"] == "王芳"
    assert "*" in seen["recorded"]["id_number"]
    assert (await person.get(files[0]["url"])).status_code == 200
    # An account of the same ID number that is not active is nobody known.
    impostor = cases.person(2, active=False, account_id="impostor")
    assert (await impostor.get(f"{CASES}/{case['id']}")).status_code == 404
    assert (await impostor.post(f"{CASES}/{case['id']}/withdrawal")).status_code == 404
    assert (await impostor.get(CASES)).json()["items"] == []
    assert (await person.post(f"{CASES}/{case['id']}/withdrawal")).status_code == 200
    (event,) = [
        e for e in await cases.world.published("case-changed") if e["change"] == "submitted"
    ]
    assert (event["account_id"], event["institution_id"]) == (None, "INS1")
    assert event["person_key"] == cases.world.kit.person_key(record(2)["id_number"])


async def test_an_institution_with_another_persons_id_number_finds_nothing(
    cases: Cases, record: Make
) -> None:
    body = {
        "kind": "correction",
        "certificate_number": record(2)["certificate_number"],
        "id_number": record(1)["id_number"],
        "changes": {"name": "王芬"},
    }
    no = await cases.hospital().post(CASES, json=body)
    assert codes(no) == [("case_record_not_found", "certificate_number")]


async def test_an_authority_files_only_for_its_own_province(cases: Cases, record: Make) -> None:
    body = {
        "kind": "correction",
        "certificate_number": record(2)["certificate_number"],
        "id_number": record(2)["id_number"],
        "changes": {"name": "王芬"},
    }
    assert (await cases.province("120000").post(CASES, json=body)).status_code == 404
    no = await cases.province("110105").post(CASES, json=body)
    assert (no.status_code, codes(no)) == (403, [("region_not_province", None)])
    made = await cases.province().post(CASES, json=body)
    assert made.status_code == 201
    assert (await cases.province("120000").get(f"{CASES}/{made.json()['id']}")).status_code == 404


async def test_a_physicians_certificate_number_must_hold_the_corrected_id_number(
    cases: Cases, record: Make
) -> None:
    number = physician_qualification_certificate(2020, "11", "1", "10", id_of(3))
    physician = {
        "profession": "physician",
        "category": "1",
        "level": "1",
        "certificate_number": number,
        "exam_year": 2020,
        "passed_on": "2020-12-01",
    }
    await cases.world.feed(record(3, **physician))
    body = claim(record(3, **physician))
    wrong = body | {"changes": {"id_number": id_of(7), "certificate_number": number[:-1] + "X"}}
    no = await cases.person(7).post(CASES, json=wrong)
    assert codes(no) == [("physician_qualification_id_number", "certificate_number")]
    # The certificate itself may be wrong: it keeps the number it was printed with.
    as_printed = await cases.person(7).post(CASES, json=body)
    assert as_printed.status_code == 201, as_printed.text
    right = physician_qualification_certificate(2020, "11", "1", "10", id_of(7))
    both = body | {"changes": {"id_number": id_of(7), "certificate_number": right}}
    assert (await cases.person(7).post(CASES, json=both)).status_code == 201


ADDED = {"route": "recognition", "admission_number": None}


def addition(record: Make, number: int = 5, **more: Any) -> dict[str, Any]:
    fields = record(number, **(ADDED | more))
    del fields["version"]
    return {"kind": "addition", "record": fields}


async def test_a_missing_qualification_is_added_by_the_province(cases: Cases, record: Make) -> None:
    person = cases.person(5, active=False)
    made = await person.post(CASES, json=addition(record) | {})
    assert made.status_code == 201, made.text
    case = made.json()
    assert [one["kind"] for one in case["evidence_needed"]] == ["id_card", "certificate"]
    await cases.prove(person, case["id"])
    submitted = (await person.post(f"{CASES}/{case['id']}/submission")).json()
    await cases.decide(cases.province(), submitted, "approve")
    row = await cases.qualification(5)
    assert (row["version"], row["record_version"], row["route"]) == (1, 0, "recognition")
    (event,) = await cases.world.published("qualification-recorded")
    assert (event["version"], event["corrected"]) == (1, [])
    (change,) = await cases.world.rows("SELECT kind, number FROM qualification_change")
    assert (change["kind"], change["number"]) == ("addition", case["number"])
    # Once the exam centre feeds it, its record is the one that counts.
    batch = await cases.world.feed(record(5, **ADDED, school="天津护士学校"))
    assert batch["counts"]["updated"] == 1
    assert (await cases.qualification(5))["school"] == "天津护士学校"


async def test_only_ones_own_qualification_can_be_added(cases: Cases, record: Make) -> None:
    no = await cases.person(6).post(CASES, json=addition(record, 5))
    assert codes(no) == [("case_not_own_identity", "record")]
    no = await cases.person(5, name="李四").post(CASES, json=addition(record, 5))
    assert codes(no) == [("case_not_own_identity", "record")]


async def test_what_is_on_record_is_not_added_again(cases: Cases, record: Make) -> None:
    no = await cases.person(2).post(CASES, json=addition(record, 2))
    assert (no.status_code, codes(no)) == (
        409,
        [("qualification_on_record", "record.certificate_number")],
    )
    taken = addition(record, 5, certificate_number=record(1)["certificate_number"])
    no = await cases.person(5).post(CASES, json=taken)
    assert (no.status_code, codes(no)) == (
        409,
        [("certificate_of_other_person", "record.certificate_number")],
    )
    for _ in range(4):
        await cases.person(5).post(CASES, json=taken)
    assert (await cases.person(5).post(CASES, json=taken)).status_code == 429
    same_year = addition(record, 2, certificate_number="202611199999999")
    no = await cases.person(2).post(CASES, json=same_year)
    assert (no.status_code, codes(no)) == (409, [("exam_year_taken", "record.exam_year")])


async def test_every_fault_of_an_addition_is_told_at_once(cases: Cases, record: Make) -> None:
    body = addition(record, 5, school="", exam_year=1900, title="999")
    body["record"]["colour"] = "blue"
    no = await cases.person(5).post(CASES, json=body)
    assert set(codes(no)) == {
        ("field_unknown", "colour"),
        ("code_unknown", "title"),
        ("field_missing", "school"),
        ("out_of_range", "exam_year"),
    }


async def test_an_addition_that_was_fed_meanwhile_is_not_added_again(
    cases: Cases, record: Make
) -> None:
    person = cases.person(5)
    case = (await person.post(CASES, json=addition(record))).json()
    await cases.prove(person, case["id"])
    submitted = (await person.post(f"{CASES}/{case['id']}/submission")).json()
    await cases.world.feed(record(5, **ADDED))
    no = await cases.decide(cases.province(), submitted, "approve")
    assert (no.status_code, codes(no)) == (
        409,
        [("certificate_of_other_record", "certificate_number"), ("exam_year_taken", "exam_year")],
    )


async def test_another_person_or_certificate_needs_another_case(cases: Cases, record: Make) -> None:
    person = cases.person(5)
    case = (await person.post(CASES, json=addition(record))).json()
    other = addition(record, 5, certificate_number="202611199999999")["record"]
    no = await person.put(
        f"{CASES}/{case['id']}", json={"asked": other}, headers={"If-Match": '"1"'}
    )
    assert codes(no) == [("case_other_subject", "certificate_number")]


async def test_nothing_secret_of_a_case_is_stored_or_published_in_the_clear(
    cases: Cases, record: Make
) -> None:
    person = cases.person(7)
    made = (await person.post(CASES, json=claim(record(2)))).json()
    await cases.prove(person, made["id"])
    await person.post(f"{CASES}/{made['id']}/submission")
    rows = await cases.world.rows("SELECT * FROM qualification_case")
    outbox = await cases.world.rows("SELECT event FROM outbox WHERE type LIKE '%case%'")
    stored = str(rows) + str(outbox)
    for secret in (id_of(7), record(2)["id_number"], record(2)["certificate_number"]):
        assert secret not in stored
