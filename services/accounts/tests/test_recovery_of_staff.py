"""The way back into an issued account: user name and reserved phone, else the issuer (Q16, Q37)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from services.accounts.tests.own_account import (
    NEW_PASSWORD,
    ask,
    complete,
    logged_in,
    recover,
    sent,
)
from services.accounts.tests.world import PASSWORD, Row, World, phone
from sqlalchemy import text

MOBILE = "13800138000"


async def _staff(world: World, **values: Any) -> Row:
    given = {"role": "institution", "user_name": "hospital1", "phone": MOBILE}
    return await world.account(**given | values)


async def _start(world: World, user_name: str, number: str, language: str = "en") -> httpx.Response:
    return await ask(world, "/staff", language=language, user_name=user_name, phone=number)


@pytest.mark.parametrize("role", ["institution", "authority", "exam_centre", "operator"])
async def test_staff_recover_by_user_name_and_reserved_phone(world: World, role: str) -> None:
    row = await _staff(world, role=role)
    old = await logged_in(world, row)
    started = await _start(world, "HOSPITAL1", "138 0013 8000")
    assert started.status_code == 202
    assert await sent(world) == [("recovery_code", MOBILE)]
    code = (await world.parameters())["code"]
    answer = await complete(world, started.json()["recovery_id"], code)
    assert (answer.status_code, answer.json()["user_name"]) == (200, "hospital1")
    assert await old.refresh() == 401
    assert (await world.log_in("hospital1", PASSWORD)).status_code == 401
    assert (await world.log_in("hospital1", NEW_PASSWORD)).status_code == 200
    assert (await sent(world))[1:] == [("password_changed", MOBILE)]
    assert (await world.read(row["id"]))["status"] == "active"


async def test_a_clone_recovers_by_its_own_user_name_and_phone(world: World) -> None:
    main = await _staff(world)
    other = phone()
    clone = await _staff(
        world, user_name="hospital2", phone=other, main_account_id=main["id"], staff_name="李静"
    )
    assert (await _start(world, "hospital2", MOBILE)).status_code == 202
    assert await sent(world) == [], "the phone of the main account is not the clone's"
    started = await _start(world, "hospital2", other)
    code = (await world.parameters())["code"]
    answer = await complete(world, started.json()["recovery_id"], code)
    assert answer.json()["user_name"] == clone["user_name"]
    assert (await world.log_in("hospital1")).status_code == 200, "the main account is as it was"


async def test_an_account_whose_first_log_in_is_pending_is_recovered_and_needs_no_code_then(
    world: World,
) -> None:
    """The code went to the reserved phone: that is what the first log-in asks for (Q36)."""
    row = await _staff(world, phone_verified_at=None)
    started = await _start(world, "hospital1", MOBILE)
    await complete(world, started.json()["recovery_id"], (await world.parameters())["code"])
    assert (await world.read(row["id"]))["phone_verified_at"] == world.clock.now()
    assert (await world.log_in("hospital1", NEW_PASSWORD)).status_code == 200


async def test_the_phone_of_an_institution_may_be_verified_for_a_person_too(world: World) -> None:
    """The person in charge of a clinic is a physician with an account of their own."""
    person = await world.ready(phone=MOBILE)
    await _staff(world, phone_verified_at=None)
    started = await _start(world, "hospital1", MOBILE)
    code = (await world.parameters())["code"]
    answer = await complete(world, started.json()["recovery_id"], code)
    assert (answer.status_code, answer.json()["user_name"]) == (200, "hospital1")
    world.clock.instant += timedelta(minutes=1)
    assert (await recover(world, MOBILE)).json()["user_name"] == person["user_name"]


@pytest.mark.parametrize(
    ("values", "user_name", "number"),
    [
        ({}, "hospital1", "13900139000"),
        ({}, "hospital9", MOBILE),
        ({"status": "revoked"}, "hospital1", MOBILE),
        ({"role": "practitioner", "phone_verified_at": None}, "hospital1", MOBILE),
    ],
)
async def test_where_user_name_and_phone_do_not_belong_together_nothing_is_sent(
    world: World, values: dict[str, Any], user_name: str, number: str
) -> None:
    await _staff(world, **values)
    started = await _start(world, user_name, number)
    assert started.status_code == 202
    assert "the health authority that issued the account" in started.json()["text"]
    assert await sent(world) == []
    answer = await complete(world, started.json()["recovery_id"], "123456")
    assert answer.json()["code"] == "code_wrong"


async def test_a_phone_that_was_issued_anew_meanwhile_is_not_the_reserved_one(
    world: World,
) -> None:
    await _staff(world)
    started = await _start(world, "hospital1", MOBILE)
    code = (await world.parameters())["code"]
    await world.execute(
        text("UPDATE account SET phone_key = :key").bindparams(key=world.kit.phone_key(phone()))
    )
    answer = await complete(world, started.json()["recovery_id"], code)
    assert (answer.status_code, answer.json()["code"]) == (409, "code_expired")
