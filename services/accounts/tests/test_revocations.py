"""Accounts that somebody else opened are revoked, by whom it concerns (Q13, Q35, deck 4.1)."""

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
    number_of,
    own,
    registered,
    with_certificate,
)
from services.accounts.tests.world import PASSWORD, Row, World

from zhiye_accounts.adapters.tables import activation_code, session
from zhiye_accounts.domain.revocation import REVOCATION_REASONS, names_the_person
from zhiye_contracts.codes.grounds import sentence

REASON = {"reason": "registered_by_another"}


@pytest.fixture
async def home(world: World) -> Office:
    return await institution(world)


async def revoke(office: Office, language: str = "en", **body: Any) -> httpx.Response:
    client = office.world.as_(office.account, language)
    return await client.post(f"{DESK}/revocations", json=REASON | body)


async def by_number(world: World, office: Office, row: Row, name: str = "王芳") -> httpx.Response:
    return await revoke(office, id_number=number_of(world, row), name=name)


def is_unknown(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (404, "person_unknown")


async def test_the_institution_revokes_the_account_of_one_of_its_people(
    world: World, home: Office
) -> None:
    row = await own(world)
    answer = await revoke(home, account_id=row["id"])
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"account_id": row["id"], "status": "revoked"}
    (_, changed) = await world.events("account-changed", row["id"])
    assert (changed["change"], changed["status"]) == ("revoked", "revoked")
    (act,) = await acts(world)
    assert (act["act"], act["account_id"], act["person_key"]) == (
        "account_revoked",
        row["id"],
        row["person_key"],
    )
    assert act["details"] == REASON | {"text": ""}
    assert (await world.as_(row).get("/api/v1/accounts/me")).status_code == 401
    assert [p["status"] for p in await home.people()] == ["no_account"]


async def test_then_the_rightful_person_registers_with_the_same_id_number(
    world: World, home: Office
) -> None:
    row = await own(world)
    number = number_of(world, row)
    taken = await world.register(id_number=number)
    assert taken.json()["code"] == "identity_already_registered"
    assert "revoke" in taken.json()["next_step"]
    await revoke(home, account_id=row["id"])
    answer = await world.register(id_number=number)
    assert answer.status_code == 201, answer.text
    assert answer.json()["identity"]["code"] == "identity_matched"


async def test_sessions_and_codes_end_with_the_account(world: World, home: Office) -> None:
    row = await own(world, user_name="stranger1")
    tokens = (await world.log_in("stranger1", PASSWORD)).json()
    (issued,) = await home.issue(row)
    await revoke(home, account_id=row["id"])
    (ended,) = [s for s in await world.all(session) if s["account_id"] == row["id"]]
    assert (ended["ended_at"], ended["ended_because"]) == (world.clock.now(), "account_revoked")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await world.anybody.post("/api/v1/oauth/token", data=form)).status_code == 401
    assert (await world.log_in("stranger1", PASSWORD)).status_code == 401
    (code,) = await world.all(activation_code)
    assert code["void_at"] == world.clock.now()
    body = with_certificate(row, issued["code"])
    assert (await world.as_(row).post("/api/v1/accounts/me/activation", json=body)).is_error


@pytest.mark.parametrize(
    ("values", "channels"),
    [
        ({}, ["sms"]),
        ({"email": "w@example.com"}, ["sms"]),
        ({"email": "w@example.com", "email_verified_at": True}, ["sms", "email"]),
        (
            {"phone_verified_at": None, "email": "w@example.com", "email_verified_at": True},
            ["email"],
        ),
        ({"phone_verified_at": None, "status": "registered"}, ["sms"]),
    ],
)
async def test_the_contacts_of_the_account_are_told(
    world: World, home: Office, values: dict[str, Any], channels: list[str]
) -> None:
    now = world.clock.now()
    given = {k: now if v is True else v for k, v in values.items()}
    row = await own(world, phone="13800138000", language="en", **given)
    await revoke(home, account_id=row["id"], text="seen, 11010519491231002X")
    told = await messages(world, "account_revoked")
    assert [m["channel"] for m in told] == channels
    for message in told:
        assert message["words"] == {
            "organisation": HOME_NAME,
            "kind": "somebody else opened it with this identity",
            "reason": "somebody else opened it with this identity: seen, [redacted]",
        }
        assert message["address"] in ("13800138000", "w@example.com")


def test_the_reason_is_told_in_the_language_of_the_account() -> None:
    assert sentence(REVOCATION_REASONS, "wrong_person", "", "zh") == "账户注册有误"
    assert (
        sentence(REVOCATION_REASONS, "wrong_person", "详见记录", "zh") == "账户注册有误：详见记录"
    )
    assert sentence(REVOCATION_REASONS, "other", "重复", "zh") == "重复"


