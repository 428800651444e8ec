"""The outgoing queue: nothing lost, nothing sent twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from zhiye_contracts import purposes
from zhiye_notifications.adapters.tables import outgoing
from zhiye_notifications.application import send_due
from zhiye_notifications.domain.delivery import RETRY_SECONDS, NotSent

if TYPE_CHECKING:
    from conftest import World

PHONE, EMAIL = "13800138000", "wang.fang@example.cn"


async def test_a_code_goes_to_its_address_and_is_forgotten_afterwards(world: World) -> None:
    await world.deliver(world.code("135790"))
    assert await world.sender().send_due() == 1
    (message,) = world.sms.sent
    assert (message.address, message.channel) == (PHONE, "sms")
    assert "135790" in message.text
    (row,) = await world.queued()
    assert (row["state"], row["attempts"], row["provider"]) == ("sent", 1, "remembering")
    assert (row["provider_reference"], row["parts"]) == ("reference-1", 1)
    assert row["sealed_parameters"] is None
    assert PHONE not in str(dict(row))


async def test_an_email_has_a_subject_and_goes_to_the_email_provider(world: World) -> None:
    await world.deliver(
        world.code(channel="email", sealed_address=world.seal(EMAIL, purposes.EMAIL), language="en")
    )
    await world.sender().send_due()
    (message,) = world.email.sent
    assert (message.address, message.subject) == (EMAIL, "[Zhiye] Your verification code")
    assert (await world.queued())[0]["parts"] is None


async def test_the_same_event_again_sends_nothing_twice(world: World) -> None:
    code, step = world.code(), world.step()
    for _ in range(3):  # each time under another event id, so that the inbox does not help
        await world.deliver(world.account(), code, step, code, step)
        await world.sender().send_due()
    assert len(world.sms.sent) == 2
    assert len(await world.queued()) == 2


async def test_two_senders_at_once_send_each_message_once(world: World) -> None:
    await world.deliver(*(world.code(f"{n:06}") for n in range(90)))
    while any(await asyncio.gather(*(world.sender().send_due() for _ in range(4)))):
        pass
    assert len(world.sms.sent) == 90
    assert len({message.id for message in world.sms.sent}) == 90


async def test_an_expired_code_is_not_sent(world: World) -> None:
    await world.deliver(world.code())
    world.clock.instant += timedelta(minutes=10)
    sender = world.sender()
    assert await sender.send_due() == 0
    await sender.sweep()
    (row,) = await world.queued()
    assert (row["state"], row["error_code"]) == ("expired", "expired")
    assert row["sealed_parameters"] is None
    assert not world.sms.sent


async def test_a_refused_message_is_tried_again_with_growing_pauses_then_fails(
    world: World,
) -> None:
    expires = world.clock.now() + timedelta(hours=5)
    await world.deliver(world.code(expires_at=expires))
    world.sms.answers = [NotSent("provider_busy", retry=True) for _ in range(20)]
    sender = world.sender()
    for pause in RETRY_SECONDS:
        assert await sender.send_due() == 1
        assert await sender.send_due() == 0
        world.clock.instant += timedelta(seconds=pause - 1)
        assert await sender.send_due() == 0
        world.clock.instant += timedelta(seconds=1)
    assert await sender.send_due() == 1
    (row,) = await world.queued()
    assert (row["state"], row["error_code"]) == ("failed", "provider_busy")
    assert row["attempts"] == len(RETRY_SECONDS) + 1
    assert await sender.send_due() == 0


async def test_a_retry_succeeds_and_leaves_no_error_behind(world: World) -> None:
    await world.deliver(world.code())
    world.sms.answers = [NotSent("provider_busy", retry=True)]
    sender = world.sender()
    await sender.send_due()
    assert (await world.queued())[0]["state"] == "queued"
    world.clock.instant += timedelta(seconds=RETRY_SECONDS[0])
    await sender.send_due()
    (row,) = await world.queued()
    assert (row["state"], row["error_code"], row["attempts"]) == ("sent", None, 2)


async def test_a_retry_that_would_come_after_the_expiry_is_not_made(world: World) -> None:
    await world.deliver(world.code(expires_at=world.clock.now() + timedelta(seconds=4)))
    world.sms.answers = [NotSent("provider_busy", retry=True)]
    await world.sender().send_due()
    assert (await world.queued())[0]["state"] == "failed"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (NotSent("provider_refused", retry=False), "provider_refused"),
        (ConnectionResetError(), "outcome_unknown"),
        (TimeoutError(), "outcome_unknown"),
    ],
)
async def test_a_final_answer_and_an_unknown_outcome_are_not_tried_again(
    world: World, answer: Exception, code: str
) -> None:
    await world.deliver(world.code())
    world.sms.answers = [answer]
    sender = world.sender()
    await sender.send_due()
    world.clock.instant += timedelta(minutes=5)
    await sender.sweep()
    assert await sender.send_due() == 0
    (row,) = await world.queued()
    assert (row["state"], row["error_code"]) == ("failed", code)
    assert len(world.sms.sent) == 1


async def test_after_a_crash_between_call_and_record_the_message_is_not_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_due, "GRACE_SECONDS", 0.01)
    world.sms.hang = True
    await world.deliver(world.code())
    running = asyncio.create_task(world.sender().run())
    await world.sms.called.wait()
    running.cancel()
    await asyncio.wait([running])
    assert (await world.queued())[0]["state"] == "sending"

    sender = world.sender()
    world.clock.instant += timedelta(seconds=59)
    await sender.sweep()
    assert (await world.queued())[0]["state"] == "sending"
    world.clock.instant += timedelta(seconds=2)
    await sender.sweep()
    assert await sender.send_due() == 0
    (row,) = await world.queued()
    assert (row["state"], row["error_code"]) == ("failed", "outcome_unknown")
    assert row["sealed_parameters"] is None
    assert len(world.sms.sent) == 1


async def test_a_sender_that_is_told_to_stop_finishes_what_it_has_handed_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()
    original = world.sms.send

    async def slow(message: object) -> str | None:
        reference = await original(message)  # type: ignore[arg-type]
        await release.wait()
        return reference

    monkeypatch.setattr(world.sms, "send", slow)
    await world.deliver(world.code())
    running = asyncio.create_task(world.sender().run())
    await world.sms.called.wait()
    running.cancel()
    await asyncio.sleep(0.05)
    release.set()
    await asyncio.wait([running])
    assert (await world.queued())[0]["state"] == "sent"


async def test_without_a_provider_messages_fail_visibly_and_go_once_there_is_one(
    world: World,
) -> None:
    await world.deliver(world.code(), world.account(), world.step())
    without = world.sender(email=world.email)
    assert await without.send_due() == 0
    await without.sweep()
    assert {(r["state"], r["error_code"]) for r in await world.queued()} == {
        ("failed", "no_provider")
    }
    told = await world.client("practitioner").get("/api/v1/my/messages")
    assert told.json()["items"][0]["delivery"]["error_code"] == "no_provider"

    assert await world.sender().send_due() == 2
    assert {r["state"] for r in await world.queued()} == {"sent"}


async def test_without_a_provider_a_code_still_expires(world: World) -> None:
    await world.deliver(world.code())
    without = world.sender(email=world.email)
    await without.sweep()
    world.clock.instant += timedelta(minutes=11)
    await without.sweep()
    assert (await world.queued())[0]["state"] == "expired"
    assert await world.sender().send_due() == 0


async def test_a_code_goes_before_a_crowd_of_notices(world: World) -> None:
    notices = [world.step(aggregate_id=f"application-{n}") for n in range(40)]
    await world.deliver(world.account(), *notices, world.code())
    await world.sender().send_due()
    assert world.sms.sent[0].template == "verification_code"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"template": "nothing"}, "template_unknown"),
        ({"template": "credentials"}, "parameter_missing"),
        ({"sealed_address": "k1.AAAA.AAAA"}, "unsealable"),
        ({"sealed_parameters": "nonsense"}, "unsealable"),
    ],
)
async def test_a_message_that_cannot_be_made_fails_with_its_code_and_sinks_no_other(
    world: World, more: dict[str, str], code: str
) -> None:
    await world.deliver(world.code(**more), world.code())
    assert await world.sender().send_due() == 2
    assert sorted((r["state"], r["error_code"] or "") for r in await world.queued()) == [
        ("failed", code),
        ("sent", ""),
    ]


async def test_old_finished_messages_are_forgotten(world: World) -> None:
    await world.deliver(world.code(), world.code())
    sender = world.sender()
    await sender.send_due()
    first = (await world.queued())[0]
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            update(outgoing)
            .where(outgoing.c.id == first["id"])
            .values(finished_at=world.clock.now() - timedelta(days=91))
        )
    await sender.sweep()
    assert first["id"] not in {row["id"] for row in await world.queued()}
    assert len(await world.queued()) == 1
