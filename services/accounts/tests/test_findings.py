"""What was found for a person, what not, and where to go for what is missing (Q4, Q14)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from services.accounts.tests.desk import registered
from services.accounts.tests.world import Row, World

from zhiye_accounts.domain.findings import findings_of
from zhiye_accounts.domain.identity import Qualification, Registration

ME = "/api/v1/accounts/me"


def held(
    route: str | None, province: str | None = "110000", name: str = "王芳", **more: Any
) -> Qualification:
    return Qualification(
        "physician", name, "q", date(2026, 6, 15), route=route, province=province, **more
    )


def practice(status: str) -> Registration:
    return Registration("physician", "王芳", "r", status)


BOTH = ["if it is missing or wrong and you were recognised", "and you passed the exam"]


@pytest.mark.parametrize(
    ("qualifications", "code", "reason", "steps"),
    [
        ([], "qualification_not_found", "No qualification is on record.", BOTH),
        (
            [held("exam")],
            "qualification_found",
            "A qualification is on record: by exam (Beijing).",
            ["the province of the exam (Beijing), which asks the exam centre"],
        ),
        (
            [held("recognition", "310000")],
            "qualification_found",
            "A qualification is on record: by recognition (Shanghai).",
            ["the province that recognised you (Shanghai)"],
        ),
        (
            [held("exam"), held("recognition", "310000")],
            "qualification_found",
            "A qualification is on record: by exam (Beijing), by recognition (Shanghai).",
            ["the province of the exam (Beijing)", "recognised you (Shanghai)"],
        ),
        (
            [held("exam", in_force=False)],
            "qualification_not_in_force",
            "The qualification on record is not in force: by exam (Beijing).",
            ["the province of the exam (Beijing)"],
        ),
        ([held(None, None)], "qualification_found", "A qualification is on record.", BOTH),
        # somebody else's: no more than that it is there
        ([held("exam", name="李静")], "qualification_found", "A qualification is on record.", BOTH),
        (
            [held("exam", name="李静", in_force=False)],
            "qualification_not_found",
            "No qualification is on record.",
            BOTH,
        ),
    ],
)
def test_recognition_and_exam_lead_to_their_province(
    qualifications: list[Qualification], code: str, reason: str, steps: list[str]
) -> None:
    finding, _ = findings_of("王芳", qualifications, [])
    assert (finding.about, finding.code, finding.reason.en) == ("qualification", code, reason)
    assert finding.found == (code == "qualification_found")
    assert len(finding.next_steps) == len(steps)
    for step, said in zip(finding.next_steps, steps, strict=True):
        assert said.lower() in step.en.lower()


@pytest.mark.parametrize(
    ("registrations", "code", "found"),
    [
        ([], "registration_not_found", False),
        ([practice("registered")], "registration_found", True),
        ([practice("cancelled"), practice("registered")], "registration_found", True),
        ([practice("cancelled")], "registration_not_in_force", True),
        ([practice("filed")], "registration_not_in_force", True),
        ([practice("moving_out")], "registration_not_in_force", True),
    ],
)
def test_a_missing_registration_leads_to_the_verification_search_of_the_institution(
    registrations: list[Registration], code: str, found: bool
) -> None:
    _, finding = findings_of("王芳", [], registrations)
    assert (finding.about, finding.code, finding.found) == ("registration", code, found)
    assert "verification search" in finding.next_steps[0].en
    assert "信息验证" in finding.next_steps[0].zh


async def findings(world: World, row: Row, language: str = "en") -> dict[str, Row]:
    told = (await world.as_(row, language).get(ME)).json()["findings"]
    return {finding["about"]: finding for finding in told}


async def test_each_finding_is_told_with_the_account(world: World) -> None:
    row = await world.account()
    told = await findings(world, row)
    assert told["qualification"]["code"] == "qualification_not_found"
    assert told["registration"]["code"] == "registration_not_found"
    assert (await world.as_(row).get(ME)).json()["identity"]["code"] == "identity_no_record"

    await world.deliver(world.qualified(row["person_key"], route="recognition", province="110000"))
    told = await findings(world, row, "zh")
    assert told["qualification"]["reason"] == "已查到资格信息：认定取得（北京市）。"
    assert told["qualification"]["found"]
    assert told["registration"]["found"] is False
    assert len(told["registration"]["next_steps"]) == 2

    await registered(world, row)
    assert (await findings(world, row))["registration"]["code"] == "registration_found"


async def test_of_somebody_elses_records_no_more_is_told_than_that_they_are_there(
    world: World,
) -> None:
    row = await world.account(name="李静")
    await world.deliver(world.qualified(row["person_key"], province="310000"))
    await registered(world, row, name="王芳")
    told = str(await findings(world, row, "zh"))
    assert "上海" not in told
    assert "王芳" not in told


async def test_staff_have_no_findings(world: World) -> None:
    row = await world.account(role="institution", name="北京示例医院")
    assert await findings(world, row) == {}