@pytest.mark.parametrize("status", ["registered", "verified", "active"])
async def test_accounts_of_every_status_are_revoked(
    world: World, home: Office, status: str
) -> None:
    row = await own(world, status=status)
    assert (await revoke(home, account_id=row["id"])).status_code == 200


async def test_once_a_business_has_been_completed_the_account_stays(
    world: World, home: Office
) -> None:
    """Deck 4.1, whichever registration of the person it was completed on."""
    row = await own(world)
    await registered(
        world, row, ELSEWHERE, status="cancelled", business_completed=True, profession="physician"
    )
    for answer in (await revoke(home, account_id=row["id"]), await by_number(world, home, row)):
        told = answer.json()
        assert (answer.status_code, told["code"]) == (409, "business_completed")
        assert told["reasons"][0]["source"] == "deck 4.1"
        assert told["next_step"]
    chinese = await revoke(home, "zh", account_id=row["id"])
    assert chinese.json()["detail"] == "该账户已成功办理过业务，不能撤销。"
    assert (await world.read(row["id"]))["status"] == "verified"
    assert await acts(world) == []
    assert await messages(world, "account_revoked") == []


async def test_somebody_elses_nurse_is_nobody_here(world: World, home: Office) -> None:
    """Not even whether there is such an account, or that a business was completed, is told."""
    theirs, completed = await own(world, ELSEWHERE), await world.ready()
    await registered(world, completed, ELSEWHERE, business_completed=True, region_online=False)
    nowhere = await world.ready()
    answers = [
        await revoke(home, account_id=theirs["id"]),
        await by_number(world, home, theirs),
        await revoke(home, account_id=completed["id"]),
        await by_number(world, home, completed),
        await revoke(home, account_id=nowhere["id"]),
        await by_number(world, home, nowhere),
        await revoke(home, account_id="01JD0000000000000000NOBODY"),
        await revoke(home, id_number="11010519491231002X", name="王芳"),
        await revoke(home, account_id=home.account["id"]),
    ]
    assert all(map(is_unknown, answers))
    bodies = [{k: v for k, v in a.json().items() if k != "request_id"} for a in answers]
    assert all(body == bodies[0] for body in bodies)
    for row in (theirs, completed, nowhere):
        assert (await world.read(row["id"]))["status"] != "revoked"
    assert await acts(world) == []


@pytest.mark.parametrize("status", [None, "cancelled"])
@pytest.mark.parametrize("profession", ["nurse", "physician"])
async def test_the_intended_institution_revokes_with_id_number_and_name(
    world: World, home: Office, status: str | None, profession: str
) -> None:
    """Q13, Q35: 所在或拟执业机构; by somebody who is registered nowhere."""
    row = await world.ready(name="李静", identity="name_differs")
    await world.deliver(world.qualified(row["person_key"], profession=profession))
    if status is not None:
        await registered(world, row, ELSEWHERE, status=status, name="王芳", profession=profession)
    assert is_unknown(await revoke(home, account_id=row["id"])), "that is for the own people"
    assert is_unknown(await by_number(world, home, row, "李静")), "the stranger's name is no key"
    assert (await by_number(world, home, row)).status_code == 200
    (act,) = await acts(world)
    assert (act["organisation_id"], act["account_id"]) == (HOME, row["id"])


@pytest.mark.parametrize(
    ("given", "recorded", "same"),
    [
        ("王芳", "王芳", True),
        ("王䓫", "王(suo)", True),
        ("王(suo)", "王（SUO）", True),
        ("王(fang)", "王芳", False),
        ("王芳", "王静", False),
    ],
)
def test_a_rare_character_is_understood_but_pinyin_opens_nothing(
    given: str, recorded: str, same: bool
) -> None:
    assert names_the_person(given, recorded) is same


async def test_the_name_is_no_way_around_either(world: World, home: Office) -> None:
    row = await own(world)
    assert is_unknown(await by_number(world, home, row, "王(fang)"))
    assert is_unknown(await by_number(world, home, row, "李静"))
    assert (await by_number(world, home, row)).status_code == 200


