"""Accounts that are issued: to whom, by whom, on what materials, where the credentials go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from services.accounts.tests.offices import (
    CITY,
    CLINIC,
    COUNTY,
    HOSPITAL,
    SEEN,
    STAFF,
    Offices,
    open_offices,
    wanted,
)
from services.accounts.tests.world import World, id_number, phone
from sqlalchemy import text

from zhiye_accounts.adapters.tables import account
from zhiye_accounts.application.issue_staff_account import IssueStaffAccount, issue_staff_account
from zhiye_accounts.kit import AccountsSettings
from zhiye_contracts import purposes


@pytest.fixture
async def offices(world: World) -> Offices:
    return await open_offices(world)


@pytest.mark.parametrize(
    ("role", "organisation", "name", "region"),
    [
        ("institution", CLINIC, "北京示例诊所", "110102"),
        ("authority", CITY, "北京市卫生健康委员会", "110000"),
        ("exam_centre", None, "护士考试中心", None),
        ("operator", None, "系统运行二", None),
    ],
)
async def test_the_operator_issues_accounts_of_every_role(
    offices: Offices, role: str, organisation: str | None, name: str, region: str | None
) -> None:
    given = {} if organisation else {"name": name}
    answer = await offices.issue(offices.operator, role=role, organisation_id=organisation, **given)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["user_name"], answer.json()["sent_to"]) == ("clinic01", "138****8000")
    row = await offices.world.read(answer.json()["account_id"])
    assert (row["role"], row["status"], row["region"]) == (role, "active", region)
    assert (row["institution_id"] or row["authority_id"]) == organisation
    assert (row["person_key"], row["phone_verified_at"]) == (None, None)
    (event,) = await offices.world.events("account-changed", row["id"])
    assert (event["role"], event["display_name"]) == (role, name)


async def test_an_account_bears_the_name_of_its_organisation_whatever_is_typed(
    offices: Offices,
) -> None:
    answer = await offices.issue(offices.county, name="北京市卫生健康委员会")
    row = await offices.world.read(answer.json()["account_id"])
    assert (row["name"], row["staff_name"]) == ("北京示例诊所", "李静")


async def test_the_credentials_are_in_the_sealed_message_and_nowhere_else(
    offices: Offices,
) -> None:
    world = offices.world
    answer = await offices.issue(offices.county)
    parameters = await world.parameters()
    (message,) = await world.events("message-requested")
    assert (message["template"], message["channel"]) == ("credentials", "sms")
    assert world.kit.cipher.open(message["sealed_address"], purposes.PHONE) == "13800138000"
    assert parameters["user_name"] == "clinic01"
    assert parameters["organisation"] == "北京示例诊所"
    password = parameters["password"]
    assert password not in answer.text
    for table in ("account", "outbox", "idempotency_key", "attempt", "staff_act"):
        assert password not in str(await world.rows(text(f"SELECT * FROM {table}")))


@pytest.mark.parametrize("region", ["110102", "110100", "110000", "000000"])
async def test_an_authority_issues_accounts_to_institutions_of_its_region(
    offices: Offices, region: str
) -> None:
    over = await offices.world.account(role="authority", authority_id="A", region=region)
    assert (await offices.issue(over)).status_code == 201


@pytest.mark.parametrize("region", ["110101", "110105", "120000", "130102", None, "", "1", "1101"])
async def test_an_institution_elsewhere_is_not_there_for_an_authority(
    offices: Offices, region: str | None
) -> None:
    officer = await offices.world.account(role="authority", authority_id="A", region=region)
    before = await offices.world.all(account)
    answer = await offices.issue(officer)
    assert (answer.status_code, answer.json()["code"]) == (404, "organisation_unknown")
    assert answer.json()["field"] == "organisation_id"
    unknown = await offices.issue(officer, organisation_id="unknown")
    assert {**unknown.json(), "request_id": ""} == {**answer.json(), "request_id": ""}
    assert await offices.world.all(account) == before
    assert await offices.acts() == []


@pytest.mark.parametrize(
    ("role", "organisation"),
    [("authority", COUNTY), ("exam_centre", None), ("operator", None)],
)
async def test_an_authority_issues_no_other_accounts(
    offices: Offices, role: str, organisation: str | None
) -> None:
    answer = await offices.issue(offices.city, role=role, organisation_id=organisation, name="某某")
    assert (answer.status_code, answer.json()["code"]) == (403, "issuer_not_allowed")
    assert answer.json()["field"] == "role"
    assert await offices.world.events("message-requested") == []


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
    offices: Offices, role: str, organisation: str | None
) -> None:
    answer = await offices.issue(offices.operator, role=role, organisation_id=organisation)
    assert (answer.status_code, answer.json()["code"]) == (404, "organisation_unknown")


async def test_an_exam_centre_needs_a_name(offices: Offices) -> None:
    answer = await offices.issue(offices.operator, role="exam_centre", organisation_id=None)
    assert (answer.status_code, answer.json()["field"]) == (422, "name")


# Materials (Q15, Q36, deck 3.1)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_material_that_was_not_seen_is_named(offices: Offices, language: str) -> None:
    delegate = {"name": "赵敏", "id_number": id_number()}
    client = offices.world.as_(offices.county, language)
    body = wanted(materials=["provincial_other"], person_in_charge=None, delegate=delegate)
    answer = await client.post(STAFF, json=body)
    reasons = answer.json()["reasons"]
    assert answer.status_code == 422
    assert [reason["code"] for reason in reasons] == [
        *["material_missing"] * 4,
        "person_in_charge_missing",
    ]
    told = [reason["reason"] for reason in reasons[:4]]
    assert told == (
        [
            "缺少医疗机构执业许可证副本。",
            "缺少机构授权委托书。",
            "缺少机构负责人身份证。",
            "缺少受委托人身份证。",
        ]
        if language == "zh"
        else [
            "The copy of the practice licence is missing.",
            "The letter of authorisation is missing.",
            "The identity card of the person in charge is missing.",
            "The identity card of the delegate is missing.",
        ]
    )
    assert await offices.world.events("message-requested") == []


@pytest.mark.parametrize("missing", SEEN)
async def test_each_material_counts(offices: Offices, missing: str) -> None:
    answer = await offices.issue(offices.operator, materials=[m for m in SEEN if m != missing])
    assert answer.status_code == 422
    assert [reason["field"] for reason in answer.json()["reasons"]] == ["materials"]


async def test_a_delegate_whose_card_was_seen_is_named(offices: Offices) -> None:
    answer = await offices.issue(offices.county, materials=[*SEEN, "delegate_id"])
    assert (answer.status_code, answer.json()["code"]) == (422, "delegate_missing")


async def test_what_was_seen_and_who_came_is_logged_without_their_numbers(
    offices: Offices,
) -> None:
    number = id_number()
    delegate = {"name": "赵敏", "id_number": number}
    answer = await offices.issue(
        offices.county, materials=["delegate_id", *SEEN, "provincial_other"], delegate=delegate
    )
    assert answer.status_code == 201
    (act,) = await offices.acts()
    assert (act["act"], act["actor_account_id"]) == ("account_issued", offices.county["id"])
    assert (act["organisation_id"], act["for_organisation_id"]) == (COUNTY, CLINIC)
    assert (act["actor_name"], act["account_id"]) == (
        "西城区卫生健康委员会",
        answer.json()["account_id"],
    )
    assert act["details"] == {
        "materials": [*SEEN, "delegate_id", "provincial_other"],
        "phone": "138****8000",
        "person_in_charge": "李静",
        "delegate": {"name": "赵敏", "id_number": "*" * 16 + number[-2:]},
    }


# One main account


async def test_an_institution_has_one_main_account(offices: Offices) -> None:
    assert (await offices.issue(offices.county)).status_code == 201
    other = await offices.issue(offices.county, user_name="clinic02")
    assert (other.status_code, other.json()["code"]) == (409, "main_account_exists")
    assert "clones" in other.json()["next_step"]
    same = await offices.issue(offices.county)
    assert [r["code"] for r in same.json()["reasons"]] == [
        "main_account_exists",
        "user_name_taken",
    ]
    assert len(await offices.world.events("message-requested")) == 1


async def test_two_main_accounts_issued_at_once_are_one(offices: Offices) -> None:
    answers = await asyncio.gather(
        *(
            offices.issue(by, user_name=f"clinic{n:02d}")
            for n, by in enumerate([offices.county, offices.city, offices.operator])
        )
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"main_account_exists"}
    assert len(await offices.world.events("message-requested")) == 1
    assert len(await offices.acts()) == 1


async def test_one_user_name_asked_for_twice_at_once_is_issued_once(offices: Offices) -> None:
    answers = await asyncio.gather(*(offices.issue(offices.operator) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    assert len(await offices.world.events("message-requested")) == 1


async def test_after_the_main_account_was_ended_another_is_issued(offices: Offices) -> None:
    first = (await offices.issue(offices.county)).json()["account_id"]
    client = offices.world.as_(offices.county)
    assert (await client.post(f"{STAFF}/{first}/end", json={"reason": "lost"})).status_code == 200
    assert (await offices.issue(offices.county)).json()["code"] == "user_name_taken"
    assert (await offices.issue(offices.county, user_name="clinic02")).status_code == 201


# Forms and names


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"user_name": "1"}, "user_name", "user_name_format"),
        ({"phone": "010-88888888"}, "phone", "phone_prefix"),
        ({"role": "practitioner"}, "role", "choice"),
        ({"name": "x"}, "name", "too_short"),
        ({"name": "x" * 101}, "name", "too_long"),
        ({"materials": ["passport"]}, "materials.0", "choice"),
        ({"person_in_charge": "9"}, "person_in_charge", "name_characters"),
        ({"delegate": {"name": "赵敏"}}, "delegate.id_number", "field_missing"),
        ({"password": "Chosen1234"}, "password", "field_unknown"),
        ({"status": "active"}, "status", "field_unknown"),
        ({"institution_id": HOSPITAL}, "institution_id", "field_unknown"),
        ({"region": "000000"}, "region", "field_unknown"),
        ({"main_account_id": "x"}, "main_account_id", "field_unknown"),
    ],
)
async def test_a_form_that_is_wrong_is_refused(
    offices: Offices, change: dict[str, Any], field: str, code: str
) -> None:
    answer = await offices.issue(offices.operator, **change)
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)


async def test_user_names_are_shared_by_people_and_staff(offices: Offices) -> None:
    await offices.world.account(user_name="Clinic01")
    answer = await offices.issue(offices.operator)
    assert (answer.status_code, answer.json()["code"]) == (409, "user_name_taken")
    assert await offices.world.events("message-requested") == []


async def test_staff_may_share_the_phone_of_a_nurse(offices: Offices) -> None:
    mobile = phone()
    await offices.world.ready(phone=mobile)
    assert (await offices.issue(offices.operator, phone=mobile)).status_code == 201


async def test_at_set_up_nothing_has_to_be_seen_and_the_password_may_be_chosen(
    offices: Offices,
) -> None:
    world = offices.world
    command = IssueStaffAccount(
        "institution", None, "clinic01", phone(), organisation_id=CLINIC, password="Zhiye2026"
    )
    async with world.kit.database.transaction() as tx:
        account_id = await issue_staff_account(tx, world.kit, command, None)
    assert (await world.read(account_id))["phone_verified_at"] == world.clock.now()
    assert await world.events("message-requested") == []
    assert await offices.acts() == []
    assert (await world.log_in("clinic01", "Zhiye2026")).status_code == 200


async def test_issued_passwords_are_long_enough_for_a_stricter_setting(world: World) -> None:
    kit = replace(world.kit, own=AccountsSettings(password_minimum=20))
    command = IssueStaffAccount("operator", "系统运行", "operator1", phone())
    async with kit.database.transaction() as tx:
        await issue_staff_account(tx, kit, command, None)
    assert len((await world.parameters())["password"]) == 20


async def test_an_officer_whose_account_was_ended_issues_nothing(offices: Offices) -> None:
    client = offices.world.as_(offices.county)
    await offices.world.revoke(offices.county)
    answer = await client.post(STAFF, json=wanted())
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
