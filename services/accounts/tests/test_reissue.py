"""An account is issued again: password or phone lost, and recovery was no way (Q16, Q37)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from services.accounts.tests.offices import (
    CLINIC,
    COUNTY,
    DELEGATIONS,
    SEEN,
    STAFF,
    Offices,
    logged_in,
    open_offices,
    tokens_of,
)
from services.accounts.tests.world import PASSWORD, Row, World, id_number
from sqlalchemy import select

from zhiye_accounts.adapters.tables import session
from zhiye_contracts import purposes

OLD, NEW = "13800138000", "13900139000"


@pytest.fixture
async def offices(world: World) -> Offices:
    return await open_offices(world)


@pytest.fixture
async def clinic(offices: Offices) -> Row:
    return await offices.clinic(user_name="clinic01", phone=OLD)


async def _reissue(offices: Offices, by: Row, target: Row, **changes: Any) -> Any:
    given = {"materials": SEEN, **changes}
    body = {k: v for k, v in given.items() if v is not None}
    return await offices.world.as_(by).post(f"{STAFF}/{target['id']}/reissue", json=body)


async def _messages(world: World) -> list[tuple[str, str]]:
    """Templates and phones of what was sent."""
    return [
        (m["template"], world.kit.cipher.open(m["sealed_address"], purposes.PHONE))
        for m in await world.events("message-requested")
    ]


async def test_a_new_password_goes_to_the_reserved_phone_and_the_first_log_in_needs_a_code(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    answer = await _reissue(offices, offices.county, clinic)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "account_id": clinic["id"],
        "user_name": "clinic01",
        "sent_to": "138****8000",
        "clones": 0,
    }
    assert await _messages(world) == [("credentials", OLD)]
    given = await world.parameters()
    assert given["user_name"] == "clinic01"
    assert given["password"] not in answer.text
    assert (await world.log_in("clinic01")).json()["code"] == "login_failed"
    asked = await world.log_in("clinic01", given["password"])
    assert asked.json()["code"] == "first_login_code_needed"
    code = (await world.parameters())["code"]
    assert (await world.log_in("clinic01", given["password"], code=code)).status_code == 200


async def test_whoever_is_logged_in_is_out_at_once(offices: Offices, clinic: Row) -> None:
    world = offices.world
    tokens = await tokens_of(world, clinic)
    client = world.client(f"Bearer {tokens['access_token']}")
    assert (await client.get(STAFF)).status_code == 200
    await _reissue(offices, offices.county, clinic)
    answer = await client.get(STAFF)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    refreshed = await world.anybody.post(
        "/api/v1/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
    )
    assert refreshed.json()["code"] == "session_ended"
    event = (await world.events("account-changed", clinic["id"]))[-1]
    assert (event["change"], event["phone_verified"]) == ("reissued", False)
    assert event["tokens_not_before"].startswith("2026-11-23T02:00:00"), "for the gateway"
    (ended,) = await world.all(session)
    assert ended["ended_because"] == "reissued"


async def test_the_old_phone_is_told_when_it_changes(offices: Offices, clinic: Row) -> None:
    world = offices.world
    answer = await _reissue(offices, offices.county, clinic, phone=NEW, person_in_charge="陈晨")
    assert answer.json()["sent_to"] == "139****9000"
    assert await _messages(world) == [("credentials", NEW), ("contact_changed", OLD)]
    assert await world.parameters() == {
        "what": "phone",
        "new_address": "139****9000",
        "by": "西城区卫生健康委员会",
    }
    row = await world.read(clinic["id"])
    assert (row["staff_name"], row["phone_key"]) == ("陈晨", world.kit.phone_key(NEW))


async def test_the_same_phone_is_no_change(offices: Offices, clinic: Row) -> None:
    await _reissue(offices, offices.county, clinic, phone=OLD)
    assert await _messages(offices.world) == [("credentials", OLD)]


async def test_a_code_on_its_way_to_the_old_phone_is_void(offices: Offices) -> None:
    world = offices.world
    clinic = await offices.clinic(user_name="clinic01", phone=OLD, phone_verified_at=None)
    await world.log_in("clinic01")
    code = (await world.parameters())["code"]
    await _reissue(offices, offices.county, clinic, phone=NEW)
    messages = await world.events("message-requested")
    sealed = next(m for m in reversed(messages) if m["template"] == "credentials")
    opened = world.kit.cipher.open(sealed["sealed_parameters"], purposes.MESSAGE)
    password = opened.partition('"password": "')[2].partition('"')[0]
    answer = await world.log_in("clinic01", password, code=code)
    assert answer.json()["code"] == "code_expired"


async def test_the_materials_are_seen_again_but_the_person_is_known(
    offices: Offices, clinic: Row
) -> None:
    answer = await _reissue(offices, offices.county, clinic, materials=None)
    assert answer.status_code == 422
    assert [r["code"] for r in answer.json()["reasons"]] == ["material_missing"] * 3
    number = id_number()
    answer = await _reissue(
        offices,
        offices.county,
        clinic,
        materials=[*SEEN, "delegate_id"],
        delegate={"name": "赵敏", "id_number": number},
    )
    assert answer.status_code == 200
    (act,) = await offices.acts()
    assert (act["act"], act["organisation_id"], act["for_organisation_id"], act["account_id"]) == (
        "account_reissued",
        COUNTY,
        CLINIC,
        clinic["id"],
    )
    assert act["details"]["delegate"] == {"name": "赵敏", "id_number": "*" * 16 + number[-2:]}
    assert number not in str(act)


async def test_clones_go_on_and_are_counted(offices: Offices, clinic: Row) -> None:
    clones = [await offices.clone(clinic) for _ in range(3)]
    await offices.world.revoke(clones[0])
    answer = await _reissue(offices, offices.county, clinic)
    assert answer.json()["clones"] == 2
    assert (await offices.world.log_in(clones[1]["user_name"])).status_code == 200


async def test_delegates_acting_for_it_are_out_too(offices: Offices, clinic: Row) -> None:
    world = offices.world
    hospital = await logged_in(world, offices.hospital)
    asked = (await hospital.post(DELEGATIONS, json={"institution_id": CLINIC})).json()
    path = f"{DELEGATIONS}/{asked['delegation_id']}"
    code = (await world.parameters())["code"]
    assert (await hospital.post(f"{path}/confirmation", json={"code": code})).status_code == 201
    await _reissue(offices, offices.county, clinic)
    assert (await hospital.post(f"{path}/token")).json()["code"] == "delegation_over"
    assert (await hospital.get(STAFF)).status_code == 200, "its own session goes on"
    (acting,) = await world.rows(select(session).where(session.c.acting_for == CLINIC))
    event = (await world.events("account-changed", offices.hospital["id"]))[-1]
    assert (event["change"], event["ended_session"]) == ("session_ended", acting["id"])


@pytest.mark.parametrize("who", ["province", "elsewhere", "hospital", "clinic"])
async def test_nobody_else_issues_it_again(offices: Offices, clinic: Row, who: str) -> None:
    by = clinic if who == "clinic" else getattr(offices, who)
    answer = await _reissue(offices, by, clinic, phone=NEW)
    if who == "province":
        assert (answer.status_code, answer.json()["code"]) == (404, "staff_account_unknown")
        unknown = await _reissue(offices, by, {"id": "unknown"})
        assert {**unknown.json(), "request_id": ""} == {**answer.json(), "request_id": ""}
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")
    assert await offices.world.read(clinic["id"]) == clinic
    assert await offices.acts() == []


async def test_a_clone_of_an_authority_issues_nothing_again(offices: Offices, clinic: Row) -> None:
    officer = await offices.clone(offices.county)
    answer = await _reissue(offices, officer, clinic)
    assert (answer.status_code, answer.json()["code"]) == (403, "main_account_only")


async def test_a_nurse_and_a_clone_are_not_issued_again(offices: Offices, clinic: Row) -> None:
    nurse, clone = await offices.world.account(), await offices.clone(clinic)
    assert (await _reissue(offices, offices.operator, nurse)).status_code == 404
    answer = await _reissue(offices, offices.county, clone)
    assert (answer.status_code, answer.json()["code"]) == (409, "clone_not_reissued")
    assert "reserved phone" in answer.json()["next_step"]


async def test_an_ended_account_is_not_issued_again(offices: Offices, clinic: Row) -> None:
    await offices.world.revoke(clinic)
    answer = await _reissue(offices, offices.county, clinic)
    assert (answer.status_code, answer.json()["code"]) == (409, "staff_account_ended")


async def test_accounts_of_authorities_are_the_operators(offices: Offices) -> None:
    own = await _reissue(offices, offices.county, offices.county)
    assert (own.status_code, own.json()["code"]) == (403, "issuer_not_allowed")
    below = await _reissue(offices, offices.city, offices.county)
    assert (below.status_code, below.json()["code"]) == (404, "staff_account_unknown")
    answer = await _reissue(offices, offices.operator, offices.county, materials=None)
    assert answer.status_code == 200


async def test_issued_again_twice_at_once_the_last_password_counts(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    answers = await asyncio.gather(
        _reissue(offices, offices.county, clinic), _reissue(offices, offices.city, clinic)
    )
    assert [a.status_code for a in answers] == [200, 200]
    opened = [
        world.kit.cipher.open(m["sealed_parameters"], purposes.MESSAGE)
        for m in await world.events("message-requested")
    ]
    passwords = [o.partition('"password": "')[2].partition('"')[0] for o in opened]
    codes = [(await world.log_in("clinic01", p)).json()["code"] for p in passwords]
    assert sorted(codes) == ["first_login_code_needed", "login_failed"]
    assert (await world.log_in("clinic01", PASSWORD)).json()["code"] == "login_failed"
