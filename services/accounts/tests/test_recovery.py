"""The way back into an account by a code to a person's phone or email (Q12.1, Q34.1)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from services.accounts.tests.own_account import (
    NEW_PASSWORD,
    RECOVERIES,
    complete,
    logged_in,
    recover,
    sent,
    start,
)
from services.accounts.tests.world import World, another, phone
from sqlalchemy import text

from zhiye_accounts.adapters.tables import attempt

MOBILE, EMAIL = "13800138000", "wang@example.com"


async def _locked(world: World, name: str) -> None:
    for n in range(5):
        await world.log_in(name, "wrong", **(await world.captcha() if n >= 3 else {}))
    assert (await world.log_in(name)).json()["code"] == "account_locked"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_who_forgot_user_name_and_password_gets_both_back_by_the_verified_phone(
    world: World, language: str
) -> None:
    row = await world.ready(phone=MOBILE, email=EMAIL, email_verified_at=world.clock.now())
    old = await logged_in(world, row)
    await _locked(world, row["user_name"])
    await _locked(world, MOBILE)
    started = await start(world, "+86 138-0013-8000", language=language)
    told = started.json()
    assert (started.status_code, set(told)) == (202, {"recovery_id", "expires_at", "text"})
    expires_at = datetime.fromisoformat(told["expires_at"])
    assert expires_at == world.clock.now() + timedelta(minutes=10)
    assert any("一" <= c <= "鿿" for c in told["text"]) == (language == "zh")
    assert await sent(world) == [("recovery_code", MOBILE)]

    answer = await complete(world, told["recovery_id"], (await world.parameters())["code"])
    assert (answer.status_code, answer.json()["user_name"]) == (200, row["user_name"])
    assert answer.headers["cache-control"] == "no-store"
    assert await old.refresh() == 401, "every session has ended"
    event = (await world.events("account-changed", row["id"]))[-1]
    assert event["change"] == "recovered"
    assert datetime.fromisoformat(event["tokens_not_before"]) == world.clock.now()
    assert (await sent(world))[1:] == [("password_changed", EMAIL)], "the other contact is told"
    for name in (row["user_name"], MOBILE):
        assert (await world.log_in(name)).json()["code"] == "login_failed", "but not locked"
        assert (await world.log_in(name, NEW_PASSWORD)).status_code == 200


async def test_a_verified_email_does_as_well_whatever_its_case_and_the_phone_is_told(
    world: World,
) -> None:
    row = await world.ready(phone=MOBILE, email=EMAIL, email_verified_at=world.clock.now())
    answer = await recover(world, "WANG@Example.com")
    assert (answer.status_code, answer.json()["user_name"]) == (200, row["user_name"])
    assert await sent(world) == [("recovery_code", EMAIL), ("password_changed", MOBILE)]


async def test_without_another_contact_the_one_that_was_used_is_told(world: World) -> None:
    await world.ready(phone=MOBILE)
    await recover(world, MOBILE)
    assert (await sent(world))[1:] == [("password_changed", MOBILE)]


async def test_an_account_that_is_not_active_yet_is_recovered_too(world: World) -> None:
    row = await world.ready(identity="no_record", status="registered")
    number = world.kit.cipher.open(row["sealed_phone"], "phone")
    assert (await recover(world, number)).status_code == 200
    assert (await world.read(row["id"]))["status"] == "registered"


@pytest.mark.parametrize(
    "values",
    [
        {"phone": MOBILE, "email": EMAIL},
        {"phone": MOBILE, "email": EMAIL, "email_verified_at": "now"},
        {"phone": MOBILE, "phone_verified_at": "now", "status": "revoked"},
        {"phone": MOBILE, "phone_vouched_at": "now", "status": "revoked"},
        {"phone": MOBILE, "role": "institution"},
    ],
)
async def test_nothing_is_sent_to_a_phone_that_is_not_a_persons_verified_one(
    world: World, values: dict[str, Any]
) -> None:
    await world.account(**{k: world.clock.now() if v == "now" else v for k, v in values.items()})
    started = await start(world, MOBILE)
    assert started.status_code == 202
    assert await sent(world) == []
    for code in ("000000", "123456", "nobody"):
        answer = await complete(world, started.json()["recovery_id"], code)
        assert answer.json()["code"] in ("code_wrong", "format")


async def test_a_phone_that_the_institution_has_set_is_enough_and_then_verified(
    world: World,
) -> None:
    row = await world.account(identity="matched", phone=MOBILE, phone_vouched_at=world.clock.now())
    assert (await recover(world, MOBILE)).status_code == 200
    now = await world.read(row["id"])
    assert (now["phone_verified_at"], now["status"]) == (world.clock.now(), "verified")
    assert (await world.log_in(MOBILE, NEW_PASSWORD)).status_code == 200


async def test_of_several_accounts_with_a_phone_the_verified_then_the_newest_vouched_is_meant(
    world: World,
) -> None:
    now = world.clock.now()
    for days in (3, 1, 2):
        await world.account(
            phone=MOBILE, user_name=f"vouched{days}", phone_vouched_at=now - timedelta(days=days)
        )
    assert (await recover(world, MOBILE)).json()["user_name"] == "vouched1"
    world.clock.instant += timedelta(minutes=1)
    assert (await recover(world, MOBILE)).json()["user_name"] == "vouched1", "it is verified now"


async def test_a_vouched_phone_that_somebody_verified_meanwhile_does_not_become_two_peoples(
    world: World,
) -> None:
    row = await world.account(phone=MOBILE, phone_vouched_at=world.clock.now())
    started = await start(world, MOBILE)
    code = (await world.parameters())["code"]
    await world.ready(phone=MOBILE)
    answer = await complete(world, started.json()["recovery_id"], code)
    assert (answer.status_code, answer.json()["code"]) == (409, "phone_verified_elsewhere")
    assert (await world.read(row["id"]))["password_hash"] == row["password_hash"]


async def test_a_code_to_a_contact_that_was_changed_meanwhile_is_worth_nothing(
    world: World,
) -> None:
    row = await world.ready(phone=MOBILE)
    started = await start(world, MOBILE)
    code = (await world.parameters())["code"]
    await world.execute(
        text("UPDATE account SET phone_key = :key").bindparams(key=world.kit.phone_key(phone()))
    )
    answer = await complete(world, started.json()["recovery_id"], code)
    assert (answer.status_code, answer.json()["code"]) == (409, "code_expired")
    assert (await world.read(row["id"]))["password_hash"] == row["password_hash"]


async def test_the_account_was_revoked_while_the_code_was_on_its_way(world: World) -> None:
    row = await world.ready(phone=MOBILE)
    started = await start(world, MOBILE)
    code = (await world.parameters())["code"]
    await world.revoke(row)
    answer = await complete(world, started.json()["recovery_id"], code)
    assert (answer.status_code, answer.json()["code"]) == (409, "code_expired")


async def test_a_weak_password_is_told_before_the_code_is_used_up(world: World) -> None:
    row = await world.ready(phone=MOBILE, user_name="wangfang1")
    recovery_id = (await start(world, MOBILE)).json()["recovery_id"]
    code = (await world.parameters())["code"]
    for weak in ("short1", "onlyletters", "xWangFang1x"):
        for _ in range(6):
            answer = await complete(world, recovery_id, code, weak)
            assert (answer.status_code, answer.json()["code"]) == (422, "password_weak")
            assert answer.json()["field"] == "new_password"
    answer = await complete(world, recovery_id, another(code), "short1")
    assert answer.json()["code"] == "password_weak"
    assert (await complete(world, recovery_id, code)).status_code == 200
    assert (await world.read(row["id"]))["password_hash"] != row["password_hash"]


async def test_a_recovery_is_completed_once_and_in_time(world: World) -> None:
    await world.ready(phone=MOBILE)
    recovery_id = (await start(world, MOBILE)).json()["recovery_id"]
    code = (await world.parameters())["code"]
    assert (await complete(world, recovery_id, another(code))).json()["code"] == "code_wrong"
    assert (await complete(world, recovery_id, code)).status_code == 200
    assert (await complete(world, recovery_id, code)).json()["code"] == "code_expired"
    world.clock.instant += timedelta(minutes=1)
    recovery_id = (await start(world, MOBILE)).json()["recovery_id"]
    world.clock.instant += timedelta(minutes=10)
    late = await complete(world, recovery_id, (await world.parameters())["code"])
    assert (late.status_code, late.json()["code"]) == (409, "code_expired")


async def test_a_recovery_completed_twice_at_once_is_completed_once(world: World) -> None:
    row = await world.ready(phone=MOBILE)
    recovery_id = (await start(world, MOBILE)).json()["recovery_id"]
    code = (await world.parameters())["code"]
    passwords = [f"Seacole188{n}" for n in range(4)]
    answers = await asyncio.gather(*(complete(world, recovery_id, code, p) for p in passwords))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    (won,) = [p for p, a in zip(passwords, answers, strict=True) if a.status_code == 200]
    for password in passwords:
        status = (await world.log_in(row["user_name"], password)).status_code
        assert (status == 200) == (password == won)
        await world.execute(text("DELETE FROM attempt"))
    assert len(await sent(world, "password_changed")) == 1


async def test_two_ways_completed_at_once_are_both_answered_and_one_password_counts(
    world: World,
) -> None:
    """Each voids the codes of the other: neither waits for the other forever."""
    row = await world.ready(phone=MOBILE, email=EMAIL, email_verified_at=world.clock.now())
    ways = []
    for to in (MOBILE, EMAIL):
        recovery_id = (await start(world, to)).json()["recovery_id"]
        ways.append((recovery_id, (await world.parameters())["code"]))
    answers = await asyncio.gather(*(complete(world, *way) for way in ways))
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert (await world.log_in(row["user_name"], NEW_PASSWORD)).status_code == 200


async def test_every_code_that_waits_ends_with_a_recovery(world: World) -> None:
    """A thief in the mailbox has started one too."""
    await world.ready(phone=MOBILE, email=EMAIL, email_verified_at=world.clock.now())
    stolen = (await start(world, EMAIL)).json()["recovery_id"]
    code = (await world.parameters())["code"]
    await recover(world, MOBILE)
    assert (await complete(world, stolen, code, "Thief1234567")).json()["code"] == "code_expired"


async def test_a_log_in_with_the_old_password_while_it_is_recovered_does_not_outlive_it(
    world: World,
) -> None:
    row = await world.ready(phone=MOBILE)
    recovery_id = (await start(world, MOBILE)).json()["recovery_id"]
    code = (await world.parameters())["code"]
    answer, *_ = await asyncio.gather(
        complete(world, recovery_id, code),
        *(world.log_in(row["user_name"]) for _ in range(3)),
        *(world.log_in(MOBILE) for _ in range(3)),
    )
    assert answer.status_code == 200
    assert await world.rows(text("SELECT id FROM session WHERE ended_at IS NULL")) == []


async def test_the_same_completion_sent_again_with_its_key_is_answered_the_same(
    world: World,
) -> None:
    row = await world.ready(phone=MOBILE)
    recovery_id = (await start(world, MOBILE)).json()["recovery_id"]
    body = {"code": (await world.parameters())["code"], "new_password": NEW_PASSWORD}
    key = {"Idempotency-Key": "0190a1b2-0021"}
    path = f"{RECOVERIES}/{recovery_id}/completion"
    answers = [await world.anybody.post(path, json=body, headers=key) for _ in range(2)]
    assert [a.json()["user_name"] for a in answers] == [row["user_name"]] * 2


async def test_a_captcha_is_needed_to_start(world: World) -> None:
    await world.ready(phone=MOBILE)
    given = {"method": "phone", "address": MOBILE, **await world.captcha()}
    wrong = await world.anybody.post(RECOVERIES, json=given | {"captcha_answer": "00000"})
    used = await world.anybody.post(RECOVERIES, json=given)
    assert [a.json()["code"] for a in (wrong, used)] == ["captcha_wrong"] * 2
    assert await world.all(attempt) == []
    assert await sent(world) == []


@pytest.mark.parametrize(
    ("method", "address", "code"),
    [
        ("phone", EMAIL, "phone_characters"),
        ("phone", "1380013800", "phone_length"),
        ("email", MOBILE, "email_format"),
        ("pigeon", MOBILE, "choice"),
    ],
)
async def test_an_address_that_cannot_be_one_is_told(
    world: World, method: str, address: str, code: str
) -> None:
    answer = await start(world, address, method=method)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"] == ("method" if code == "choice" else "address")


async def test_a_recovery_that_never_was_is_told_so(world: World) -> None:
    row = await world.account()
    code = await world.send_code(row)
    (other,) = await world.rows(text("SELECT id FROM verification_code"))
    for recovery_id in ("01JD0000000000000000NONE01", other["id"], "x" * 5000):
        answer = await complete(world, recovery_id, code)
        assert (answer.status_code, answer.json()["code"]) == (404, "recovery_unknown")
