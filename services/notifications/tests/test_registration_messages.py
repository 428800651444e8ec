"""Renewals, moves, changes of information, and what institutions file about their people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.events import (
    ApplicationChanged,
    Event,
    InformationChangeStepped,
    PersonAsked,
    RegistrationMoved,
    RenewalReminder,
)
from zhiye_notifications.domain.ask_templates import template_of_ask

if TYPE_CHECKING:
    from conftest import World

PERSON = "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f"
OLD, NEW = "01JD0000000000000000INS001", "01JD0000000000000000INS002"
OLD_AUTHORITY = "01JD0000000000000000AUT001"


def of(kind: type[Event], world: World, **more: Any) -> Event:
    return kind.model_validate(kind.example | {"occurred_at": world.clock.now().isoformat()} | more)


async def inbox(world: World, account: str, language: str = "") -> list[dict[str, Any]]:
    client = world.client("practitioner", language, account_id=account)
    items: list[dict[str, Any]] = (await client.get("/api/v1/my/messages")).json()["items"]
    return items


async def titles(world: World, account: str) -> list[str]:
    return [one["template"] for one in reversed(await inbox(world, account))]


def nurse(world: World, account: str = "account-1", **more: Any) -> Event:
    return world.account(account, person_key=PERSON, **more)


def staff(world: World, account: str, role: str, **more: Any) -> Event:
    return world.account(account, role=role, person_key=None, identity=None, **more)


# --- renewals -------------------------------------------------------------------------------


async def test_each_reminder_reaches_the_person_by_sms_and_in_the_inbox(world: World) -> None:
    await world.deliver(nurse(world))
    for reminder in ("opens_soon", "opened", "expires_soon", "expired"):
        await world.deliver(of(RenewalReminder, world, reminder=reminder))
        await world.sender().send_due()
    expected = [
        "renewal_opens_soon",
        "renewal_opened",
        "renewal_expires_soon",
        "renewal_expired",
    ]
    assert await titles(world, "account-1") == expected
    assert [m.template for m in world.sms.sent] == expected
    assert all("2026-12-23" in m.text for m in world.sms.sent)


async def test_a_reminder_that_comes_twice_is_told_once(world: World) -> None:
    await world.deliver(nurse(world))
    again = of(RenewalReminder, world)
    await world.deliver(again, again)
    await world.deliver(again)
    assert await titles(world, "account-1") == ["renewal_opened"]
    assert len(await world.queued()) == 1
    await world.deliver(of(RenewalReminder, world, valid_until="2031-12-23"))
    assert len(await titles(world, "account-1")) == 2


async def test_an_account_that_is_not_active_is_told_nothing_about_the_person(world: World) -> None:
    await world.deliver(nurse(world, status="verified"), of(RenewalReminder, world))
    assert await world.queued() == []
    assert await inbox(world, "account-1") == []


async def test_a_person_without_an_account_is_told_nowhere(world: World) -> None:
    await world.deliver(nurse(world, status="revoked"), of(RenewalReminder, world))
    assert await world.queued() == []
    assert await inbox(world, "account-1") == []


async def test_two_thousand_reminders_go_to_two_thousand_people(world: World) -> None:
    keys = [f"key-{n}" for n in range(2000)]
    await world.deliver(*(world.account(f"of-{key}", person_key=key) for key in keys))
    await world.deliver(
        *(of(RenewalReminder, world, aggregate_id=f"R-{key}", person_key=key) for key in keys)
    )
    assert {row["account_id"] for row in await world.queued()} == {f"of-{key}" for key in keys}


@pytest.mark.parametrize(
    ("late_until", "zh", "en"),
    [
        (None, "延续注册已不再受理", "Renewal is closed"),
        ("2027-01-22", "2027-01-22 前仍可申请延续注册", "until 2027-01-22"),
    ],
)
async def test_who_has_expired_is_told_what_can_still_be_done(
    world: World, late_until: str | None, zh: str, en: str
) -> None:
    await world.deliver(
        nurse(world), of(RenewalReminder, world, reminder="expired", late_until=late_until)
    )
    assert zh in (await inbox(world, "account-1"))[0]["next_step"]
    assert en in (await inbox(world, "account-1", "en"))[0]["next_step"]


async def test_a_reminder_without_the_name_of_the_institution_reads_well(world: World) -> None:
    await world.deliver(nurse(world), of(RenewalReminder, world, institution_name=""))
    assert "由执业机构审核" in (await inbox(world, "account-1"))[0]["next_step"]


# --- moves ----------------------------------------------------------------------------------


async def moved(world: World, **more: Any) -> None:
    await world.deliver(
        staff(world, "old", "institution", institution_id=OLD),
        staff(world, "old-clone", "institution", institution_id=OLD, main_account_id="old"),
        staff(world, "new", "institution", institution_id=NEW),
        staff(world, "officer", "authority", authority_id=OLD_AUTHORITY),
        staff(world, "other-officer", "authority", authority_id="elsewhere"),
        nurse(world),
    )
    await world.deliver(of(RegistrationMoved, world, **more))


async def test_the_old_institution_and_the_old_province_find_a_move_in_their_inboxes(
    world: World,
) -> None:
    await moved(world)
    for account in ("old", "old-clone", "officer"):
        (message,) = await inbox(world, account)
        assert message["template"] == "registration_moved"
        assert "石家庄示例医院" in message["text"]
        assert message["delivery"] is None
    for account in ("new", "other-officer", "account-1"):
        assert await inbox(world, account) == []
    assert await world.queued() == []


@pytest.mark.parametrize(
    ("decided_by", "told"),
    [(OLD_AUTHORITY, False), ("elsewhere", True), (None, False)],
)
async def test_inside_a_province_the_authority_is_told_if_another_one_decided(
    world: World, decided_by: str | None, told: bool
) -> None:
    await moved(world, into_region="110105", authority_id=decided_by)
    assert bool(await inbox(world, "officer")) is told
    assert await inbox(world, "old")


# --- information ------------------------------------------------------------------------------


async def test_the_person_is_told_what_became_of_a_change_of_information(world: World) -> None:
    account = {"account_id": "account-1", "fields": ["title", "photo"]}
    reasons = [{"code": "a", "text": "证书不清晰", "text_en": "the certificate is blurred"}]
    await world.deliver(
        nurse(world),
        of(InformationChangeStepped, world, version=1, change="approved", **account),
        of(InformationChangeStepped, world, version=2, reasons=reasons, **account),
    )
    refused, approved = await inbox(world, "account-1")
    assert "技术职称、个人相片" in approved["text"]
    assert "1. 证书不清晰" in refused["text"]
    refused = (await inbox(world, "account-1", "en"))[0]
    assert "title, photo" in refused["text"]
    assert "1. the certificate is blurred" in refused["text"]
    assert len(await world.queued()) == 2


@pytest.mark.parametrize("change", ["requested", "withdrawn"])
async def test_what_the_person_did_herself_is_not_told(world: World, change: str) -> None:
    await world.deliver(
        nurse(world),
        staff(world, "old", "institution", institution_id=OLD),
        of(InformationChangeStepped, world, change=change, account_id="account-1"),
    )
    assert await inbox(world, "account-1") == await inbox(world, "old") == []


# --- military ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "change", "template", "words"),
    [
        ("awaiting_origin", "submitted", "application_awaiting_origin", "某部队医院审核"),
        (
            "awaiting_confirmation",
            "approved",
            "application_awaiting_confirmation",
            "还需原执业机构某部队医院核实确认",
        ),
        ("institution_refused", "origin_refused", "application_origin_refused", "原军队武警机构"),
        ("institution_refused", "not_confirmed", "application_not_confirmed", "注册没有生效"),
        (
            "institution_refused",
            "institution_refused",
            "application_institution_refused",
            "北京示例医院",
        ),
        ("approved", "confirmed", "application_approved", "已批准"),
    ],
)
async def test_a_nurse_from_the_army_is_told_who_has_to_act(
    world: World, state: str, change: str, template: str, words: str
) -> None:
    step = {"state": state, "change": change, "business_type": "nurse-military-to-local"}
    await world.deliver(world.account(), world.step(waits_for_name="某部队医院", **step))
    (message,) = await inbox(world, "account-1")
    assert message["template"] == template
    assert words in message["text"]
    await world.sender().send_due()
    assert len(world.sms.sent) == 1


# --- filed by an institution --------------------------------------------------------------------


def filed(world: World, version: int, state: str, change: str, **more: Any) -> Event:
    given = {
        "version": version,
        "state": state,
        "change": change,
        "account_id": "old",
        "business_type": "nurse-cancellation",
        "source": "institution",
        "ground": "other",
    }
    return of(ApplicationChanged, world, **given | more)


async def file(world: World, *steps: tuple[str, str], **more: Any) -> None:
    await world.deliver(staff(world, "old", "institution", institution_id=OLD), nurse(world))
    await world.deliver(
        *(filed(world, n, state, change, **more) for n, (state, change) in enumerate(steps, 1))
    )


async def test_who_has_a_cancellation_filed_about_her_is_told_with_the_ground(
    world: World,
) -> None:
    await file(
        world,
        ("awaiting_authority", "submitted"),
        ("returned", "authority_returned"),
        ("returned", "revised"),
        ("awaiting_authority", "resubmitted"),
        ("approved", "approved"),
    )
    assert await titles(world, "account-1") == ["filed_about_you", "filed_about_you_approved"]
    first = (await inbox(world, "account-1"))[1]
    assert "北京示例医院为您提交了注销注册申请" in first["text"]
    assert "理由：其他特殊情形" in first["text"]
    assert "如有异议" in first["next_step"]
    assert {row["account_id"] for row in await world.queued()} == {"account-1"}


async def test_the_account_that_filed_it_finds_each_step_in_its_inbox_only(world: World) -> None:
    await file(
        world,
        ("draft", "drafted"),
        ("awaiting_authority", "submitted"),
        ("returned", "authority_returned"),
        ("awaiting_authority", "resubmitted"),
        ("refused", "refused"),
    )
    assert await titles(world, "old") == [
        "filed_awaiting_authority",
        "filed_returned",
        "filed_awaiting_authority",
        "filed_refused",
    ]
    assert "old" not in {row["account_id"] for row in await world.queued()}


@pytest.mark.parametrize("state", ["refused", "institution_refused", "withdrawn"])
async def test_that_nothing_came_of_it_the_person_is_told_too(world: World, state: str) -> None:
    await file(world, ("awaiting_authority", "submitted"), (state, state))
    assert await titles(world, "account-1") == ["filed_about_you", "filed_about_you_ended"]


async def test_of_a_draft_that_was_thrown_away_the_person_hears_nothing(world: World) -> None:
    nobody = {"authority_id": None, "authority_name": None}
    await file(world, ("draft", "drafted"), ("withdrawn", "withdrawn"), **nobody)
    assert await inbox(world, "account-1") == []


async def test_without_a_known_ground_the_message_reads_well(world: World) -> None:
    await file(world, ("awaiting_authority", "submitted"), ground=None)
    (message,) = await inbox(world, "account-1")
    assert "注销注册申请（N202611230000017），由" in message["text"]


async def test_what_a_nurse_filed_herself_is_told_to_her_alone(world: World) -> None:
    await file(
        world, ("awaiting_institution", "submitted"), source="person", account_id="account-1"
    )
    assert await titles(world, "account-1") == ["application_awaiting_institution"]
    assert await inbox(world, "old") == []


# --- what an institution asks of a person -------------------------------------------------------


@pytest.mark.parametrize(
    "ask", ["change", "first", "re_registration", "renewal", "information", "leave"]
)
def test_each_thing_that_is_asked_has_words_of_its_own(ask: str) -> None:
    assert template_of_ask(ask) == f"asked_{ask}"
    assert template_of_ask("something-new") == "asked"


async def test_what_an_institution_asks_reaches_the_person_once(world: World) -> None:
    asked = of(PersonAsked, world, ask="leave")
    await world.deliver(nurse(world), asked, asked)
    (message,) = await inbox(world, "account-1")
    assert message["template"] == "asked_leave"
    assert "北京示例医院" in message["text"]
    assert "注销" in message["next_step"]


# --- the reader's language ----------------------------------------------------------------------


async def test_reasons_are_read_in_the_readers_language(world: World) -> None:
    reasons = [
        {"code": "a", "text": "照片不合格", "text_en": "the photo is not fit"},
        {"code": "b", "text": "另一原因"},
    ]
    await world.deliver(
        world.account(language="en"),
        world.step(state="returned", change="returned", reasons=reasons),
    )
    assert "1. 照片不合格\n2. 另一原因" in (await inbox(world, "account-1"))[0]["text"]
    text = (await inbox(world, "account-1", "en"))[0]["text"]
    assert "1. the photo is not fit\n2. 另一原因" in text
    await world.sender().send_due()
    assert "1.the photo is not fit; 2.另一原因" in world.sms.sent[0].text
