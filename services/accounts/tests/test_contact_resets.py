"""An institution gives its own people another phone, and everybody concerned is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from services.accounts.tests.desk import (
    DESK,
    ELSEWHERE,
    HOME,
    HOME_NAME,
    Office,
    acts,
    authority,
    institution,
    messages,
    own,
    registered,
)
from services.accounts.tests.world import Row, World, phone

from zhiye_accounts.adapters.tables import verification_code
from zhiye_contracts import purposes

NEW = "13900139000"
REASON = "手机遗失，已当面核对身份证"


@pytest.fixture
async def home(world: World) -> Office:
    return await institution(world)


async def reset(office: Office, row: Row, number: str = NEW, **more: Any) -> httpx.Response:
    body = {"account_id": row["id"], "phone": number, "reason": REASON} | more
    return await office.client.post(f"{DESK}/contact-resets", json=body)


async def test_the_new_phone_is_vouched_for_but_not_verified(world: World, home: Office) -> None:
    row = await own(world, status="active", phone="13800138000", language="en")
    answer = await reset(home, row)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"account_id": row["id"], "phone": "139****9000", "status": "active"}
    now = await world.read(row["id"])
    assert world.kit.cipher.open(now["sealed_phone"], purposes.PHONE) == NEW
    assert now["phone_key"] == world.kit.phone_key(NEW)
    assert (now["phone_verified_at"], now["phone_vouched_at"]) == (None, world.clock.now())
    assert (now["status"], now["version"]) == ("active", row["version"] + 1)
    changed = (await world.events("account-changed", row["id"]))[-1]
    assert (changed["change"], changed["phone_verified"]) == ("contact_reset", False)
    (act,) = await acts(world)
    assert (act["act"], act["account_id"], act["organisation_id"]) == (
        "contact_reset",
        row["id"],
        HOME,
    )
    assert act["details"] == {"reason": REASON}


@pytest.mark.parametrize(
    ("values", "addresses"),
    [
        ({}, ["13800138000"]),
        (
            {"email": "w@example.com", "email_verified_at": True},
            ["13800138000", "w@example.com"],
        ),
        ({"email": "w@example.com"}, ["13800138000"]),
        ({"phone_verified_at": None}, []),
    ],
)
async def test_the_old_verified_contacts_are_told_by_whom(
    world: World, home: Office, values: dict[str, Any], addresses: list[str]
) -> None:
    given = {k: world.clock.now() if v is True else v for k, v in values.items()}
    row = await own(world, phone="13800138000", **given)
    assert (await reset(home, row)).status_code == 200
    told = await messages(world, "contact_changed")
    assert [m["address"] for m in told] == addresses
    for message in told:
        assert message["words"] == {"what": "phone", "new_address": "139****9000", "by": HOME_NAME}


async def test_who_is_not_active_yet_verifies_the_new_phone_and_goes_on(
    world: World, home: Office
) -> None:
    row = await own(world)
    assert (await reset(home, row)).json()["status"] == "registered"
    await world.verify(row, await world.send_code(row))
    now = await world.read(row["id"])
    assert (now["status"], now["phone_verified_at"]) == ("verified", world.clock.now())


async def test_a_verified_email_keeps_the_account_verified(world: World, home: Office) -> None:
    row = await own(world, email="w@example.com", email_verified_at=world.clock.now())
    assert (await reset(home, row)).json()["status"] == "verified"


async def test_codes_sent_to_the_old_phone_are_void(world: World, home: Office) -> None:
    row = await own(world, phone_verified_at=None)
    code = await world.send_code(row)
    await reset(home, row)
    assert [sent["tries_left"] for sent in await world.all(verification_code)] == [0]
    assert (await world.verify(row, code)).json()["code"] == "code_expired"


async def test_only_the_own_people_are_given_another_phone(world: World, home: Office) -> None:
    theirs, nowhere, cancelled = await own(world, ELSEWHERE), await world.ready(), await own(world)
    await registered(world, nowhere, status="cancelled")
    await world.revoke(cancelled)
    for row in (theirs, nowhere, cancelled, home.account, {"id": "nobody"}):
        answer = await reset(home, row)
        assert (answer.status_code, answer.json()["code"]) == (404, "person_unknown")
    for row in (theirs, nowhere):
        assert (await world.read(row["id"]))["phone_key"] == row["phone_key"]
    over_it = await authority(world, "110000")
    assert (await reset(over_it, theirs)).status_code == 403
    assert await acts(world) == []


async def test_a_reset_that_changes_nothing_is_refused(world: World, home: Office) -> None:
    row = await own(world, phone=NEW)
    answer = await reset(home, row)
    assert (answer.status_code, answer.json()["code"]) == (409, "phone_unchanged")
    unverified = await own(world, phone_verified_at=None, phone="13700137000")
    assert (await reset(home, unverified, "13700137000")).status_code == 200, "now vouched for"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "010-88888888"}, "phone"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"email": "w@example.com"}, "email"),
    ],
)
async def test_a_request_that_is_wrong_is_refused(
    world: World, home: Office, change: dict[str, str], field: str
) -> None:
    answer = await reset(home, await own(world), **change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_one_account_is_reset_three_times_a_day_at_most(world: World, home: Office) -> None:
    row = await own(world)
    answers = await asyncio.gather(*(reset(home, row, phone()) for _ in range(5)))
    assert sorted(a.status_code for a in answers) == [200] * 3 + [429] * 2
    assert {a.json()["code"] for a in answers if a.is_error} == {"limit_contact_reset_account"}
    world.clock.instant += timedelta(days=1)
    assert (await reset(home, row)).status_code == 200


async def test_one_institution_resets_a_hundred_a_day_at_most(world: World, home: Office) -> None:
    for n in range(100):
        assert (await reset(home, {"id": f"{n}"})).status_code == 404
    answer = await reset(home, await own(world))
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_contact_reset")
