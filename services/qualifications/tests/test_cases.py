"""Corrections and additions, from the draft to the decision and its effect (Q14, Q46)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from services.qualifications.tests.case_world import CASES, Cases, codes, id_of

Make = Callable[..., dict[str, Any]]


@pytest.fixture
async def cases(world: Any, record: Make) -> Cases:
    """Person 1 took an exam, person 2 was recognised; both in Beijing."""
    await world.feed(record(1), record(2, route="recognition", admission_number=None))
    return Cases(world)


async def test_a_recognised_qualification_is_corrected_by_its_province(cases: Cases) -> None:
    case = await cases.submitted({"school": "天津护士学校"}, number=2)
    assert (case["state"], case["deadline"]) == ("awaiting_province", "2026-12-21")
    answer = await cases.decide(cases.province(), case, "approve")
    assert answer.status_code == 200, answer.text
    decided = answer.json()
    assert decided["state"] == "approved"
    after = await cases.qualification(2)
    assert (after["school"], after["version"], after["in_force"]) == ("天津护士学校", 2, True)
    (old,) = await cases.world.rows("SELECT school, version FROM qualification_history")
    assert (old["school"], old["version"]) == ("北京护士学校", 1)
    (change,) = await cases.world.rows("SELECT * FROM qualification_change")
    assert change["asked_by_account_id"] == "person-2"
    assert change["decided_by_account_id"] == "officer-110000"
    (event,) = await cases.world.published("qualification-recorded")
    assert (event["school"], event["version"]) == ("天津护士学校", 2)
    assert event["corrected"] == ["school"]


async def test_an_exam_is_forwarded_by_the_province_and_decided_by_the_exam_centre(
    cases: Cases,
) -> None:
    case = await cases.submitted({"name": "王芬"})
    no = await cases.decide(cases.province(), case, "approve")
    assert (no.status_code, codes(no)) == (409, [("case_awaiting_province", None)])
    assert "考试中心" in no.json()["next_step"]
    forwarded = (await cases.decide(cases.province(), case, "forward")).json()
    assert forwarded["state"] == "forwarded"
    (event,) = await cases.world.published("case-forwarded")
    assert event["fields"] == ["name"]
    assert "王" not in str(event)
    opened = cases.world.kit.cipher.open(event["sealed_asked"], "case")
    assert "王芬" in opened
    found = await cases.exam_centre().get(CASES, params={"state": "forwarded"})
    assert [item["id"] for item in found.json()["items"]] == [case["id"]]
    answer = await cases.decide(cases.exam_centre(), forwarded, "approve")
    assert answer.json()["state"] == "approved"
    assert (await cases.qualification())["name"] == "王芬"


async def test_a_province_does_not_forward_what_it_recognised(cases: Cases) -> None:
    case = await cases.submitted(number=2)
    no = await cases.decide(cases.province(), case, "forward")
    assert (no.status_code, codes(no)) == (409, [("case_awaiting_province", None)])
    assert "不提交考试中心" in no.json()["next_step"]


async def test_the_exam_centre_neither_sees_nor_decides_what_was_not_forwarded(
    cases: Cases,
) -> None:
    case = await cases.submitted()
    centre = cases.exam_centre()
    assert (await centre.get(f"{CASES}/{case['id']}")).status_code == 404
    assert (await cases.decide(centre, case, "approve")).status_code == 404
    assert (await centre.get(CASES)).json()["items"] == []


async def test_the_exam_centre_may_refuse_with_all_its_reasons(cases: Cases) -> None:
    case = await cases.forwarded()
    reasons = [
        {"code": "differs_from_archive", "text": "报名表为北京护士学校"},
        {"code": "other", "text": "证书为复印件"},
    ]
    answer = await cases.decide(cases.exam_centre(), case, "refuse", reasons=reasons)
    assert answer.json()["state"] == "refused"
    seen = (await cases.person().get(f"{CASES}/{case['id']}")).json()
    assert [r["text"] for r in seen["reasons"]] == [
        "与考试报名档案或认定档案不一致：报名表为北京护士学校",
        "证书为复印件",
    ]
    english = cases.world.client(
        "practitioner",
        language="en",
        account_id="person-1",
        person_key=cases.world.kit.person_key(id_of(1)),
    )
    told = (await english.get(f"{CASES}/{case['id']}")).json()
    assert told["timeline"][-1]["organisation"] == "exam centre"
    assert (await cases.qualification())["version"] == 1


@pytest.mark.parametrize("decision", ["return", "refuse"])
async def test_no_is_not_said_without_reasons(cases: Cases, decision: str) -> None:
    case = await cases.submitted()
    no = await cases.decide(cases.province(), case, decision, reasons=[])
    assert (no.status_code, codes(no)) == (422, [("reasons_required", "reasons")])
    no = await cases.decide(cases.province(), case, decision, reasons=[{"code": "other"}])
    assert codes(no) == [("reason_text_required", "reasons.0.text")]


@pytest.mark.parametrize(
    ("region", "status"),
    [("120000", 404), ("110105", 404), ("000000", 404)],
    ids=["another province", "a county of the province", "the nation"],
)
async def test_only_the_province_itself_decides(cases: Cases, region: str, status: int) -> None:
    case = await cases.submitted(number=2)
    no = await cases.decide(cases.province(region), case, "approve")
    assert no.status_code == status
    assert (await cases.qualification(2))["version"] == 1


async def test_the_nation_reads_submitted_cases_with_masked_numbers(cases: Cases) -> None:
    case = await cases.submitted({"name": "王芬"}, number=2)
    nation = cases.province("000000")
    seen = (await nation.get(f"{CASES}/{case['id']}")).json()
    assert seen["recorded"]["id_number"].count("*") == 11
    assert seen["actions"] == []
    assert len((await nation.get(CASES)).json()["items"]) == 1
    other = cases.province("120000")
    assert (await other.get(f"{CASES}/{case['id']}")).status_code == 404
    assert (await other.get(CASES)).json()["items"] == []


async def test_only_the_fields_of_q46_can_be_corrected_and_all_others_are_named(
    cases: Cases,
) -> None:
    no = await cases.file({"exam_year": 2025, "name": "王", "level": "nurse", "学历": "40"})
    assert no.status_code == 422
    assert codes(no) == [
        ("field_not_correctable", "exam_year"),
        ("field_not_correctable", "level"),
        ("field_not_correctable", "column 4"),
        ("name_length", "name"),
    ]
    assert no.json()["reasons"][0]["source"] == "答疑手册问题46"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("case_nothing_asked", None)),
        ({"school": "北京护士学校"}, ("case_changes_nothing", None)),
        ({"school": " 北京护士学校 ", "name": "王芳"}, ("case_changes_nothing", None)),
        ({"title": None}, ("case_changes_nothing", None)),
        ({"title": "231"}, ("code_unknown", "title")),
        ({"education": "41"}, ("code_unknown", "education")),
        ({"gender": "1"}, ("gender_differs", "gender")),
        ({"birth_date": "1999-01-02"}, ("birth_date_differs", "birth_date")),
        ({"school": "校" * 101}, ("too_long", "school")),
        ({"certificate_number": "12"}, ("nurse_exam_format", "certificate_number")),
        ({"id_number": "110105200001020021"}, ("id_number_check_digit", "id_number")),
        ({"school": "=1+1"}, ("formula_not_allowed", "school")),
    ],
)
async def test_what_cannot_be_or_changes_nothing_is_refused_at_once(
    cases: Cases, changes: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    no = await cases.file(changes)
    assert (no.status_code, codes(no)) == (422, [expected])
    assert "报送" not in no.json()["next_step"]
    assert await cases.world.rows("SELECT id FROM qualification_case") == []


async def test_the_same_case_is_not_opened_twice_but_another_is(cases: Cases) -> None:
    first = await cases.file({"school": "天津护士学校"})
    no = await cases.file({"school": " 天津护士学校"})
    assert (no.status_code, codes(no)) == (409, [("case_open_already", None)])
    assert (await cases.file({"major": "助产"})).status_code == 201
    await cases.person().post(f"{CASES}/{first.json()['id']}/withdrawal")
    assert (await cases.file({"school": "天津护士学校"})).status_code == 201


async def test_of_the_same_case_filed_at_once_one_is_opened(cases: Cases) -> None:
    answers = await asyncio.gather(*(cases.file({"school": "天津护士学校"}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_an_account_has_only_so_many_open_cases(cases: Cases) -> None:
    for number in range(20):
        assert (await cases.file({"school": f"第{number}护士学校"})).status_code == 201
    no = await cases.file({"major": "助产"})
    assert (no.status_code, codes(no)) == (409, [("case_too_many_open", None)])


async def test_somebody_elses_qualification_looks_as_if_it_did_not_exist(cases: Cases) -> None:
    for stranger in (cases.person(2), cases.province("120000"), cases.person(1, active=False)):
        no = await cases.file({"school": "天津护士学校"}, 1, stranger)
        assert (no.status_code, codes(no)) == (404, [("not_found", None)])
    no = await cases.file({"school": "天津护士学校"}, 1, cases.hospital())
    assert no.status_code == 404


async def test_somebody_elses_case_looks_as_if_it_did_not_exist(cases: Cases) -> None:
    case = await cases.submitted()
    for stranger in (cases.person(2), cases.hospital(), cases.province("120000")):
        assert (await stranger.get(f"{CASES}/{case['id']}")).status_code == 404
        assert (await stranger.post(f"{CASES}/{case['id']}/withdrawal")).status_code == 404
        assert (await stranger.post(f"{CASES}/{case['id']}/submission")).status_code == 404
        assert (await stranger.get(CASES)).json()["items"] == []


async def test_a_draft_is_its_writers_own(cases: Cases) -> None:
    made = (await cases.file({"school": "天津护士学校"})).json()
    assert (await cases.province().get(f"{CASES}/{made['id']}")).status_code == 404
    assert (await cases.province().get(CASES)).json()["items"] == []
    other_account = cases.person(1, account_id="another")
    assert (await other_account.get(f"{CASES}/{made['id']}")).status_code == 404


async def test_evidence_that_is_missing_is_named_all_at_once(cases: Cases) -> None:
    made = (await cases.file({"name": "王芬", "education": "30"})).json()
    assert [one["kind"] for one in made["evidence_needed"]] == [
        "id_card",
        "household_register",
        "diploma",
    ]
    person = cases.person()
    await cases.prove(person, made["id"], "diploma")
    no = await person.post(f"{CASES}/{made['id']}/submission")
    assert codes(no) == [
        ("evidence_missing", "evidence.id_card"),
        ("evidence_missing", "evidence.household_register"),
    ]


async def test_a_returned_case_keeps_its_days_and_comes_back(cases: Cases, clock: Any) -> None:
    person, province = cases.person(2), cases.province()
    case = await cases.submitted(number=2)
    clock.instant += timedelta(days=7)  # five working days
    returned = (await cases.decide(province, case, "return")).json()
    assert (returned["state"], returned["deadline"]) == ("returned", None)
    assert returned["clock_stopped"] is True
    assert returned["working_days_left"] == 15
    clock.instant += timedelta(days=28)
    revised = await person.put(
        f"{CASES}/{case['id']}",
        json={"asked": {"school": "上海护士学校"}},
        headers={"If-Match": f'"{returned["version"]}"'},
    )
    assert revised.json()["asked"] == {"school": "上海护士学校"}
    assert revised.json()["reasons"] == returned["reasons"]
    again = (await person.post(f"{CASES}/{case['id']}/submission")).json()
    assert (again["state"], again["working_days_left"]) == ("awaiting_province", 15)
    assert [step["action"] for step in again["timeline"]] == [
        "drafted",
        "submitted",
        "returned",
        "revised",
        "resubmitted",
    ]
    step = again["timeline"][2]
    assert (step["organisation"], step["actor_role"]) == ("北京市卫生健康部门", "authority")
    assert step["reasons"][0]["text"] == "证明资料不清晰或与申请内容不一致：照片模糊"


async def test_a_case_can_be_withdrawn_until_it_is_decided(cases: Cases) -> None:
    case = await cases.forwarded()
    withdrawn = await cases.person().post(f"{CASES}/{case['id']}/withdrawal")
    assert withdrawn.json()["state"] == "withdrawn"
    no = await cases.decide(cases.exam_centre(), withdrawn.json(), "approve")
    assert (no.status_code, codes(no)) == (409, [("case_withdrawn", None)])
    done = await cases.submitted(number=2)
    await cases.decide(cases.province(), done, "approve")
    no = await cases.person(2).post(f"{CASES}/{done['id']}/withdrawal")
    assert (no.status_code, codes(no)) == (409, [("case_approved", None)])


async def test_of_two_who_decide_at_once_one_wins(cases: Cases) -> None:
    case = await cases.submitted(number=2)
    first, second = cases.province(account_id="o1"), cases.province(account_id="o2")
    answers = await asyncio.gather(
        cases.decide(first, case, "approve"), cases.decide(second, case, "refuse")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(answer for answer in answers if answer.status_code == 200).json()
    version = (await cases.qualification(2))["version"]
    assert version == (2 if won["state"] == "approved" else 1)


async def test_a_decision_names_the_version_it_was_based_on(cases: Cases) -> None:
    case = await cases.submitted(number=2)
    stale = await cases.decide(cases.province(), case | {"version": 1}, "approve")
    assert (stale.status_code, codes(stale)) == (412, [("version_stale", "If-Match")])
    bare = await cases.province().post(
        f"{CASES}/{case['id']}/decision", json={"decision": "approve"}
    )
    assert bare.status_code == 428


async def test_the_register_moves_on_and_what_is_left_of_a_case_is_applied(
    cases: Cases, record: Make
) -> None:
    case = await cases.submitted({"school": "天津护士学校", "major": "助产"}, number=2)
    newer = record(2, route="recognition", admission_number=None, version=2, major="助产")
    await cases.world.feed(newer)
    answer = await cases.decide(cases.province(), case, "approve")
    assert answer.json()["state"] == "approved"
    (change,) = await cases.world.rows("SELECT fields FROM qualification_change")
    assert change["fields"] == ["school"]


async def test_a_case_that_has_nothing_left_to_change_is_not_approved(
    cases: Cases, record: Make
) -> None:
    case = await cases.submitted({"major": "助产"}, number=2)
    newer = record(2, route="recognition", admission_number=None, version=2, major="助产")
    await cases.world.feed(newer)
    no = await cases.decide(cases.province(), case, "approve")
    assert (no.status_code, codes(no)) == (409, [("case_changes_nothing", None)])
    seen = (await cases.person(2).get(f"{CASES}/{case['id']}")).json()
    assert seen["state"] == "awaiting_province"


async def test_a_certificate_number_of_another_record_is_not_given_away(cases: Cases) -> None:
    taken = cases.world.record(1)["certificate_number"]
    case = await cases.submitted({"certificate_number": taken}, number=2)
    no = await cases.decide(cases.province(), case, "approve")
    assert (no.status_code, codes(no)) == (
        409,
        [("certificate_of_other_record", "certificate_number")],
    )


async def test_whoever_files_does_not_decide(cases: Cases) -> None:
    officer = cases.province()
    case = await cases.submitted(number=2, client=officer)
    assert "approve" not in case["actions"]
    no = await cases.decide(officer, case, "approve")
    assert (no.status_code, codes(no)) == (403, [("case_filed_by_you", None)])
    colleague = cases.province(account_id="colleague")
    assert (await cases.decide(colleague, case, "approve")).status_code == 200


async def test_a_title_is_added_by_a_correction_and_shown(cases: Cases) -> None:
    case = await cases.submitted({"title": "254"}, number=2)
    assert [one["kind"] for one in case["evidence_needed"]] == ["title_certificate"]
    await cases.decide(cases.province(), case, "approve")
    (own,) = (await cases.person(2).get("/api/v1/my/qualifications")).json()["items"]
    assert (own["title"], own["title_label"], own["original"]) == ("254", "护师", {"title": None})


async def test_lists_are_paged_and_tell_what_is_late(cases: Cases, clock: Any) -> None:
    for school in ("天津护士学校", "上海护士学校", "重庆护士学校"):
        await cases.submitted({"school": school}, number=2)
    province = cases.province()
    first = (await province.get(CASES, params={"limit": 2})).json()
    rest = (await province.get(CASES, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    assert (await province.get(CASES, params={"overdue": "true"})).json()["items"] == []
    clock.instant += timedelta(days=40)
    late = (await province.get(CASES, params={"overdue": "true"})).json()["items"]
    assert len(late) == 3
    assert all(item["working_days_left"] < 0 for item in late)
