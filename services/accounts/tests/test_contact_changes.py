"""Changing the own phone or email: proven by a code to the new one, told to the old one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from services.accounts.tests.own_account import ME, NEW_PASSWORD, logged_in, sent
from services.accounts.tests.world import PASSWORD, Row, World, another, phone
from sqlalchemy import text

from zhiye_contracts import purposes

CHANGES = f"{ME}/contact-changes"


async def _ask(world: World, row: Row, address: str, language: str = "en", **more: Any) -> Any:
    channel = "email" if "@" in address else "sms"
    return await world.as_(row, language).post(
        CHANGES, json={"channel": channel, "address": address, "password": PASSWORD} | more
    )


async def _confirm(world: World, row: Row, code: str, channel: str = "sms") -> httpx.Response:
    return await world.as_(row).post(
        f"{CHANGES}/confirmation", json={"channel": channel, "code": code}
    )


async def _change(world: World, row: Row, address: str) -> httpx.Response:
    asked = await _ask(world, row, address)
    assert asked.status_code == 202, asked.text
    channel = "email" if "@" in address else "sms"
    return await _confirm(world, row, (await world.parameters())["code"], channel)


async def test_a_phone_is_changed_by_a_code_to_the_new_one_and_the_old_one_is_told(
    world: World,
) -> None:
    row = await world.ready(phone="13800138000")
    asked = await _ask(world, row, "+86 139 1234 5678")
    assert (asked.status_code, asked.json()["sent_to"]) == (202, "139****5678")
    assert await sent(world) == [("verification_code", "13912345678")]
    assert (await world.read(row["id"]))["phone_key"] == row["phone_key"], "not before it is proven"

    answer = await _confirm(world, row, (await world.parameters())["code"])
    told = answer.json()
    assert (answer.status_code, told["phone"], told["phone_verified"]) == (
        200,
        "139****5678",
        True,
    )
    assert (await sent(world))[1:] == [("contact_changed", "13800138000")]
    assert await world.parameters() == {"what": "phone", "new_address": "139****5678", "by": ""}
    (event,) = [e for e in await world.events("account-changed") if e["change"] != "registered"]
    assert (event["change"], event["phone_verified"]) == ("contact_changed", True)
    assert world.kit.cipher.open(event["sealed_phone"], purposes.PHONE) == "13912345678"
    assert (await world.log_in("13912345678")).status_code == 200, "it is a login name now"
    assert (await world.log_in("13800138000")).status_code == 401


async def test_a_phone_mistyped_at_registration_is_corrected_and_verified_at_once(
    world: World,
) -> None:
    row = await world.account(identity="matched")
    told = (await _change(world, row, phone())).json()
    assert (told["phone_verified"], told["status"]) == (True, "verified")
    assert [template for template, _ in await sent(world)] == ["verification_code"], (
        "a contact that nobody proved is told nothing"
    )


async def test_an_email_address_is_added_where_there_was_none_and_the_phone_is_told(
    world: World,
) -> None:
    row = await world.ready(phone="13800138000")
    told = (await _change(world, row, "Wang@EXAMPLE.com")).json()
    assert (told["email"], told["email_verified"]) == ("W***@example.com", True)
    assert (await sent(world))[-1] == ("contact_changed", "13800138000")
    parameters = await world.parameters()
    assert (parameters["what"], parameters["new_address"]) == ("email", "W***@example.com")


async def test_a_phone_that_was_not_verified_is_not_told_but_the_verified_email_is(
    world: World,
) -> None:
    row = await world.account(email="wang@example.com", email_verified_at=world.clock.now())
    await _change(world, row, phone())
    assert (await sent(world, "contact_changed")) == [("contact_changed", "wang@example.com")]


async def test_a_phone_that_the_institution_had_set_is_no_longer_vouched_for(world: World) -> None:
    row = await world.account(phone_vouched_at=world.clock.now())
    await _change(world, row, phone())
    assert (await world.read(row["id"]))["phone_vouched_at"] is None


async def test_an_active_account_stays_active(world: World) -> None:
    row = await world.ready(status="active")
    assert (await _change(world, row, phone())).json()["status"] == "active"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_present_contact_is_refused(world: World, language: str) -> None:
    row = await world.ready(phone="13800138000", email="wang@example.com")
    for address in ("138 0013 8000", "WANG@example.com"):
        answer = await _ask(world, row, address, language)
        told = answer.json()
        assert (answer.status_code, told["code"], told["field"]) == (
            409,
            "contact_unchanged",
            "address",
        )
        assert "13800138000" not in answer.text
    assert await sent(world) == []


async def test_that_a_contact_is_verified_elsewhere_is_told_only_to_who_has_the_code(
    world: World,
) -> None:
    """Anybody with an account could else ask whose phones have accounts."""
    taken = phone()
    await world.ready(phone=taken, email="li@example.com", email_verified_at=world.clock.now())
    row = await world.ready()
    free, elsewhere = await _ask(world, row, phone()), await _ask(world, row, taken)
    assert (free.status_code, elsewhere.status_code) == (202, 202)
    assert set(free.json()) == set(elsewhere.json())
    answer = await _confirm(world, row, (await world.parameters())["code"])
    assert (answer.status_code, answer.json()["code"]) == (409, "phone_verified_elsewhere")
    assert (await world.read(row["id"]))["version"] == row["version"]
    answer = await _change(world, row, "li@example.com")
    assert (answer.status_code, answer.json()["code"]) == (409, "email_verified_elsewhere")
    assert await sent(world, "contact_changed") == []


async def test_a_wrong_password_is_refused_counts_as_a_failed_log_in_and_sends_nothing(
    world: World,
) -> None:
    row = await world.ready()
    for left in (4, 3, 2, 1, 0):
        answer = await _ask(world, row, phone(), password="WrongPassword1")
        told = answer.json()
        assert (answer.status_code, told["code"], told["field"]) == (
            422,
            "password_wrong",
            "password",
        )
        assert f"{left} tries are left" in told["detail"]
    for password in (PASSWORD, "WrongPassword1"):
        answer = await _ask(world, row, phone(), password=password)
        assert (answer.status_code, answer.json()["code"]) == (423, "account_locked")
    assert (await world.log_in(row["user_name"])).json()["code"] == "account_locked"
    assert await sent(world) == []
    world.clock.instant += timedelta(minutes=15)
    assert (await _ask(world, row, phone())).status_code == 202


async def test_wrong_passwords_sent_at_once_are_all_counted(world: World) -> None:
    row = await world.ready()
    answers = await asyncio.gather(
        *(_ask(world, row, phone(), password=f"Wrong{n}") for n in range(8))
    )
    assert sorted(a.status_code for a in answers) == [422] * 5 + [423] * 3


async def test_the_right_password_makes_the_failures_forgotten(world: World) -> None:
    row = await world.ready()
    for _ in range(2):
        for _ in range(4):
            await _ask(world, row, phone(), password="WrongPassword1")
        assert (await _ask(world, row, phone())).status_code == 202
        world.clock.instant += timedelta(minutes=1)


@pytest.mark.parametrize("role", ["institution", "authority", "exam_centre", "operator"])
async def test_the_reserved_phone_of_an_issued_account_is_changed_by_its_issuer_only(
    world: World, role: str
) -> None:
    row = await world.account(role=role, phone_verified_at=world.clock.now())
    answer = await _ask(world, row, phone())
    told = answer.json()
    assert (answer.status_code, told["code"]) == (403, "reserved_phone_fixed")
    assert "health authority" in told["next_step"]
    assert await sent(world) == []
    assert (await _confirm(world, row, "123456")).json()["code"] == "role_forbidden"


async def test_a_code_for_a_change_is_good_once_in_time_and_for_nothing_else(world: World) -> None:
    row = await world.account(email="wang@example.com")
    await _ask(world, row, phone())
    code = (await world.parameters())["code"]
    assert (await world.verify(row, code)).json()["code"] == "code_expired"
    assert (await _confirm(world, row, code, "email")).json()["code"] == "code_expired"
    assert (await _confirm(world, row, another(code))).json()["code"] == "code_wrong"
    other = await world.account()
    assert (await _confirm(world, other, code)).json()["code"] == "code_expired"
    assert (await _confirm(world, row, code)).status_code == 200
    assert (await _confirm(world, row, code)).json()["code"] == "code_expired"
    await _ask(world, row, phone())
    world.clock.instant += timedelta(minutes=10)
    late = await _confirm(world, row, (await world.parameters())["code"])
    assert (late.status_code, late.json()["code"]) == (409, "code_expired")


async def test_a_change_begun_with_the_old_password_ends_with_it(world: World) -> None:
    """A thief who knew it has a code sent to a phone of his own; then the owner changes it."""
    row = await world.ready()
    await _ask(world, row, phone())
    code = (await world.parameters())["code"]
    session = await logged_in(world, row)
    body = {"password": PASSWORD, "new_password": NEW_PASSWORD}
    assert (await session.client.put(f"{ME}/password", json=body)).status_code == 204
    assert (await _confirm(world, row, code)).json()["code"] == "code_expired"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"channel": "sms", "address": "wang@example.com"}, "address", "phone_characters"),
        ({"channel": "email", "address": "13800138000"}, "address", "email_format"),
        ({"channel": "fax", "address": "13800138000"}, "channel", "choice"),
        ({"channel": "sms"}, "address", "field_missing"),
    ],
)
async def test_an_address_that_is_none_of_its_channel_is_refused(
    world: World, body: dict[str, str], field: str, code: str
) -> None:
    answer = await world.as_(await world.account()).post(CHANGES, json=body | {"password": "x"})
    assert answer.status_code == 422
    assert [(r["code"], r["field"]) for r in answer.json()["reasons"]] == [(code, field)]


async def test_two_people_who_change_to_one_phone_at_once_do_not_both_get_it(world: World) -> None:
    await _race(world, verifies=False)


async def test_of_one_who_verifies_and_one_who_changes_to_it_at_once_one_gets_the_phone(
    world: World,
) -> None:
    await _race(world, verifies=True)


async def _race(world: World, *, verifies: bool) -> None:
    shared = phone()
    first = await world.account(**({"phone": shared} if verifies else {}))
    second = await world.account()
    codes = []
    for row in (first, second):
        if verifies and row is first:
            codes.append(await world.send_code(row))
        else:
            assert (await _ask(world, row, shared)).status_code == 202
            codes.append((await world.parameters())["code"])
        await world.execute(text("DELETE FROM attempt"))
    answers = await asyncio.gather(
        world.verify(first, codes[0]) if verifies else _confirm(world, first, codes[0]),
        _confirm(world, second, codes[1]),
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    (lost,) = [a for a in answers if a.status_code == 409]
    assert lost.json()["code"] == "phone_verified_elsewhere"
    rows = await world.rows(
        text(
            "SELECT id FROM account WHERE phone_key = :key AND phone_verified_at IS NOT NULL"
        ).bindparams(key=world.kit.phone_key(shared))
    )
    assert len(rows) == 1
