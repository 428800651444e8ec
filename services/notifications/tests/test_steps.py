"""Applicants are told at each step: in the inbox always, and where they can be reached."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.events import QualificationBatchCompleted

if TYPE_CHECKING:
    from conftest import World

PHONE, EMAIL = "13800138000", "wang.fang@example.cn"


async def inbox(world: World, language: str = "", **who: Any) -> list[dict[str, Any]]:
    answer = await world.client("practitioner", language, **who).get("/api/v1/my/messages")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_each_step_is_told_in_the_inbox_and_by_sms(world: World) -> None:
    await world.deliver(world.account())
    for version, state in enumerate(
        ("awaiting_institution", "awaiting_authority", "approved"), start=1
    ):
        await world.deliver(world.step(version, state=state, change=state))
        await world.sender().send_due()
    assert [m["title"] for m in await inbox(world)] == [
        "申请已批准",
        "申请已到审批机关",
        "申请已提交，等待机构审核",
    ]
    assert [m.template for m in world.sms.sent] == [
        "application_awaiting_institution",
        "application_awaiting_authority",
        "application_approved",
    ]
    assert {m.address for m in world.sms.sent} == {PHONE}
    newest = (await inbox(world))[0]
    assert newest["delivery"]["state"] == "sent"
    assert newest["delivery"]["channel"] == "sms"
    assert "西城区卫生健康委员会" in newest["text"]


async def test_own_writing_is_not_told(world: World) -> None:
    await world.deliver(
        world.account(),
        world.step(1, state="draft", change="created"),
        world.step(2, state="returned", change="revised"),
    )
    assert await world.queued() == []
    assert await inbox(world) == []


async def test_all_reasons_are_told_with_the_next_step(world: World) -> None:
    reasons = [{"code": "a", "text": "照片不合格"}, {"code": "b", "text": "健康证明过期"}]
    await world.deliver(
        world.account(), world.step(state="returned", change="returned", reasons=reasons)
    )
    await world.sender().send_due()
    (message,) = await inbox(world)
    assert "1. 照片不合格\n2. 健康证明过期" in message["text"]
    assert "重新提交" in message["next_step"]
    assert "1.照片不合格；2.健康证明过期" in world.sms.sent[0].text


async def test_with_an_unverified_phone_the_email_is_used(world: World) -> None:
    await world.deliver(
        world.account(phone_verified=False, email_verified=True, language="en"), world.step()
    )
    await world.sender().send_due()
    assert not world.sms.sent
    (message,) = world.email.sent
    assert (message.address, message.language) == (EMAIL, "en")
    assert "approved your application for first registration" in message.text


async def test_a_step_that_comes_before_its_account_is_sent_when_the_account_is_known(
    world: World,
) -> None:
    await world.deliver(world.step())
    sender = world.sender()
    await sender.sweep()
    assert await sender.send_due() == 0
    (waiting,) = await inbox(world)
    assert waiting["delivery"] == {
        "channel": None,
        "state": "queued",
        "error_code": None,
        "finished_at": None,
    }
    world.clock.instant += timedelta(hours=23)
    await world.deliver(world.account(phone_verified=False))
    assert await sender.send_due() == 0
    await world.deliver(world.account(version=2))
    assert await sender.send_due() == 1


async def test_a_step_whose_account_is_never_reachable_expires_after_a_day_in_the_queue_only(
    world: World,
) -> None:
    await world.deliver(world.step())
    world.clock.instant += timedelta(hours=24)
    sender = world.sender()
    await sender.sweep()
    await world.deliver(world.account())
    assert await sender.send_due() == 0
    (row,) = await world.queued()
    assert (row["state"], row["error_code"]) == ("expired", "no_verified_contact")
    assert len(await inbox(world)) == 1


async def test_steps_of_long_ago_are_put_in_the_inbox_but_not_sent(world: World) -> None:
    old = world.step()
    world.clock.instant += timedelta(days=30)
    await world.deliver(world.account(), old)
    sender = world.sender()
    assert await sender.send_due() == 0
    await sender.sweep()
    assert (await world.queued())[0]["state"] == "expired"
    assert len(await inbox(world)) == 1


async def test_the_newest_version_of_a_contact_wins_in_whatever_order_they_come(
    world: World,
) -> None:
    await world.deliver(
        world.account(version=3, phone_verified=False, email_verified=True),
        world.account(version=2),
    )
    await world.deliver(world.account(version=1), world.step())
    await world.sender().send_due()
    assert [m.channel for m in world.email.sent] == ["email"]
    assert not world.sms.sent


async def test_a_revoked_account_gets_no_messages(world: World) -> None:
    await world.deliver(world.account(status="revoked"), world.step())
    assert await world.sender().send_due() == 0


async def test_the_inbox_speaks_the_readers_language(world: World) -> None:
    await world.deliver(world.step())
    assert (await inbox(world))[0]["title"] == "申请已批准"
    assert (await inbox(world, "en"))[0]["title"] == "Approved"


async def test_the_exam_centre_finds_the_counts_of_its_batch_in_the_inbox(world: World) -> None:
    event = QualificationBatchCompleted.model_validate(QualificationBatchCompleted.example)
    await world.deliver(event)
    await world.deliver(event)
    client = world.client("exam_centre", account_id=event.account_id)
    (message,) = (await client.get("/api/v1/my/messages")).json()["items"]
    assert "收到 1000 条" in message["text"]
    assert message["delivery"] is None
    assert await world.queued() == []


@pytest.mark.parametrize("authority", [None, "西城区卫生健康委员会"])
async def test_a_step_without_an_authority_yet_still_reads_well(
    world: World, authority: str | None
) -> None:
    await world.deliver(world.step(state="awaiting_authority", authority_name=authority))
    text = (await inbox(world))[0]["text"]
    assert "None" not in text
    assert (authority or "审批机关") in text
