"""Delegated handling: for another institution, only while its principal is present (Q54)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from services.accounts.tests.offices import (
    CITY,
    CLINIC,
    COUNTY,
    DELEGATIONS,
    ELSEWHERE,
    HOSPITAL,
    SEEN,
    STAFF,
    TOKEN,
    Offices,
    credentials,
    logged_in,
    open_offices,
)
from services.accounts.tests.world import PASSWORD, Row, World, another
from sqlalchemy import select, text

from zhiye_accounts.adapters.tables import delegation, session
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes

MOBILE = "13800138000"
ME, DESK = "/api/v1/accounts/me", "/api/v1/activation-desk"


@pytest.fixture
async def offices(world: World) -> Offices:
    return await open_offices(world)


@pytest.fixture
async def clinic(offices: Offices) -> Row:
    """The principal."""
    return await offices.clinic(user_name="clinic01", phone=MOBILE)


async def _ask(client: httpx.AsyncClient, institution: str = CLINIC) -> httpx.Response:
    return await client.post(DELEGATIONS, json={"institution_id": institution})


async def _asked(offices: Offices, by: httpx.AsyncClient) -> tuple[str, str]:
    """The address of a delegation that was asked for, and its code."""
    answer = await _ask(by)
    assert answer.status_code == 201, answer.text
    path = f"{DELEGATIONS}/{answer.json()['delegation_id']}"
    return path, (await offices.world.parameters())["code"]


async def _confirm(client: httpx.AsyncClient, path: str, code: str) -> httpx.Response:
    return await client.post(f"{path}/confirmation", json={"code": code})


async def _acting(offices: Offices, by: httpx.AsyncClient) -> tuple[str, httpx.AsyncClient]:
    """A delegation that lasts, and a client that acts by it."""
    path, code = await _asked(offices, by)
    answer = await _confirm(by, path, code)
    assert answer.status_code == 201, answer.text
    return path, offices.world.client(f"Bearer {answer.json()['access_token']}")


def _principal(offices: Offices, answer: httpx.Response) -> Principal:
    return offices.world.service.verifier.verify(answer.json()["access_token"])


# The way it goes


async def test_the_code_goes_to_the_principal_and_says_who_asks_for_whom(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    answer = await _ask(world.as_(offices.hospital))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["institution"], told["sent_to"]) == ("北京示例诊所", "138****8000")
    (message,) = await world.events("message-requested")
    assert (message["template"], message["channel"]) == ("delegation_code", "sms")
    assert world.kit.cipher.open(message["sealed_address"], purposes.PHONE) == MOBILE
    words = await world.parameters()
    assert (words["delegate"], words["institution"]) == ("北京示例医院", "北京示例诊所")
    assert words["code"] not in answer.text
    (act,) = await offices.acts()
    assert (act["act"], act["organisation_id"], act["for_organisation_id"], act["account_id"]) == (
        "delegation_requested",
        HOSPITAL,
        CLINIC,
        clinic["id"],
    )


async def test_with_the_principal_present_the_delegate_acts_for_it(
    offices: Offices, clinic: Row
) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await _asked(offices, hospital)
    answer = await _confirm(hospital, path, code)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["refresh_token"], answer.json()["expires_in"]) == (None, 600)
    assert answer.headers["cache-control"] == "no-store"
    principal = _principal(offices, answer)
    (opened,) = await offices.world.rows(select(session).where(session.c.acting_for == CLINIC))
    assert principal == Principal(
        account_id=offices.hospital["id"],
        role="institution",
        name="北京示例诊所（北京示例医院 代办）",
        session_id=opened["id"],
        institution_id=CLINIC,
        region="110102",
    )
    (row,) = await offices.world.all(delegation)
    assert (row["present_at"], row["session_id"]) == (offices.world.clock.now(), opened["id"])
    act = (await offices.acts())[-1]
    assert (act["act"], act["actor_name"], act["organisation_id"], act["for_organisation_id"]) == (
        "delegation_confirmed",
        "北京示例医院",
        HOSPITAL,
        CLINIC,
    )


async def test_an_officer_acts_as_the_institution_and_the_name_says_who(
    offices: Offices, clinic: Row
) -> None:
    officer = await offices.clone(offices.county, "赵敏")
    client = await logged_in(offices.world, officer)
    path, code = await _asked(offices, client)
    principal = _principal(offices, await _confirm(client, path, code))
    assert (principal.role, principal.authority_id, principal.institution_id) == (
        "institution",
        None,
        CLINIC,
    )
    assert principal.name == "北京示例诊所（西城区卫生健康委员会（赵敏） 代办）"


async def test_it_lasts_an_hour_in_tokens_of_ten_minutes(offices: Offices, clinic: Row) -> None:
    world = offices.world
    hospital = await logged_in(world, offices.hospital)
    path, _ = await _acting(offices, hospital)
    world.clock.instant += timedelta(minutes=49)
    answer = await hospital.post(f"{path}/token")
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 600)
    assert answer.json()["refresh_token"] is None
    assert _principal(offices, answer).institution_id == CLINIC
    world.clock.instant += timedelta(minutes=10)
    answer = await hospital.post(f"{path}/token")
    assert answer.json()["expires_in"] == 60, "no token outlives the hour"
    world.clock.instant += timedelta(minutes=1)
    answer = await hospital.post(f"{path}/token")
    assert (answer.status_code, answer.json()["code"]) == (409, "delegation_over")


async def test_there_is_no_refresh_token_to_be_made_up(offices: Offices, clinic: Row) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    await _acting(offices, hospital)
    (opened,) = await offices.world.rows(select(session).where(session.c.acting_for == CLINIC))
    for secret in ("", "x", opened["refresh_hash"]):
        answer = await offices.world.anybody.post(
            TOKEN,
            data={"grant_type": "refresh_token", "refresh_token": f"{opened['id']}.{secret}"},
        )
        assert answer.status_code in (401, 422)
    assert (await offices.world.read(offices.hospital["id"]))["status"] == "active"


async def test_while_acting_the_accounts_themselves_are_out_of_reach(
    offices: Offices, clinic: Row
) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, acting = await _acting(offices, hospital)
    for answer in (
        await acting.post(f"{STAFF}/{offices.hospital['id']}/clones", json=credentials()),
        await acting.post(f"{STAFF}/{clinic['id']}/clones", json=credentials()),
        await acting.post(f"{STAFF}/{clinic['id']}/end", json={"reason": "left"}),
        await acting.get(STAFF),
        await acting.get(f"{STAFF}/acts"),
        await acting.get(DELEGATIONS),
        await _ask(acting, ELSEWHERE),
        await _confirm(acting, path, "123456"),
        await acting.post(f"{path}/token"),
        await acting.post(f"{path}/end"),
        await acting.put(f"{ME}/password", json={"password": PASSWORD, "new_password": "New12345"}),
        await acting.get(f"{ME}/sessions"),
        await acting.delete(f"{ME}/sessions"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "acting_for_another")
    assert (await hospital.get(STAFF)).status_code == 200, "the own token still does"


# Without the principal


async def test_without_the_code_nobody_acts(offices: Offices, clinic: Row) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await _asked(offices, hospital)
    assert (await hospital.post(f"{path}/token")).json()["code"] == "delegation_over"
    wrong = await _confirm(hospital, path, another(code))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "code_wrong")
    assert (await hospital.post(f"{path}/token")).status_code == 409
    for body in ({}, {"code": ""}, {"code": "12345"}, {"code": None}):
        answer = await hospital.post(f"{path}/confirmation", json=body)
        assert (answer.status_code, answer.json()["field"]) == (422, "code")
    sessions = await offices.world.all(session)
    assert {row["acting_for"] for row in sessions} == {None}


async def test_an_expired_code_proves_no_presence(offices: Offices, clinic: Row) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await _asked(offices, hospital)
    offices.world.clock.instant += timedelta(minutes=10)
    answer = await _confirm(hospital, path, code)
    assert (answer.status_code, answer.json()["code"]) == (409, "code_expired")


async def test_a_code_is_used_once_and_after_five_guesses_never(
    offices: Offices, clinic: Row
) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await _asked(offices, hospital)
    answers = await asyncio.gather(*(_confirm(hospital, path, code) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    assert len([s for s in await offices.world.all(session) if s["acting_for"]]) == 1
    offices.world.clock.instant += timedelta(minutes=1)
    path, code = await _asked(offices, hospital)
    for _ in range(5):
        assert (await _confirm(hospital, path, another(code))).json()["code"] == "code_wrong"
    assert (await _confirm(hospital, path, code)).json()["code"] == "code_expired"


async def test_the_code_of_one_delegation_is_none_of_another(offices: Offices, clinic: Row) -> None:
    world = offices.world
    hospital, county = (
        await logged_in(world, offices.hospital),
        await logged_in(world, offices.county),
    )
    path, _ = await _asked(offices, hospital)
    world.clock.instant += timedelta(minutes=1)
    other, code = await _asked(offices, county)
    assert (await _confirm(hospital, path, code)).json()["code"] == "code_expired"
    unknown = await _confirm(hospital, other, code)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "delegation_unknown")
    assert (await hospital.post(f"{other}/token")).status_code == 404
    clone = await logged_in(world, await offices.clone(offices.county))
    assert (await _confirm(clone, other, code)).status_code == 404, "each for itself"
    assert (await _confirm(county, other, code)).status_code == 201


async def test_an_institution_whose_account_has_ended_has_nobody_to_be_present(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    hospital = await logged_in(world, offices.hospital)
    path, code = await _asked(offices, hospital)
    await world.as_(offices.county).post(f"{STAFF}/{clinic['id']}/end", json={"reason": "other"})
    answer = await _confirm(hospital, path, code)
    assert (answer.status_code, answer.json()["code"]) == (409, "principal_without_account")
    world.clock.instant += timedelta(minutes=1)
    answer = await _ask(hospital)
    assert (answer.status_code, answer.json()["code"]) == (409, "principal_without_account")
    assert answer.json()["field"] == "institution_id"


async def test_a_code_sent_to_a_phone_that_was_replaced_proves_nothing(
    offices: Offices, clinic: Row
) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await _asked(offices, hospital)
    reissued = await offices.world.as_(offices.county).post(
        f"{STAFF}/{clinic['id']}/reissue", json={"materials": SEEN, "phone": "13900139000"}
    )
    assert reissued.status_code == 200
    assert (await _confirm(hospital, path, code)).json()["code"] == "code_expired"


@pytest.mark.parametrize(
    ("by", "institution", "status", "code"),
    [
        ("hospital", HOSPITAL, 409, "delegation_to_oneself"),
        ("hospital", COUNTY, 404, "organisation_unknown"),
        ("hospital", "unknown", 404, "organisation_unknown"),
        ("province", HOSPITAL, 404, "organisation_unknown"),
        ("county", ELSEWHERE, 404, "organisation_unknown"),
        ("operator", HOSPITAL, 403, "role_forbidden"),
    ],
)
async def test_for_whom_nobody_acts(
    offices: Offices, by: str, institution: str, status: int, code: str
) -> None:
    answer = await _ask(offices.world.as_(getattr(offices, by)), institution)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await offices.world.events("message-requested") == []


async def test_an_authority_acts_for_institutions_of_its_region(
    offices: Offices, clinic: Row
) -> None:
    client = await logged_in(offices.world, offices.city)
    await _acting(offices, client)
    assert (await offices.acts())[-1]["organisation_id"] == CITY


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
        told.append(await _ask(world.as_(by)))
        world.clock.instant += timedelta(minutes=25)
    assert [a.status_code for a in told] == [201, 201, 201, 201, 201, 429, 429, 429]
    assert told[-1].json()["code"] == "limit_delegation_to"
    assert int(told[-1].headers["retry-after"]) > 3600
    assert (await _ask(world.as_(offices.county))).status_code == 201


async def test_in_an_hour_three_and_in_a_minute_one(offices: Offices, clinic: Row) -> None:
    world = offices.world
    client = world.as_(offices.hospital)
    answers = await asyncio.gather(*(_ask(client) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 429, 429]
    told = []
    for _ in range(3):
        world.clock.instant += timedelta(minutes=1)
        told.append((await _ask(client)).status_code)
    assert told == [201, 201, 429]


async def test_one_organisation_cannot_go_through_all_the_others(offices: Offices) -> None:
    await offices.world.execute(
        text(
            "INSERT INTO attempt (kind, subject, at) SELECT 'delegation', :own, :now"
            " FROM generate_series(1, 60)"
        ).bindparams(own=HOSPITAL, now=offices.world.clock.now())
    )
    answer = await _ask(offices.world.as_(offices.hospital), ELSEWHERE)
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_delegation")
    assert (await _ask(offices.world.as_(offices.county), HOSPITAL)).status_code == 201


# The end


@pytest.mark.parametrize("side", ["hospital", "clone of the hospital", "clinic", "clerk"])
async def test_either_side_ends_it_at_once(offices: Offices, clinic: Row, side: str) -> None:
    world = offices.world
    hospital = await logged_in(world, offices.hospital)
    path, acting = await _acting(offices, hospital)
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
    path, code = await _asked(offices, hospital)
    assert (await offices.world.as_(clinic).post(f"{path}/end")).status_code == 204
    assert (await _confirm(hospital, path, code)).json()["code"] == "code_expired"


async def test_confirmed_and_ended_at_once_nothing_lasts(offices: Offices, clinic: Row) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await _asked(offices, hospital)
    confirmed, ended = await asyncio.gather(
        _confirm(hospital, path, code), offices.world.as_(clinic).post(f"{path}/end")
    )
    assert (ended.status_code, confirmed.status_code in (201, 409)) == (204, True)
    assert (await hospital.post(f"{path}/token")).json()["code"] == "delegation_over"
    open_ones = [s for s in await offices.world.all(session) if s["acting_for"]]
    assert all(s["ended_at"] is not None for s in open_ones)


@pytest.mark.parametrize("who", ["elsewhere", "county", "province"])
async def test_nobody_else_ends_or_sees_it(offices: Offices, clinic: Row, who: str) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, _ = await _acting(offices, hospital)
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
    path, acting = await _acting(offices, client)
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
    path, _ = await _acting(offices, hospital)
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
    path, _ = await _acting(offices, client)
    world.clock.instant += timedelta(minutes=2)
    await _ask(world.as_(offices.hospital))

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
        assert (await _ask(client)).status_code == 201
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
    path, acting = await _acting(offices, client)
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
