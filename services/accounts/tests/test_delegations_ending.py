"""Delegated handling: how often it is asked for, how it ends, who sees it (Q54)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from services.accounts.tests.offices import (
    CLINIC,
    DELEGATIONS,
    ELSEWHERE,
    HOSPITAL,
    STAFF,
    Offices,
    acting_for_clinic,
    ask,
    asked,
    confirm,
    logged_in,
    open_offices,
)
from services.accounts.tests.world import Row, World
from sqlalchemy import select, text

from zhiye_accounts.adapters.tables import session

MOBILE = "13800138000"
ME, DESK = "/api/v1/accounts/me", "/api/v1/activation-desk"


@pytest.fixture
async def offices(world: World) -> Offices:
    return await open_offices(world)


@pytest.fixture
async def clinic(offices: Offices) -> Row:
    """The principal."""
    return await offices.clinic(user_name="clinic01", phone=MOBILE)


# Flooding


async def test_one_organisation_sends_one_principal_few_codes(
    offices: Offices, clinic: Row
) -> None:
    """Fewer than its phone may get in all: its own log-in is not to be blocked by others."""
    world = offices.world
    clone = await offices.clone(offices.hospital)
    told = []
    for n in range(8):
        by = offices.hospital if n % 2 else clone
        told.append(await ask(world.as_(by)))
        world.clock.instant += timedelta(minutes=25)
    assert [a.status_code for a in told] == [201, 201, 201, 201, 201, 429, 429, 429]
    assert told[-1].json()["code"] == "limit_delegation_to"
    assert int(told[-1].headers["retry-after"]) > 3600
    assert (await ask(world.as_(offices.county))).status_code == 201


async def test_in_an_hour_three_and_in_a_minute_one(offices: Offices, clinic: Row) -> None:
    world = offices.world
    client = world.as_(offices.hospital)
    answers = await asyncio.gather(*(ask(client) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 429, 429]
    told = []
    for _ in range(3):
        world.clock.instant += timedelta(minutes=1)
        told.append((await ask(client)).status_code)
    assert told == [201, 201, 429]


async def test_one_organisation_cannot_go_through_all_the_others(offices: Offices) -> None:
    await offices.world.execute(
        text(
            "INSERT INTO attempt (kind, subject, at) SELECT 'delegation', :own, :now"
            " FROM generate_series(1, 60)"
        ).bindparams(own=HOSPITAL, now=offices.world.clock.now())
    )
    answer = await ask(offices.world.as_(offices.hospital), ELSEWHERE)
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_delegation")
    assert (await ask(offices.world.as_(offices.county), HOSPITAL)).status_code == 201


# The end


@pytest.mark.parametrize("side", ["hospital", "clone of the hospital", "clinic", "clerk"])
async def test_either_side_ends_it_at_once(offices: Offices, clinic: Row, side: str) -> None:
    world = offices.world
    hospital = await logged_in(world, offices.hospital)
    path, acting = await acting_for_clinic(offices, hospital)
    (opened,) = await world.rows(select(session).where(session.c.acting_for == CLINIC))
    by = {
        "hospital": offices.hospital,
        "clone of the hospital": await offices.clone(offices.hospital),
        "clinic": clinic,
        "clerk": await offices.clone(clinic),
    }[side]
    for _ in range(2):
        answer = await world.as_(by).post(f"{path}/end")
        assert (answer.status_code, answer.content) == (204, b"")
    event = (await world.events("account-changed", offices.hospital["id"]))[-1]
    assert event["ended_session"] == opened["id"], "the gateway refuses its tokens at once"
    assert (await hospital.post(f"{path}/token")).json()["code"] == "delegation_over"
    assert (await acting.get(STAFF)).status_code == 401
    acts = [act for act in await offices.acts() if act["act"] == "delegation_ended"]
    other = CLINIC if "hospital" in side else HOSPITAL
    assert [(a["actor_account_id"], a["for_organisation_id"]) for a in acts] == [(by["id"], other)]
    assert (await hospital.get(STAFF)).status_code == 200


async def test_an_end_before_the_confirmation_takes_the_code(offices: Offices, clinic: Row) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await asked(offices, hospital)
    assert (await offices.world.as_(clinic).post(f"{path}/end")).status_code == 204
    assert (await confirm(hospital, path, code)).json()["code"] == "code_expired"


async def test_confirmed_and_ended_at_once_nothing_lasts(offices: Offices, clinic: Row) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await asked(offices, hospital)
    confirmed, ended = await asyncio.gather(
        confirm(hospital, path, code), offices.world.as_(clinic).post(f"{path}/end")
    )
    assert (ended.status_code, confirmed.status_code in (201, 409)) == (204, True)
    assert (await hospital.post(f"{path}/token")).json()["code"] == "delegation_over"
    open_ones = [s for s in await offices.world.all(session) if s["acting_for"]]
    assert all(s["ended_at"] is not None for s in open_ones)


@pytest.mark.parametrize("who", ["elsewhere", "county", "province"])
async def test_nobody_else_ends_or_sees_it(offices: Offices, clinic: Row, who: str) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, _ = await acting_for_clinic(offices, hospital)
    other = offices.world.as_(getattr(offices, who))
    answer = await other.post(f"{path}/end")
    assert (answer.status_code, answer.json()["code"]) == (404, "delegation_unknown")
    assert (await other.get(DELEGATIONS)).json()["items"] == []
    assert (await hospital.post(f"{path}/token")).status_code == 200


async def test_a_delegate_whose_account_was_ended_acts_no_more(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    clone = await offices.clone(offices.hospital)
    client = await logged_in(world, clone)
    path, acting = await acting_for_clinic(offices, client)
    ended = await world.as_(offices.hospital).post(
        f"{STAFF}/{clone['id']}/end", json={"reason": "left"}
    )
    assert ended.status_code == 200
    assert (await client.post(f"{path}/token")).status_code == 401
    assert (await acting.get(STAFF)).status_code == 401
    assert all(s["ended_at"] for s in await world.all(session))
    (told,) = (await world.as_(clinic).get(DELEGATIONS)).json()["items"]
    assert told["state"] == "over"


async def test_ending_the_principals_account_ends_what_is_done_for_it(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    hospital = await logged_in(world, offices.hospital)
    path, _ = await acting_for_clinic(offices, hospital)
    await world.as_(offices.county).post(f"{STAFF}/{clinic['id']}/end", json={"reason": "other"})
    assert (await hospital.post(f"{path}/token")).json()["code"] == "delegation_over"
    event = (await world.events("account-changed", offices.hospital["id"]))[-1]
    assert (event["change"], event["status"]) == ("session_ended", "active")


# The list


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_both_sides_see_who_acted_for_whom_and_when(
    offices: Offices, clinic: Row, language: str
) -> None:
    world = offices.world
    officer = await offices.clone(offices.hospital, "赵敏")
    client = await logged_in(world, officer)
    path, _ = await acting_for_clinic(offices, client)
    world.clock.instant += timedelta(minutes=2)
    await ask(world.as_(offices.hospital))

    async def listed(by: Row) -> list[dict[str, Any]]:
        answer = await world.as_(by, language).get(DELEGATIONS)
        return answer.json()["items"]  # type: ignore[no-any-return]

    for by in (clinic, offices.hospital, officer):
        waiting, lasting = await listed(by)
        assert (waiting["state"], waiting["delegate"]) == ("waiting", "北京示例医院")
        assert waiting["present_at"] is None
        assert (lasting["state"], lasting["delegate"]) == ("lasting", "北京示例医院（赵敏）")
        assert lasting["state_label"] == ("代办中" if language == "zh" else "lasting")
        assert (lasting["institution_id"], lasting["institution"]) == (CLINIC, "北京示例诊所")
        assert lasting["present_at"].startswith("2026-11-23T02:00")
        assert lasting["ends_at"].startswith("2026-11-23T03:00")
    await world.as_(clinic).post(f"{path}/end")
    world.clock.instant += timedelta(minutes=10)
    assert [item["state"] for item in await listed(clinic)] == ["over", "over"]


async def test_the_list_has_pages(offices: Offices, clinic: Row) -> None:
    client = offices.world.as_(offices.hospital)
    for _ in range(3):
        assert (await ask(client)).status_code == 201
        offices.world.clock.instant += timedelta(minutes=1)
    first = (await client.get(DELEGATIONS, params={"limit": 2})).json()
    query = {"limit": 2, "cursor": first["next_cursor"]}
    second = (await client.get(DELEGATIONS, params=query)).json()
    found = [item["delegation_id"] for item in first["items"] + second["items"]]
    assert found == sorted(found, reverse=True)
    assert (len(found), second["next_cursor"]) == (3, None)


async def test_a_delegate_works_at_the_desk_of_the_principal_and_the_log_says_so(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    nurse = await world.ready()
    event = world.registered(nurse["person_key"], institution_id=CLINIC, name=nurse["name"])
    await world.deliver(event)
    client = await logged_in(world, await offices.clone(offices.hospital, "赵敏"))
    path, acting = await acting_for_clinic(offices, client)
    (person,) = (await acting.get(f"{DESK}/people")).json()["items"]
    assert person["account_id"] == nurse["id"]
    issued = await acting.post(f"{DESK}/codes", json={"account_ids": [nurse["id"]]})
    assert [item["result"] for item in issued.json()["items"]] == ["issued"]
    act = (await offices.acts())[-1]
    assert (act["act"], act["actor_name"]) == (
        "activation_code_issued",
        "北京示例诊所（北京示例医院（赵敏） 代办）",
    )
    assert (act["organisation_id"], act["for_organisation_id"], act["account_id"]) == (
        HOSPITAL,
        CLINIC,
        nurse["id"],
    )
    for by in (clinic, offices.hospital):
        seen = (await world.as_(by).get(f"{STAFF}/acts")).json()["items"]
        assert seen[0]["act_label"] == "activation code issued"

    assert (await client.post(f"{path}/end")).status_code == 204
    for answer in (
        await acting.get(f"{DESK}/people"),
        await acting.post(f"{DESK}/codes", json={"account_ids": [nurse["id"]]}),
    ):
        assert answer.status_code == 401, "although the token has not expired"
