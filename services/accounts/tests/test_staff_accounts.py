"""Accounts that are issued: to whom, by whom, and where the credentials go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from services.accounts.tests.world import World, phone
from sqlalchemy import text

from zhiye_accounts.adapters.tables import account
from zhiye_accounts.application.issue_staff_account import IssueStaffAccount, issue_staff_account
from zhiye_accounts.kit import AccountsSettings
from zhiye_contracts import purposes

STAFF = "/api/v1/staff-accounts"
HOSPITAL, CITY, COUNTY = "INST-XICHENG", "AUTH-BEIJING", "AUTH-XICHENG"


@pytest.fixture(autouse=True)
async def _organisations(world: World) -> None:
    await world.organisation("institution", HOSPITAL, "110102")
    await world.organisation("authority", CITY, "110000")
    await world.organisation("authority", COUNTY, "110102")


def _wanted(role: str = "institution", organisation: str | None = HOSPITAL) -> dict[str, Any]:
    return {
        "role": role,
        "name": "北京示例医院",
        "user_name": "hospital1",
        "phone": "13800138000",
        "organisation_id": organisation,
    }


@pytest.mark.parametrize(
    ("role", "organisation", "region"),
    [
        ("institution", HOSPITAL, "110102"),
        ("authority", CITY, "110000"),
        ("exam_centre", None, None),
        ("operator", None, None),
    ],
)
async def test_the_operator_issues_accounts_of_every_role(
    world: World, role: str, organisation: str | None, region: str | None
) -> None:
    answer = await world.role("operator").post(STAFF, json=_wanted(role, organisation))
    assert answer.status_code == 201, answer.text
    assert (answer.json()["user_name"], answer.json()["sent_to"]) == ("hospital1", "138****8000")
    row = await world.read(answer.json()["account_id"])
    assert (row["role"], row["status"], row["region"]) == (role, "active", region)
    assert (row["institution_id"] or row["authority_id"]) == organisation
    assert row["person_key"] is None
    (event,) = await world.events("account-changed")
    assert (event["role"], event["display_name"]) == (role, "北京示例医院")


async def test_the_credentials_are_in_the_sealed_message_and_nowhere_else(world: World) -> None:
    answer = await world.role("operator").post(STAFF, json=_wanted())
    parameters = await world.parameters()
    (message,) = await world.events("message-requested")
    assert (message["template"], message["channel"]) == ("credentials", "sms")
    assert world.kit.cipher.open(message["sealed_address"], purposes.PHONE) == "13800138000"
    assert parameters["user_name"] == "hospital1"
    assert parameters["organisation"] == "北京示例医院"
    password = parameters["password"]
    assert password not in answer.text
    for table in ("account", "outbox", "idempotency_key", "attempt"):
        assert password not in str(await world.rows(text(f"SELECT * FROM {table}")))

    logged_in = await world.log_in("hospital1", password)
    principal = world.service.verifier.verify(logged_in.json()["access_token"])
    assert (principal.role, principal.institution_id, principal.region) == (
        "institution",
        HOSPITAL,
        "110102",
    )
    assert principal.active


@pytest.mark.parametrize("region", ["110102", "110100", "110000", "000000"])
async def test_an_authority_issues_accounts_to_institutions_of_its_region(
    world: World, region: str
) -> None:
    client = world.role("authority", region=region, authority_id="A")
    assert (await client.post(STAFF, json=_wanted())).status_code == 201


@pytest.mark.parametrize("region", ["110101", "110105", "120000", "130102", None, "", "1", "1101"])
async def test_an_institution_elsewhere_is_not_there_for_an_authority(
    world: World, region: str | None
) -> None:
    client = world.role("authority", region=region, authority_id="A")
    answer = await client.post(STAFF, json=_wanted())
    assert (answer.status_code, answer.json()["code"]) == (404, "organisation_unknown")
    assert answer.json()["field"] == "organisation_id"
    assert await world.all(account) == []


@pytest.mark.parametrize(
    ("role", "organisation"),
    [("authority", COUNTY), ("exam_centre", None), ("operator", None)],
)
async def test_an_authority_issues_no_other_accounts(
    world: World, role: str, organisation: str | None
) -> None:
    client = world.role("authority", region="110000", authority_id=CITY)
    answer = await client.post(STAFF, json=_wanted(role, organisation))
    assert (answer.status_code, answer.json()["code"]) == (403, "issuer_not_allowed")
    assert answer.json()["field"] == "role"
    assert await world.events("message-requested") == []


@pytest.mark.parametrize(
    ("role", "organisation"),
    [
        ("institution", CITY),
        ("authority", HOSPITAL),
        ("institution", None),
        ("institution", "unknown"),
        ("authority", ""),
        ("institution", "%"),
    ],
)
async def test_the_organisation_must_be_of_the_kind_of_the_role(
    world: World, role: str, organisation: str | None
) -> None:
    answer = await world.role("operator").post(STAFF, json=_wanted(role, organisation))
    assert (answer.status_code, answer.json()["code"]) == (404, "organisation_unknown")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"user_name": "1"}, "user_name", "user_name_format"),
        ({"phone": "010-88888888"}, "phone", "phone_prefix"),
        ({"role": "practitioner"}, "role", "choice"),
        ({"name": "x"}, "name", "too_short"),
        ({"name": "x" * 101}, "name", "too_long"),
        ({"password": "Chosen1234"}, "password", "field_unknown"),
        ({"status": "active"}, "status", "field_unknown"),
        ({"institution_id": HOSPITAL}, "institution_id", "field_unknown"),
        ({"region": "000000"}, "region", "field_unknown"),
    ],
)
async def test_a_form_that_is_wrong_is_refused(
    world: World, change: dict[str, str], field: str, code: str
) -> None:
    answer = await world.role("operator").post(STAFF, json=_wanted() | change)
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)


async def test_user_names_are_shared_by_people_and_staff(world: World) -> None:
    await world.account(user_name="Hospital1")
    answer = await world.role("operator").post(STAFF, json=_wanted())
    assert (answer.status_code, answer.json()["code"]) == (409, "user_name_taken")
    assert await world.events("message-requested") == []


async def test_one_user_name_asked_for_twice_at_once_is_issued_once(world: World) -> None:
    client = world.role("operator")
    answers = await asyncio.gather(*(client.post(STAFF, json=_wanted()) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    assert len(await world.events("message-requested")) == 1


async def test_staff_may_share_the_phone_of_a_nurse(world: World) -> None:
    mobile = phone()
    await world.ready(phone=mobile)
    answer = await world.role("operator").post(STAFF, json=_wanted() | {"phone": mobile})
    assert answer.status_code == 201


async def test_issued_passwords_are_long_enough_for_a_stricter_setting(world: World) -> None:
    kit = replace(world.kit, own=AccountsSettings(password_minimum=20))
    command = IssueStaffAccount("operator", "系统运行", "operator1", phone())
    async with kit.database.transaction() as tx:
        await issue_staff_account(tx, kit, command, None)
    assert len((await world.parameters())["password"]) == 20
