"""Codes by SMS and email: sent rarely, kept hashed, good once, for one address."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import httpx
import pytest
from services.accounts.tests.world import Row, World, another, phone
from sqlalchemy import text

from zhiye_accounts.adapters.tables import metadata, verification_code
from zhiye_contracts import purposes

CODES = "/api/v1/accounts/me/verification-codes"


async def _ask(world: World, row: Row, channel: str = "sms", address: str = "") -> httpx.Response:
    headers = {"X-Forwarded-For": address} if address else None
    return await world.as_(row).post(CODES, json={"channel": channel}, headers=headers)


async def test_a_phone_is_verified_with_the_code_that_was_sent(world: World) -> None:
    row = await world.account(identity="matched", phone="13800138000")
    sent = await world.as_(row).post(CODES, json={"channel": "sms"})
    assert sent.status_code == 202
    assert sent.json()["sent_to"] == "138****8000"
    (message,) = await world.events("message-requested")
    assert message["channel"] == "sms"
    assert world.kit.cipher.open(message["sealed_address"], purposes.PHONE) == "13800138000"
    parameters = await world.parameters()
    assert parameters["minutes"] == "10"

    answer = await world.verify(row, parameters["code"])
    told = answer.json()
    assert (answer.status_code, told["phone_verified"], told["status"]) == (200, True, "verified")
    assert told["next_step"] == "Activate the account."
    assert (await world.events("account-changed"))[-1]["phone_verified"] is True


async def test_an_email_address_does_where_no_sms_arrives(world: World) -> None:
    row = await world.account(identity="matched", email="wang@example.com")
    await world.send_code(row)
    code = await world.send_code(row, "email")
    told = (await world.verify(row, code, "email")).json()
    assert (told["phone_verified"], told["email_verified"]) == (False, True)
    assert told["status"] == "verified"


async def test_a_code_is_good_for_its_own_channel_only(world: World) -> None:
    row = await world.account(email="wang@example.com")
    sms, email = await world.send_code(row), await world.send_code(row, "email")
    if sms != email:
        assert (await world.verify(row, sms, "email")).json()["code"] == "code_wrong"
        assert (await world.verify(row, email, "sms")).json()["code"] == "code_wrong"
    assert (await world.verify(row, sms, "sms")).status_code == 200
    assert (await world.verify(row, email, "email")).status_code == 200


async def test_the_code_of_another_account_is_no_good(world: World) -> None:
    one, two = await world.account(), await world.account()
    code = await world.send_code(one)
    assert (await world.verify(two, code)).json()["code"] == "code_expired"
    own = await world.send_code(two)
    if code != own:
        answer = await world.verify(two, code)
        assert (answer.status_code, answer.json()["code"]) == (422, "code_wrong")


async def test_a_code_is_nowhere_in_the_clear(world: World) -> None:
    row = await world.account()
    code = await world.send_code(row)
    for table in metadata.sorted_tables:
        for stored in await world.all(table):
            for name, value in stored.items():
                if isinstance(value, bytes):
                    value = value.decode("utf-8", "replace")
                if isinstance(value, str) and not name.startswith("sealed_"):
                    plain = value if name != "event" else _without_sealed(value)
                    assert code not in _words(plain), (table.name, name)


def _without_sealed(event: str) -> str:
    data = json.loads(event)["data"]
    return json.dumps({k: v for k, v in data.items() if not k.startswith("sealed_")})


def _words(value: str) -> str:
    """The text without times and ids, which hold digits of their own."""
    return re.sub(r"[0-9A-Z]{26}|[0-9a-f]{32,}|\d{4}-\d\d-\d\dT[\d:.]+", "", value)


async def test_a_code_works_once(world: World) -> None:
    row = await world.account()
    code = await world.send_code(row)
    assert (await world.verify(row, code)).status_code == 200
    again = await world.verify(row, code)
    assert (again.status_code, again.json()["code"]) == (409, "code_expired")
    assert again.json()["next_step"] == "Have a new code sent."


async def test_a_code_expires_after_ten_minutes(world: World) -> None:
    row = await world.account()
    code = await world.send_code(row)
    world.clock.instant += timedelta(minutes=10)
    answer = await world.verify(row, code)
    assert (answer.status_code, answer.json()["code"]) == (409, "code_expired")
    assert answer.json()["field"] == "code"


async def test_without_a_code_sent_there_is_nothing_to_check(world: World) -> None:
    assert (await world.verify(await world.account(), "123456")).json()["code"] == "code_expired"


async def test_a_wrong_code_costs_a_try_and_five_use_it_up(world: World) -> None:
    row = await world.account()
    code = await world.send_code(row)
    for left in (4, 3, 2, 1, 0):
        answer = await world.verify(row, another(code))
        assert (answer.status_code, answer.json()["code"]) == (422, "code_wrong")
        assert f"{left} tries are left" in answer.json()["detail"]
    assert (await world.verify(row, code)).json()["code"] == "code_expired"


async def test_a_new_code_ends_the_old_one(world: World) -> None:
    row = await world.account()
    old = await world.send_code(row)
    world.clock.instant += timedelta(minutes=1)
    new = await world.send_code(row)
    if old != new:
        assert (await world.verify(row, old)).json()["code"] == "code_wrong"
    assert (await world.verify(row, new)).status_code == 200


async def test_new_codes_do_not_bring_new_guesses_for_ever(world: World) -> None:
    row = await world.account()
    for _ in range(3):
        code = await world.send_code(row)
        for _ in range(5):
            assert (await world.verify(row, another(code))).json()["code"] == "code_wrong"
        world.clock.instant += timedelta(minutes=1)
    code = await world.send_code(row)
    answer = await world.verify(row, code)
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_code_guess")
    assert int(answer.headers["retry-after"]) == 57 * 60
    assert answer.json()["field"] == "code"


async def test_a_code_sent_to_an_earlier_address_does_not_verify_the_present_one(
    world: World,
) -> None:
    row = await world.account()
    code = await world.send_code(row)
    await world.execute(
        text("UPDATE account SET phone_key = :key").bindparams(key=world.kit.phone_key(phone()))
    )
    assert (await world.verify(row, code)).json()["code"] == "code_expired"


async def test_a_phone_gets_one_code_a_minute_and_five_an_hour(world: World) -> None:
    row = await world.account()
    first = world.clock.now()
    for _ in range(5):
        assert (await _ask(world, row)).status_code == 202
        soon = await _ask(world, row)
        assert (soon.status_code, soon.json()["code"]) == (429, "limit_code_to_address")
        world.clock.instant += timedelta(minutes=1)
    world.clock.instant += timedelta(minutes=5)
    answer = await _ask(world, row)
    assert answer.status_code == 429
    wait = timedelta(seconds=int(answer.headers["retry-after"]))
    assert world.clock.now() + wait == first + timedelta(hours=1)
    assert "50 minutes" in answer.json()["detail"]
    assert "email" in answer.json()["next_step"]
    world.clock.instant += wait
    assert (await _ask(world, row)).status_code == 202


async def test_the_first_minute_is_told_in_seconds(world: World) -> None:
    row = await world.account()
    await _ask(world, row)
    world.clock.instant += timedelta(seconds=17)
    answer = await _ask(world, row)
    assert answer.headers["retry-after"] == "43"
    assert "43 seconds" in answer.json()["detail"]
    assert answer.json()["reasons"][0]["source"] == "Q3, Q27"


async def test_one_phone_of_two_accounts_is_limited_once(world: World) -> None:
    shared = phone()
    one, two = await world.account(phone=shared), await world.account(phone=shared)
    assert (await _ask(world, one)).status_code == 202
    assert (await _ask(world, two)).json()["code"] == "limit_code_to_address"


async def test_an_account_gets_ten_codes_a_day_over_all_channels(world: World) -> None:
    row = await world.account(email="wang@example.com")
    for n in range(10):
        assert (await _ask(world, row, ("sms", "email")[n % 2])).status_code == 202
        world.clock.instant += timedelta(minutes=20)
    answer = await _ask(world, row)
    assert answer.json()["code"] == "limit_code_by_account"
    assert int(answer.headers["retry-after"]) == 24 * 3600 - 200 * 60


async def test_one_client_address_has_thirty_codes_an_hour_sent_whatever_it_claims(
    world: World,
) -> None:
    """The gateway puts its word last; IPv6 clients own a whole /64."""
    await world.execute(
        text(
            "INSERT INTO attempt (kind, subject, at) SELECT 'code_by_client', :client, :now"
            " FROM generate_series(1, 30)"
        ).bindparams(client=world.kit.client_key("2001:db8::1"), now=world.clock.now())
    )
    row = await world.account()
    for claimed in ("2001:db8::1", "2001:db8::ffff", "203.0.113.9, 2001:db8::2"):
        answer = await _ask(world, row, address=claimed)
        assert (answer.status_code, answer.json()["code"]) == (429, "limit_code_by_client")
        assert answer.headers["retry-after"] == "3600"
    assert (await _ask(world, row, address="2001:db8:0:1::1")).status_code == 202


async def test_client_addresses_are_not_kept_and_may_be_any_text(world: World) -> None:
    row = await world.account()
    for address in ("198.51.100.77", "x" * 9000, "fe80::1%eth0", "not an address"):
        assert (await _ask(world, row, address=address)).status_code in (202, 429)
    stored = str(await world.rows(text("SELECT * FROM attempt")))
    assert "198.51.100.77" not in stored
    assert "xxx" not in stored


@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_what_is_verified_needs_no_code(world: World, channel: str) -> None:
    now = world.clock.now()
    row = await world.account(email="w@example.com", phone_verified_at=now, email_verified_at=now)
    answer = await _ask(world, row, channel)
    assert (answer.status_code, answer.json()["code"]) == (409, "contact_already_verified")


async def test_an_account_without_email_is_told_so(world: World) -> None:
    answer = await _ask(world, await world.account(), "email")
    assert (answer.status_code, answer.json()["code"]) == (409, "contact_missing")
    assert answer.json()["field"] == "channel"


async def test_a_phone_verified_elsewhere_is_refused_and_email_is_the_way(world: World) -> None:
    shared = phone()
    await world.ready(phone=shared)
    row = await world.account(phone=shared, identity="matched", email="wang@example.com")
    answer = await world.verify(row, await world.send_code(row))
    assert (answer.status_code, answer.json()["code"]) == (409, "phone_verified_elsewhere")
    assert "email" in answer.json()["next_step"]
    assert (await world.read(row["id"]))["version"] == 1
    by_email = await world.verify(row, await world.send_code(row, "email"), "email")
    assert by_email.json()["status"] == "verified"


async def test_the_phone_of_a_revoked_account_is_free(world: World) -> None:
    shared = phone()
    await world.revoke(await world.ready(phone=shared))
    row = await world.account(phone=shared)
    assert (await world.verify(row, await world.send_code(row))).status_code == 200


async def test_a_code_may_be_typed_in_full_width_digits(world: World) -> None:
    row = await world.account()
    code = await world.send_code(row)
    typed = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert (await world.verify(row, f" {typed} ")).status_code == 200


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "١٢٣٤٥٦", "", "12345\n6"])
async def test_what_is_no_code_is_refused_without_costing_a_try(world: World, code: str) -> None:
    row = await world.account()
    await world.send_code(row)
    answer = await world.verify(row, code)
    assert (answer.status_code, answer.json()["field"]) == (422, "code")
    (stored,) = await world.all(verification_code)
    assert stored["tries_left"] == 5


async def test_asking_for_a_code_again_with_the_same_key_sends_one(world: World) -> None:
    row = await world.account()
    for _ in range(2):
        answer = await world.as_(row).post(
            CODES, json={"channel": "sms"}, headers={"Idempotency-Key": "0190a1b2-0003"}
        )
        assert answer.status_code == 202
    assert len(await world.events("message-requested")) == 1
