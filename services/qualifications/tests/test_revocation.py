"""Revocation of a qualification, its end, and who may see every version."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from services.qualifications.tests.case_world import Cases, codes

from zhiye_qualifications.domain.case_reasons import REVOCATION_REASONS

Make = Callable[..., dict[str, Any]]
RECOGNISED = {"route": "recognition", "admission_number": None}
REVOKED = {"reason": "exam_fraud", "document": "京卫罚〔2026〕17号"}
RESTORED = {"reason": "reconsideration", "document": "京政复〔2026〕3号"}


@pytest.fixture
async def cases(world: Any, record: Make) -> Cases:
    await world.feed(record(1), record(2, **RECOGNISED))
    return Cases(world)


async def force(
    cases: Cases, client: Any, number: int = 1, change: str = "revocation", **body: Any
) -> Any:
    row = await cases.qualification(number)
    given = (REVOKED if change == "revocation" else RESTORED) | body
    return await client.post(f"/api/v1/qualifications/{row['id']}/{change}", json=given)


async def test_a_revoked_qualification_is_a_new_version_not_in_force(cases: Cases) -> None:
    answer = await force(cases, cases.province())
    assert answer.status_code == 200, answer.text
    assert answer.json()["in_force"] is False
    row = await cases.qualification()
    assert (row["in_force"], row["version"]) == (False, 2)
    (event,) = await cases.world.published("qualification-recorded")
    assert (event["in_force"], event["version"], event["corrected"]) == (False, 2, [])
    (told,) = await cases.world.published("case-changed")
    assert (told["kind"], told["change"], told["person_key"]) == (
        "revocation",
        "revoked",
        row["person_key"],
    )
    (reason,) = told["reasons"]
    assert (reason["code"], reason["text"]) == ("exam_fraud", "考试作弊，成绩被宣布无效")
    assert reason["text_en"] == REVOCATION_REASONS.label("exam_fraud", "en")


async def test_no_feed_undoes_a_revocation(cases: Cases, record: Make) -> None:
    await force(cases, cases.exam_centre())
    counts = (await cases.world.feed(record(1, version=2, major="助产")))["counts"]
    assert counts["updated"] == 1
    row = await cases.qualification()
    assert (row["in_force"], row["major"], row["version"]) == (False, "助产", 3)
    assert (await cases.world.published())[-1]["in_force"] is False
    answer = await force(cases, cases.province(), change="restoration")
    assert answer.json()["in_force"] is True
    await cases.world.feed(record(1, version=3, major="护理"))
    assert (await cases.qualification())["in_force"] is True


async def test_a_revoked_record_can_still_be_corrected_and_stays_revoked(cases: Cases) -> None:
    await force(cases, cases.province(), 2)
    case = await cases.submitted({"school": "天津护士学校"}, number=2)
    await cases.decide(cases.province(), case, "approve")
    row = await cases.qualification(2)
    assert (row["school"], row["in_force"], row["version"]) == ("天津护士学校", False, 3)


@pytest.mark.parametrize(
    ("role", "scope", "number", "status", "code"),
    [
        ("authority", {"region": "120000"}, 1, 404, "not_found"),
        ("authority", {"region": "110105"}, 1, 403, "region_too_small"),
        ("authority", {"region": "000000"}, 1, 403, "revocation_not_yours"),
        ("exam_centre", {}, 2, 403, "revocation_not_yours"),
        ("practitioner", {}, 1, 403, "role_forbidden"),
        ("institution", {}, 1, 403, "role_forbidden"),
    ],
)
async def test_only_the_province_the_exam_centre_for_exams_and_an_operator_revoke(
    cases: Cases, role: str, scope: dict[str, str], number: int, status: int, code: str
) -> None:
    no = await force(cases, cases.world.client(role, **scope), number)
    assert (no.status_code, no.json()["code"]) == (status, code)
    assert (await cases.qualification(number))["in_force"] is True
    assert (await force(cases, cases.world.client("operator"), number)).status_code == 200


async def test_it_is_revoked_once_and_restored_once(cases: Cases) -> None:
    no = await force(cases, cases.province(), change="restoration")
    assert (no.status_code, codes(no)) == (409, [("qualification_not_revoked", None)])
    answers = await asyncio.gather(*(force(cases, cases.province()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    no = next(answer for answer in answers if answer.status_code == 409)
    assert codes(no) == [("qualification_revoked_already", None)]
    assert (await cases.qualification())["version"] == 2


async def test_a_revocation_needs_its_document_and_other_its_words(cases: Cases) -> None:
    no = await force(cases, cases.province(), document=" ")
    assert (no.status_code, codes(no)) == (422, [("too_short", "document")])
    no = await force(cases, cases.province(), reason="other")
    assert codes(no) == [("reason_text_required", "note")]
    no = await force(cases, cases.province(), reason="mood")
    assert codes(no) == [("choice", "reason")]


async def test_every_version_is_told_with_who_made_it(cases: Cases, record: Make) -> None:
    case = await cases.submitted({"school": "天津护士学校"}, number=2)
    await cases.decide(cases.province(), case, "approve")
    await force(cases, cases.province(), 2)
    await cases.world.feed(record(2, **RECOGNISED, version=2, major="助产"))
    row = await cases.qualification(2)
    url = f"/api/v1/qualifications/{row['id']}/versions"
    items = (await cases.person(2).get(url)).json()["items"]
    assert [item["version"] for item in items] == [4, 3, 2, 1]
    assert [item["change"] and item["change"]["kind"] for item in items] == [
        None,
        "revocation",
        "correction",
        None,
    ]
    assert items[1]["change"]["document"] == "京卫罚〔2026〕17号"
    assert items[1]["change"]["decided_by"] == "北京市卫生健康部门"
    assert items[2]["change"]["number"] == case["number"]
    assert (items[2]["change"]["asked_by"], items[2]["change"]["fields"]) == (
        "practitioner",
        ["school"],
    )
    assert [item["qualification"]["school"] for item in items] == [
        "天津护士学校",
        "天津护士学校",
        "天津护士学校",
        "北京护士学校",
    ]
    assert items[0]["qualification"]["certificate_number"] == record(2)["certificate_number"]
    masked = (await cases.province().get(url)).json()["items"]
    assert record(2)["certificate_number"] not in str(masked)
    for stranger, status in (
        (cases.person(1), 404),
        (cases.province("120000"), 404),
        (cases.province("110105"), 403),
        (cases.hospital(), 403),
    ):
        assert (await stranger.get(url)).status_code == status


async def test_who_changed_a_qualification_is_never_rewritten(cases: Cases) -> None:
    await force(cases, cases.province())
    with pytest.raises(Exception, match="only grows"):
        async with cases.world.kit.database.transaction() as tx:
            await tx.connection.exec_driver_sql("DELETE FROM qualification_change")
