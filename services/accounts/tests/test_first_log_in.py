"""The first log-in of an issued account needs a code sent to its reserved phone (Q36, deck 3.2)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from services.accounts.tests.offices import CLINIC, TOKEN, Offices, open_offices
from services.accounts.tests.world import PASSWORD, Row, World, another
from sqlalchemy import select, text

from zhiye_accounts.adapters.tables import session, verification_code
from zhiye_accounts.application import log_in
from zhiye_contracts import purposes

MOBILE = "13800138000"


@pytest.fixture
async def offices(world: World) -> Offices:
    return await open_offices(world)


@pytest.fixture
async def clinic(offices: Offices) -> Row:
    """Issued, never used."""
    return await offices.clinic(user_name="clinic01", phone=MOBILE, phone_verified_at=None)


async def _log_in(world: World, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await world.log_in("clinic01", password, **more)


async def _codes(world: World) -> list[Row]:
    return await world.rows(select(verification_code).order_by(verification_code.c.created_at))


async def test_an_account_that_was_issued_is_logged_in_with_a_code_once(offices: Offices) -> None:
    world = offices.world
    await offices.issue(offices.county, phone=MOBILE)
    password = (await world.parameters())["password"]

    asked = await _log_in(world, password)
    assert (asked.status_code, asked.json()["code"]) == (403, "first_login_code_needed")
    assert asked.json()["field"] == "code"
    assert asked.json()["reasons"][0]["source"] == "Q36, deck 3.2"
    message = (await world.events("message-requested"))[-1]
    assert world.kit.cipher.open(message["sealed_address"], purposes.PHONE) == MOBILE
    assert message["template"] == "verification_code"
    assert await world.all(session) == []

    code = (await world.parameters())["code"]
    answer = await _log_in(world, password, code=code)
    assert answer.status_code == 200, answer.text
    principal = world.service.verifier.verify(answer.json()["access_token"])
    assert (principal.role, principal.institution_id, principal.region, principal.active) == (
        "institution",
        CLINIC,
        "110102",
        True,
    )
    event = (await world.events("account-changed", principal.account_id))[-1]
    assert (event["change"], event["phone_verified"]) == ("phone_verified", True)
    assert (await _log_in(world, password)).status_code == 200, "never again"


@pytest.mark.parametrize(
    ("language", "told"),
    [("zh", "已发送至预留手机 138****8000，10分钟内有效"), ("en", "It was sent to 138****8000")],
)
async def test_the_masked_phone_is_told(
    offices: Offices, clinic: Row, language: str, told: str
) -> None:
    client = offices.world.client(language=language)
    form = {"grant_type": "password", "username": "clinic01", "password": PASSWORD}
    answer = await client.post(TOKEN, data=form)
    assert told in answer.json()["detail"]
    assert MOBILE not in answer.text


async def test_a_wrong_password_sends_nothing(offices: Offices, clinic: Row) -> None:
    world = offices.world
    for more in ({}, {"code": "123456"}):
        answer = await _log_in(world, "wrong", **more)
        assert (answer.status_code, answer.json()["code"]) == (401, "login_failed")
    assert await _codes(world) == []
    assert await world.events("message-requested") == []


async def test_while_a_code_waits_no_other_is_sent(offices: Offices, clinic: Row) -> None:
    world = offices.world
    await _log_in(world)
    world.clock.instant += timedelta(minutes=9, seconds=30)
    for _ in range(3):
        answer = await _log_in(world)
        assert (answer.status_code, answer.json()["code"]) == (403, "first_login_code_needed")
        assert "1 minutes" in answer.json()["detail"]
        assert "no other is sent" in answer.json()["next_step"]
    assert len(await world.events("message-requested")) == 1
    assert (await _log_in(world, code=(await world.parameters())["code"])).status_code == 200


async def test_asked_for_at_once_one_code_is_sent(offices: Offices, clinic: Row) -> None:
    answers = await asyncio.gather(*(_log_in(offices.world) for _ in range(4)))
    assert {a.json()["code"] for a in answers} == {"first_login_code_needed"}
    assert len(await offices.world.events("message-requested")) == 1


async def test_an_expired_code_is_no_good_and_another_is_sent(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    await _log_in(world)
    old = (await world.parameters())["code"]
    world.clock.instant += timedelta(minutes=10)
    answer = await _log_in(world, code=old)
    assert (answer.status_code, answer.json()["code"]) == (409, "code_expired")
    await _log_in(world)
    assert len(await world.events("message-requested")) == 2
    new = (await world.parameters())["code"]
    assert (await _log_in(world, code=new)).status_code == 200


async def test_guesses_use_the_code_up_and_then_an_hour_of_tries(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    seen = []
    for _ in range(3):
        await _log_in(world)
        code = (await world.parameters())["code"]
        for _ in range(5):
            seen.append((await _log_in(world, code=another(code))).json()["code"])
        world.clock.instant += timedelta(minutes=1)
    assert seen == ["code_wrong"] * 15
    await _log_in(world)
    right = await _log_in(world, code=(await world.parameters())["code"])
    assert (right.status_code, right.json()["code"]) == (429, "limit_code_guess")
    assert int(right.headers["retry-after"]) > 0
    assert await world.all(session) == []


async def test_codes_are_limited_as_everywhere(offices: Offices, clinic: Row) -> None:
    """Whoever knows the password cannot flood the phone by using up one code after the other."""
    world = offices.world
    told = []
    for _ in range(7):
        told.append(await _log_in(world))
        code = another((await world.parameters())["code"])
        for _ in range(2):
            await _log_in(world, code=code)
        await world.execute(text("UPDATE verification_code SET tries_left = 0"))
        world.clock.instant += timedelta(minutes=1)
    assert [a.status_code for a in told] == [403] * 5 + [429] * 2
    assert told[-1].json()["code"] == "limit_code_to_address"
    assert told[-1].json()["field"] is None
    assert "email" not in told[-1].json()["next_step"]
    assert len(await world.events("message-requested")) == 5


async def test_the_code_of_another_account_or_purpose_is_no_good(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    clone = await offices.clone(clinic, user_name="clinic02", phone_verified_at=None)
    assert (await world.log_in(clone["user_name"])).status_code == 403
    code = (await world.parameters())["code"]
    assert (await _log_in(world, code=code)).json()["code"] == "code_expired"


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "1 2 3 4 5 6", "\0", "x" * 10_000])
async def test_what_is_no_code_is_refused(offices: Offices, clinic: Row, code: str) -> None:
    answer = await _log_in(offices.world, code=code)
    assert (answer.status_code, answer.json()["field"]) == (422, "code")


async def test_an_empty_code_is_none_and_full_width_digits_are_digits(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    assert (await _log_in(world, code="")).status_code == 403
    code = (await world.parameters())["code"]
    wide = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert (await _log_in(world, code=wide)).status_code == 200


async def test_who_registered_or_has_logged_in_before_is_not_asked(offices: Offices) -> None:
    world = offices.world
    nurse = await world.account()
    for row in (nurse, offices.hospital, offices.county, offices.operator):
        assert (await world.log_in(row["user_name"])).status_code == 200
    assert await world.events("message-requested") == []


async def test_a_machine_is_not_asked(offices: Offices) -> None:
    await offices.world.account(role="exam_centre", user_name="examcentre", phone_verified_at=None)
    answer = await offices.world.anybody.post(
        TOKEN,
        data={
            "grant_type": "client_credentials",
            "client_id": "examcentre",
            "client_secret": PASSWORD,
        },
    )
    assert answer.status_code == 200


async def test_a_password_changed_while_it_is_checked_opens_no_session(
    offices: Offices, clinic: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Argon2id takes its time: a re-issue in between must not be missed."""
    world = offices.world
    checked = log_in.verify_password

    async def slow(stored: str | None, password: str) -> bool:
        right = await checked(stored, password)
        await world.execute(text("UPDATE account SET password_hash = 'another'"))
        return right

    monkeypatch.setattr(log_in, "verify_password", slow)
    answer = await world.log_in(offices.hospital["user_name"])
    assert (answer.status_code, answer.json()["code"]) == (401, "login_failed")
    assert await world.all(session) == []
