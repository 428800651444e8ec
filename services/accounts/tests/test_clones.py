"""Clones of a main account, one for each of the staff: made, named, listed, ended (Q54)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from services.accounts.tests.offices import (
    CLINIC,
    COUNTY,
    HOSPITAL,
    STAFF,
    TOKEN,
    Offices,
    end_account,
    logged_in,
    make_clone,
    open_offices,
    tokens_of,
)
from services.accounts.tests.world import World

from zhiye_accounts.adapters.tables import account
from zhiye_accounts.application.clone_account import clone_account
from zhiye_accounts.application.sessions import principal_of
from zhiye_accounts.kit import AccountsSettings
from zhiye_contracts import purposes
from zhiye_contracts.reasons import Refused


@pytest.fixture
async def offices(world: World) -> Offices:
    return await open_offices(world)


# Making one


async def test_a_main_account_makes_a_clone_for_one_of_its_staff(offices: Offices) -> None:
    world = offices.world
    answer = await make_clone(offices, offices.hospital, offices.hospital, phone="13900139000")
    assert answer.status_code == 201, answer.text
    assert (answer.json()["user_name"], answer.json()["sent_to"]) == ("clinic02", "139****9000")
    (message,) = await world.events("message-requested")
    assert world.kit.cipher.open(message["sealed_address"], purposes.PHONE) == "13900139000"
    password = (await world.parameters())["password"]
    assert password not in answer.text

    assert (await world.log_in("clinic02", password)).json()["code"] == "first_login_code_needed"
    code = (await world.parameters())["code"]
    tokens = (await world.log_in("clinic02", password, code=code)).json()
    principal = world.service.verifier.verify(tokens["access_token"])
    assert (principal.role, principal.institution_id, principal.region) == (
        "institution",
        HOSPITAL,
        "110102",
    )
    assert principal.name == "北京示例医院（张伟）", "each step it takes says who and for whom"
    event = (await world.events("account-changed", principal.account_id))[0]
    assert event["main_account_id"] == offices.hospital["id"]
    (act,) = await offices.acts()
    assert (act["act"], act["actor_name"], act["account_id"]) == (
        "clone_made",
        "北京示例医院",
        principal.account_id,
    )
    assert (act["organisation_id"], act["for_organisation_id"]) == (HOSPITAL, HOSPITAL)
    assert act["details"] == {"staff_name": "张伟", "phone": "139****9000"}


async def test_an_authority_makes_clones_for_its_own_officers_and_its_institutions(
    offices: Offices,
) -> None:
    world = offices.world
    own = await make_clone(offices, offices.county, offices.county)
    assert own.status_code == 201
    row = await world.read(own.json()["account_id"])
    assert (row["role"], row["authority_id"], row["region"]) == ("authority", COUNTY, "110102")
    for by in (offices.county, offices.city):
        other = await make_clone(offices, by, offices.hospital, user_name=f"c{by['user_name'][4:]}")
        assert other.status_code == 201
    assert [act["for_organisation_id"] for act in await offices.acts()] == [
        COUNTY,
        HOSPITAL,
        HOSPITAL,
    ]


@pytest.mark.parametrize(
    ("by", "main", "status", "code"),
    [
        ("hospital", "elsewhere", 404, "staff_account_unknown"),
        ("hospital", "county", 404, "staff_account_unknown"),
        ("province", "hospital", 404, "staff_account_unknown"),
        ("city", "county", 404, "staff_account_unknown"),
        ("county", "city", 404, "staff_account_unknown"),
        ("county", "operator", 404, "staff_account_unknown"),
        ("operator", "hospital", 403, "role_forbidden"),
    ],
)
async def test_nobody_makes_clones_for_others(
    offices: Offices, by: str, main: str, status: int, code: str
) -> None:
    answer = await make_clone(offices, getattr(offices, by), getattr(offices, main))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await offices.world.events("message-requested") == []


async def test_clones_manage_no_accounts(offices: Offices) -> None:
    clone = await offices.clone(offices.hospital)
    colleague = await offices.clone(offices.hospital, "赵敏")
    for answer in (
        await make_clone(offices, clone, offices.hospital),
        await make_clone(offices, clone, clone),
        await end_account(offices, clone, colleague),
        await end_account(offices, clone, clone),
        await end_account(offices, clone, offices.hospital),
        await offices.world.as_(clone).get(STAFF),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "main_account_only")
    assert await offices.acts() == []


async def test_an_officer_with_a_clone_issues_accounts_but_ends_none(offices: Offices) -> None:
    officer = await offices.clone(offices.county, "赵敏")
    answer = await offices.issue(officer)
    assert answer.status_code == 201
    (act,) = await offices.acts()
    assert (act["actor_name"], act["organisation_id"]) == ("西城区卫生健康委员会（赵敏）", COUNTY)
    ended = await end_account(offices, officer, offices.hospital)
    assert (ended.status_code, ended.json()["code"]) == (403, "main_account_only")


async def test_a_clone_of_a_clone_is_not_made(offices: Offices) -> None:
    clone = await offices.clone(offices.hospital)
    for by in (offices.hospital, offices.county):
        answer = await make_clone(offices, by, clone)
        assert (answer.status_code, answer.json()["code"]) == (409, "clone_of_own_main_only")


async def test_an_ended_main_account_has_no_more_clones(offices: Offices) -> None:
    await offices.world.revoke(offices.hospital)
    answer = await make_clone(offices, offices.county, offices.hospital)
    assert (answer.status_code, answer.json()["code"]) == (409, "staff_account_ended")


async def test_a_user_name_is_given_once(offices: Offices) -> None:
    answer = await make_clone(offices, offices.hospital, offices.hospital, user_name="Clinic02")
    assert answer.status_code == 201
    answer = await make_clone(offices, offices.elsewhere, offices.elsewhere)
    assert (answer.status_code, answer.json()["code"]) == (409, "user_name_taken")


async def test_the_number_of_clones_is_limited_and_ended_ones_do_not_count(
    offices: Offices,
) -> None:
    world = offices.world
    kit = replace(world.kit, own=AccountsSettings(clones_maximum=2))
    by = principal_of(offices.hospital, "")

    async def make(n: int) -> str:
        try:
            async with kit.database.transaction() as tx:
                return await clone_account(
                    tx,
                    kit,
                    offices.hospital["id"],
                    staff_name="张伟",
                    user_name=f"clone{n:03d}",
                    phone="13900139000",
                    by=by,
                )
        except Refused as refusal:
            return refusal.reasons[0].code

    made = await asyncio.gather(*(make(n) for n in range(4)))
    assert made.count("clones_too_many") == 2, "also at the same moment"
    first = next(one for one in made if one != "clones_too_many")
    await world.revoke({"id": first})
    assert await make(5) != "clones_too_many"
    assert await make(6) == "clones_too_many"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"staff_name": "9"}, "staff_name"),
        ({"user_name": "张伟"}, "user_name"),
        ({"phone": "12345"}, "phone"),
        ({"role": "operator"}, "role"),
        ({"region": "000000"}, "region"),
    ],
)
async def test_a_form_that_is_wrong_is_refused(
    offices: Offices, change: dict[str, str], field: str
) -> None:
    answer = await make_clone(offices, offices.hospital, offices.hospital, **change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


# Ending one


async def test_a_clone_that_was_ended_is_out_at_once(offices: Offices) -> None:
    world = offices.world
    clone = await offices.clone(offices.hospital, user_name="clinic02")
    tokens = await tokens_of(world, clone)
    client = world.client(f"Bearer {tokens['access_token']}")
    assert (await client.get(f"{STAFF}/acts")).status_code == 200

    answer = await end_account(offices, offices.hospital, clone, "misused")
    assert (answer.status_code, answer.json()) == (200, {"ended": 1})
    desk = "/api/v1/activation-desk"
    for path in (
        f"{STAFF}/acts",
        "/api/v1/delegations",
        "/api/v1/accounts/me",
        f"{desk}/people",
        f"{desk}/name-confirmations",
    ):
        old = await client.get(path)
        assert (old.status_code, old.json()["code"]) == (401, "token_invalid")
    asked = await client.post("/api/v1/delegations", json={"institution_id": CLINIC})
    assert asked.status_code == 401
    refreshed = await world.anybody.post(
        TOKEN, data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    )
    assert refreshed.json()["code"] == "session_ended"
    assert (await world.log_in("clinic02")).json()["code"] == "login_failed"
    event = (await world.events("account-changed", clone["id"]))[-1]
    assert (event["status"], event["change"]) == ("revoked", "ended"), "for the gateway"
    (act,) = await offices.acts()
    assert (act["act"], act["account_id"], act["details"]) == (
        "staff_account_ended",
        clone["id"],
        {"reason": "misused"},
    )
    again = await make_clone(offices, offices.hospital, offices.hospital)
    assert again.json()["code"] == "user_name_taken", "names stay taken"
    assert (await world.log_in(offices.hospital["user_name"])).status_code == 200


async def test_an_authority_ends_a_main_account_with_its_clones(offices: Offices) -> None:
    world = offices.world
    clones = [await offices.clone(offices.hospital) for _ in range(2)]
    gone = await offices.clone(offices.hospital)
    await world.revoke(gone)
    other = await offices.clone(offices.elsewhere)
    client = await logged_in(world, clones[0])
    answer = await end_account(offices, offices.city, offices.hospital, "organisation_ended")
    assert answer.json() == {"ended": 3}
    assert (await client.get(f"{STAFF}/acts")).status_code == 401
    for row in (offices.hospital, *clones):
        assert (await world.read(row["id"]))["status"] == "revoked"
        assert (await world.events("account-changed", row["id"]))[-1]["status"] == "revoked"
    assert (await world.read(other["id"]))["status"] == "active"
    assert {act["account_id"] for act in await offices.acts()} == {
        offices.hospital["id"],
        *(clone["id"] for clone in clones),
    }


@pytest.mark.parametrize(
    ("by", "target", "status", "code"),
    [
        ("hospital", "hospital", 409, "not_own_clone"),
        ("hospital", "elsewhere", 404, "staff_account_unknown"),
        ("province", "hospital", 404, "staff_account_unknown"),
        ("county", "county", 409, "not_own_clone"),
        ("city", "county", 404, "staff_account_unknown"),
        ("county", "operator", 404, "staff_account_unknown"),
        ("operator", "operator", 409, "not_own_clone"),
    ],
)
async def test_nobody_ends_what_is_not_theirs(
    offices: Offices, by: str, target: str, status: int, code: str
) -> None:
    answer = await end_account(offices, getattr(offices, by), getattr(offices, target))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await offices.world.read(getattr(offices, target)["id"]))["status"] == "active"


async def test_clones_of_others_and_people_are_not_ended(offices: Offices) -> None:
    theirs = await offices.clone(offices.elsewhere)
    nurse = await offices.world.account()
    assert (await end_account(offices, offices.hospital, theirs)).status_code == 404
    assert (await end_account(offices, offices.operator, nurse)).status_code == 404
    assert (await end_account(offices, offices.operator, theirs)).status_code == 200
    assert (await end_account(offices, offices.operator, offices.county)).json() == {"ended": 1}


async def test_an_account_is_ended_once_with_a_reason(offices: Offices) -> None:
    clone = await offices.clone(offices.hospital)
    for reason in ("", "because 13800138000", None):
        bad = await end_account(offices, offices.hospital, clone, reason)  # type: ignore[arg-type]
        assert (bad.status_code, bad.json()["field"]) == (422, "reason")
    answers = await asyncio.gather(
        *(end_account(offices, by, clone) for by in (offices.hospital, offices.county))
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert len(await offices.acts()) == 1


async def test_a_clone_made_while_its_main_account_is_ended_does_not_survive(
    offices: Offices,
) -> None:
    made, ended = await asyncio.gather(
        make_clone(offices, offices.county, offices.hospital),
        end_account(offices, offices.county, offices.hospital),
    )
    assert ended.status_code == 200
    assert made.status_code in (201, 409)
    rows = await offices.world.all(account)
    assert {row["status"] for row in rows if row["institution_id"] == HOSPITAL} == {"revoked"}
