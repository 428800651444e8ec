"""The exam centre's decision may come over the bus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from services.qualifications.tests.case_world import CASES, Cases

from zhiye_contracts.events import QualificationCaseDecided, ToldReason

Make = Callable[..., dict[str, Any]]


@pytest.fixture
async def cases(world: Any, record: Make) -> Cases:
    await world.feed(record(1), record(2, route="recognition", admission_number=None))
    return Cases(world)


def decided(case: dict[str, Any], **more: Any) -> QualificationCaseDecided:
    return QualificationCaseDecided.model_validate(
        QualificationCaseDecided.example
        | {"aggregate_id": case["id"], "version": case["version"]}
        | more
    )


async def state_of(cases: Cases, case: dict[str, Any]) -> dict[str, Any]:
    return dict((await cases.province().get(f"{CASES}/{case['id']}")).json())


async def test_an_approval_has_its_effect_once(cases: Cases) -> None:
    case = await cases.forwarded({"name": "王芬"})
    event = decided(case, decision="approve", reasons=[])
    await cases.world.deliver(event, event)
    await cases.world.deliver(event)
    seen = await state_of(cases, case)
    assert seen["state"] == "approved"
    last = seen["timeline"][-1]
    assert (last["actor_role"], last["actor_name"]) == ("exam_centre", "国家医学考试中心")
    row = await cases.qualification()
    assert (row["name"], row["version"]) == ("王芬", 2)
    assert await cases.world.rows("SELECT id FROM failed_event") == []


async def test_a_refusal_is_told_with_the_exam_centres_own_words(cases: Cases) -> None:
    case = await cases.forwarded()
    reasons = [ToldReason(code="archive", text="档案中为另一所学校")]
    await cases.world.deliver(decided(case, decision="refuse", reasons=reasons))
    seen = await state_of(cases, case)
    assert (seen["state"], seen["reasons"][0]["text"]) == ("refused", "档案中为另一所学校")


async def test_what_cannot_be_decided_is_left_and_sinks_nothing(cases: Cases) -> None:
    submitted = await cases.submitted({"school": "天津护士学校"}, number=2)
    forwarded = await cases.forwarded({"name": "王芬"})
    events = [
        decided(submitted, decision="approve"),
        decided({"id": "no-such-case", "version": 1}, decision="approve"),
        decided(forwarded, decision="refuse", reasons=[]),
        decided(forwarded, decision="approve", reasons=[]),
        decided(forwarded, decision="refuse"),
    ]
    await cases.world.deliver(*events)
    assert (await state_of(cases, submitted))["state"] == "awaiting_province"
    assert (await state_of(cases, forwarded))["state"] == "approved"
    assert await cases.world.rows("SELECT id FROM failed_event") == []
    told = [e["change"] for e in await cases.world.published("case-changed")]
    assert told.count("approved") == 1
    assert "refused" not in told
