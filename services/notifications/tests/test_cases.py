"""People are told of the cases about their qualifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.events import QualificationCaseChanged
from zhiye_notifications.domain.case_templates import template_of_case

if TYPE_CHECKING:
    from conftest import World

MINE, FORMER = "a" * 32, "b" * 32


async def inbox(world: World, account: str, language: str = "") -> list[dict[str, Any]]:
    client = world.client("practitioner", language, account_id=account)
    items: list[dict[str, Any]] = (await client.get("/api/v1/my/messages")).json()["items"]
    return items


def case(world: World, version: int = 2, **more: Any) -> QualificationCaseChanged:
    return QualificationCaseChanged.model_validate(
        QualificationCaseChanged.example
        | {
            "version": version,
            "occurred_at": world.clock.now().isoformat(),
            "account_id": "account-1",
            "person_key": MINE,
        }
        | more
    )


async def test_each_step_is_told_in_the_inbox_and_by_sms(world: World) -> None:
    await world.deliver(world.account())
    steps = ("draft", "awaiting_province", "forwarded", "approved")
    changes = ("drafted", "submitted", "forwarded", "approved")
    for version, (state, change) in enumerate(zip(steps, changes, strict=True), start=1):
        await world.deliver(
            case(world, version, state=state, change=change, organisation="exam_centre")
        )
        await world.sender().send_due()
    assert [m.template for m in world.sms.sent] == [
        "case_awaiting_province",
        "case_forwarded",
        "case_approved",
    ]
    newest, _, first = await inbox(world, "account-1")
    assert newest["text"] == "考试中心已同意您的资格信息更正（Z202611230000001），资格信息已更新。"
    assert "北京市卫生健康部门" in first["text"]
    assert "2026-12-21" in first["text"]


async def test_what_an_institution_filed_is_told_to_the_person_by_the_id_number(
    world: World,
) -> None:
    await world.deliver(
        world.account("account-7", person_key=MINE), world.account("account-8", person_key="c" * 32)
    )
    await world.deliver(case(world, account_id=None, institution_id="INS"))
    await world.sender().send_due()
    (message,) = world.sms.sent
    assert "非本人知情请登录查看并撤回" in message.text
    assert len(await inbox(world, "account-7")) == 1
    assert await inbox(world, "account-8") == []


async def test_whose_record_it_is_so_far_is_told_once_when_it_is_to_move(world: World) -> None:
    await world.deliver(
        world.account(person_key=MINE), world.account("account-9", person_key=FORMER)
    )
    await world.deliver(case(world, 2, former_person_key=FORMER))
    await world.deliver(
        case(world, 3, former_person_key=FORMER, state="approved", change="approved")
    )
    (warned,) = await inbox(world, "account-9", "en")
    assert "move a qualification that is on record under your ID number" in warned["text"]
    assert "the health authority of Beijing" in warned["text"]
    assert len(await inbox(world, "account-1")) == 2


async def test_the_same_step_twice_is_told_once(world: World) -> None:
    await world.deliver(world.account(), case(world), case(world))
    await world.deliver(case(world))
    assert len(await inbox(world, "account-1")) == 1


async def test_a_revocation_is_told_with_its_reason(world: World) -> None:
    await world.deliver(world.account(person_key=MINE))
    await world.deliver(
        case(
            world,
            1,
            kind="revocation",
            state="approved",
            change="revoked",
            account_id=None,
            reasons=[{"code": "exam_fraud", "text": "考试作弊，成绩被宣布无效"}],
        )
    )
    await world.sender().send_due()
    (message,) = world.sms.sent
    assert "您的一项资格已被撤销" in message.text
    assert "考试作弊" in message.text
    assert "行政复议" in message.text


@pytest.mark.parametrize(
    ("kind", "state", "change", "template"),
    [
        ("correction", "draft", "drafted", None),
        ("correction", "returned", "revised", None),
        ("correction", "returned", "returned", "case_returned"),
        ("addition", "refused", "refused", "case_refused"),
        ("addition", "withdrawn", "withdrawn", "case_withdrawn"),
        ("id_upgrade", "awaiting_province", "fed_again", None),
        ("id_upgrade", "approved", "approved", "case_approved"),
        ("restoration", "approved", "restored", "qualification_restored"),
    ],
)
def test_own_writing_is_silent_and_every_other_step_has_its_text(
    kind: str, state: str, change: str, template: str | None
) -> None:
    assert template_of_case(kind, state, change) == template