@pytest.mark.parametrize(
    ("region", "may"),
    [
        ("110102", True),
        ("110100", True),
        ("110000", True),
        ("000000", True),
        ("110101", False),
        ("120000", False),
    ],
)
async def test_an_authority_revokes_inside_its_region(world: World, region: str, may: bool) -> None:
    office, row = await authority(world, region), await own(world)
    answer = await revoke(office, account_id=row["id"])
    assert answer.status_code == 200 if may else is_unknown(answer)
    if may:
        assert (await messages(world, "account_revoked"))[0]["words"]["organisation"] == (
            "卫生健康委员会"
        )


async def test_the_authority_of_a_registration_in_force_goes_before_that_of_an_old_one(
    world: World,
) -> None:
    old, new = await authority(world, "120000"), await authority(world, "110000")
    row = await own(world)
    await registered(world, row, ELSEWHERE, status="cancelled", region="120101")
    assert is_unknown(await revoke(old, account_id=row["id"]))
    assert (await revoke(new, account_id=row["id"])).status_code == 200
    gone = await world.ready()
    await registered(world, gone, ELSEWHERE, status="cancelled", region="120101")
    assert is_unknown(await revoke(new, account_id=gone["id"]))
    assert (await revoke(old, account_id=gone["id"])).status_code == 200


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["exactly_one"]),
        ({"account_id": "a", "id_number": "11010519491231002X"}, ["exactly_one"]),
        ({"id_number": "11010519491231002X"}, ["name_required"]),
        ({"account_id": "a", "reason": "other"}, ["revocation_text_required"]),
        (
            {"id_number": "11010519491231002X", "reason": "other"},
            ["name_required", "revocation_text_required"],
        ),
        ({"account_id": "a", "reason": "because"}, ["choice"]),
        ({"account_id": "a", "text": "x" * 101}, ["too_long"]),
        ({"id_number": "110105194912310020", "name": "王芳"}, ["id_number_check_digit"]),
    ],
)
async def test_a_request_that_is_wrong_is_refused_with_every_reason(
    home: Office, body: dict[str, Any], codes: list[str]
) -> None:
    answer = await revoke(home, **body)
    assert answer.status_code == 422
    assert [reason["code"] for reason in answer.json()["reasons"]] == codes


async def test_only_so_many_a_day_and_refused_ones_count(world: World, home: Office) -> None:
    clone = await home.colleague()
    for n in range(50):
        assert is_unknown(await revoke(clone if n % 2 else home, account_id=f"{n}"))
    row = await own(world)
    answer = await revoke(home, account_id=row["id"])
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_revocation")
    world.clock.instant += timedelta(days=1)
    assert (await revoke(home, account_id=row["id"])).status_code == 200


async def test_an_account_revoked_twice_at_once_is_revoked_once(world: World, home: Office) -> None:
    row, clone = await own(world), await home.colleague()
    answers = await asyncio.gather(
        *(revoke(office, account_id=row["id"]) for office in (home, clone, home))
    )
    assert sorted(a.status_code for a in answers) == [200, 404, 404]
    assert len(await messages(world, "account_revoked")) == 1
    assert len(await acts(world)) == 1


async def test_an_activation_in_that_moment_does_not_outlive_the_revocation(
    world: World, home: Office
) -> None:
    for _ in range(6):
        row = await own(world)
        (issued,) = await home.issue(row)
        activated, revoked = await asyncio.gather(
            world.as_(row).post(
                "/api/v1/accounts/me/activation",
                json=with_certificate(row, issued["code"]),
            ),
            revoke(home, account_id=row["id"]),
        )
        assert revoked.status_code == 200
        assert activated.status_code in (200, 401)
        assert (await world.read(row["id"]))["status"] == "revoked"
        last = (await world.events("account-changed", row["id"]))[-1]
        assert last["status"] == "revoked"


async def test_a_business_completed_in_that_moment_keeps_the_account(
    world: World, home: Office
) -> None:
    row = await world.ready(status="active")
    here = world.registered(row["person_key"], institution_id=HOME, region_online=False)
    await world.deliver(here)
    completed = here.model_copy(update={"version": 2, "business_completed": True})
    (handler,) = [
        s.handler for s in world.service.subscriptions.table if s.event is type(completed)
    ]
    async with world.kit.database.transaction() as tx:
        await handler(tx, [completed])
        revoking = asyncio.create_task(revoke(home, account_id=row["id"]))
        await asyncio.sleep(0.3)
        assert not revoking.done()
    assert (await revoking).json()["code"] == "business_completed"


async def test_an_officer_whose_account_was_ended_revokes_nobody(
    world: World, home: Office
) -> None:
    row, clone = await own(world), await home.colleague()
    await world.revoke(clone.account)
    assert (await revoke(clone, account_id=row["id"])).status_code == 401
    assert (await world.read(row["id"]))["status"] == "verified"
