"""An institution's accounts are told of its filings and of checks that fall due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.events import Event, FilingChanged
from zhiye_notifications.domain.filing_templates import FILING_TEMPLATES, template_of_filing

if TYPE_CHECKING:
    from conftest import World

HOSPITAL = "01JD0000000000000000INS001"


def filed(world: World, version: int = 2, **more: Any) -> Event:
    """A step of a filing of the hospital, taken now."""
    return FilingChanged.model_validate(
        FilingChanged.example
        | {"version": version, "occurred_at": world.clock.now().isoformat()}
        | more
    )


def staff(world: World, account_id: str, **more: Any) -> Event:
    given = {"role": "institution", "person_key": None, "institution_id": HOSPITAL}
    return world.account(account_id, **given | more)


async def inbox(world: World, account_id: str, language: str = "") -> list[dict[str, Any]]:
    client = world.client("institution", language, account_id=account_id)
    items: list[dict[str, Any]] = (await client.get("/api/v1/my/messages")).json()["items"]
    return items


async def test_every_account_reads_it_and_the_main_ones_get_an_sms(world: World) -> None:
    await world.deliver(
        staff(world, "main"),
        staff(world, "clone", main_account_id="main"),
        staff(world, "gone", status="revoked"),
        staff(world, "another", institution_id="01JD0000000000000000INS999"),
        world.account("nurse"),
        filed(world, state="approved", change="approve"),
    )
    await world.sender().send_due()
    for account_id in ("main", "clone"):
        (message,) = await inbox(world, account_id)
        assert message["title"] == "申请已批准"
        assert "执业登记" in message["text"]
        assert "北京示例医院" in message["text"]
    for account_id in ("gone", "another", "nurse"):
        assert await inbox(world, account_id) == []
    assert [m.template for m in world.sms.sent] == ["filing_approved"]
    assert (await inbox(world, "main"))[0]["delivery"]["state"] == "sent"
    assert (await inbox(world, "clone"))[0]["delivery"] is None


async def test_the_same_step_again_is_told_once(world: World) -> None:
    await world.deliver(staff(world, "main"))
    for _ in range(3):
        await world.deliver(filed(world))
        await world.sender().send_due()
    assert len(await inbox(world, "main")) == 1
    assert len(world.sms.sent) == 1


async def test_all_reasons_are_told_with_what_to_do(world: World) -> None:
    reasons = [{"code": "a", "text": "平面图不清晰"}, {"code": "other", "text": "缺少验资证明"}]
    await world.deliver(
        staff(world, "main"), filed(world, state="returned", change="return", reasons=reasons)
    )
    (message,) = await inbox(world, "main")
    assert "1. 平面图不清晰\n2. 缺少验资证明" in message["text"]
    english = (await inbox(world, "main", "en"))[0]
    assert english["title"] == "Returned for correction"
    assert "practice licence" in english["text"]


async def test_a_check_that_falls_due_is_told_with_its_day(world: World) -> None:
    await world.deliver(
        staff(world, "main"),
        filed(
            world,
            1,
            aggregate_id=f"{HOSPITAL}-check-20261223",
            number="",
            kind="periodic-check",
            change="due",
            state="due",
            authority_id=None,
            authority_name=None,
            deadline="2026-12-23",
        ),
    )
    (message,) = await inbox(world, "main")
    assert message["text"] == "北京示例医院的校验将于 2026-12-23 到期。"


@pytest.mark.parametrize(
    ("state", "change", "template"),
    [
        ("draft", "draft", None),
        ("draft", "revise", None),
        ("returned", "revise", None),
        ("awaiting_authority", "submit", "filing_awaiting_authority"),
        ("withdrawn", "withdraw", "filing_withdrawn"),
        ("refused", "refuse", "filing_refused"),
        ("some_new_state", "moved", None),
    ],
)
def test_own_writing_is_not_told(state: str, change: str, template: str | None) -> None:
    assert template_of_filing(state, change) == template
    assert template is None or template in FILING_TEMPLATES


async def test_an_application_that_followed_a_merge_is_told_as_that(world: World) -> None:
    await world.deliver(
        world.account(),
        world.step(5, state="awaiting_authority", change="institution_merged"),
        world.step(6, state="draft", change="institution_merged"),
    )
    client = world.client("practitioner")
    (message,) = (await client.get("/api/v1/my/messages")).json()["items"]
    assert message["title"] == "申请的机构名称有变化"
    assert "无需操作" in message["next_step"]
