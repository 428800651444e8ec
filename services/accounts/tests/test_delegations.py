"""Delegated handling: for another institution, only while its principal is present (Q54)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

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
    acting_for_clinic,
    ask,
    asked,
    confirm,
    credentials,
    logged_in,
    open_offices,
)
from services.accounts.tests.world import PASSWORD, Row, World, another
from sqlalchemy import select

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


def _principal(offices: Offices, answer: httpx.Response) -> Principal:
    return offices.world.service.verifier.verify(answer.json()["access_token"])


# The way it goes


async def test_the_code_goes_to_the_principal_and_says_who_asks_for_whom(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    answer = await ask(world.as_(offices.hospital))
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
    path, code = await asked(offices, hospital)
    answer = await confirm(hospital, path, code)
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
    path, code = await asked(offices, client)
    principal = _principal(offices, await confirm(client, path, code))
    assert (principal.role, principal.authority_id, principal.institution_id) == (
        "institution",
        None,
        CLINIC,
    )
    assert principal.name == "北京示例诊所（西城区卫生健康委员会（赵敏） 代办）"


async def test_it_lasts_an_hour_in_tokens_of_ten_minutes(offices: Offices, clinic: Row) -> None:
    world = offices.world
    hospital = await logged_in(world, offices.hospital)
    path, _ = await acting_for_clinic(offices, hospital)
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
    await acting_for_clinic(offices, hospital)
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
    path, acting = await acting_for_clinic(offices, hospital)
    for answer in (
        await acting.post(f"{STAFF}/{offices.hospital['id']}/clones", json=credentials()),
        await acting.post(f"{STAFF}/{clinic['id']}/clones", json=credentials()),
        await acting.post(f"{STAFF}/{clinic['id']}/end", json={"reason": "left"}),
        await acting.get(STAFF),
        await acting.get(f"{STAFF}/acts"),
        await acting.get(DELEGATIONS),
        await ask(acting, ELSEWHERE),
        await confirm(acting, path, "123456"),
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
    path, code = await asked(offices, hospital)
    assert (await hospital.post(f"{path}/token")).json()["code"] == "delegation_over"
    wrong = await confirm(hospital, path, another(code))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "code_wrong")
    assert (await hospital.post(f"{path}/token")).status_code == 409
    for body in ({}, {"code": ""}, {"code": "12345"}, {"code": None}):
        answer = await hospital.post(f"{path}/confirmation", json=body)
        assert (answer.status_code, answer.json()["field"]) == (422, "code")
    sessions = await offices.world.all(session)
    assert {row["acting_for"] for row in sessions} == {None}


async def test_an_expired_code_proves_no_presence(offices: Offices, clinic: Row) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await asked(offices, hospital)
    offices.world.clock.instant += timedelta(minutes=10)
    answer = await confirm(hospital, path, code)
    assert (answer.status_code, answer.json()["code"]) == (409, "code_expired")


async def test_a_code_is_used_once_and_after_five_guesses_never(
    offices: Offices, clinic: Row
) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await asked(offices, hospital)
    answers = await asyncio.gather(*(confirm(hospital, path, code) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    assert len([s for s in await offices.world.all(session) if s["acting_for"]]) == 1
    offices.world.clock.instant += timedelta(minutes=1)
    path, code = await asked(offices, hospital)
    for _ in range(5):
        assert (await confirm(hospital, path, another(code))).json()["code"] == "code_wrong"
    assert (await confirm(hospital, path, code)).json()["code"] == "code_expired"


async def test_the_code_of_one_delegation_is_none_of_another(offices: Offices, clinic: Row) -> None:
    world = offices.world
    hospital, county = (
        await logged_in(world, offices.hospital),
        await logged_in(world, offices.county),
    )
    path, _ = await asked(offices, hospital)
    world.clock.instant += timedelta(minutes=1)
    other, code = await asked(offices, county)
    assert (await confirm(hospital, path, code)).json()["code"] == "code_expired"
    unknown = await confirm(hospital, other, code)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "delegation_unknown")
    assert (await hospital.post(f"{other}/token")).status_code == 404
    clone = await logged_in(world, await offices.clone(offices.county))
    assert (await confirm(clone, other, code)).status_code == 404, "each for itself"
    assert (await confirm(county, other, code)).status_code == 201


async def test_an_institution_whose_account_has_ended_has_nobody_to_be_present(
    offices: Offices, clinic: Row
) -> None:
    world = offices.world
    hospital = await logged_in(world, offices.hospital)
    path, code = await asked(offices, hospital)
    await world.as_(offices.county).post(f"{STAFF}/{clinic['id']}/end", json={"reason": "other"})
    answer = await confirm(hospital, path, code)
    assert (answer.status_code, answer.json()["code"]) == (409, "principal_without_account")
    world.clock.instant += timedelta(minutes=1)
    answer = await ask(hospital)
    assert (answer.status_code, answer.json()["code"]) == (409, "principal_without_account")
    assert answer.json()["field"] == "institution_id"


async def test_a_code_sent_to_a_phone_that_was_replaced_proves_nothing(
    offices: Offices, clinic: Row
) -> None:
    hospital = await logged_in(offices.world, offices.hospital)
    path, code = await asked(offices, hospital)
    reissued = await offices.world.as_(offices.county).post(
        f"{STAFF}/{clinic['id']}/reissue", json={"materials": SEEN, "phone": "13900139000"}
    )
    assert reissued.status_code == 200
    assert (await confirm(hospital, path, code)).json()["code"] == "code_expired"


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
    answer = await ask(offices.world.as_(getattr(offices, by)), institution)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await offices.world.events("message-requested") == []


async def test_an_authority_acts_for_institutions_of_its_region(
    offices: Offices, clinic: Row
) -> None:
    client = await logged_in(offices.world, offices.city)
    await acting_for_clinic(offices, client)
    assert (await offices.acts())[-1]["organisation_id"] == CITY
