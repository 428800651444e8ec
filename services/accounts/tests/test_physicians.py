"""Physicians: approvals that activate, and people with several registrations in force under one
number for life (Q5, Q9.3, Q11, Q13, Q24)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from services.accounts.tests.desk import (
    DESK,
    ELSEWHERE,
    ELSEWHERE_NAME,
    HOME,
    Office,
    authority,
    institution,
    number_of,
)
from services.accounts.tests.world import Row, World

from zhiye_accounts.domain.activation import Route, activation_for
from zhiye_accounts.domain.desk import DeskAccount, code_obstacles, employed_at, registered_within
from zhiye_accounts.domain.identity import Outcome, Qualification, Registration

ACTIVATION = "/api/v1/accounts/me/activation"
NUMBER = "110110102000007"
"""Of every registration of one physician."""
QUALIFICATION = "202511110110101199005171234"
OFFLINE: dict[str, Any] = {"region": "130102", "region_online": False}
ONLINE: dict[str, Any] = {"region": "110102", "region_online": True}


@pytest.fixture
async def home(world: World) -> Office:
    return await institution(world)


@pytest.fixture
async def elsewhere(world: World) -> Office:
    return await institution(world, ELSEWHERE, ELSEWHERE_NAME, "120101")


def registration(world: World, row: Row, at: str = HOME, **changes: Any) -> Any:
    """One of a physician's registrations, as the registration service tells it."""
    given = {"institution_id": at, "name": row["name"], "profession": "physician"}
    return world.registered(
        row["person_key"], NUMBER, **given | {"valid_until": None} | ONLINE | changes
    )


async def physician(world: World, **changes: Any) -> Row:
    """Verified and not active, with a qualification and no registration yet."""
    row = await world.ready(**changes)
    await world.deliver(
        world.qualified(
            row["person_key"],
            QUALIFICATION,
            profession="physician",
            category="1",
            level="1",
            name=row["name"],
        )
    )
    return row


async def in_both(world: World) -> Row:
    """A physician with a main institution in either location."""
    row = await physician(world)
    there = {"region": "120101"}
    await world.deliver(registration(world, row), registration(world, row, ELSEWHERE, **there))
    return row


async def explained(office: Office, row: Row) -> list[str]:
    numbers = {"id_numbers": [number_of(office.world, row)]}
    answer = await office.client.post(f"{DESK}/explanations", json=numbers)
    assert answer.status_code == 200, answer.text
    return [reason["code"] for reason in answer.json()["items"][0]["reasons"]]


# --- only an approval activates (Q5.2, Q5.3) -------------------------------------------------


async def test_q5_3_an_added_location_activates_who_was_registered_where_nothing_is_online(
    world: World,
) -> None:
    row = await physician(world)
    await world.deliver(registration(world, row, ELSEWHERE, **OFFLINE))
    assert (await world.read(row["id"]))["status"] == "verified"
    await world.deliver(registration(world, row, business_completed=True))
    now = await world.read(row["id"])
    assert (now["status"], now["activated_by"]) == ("active", "by_approval")


async def test_q5_2_a_change_into_an_online_region_activates(world: World) -> None:
    row = await physician(world)
    before = registration(world, row, ELSEWHERE, **OFFLINE)
    await world.deliver(before)
    moved = ONLINE | {"version": 2, "institution_id": HOME, "business_completed": True}
    await world.deliver(before.model_copy(update=moved))
    assert (await world.read(row["id"]))["activated_by"] == "by_approval"


@pytest.mark.parametrize(
    "changes",
    [
        {"business_completed": False},
        {"business_completed": True, "status": "filed"},
        {"business_completed": True, "status": "moving_out"},
        {"business_completed": True, "status": "cancelled"},
        {"business_completed": True} | OFFLINE,
    ],
)
async def test_nothing_else_activates(world: World, changes: dict[str, Any]) -> None:
    row = await physician(world)
    await world.deliver(registration(world, row, ELSEWHERE, **OFFLINE))
    await world.deliver(registration(world, row, **changes))
    assert (await world.read(row["id"]))["status"] == "verified"


async def test_a_location_that_comes_from_the_record_activates_nobody_but_opens_the_code(
    world: World, home: Office
) -> None:
    row = await physician(world)
    await world.deliver(registration(world, row, ELSEWHERE, **OFFLINE))
    refused = await world.as_(row).post(ACTIVATION, json={"activation_code": "AAAAAAAA"})
    assert refused.json()["code"] == "activation_route_differs"
    await world.deliver(registration(world, row))
    (item,) = await home.issue(row)
    answer = await world.as_(row).post(ACTIVATION, json={"activation_code": item["code"]})
    assert (answer.status_code, answer.json()["status"]) == (200, "active")


# --- out of force: the own qualification (Q5.4, Q5.5) ----------------------------------------


@pytest.mark.parametrize("status", ["filed", "moving_out", "cancelled"])
async def test_q5_5_out_of_force_the_own_qualification_activates(world: World, status: str) -> None:
    row = await physician(world)
    await world.deliver(
        registration(world, row, status=status), registration(world, row, ELSEWHERE, status="filed")
    )
    body = {"certificate_number": QUALIFICATION}
    answer = await world.as_(row).post(ACTIVATION, json=body)
    assert (answer.status_code, answer.json()["status"]) == (200, "active"), answer.text


async def test_as_long_as_one_location_is_in_force_it_is_the_code(world: World) -> None:
    row = await physician(world)
    await world.deliver(
        registration(world, row, status="filed"), registration(world, row, ELSEWHERE)
    )
    body = {"certificate_number": QUALIFICATION}
    answer = await world.as_(row).post(ACTIVATION, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "activation_route_differs")


# --- several main institutions ---------------------------------------------------------------


async def test_each_main_institution_has_the_physician_in_its_list(
    world: World, home: Office, elsewhere: Office
) -> None:
    row = await in_both(world)
    for office in (home, elsewhere):
        (item,) = await office.people()
        assert (item["account_id"], item["profession"]) == (row["id"], "physician")
        assert item["status"] == "awaiting_code"
        assert await explained(office, row) == ["awaiting_code"]


async def test_one_of_them_issues_the_code_and_both_see_what_came_of_it(
    world: World, home: Office, elsewhere: Office
) -> None:
    row = await in_both(world)
    (item,) = await home.issue(row)
    assert await explained(home, row) == ["code_issued"]
    assert await explained(elsewhere, row) == ["code_issued_elsewhere"]
    (second,) = await elsewhere.issue(row)
    assert second.get("code") is None
    answer = await world.as_(row).post(ACTIVATION, json={"activation_code": item["code"]})
    assert answer.status_code == 200, answer.text
    for office in (home, elsewhere):
        (one,) = await office.people()
        assert one["status"] == "active"
        assert await explained(office, row) == ["already_active"]


async def test_the_code_outlives_the_end_of_the_other_location_and_not_of_its_own(
    world: World, home: Office, elsewhere: Office
) -> None:
    row = await physician(world)
    here = registration(world, row)
    there = registration(world, row, ELSEWHERE, region="120101")
    await world.deliver(here, there)
    (item,) = await home.issue(row)
    await world.deliver(there.model_copy(update={"version": 2, "status": "cancelled"}))
    assert (await home.people())[0]["status"] == "code_issued"
    assert await elsewhere.people() == []
    assert await explained(elsewhere, row) == ["other_institution"]
    await world.deliver(here.model_copy(update={"version": 2, "institution_id": ELSEWHERE}))
    answer = await world.as_(row).post(ACTIVATION, json={"activation_code": item["code"]})
    assert answer.json()["code"] == "activation_code_void"


async def test_an_institution_where_a_physician_is_only_filed_is_told_of_the_main_ones(
    world: World, home: Office, elsewhere: Office
) -> None:
    """Filings at further institutions give no account: the main institution does (Q24)."""
    row = await in_both(world)
    third = await institution(world, "INS-THIRD", "北京第三医院")
    assert await third.people() == []
    assert await explained(third, row) == ["other_institution"]


# --- revocation (Q13) ------------------------------------------------------------------------


async def revoke(office: Office, row: Row) -> Any:
    body = {
        "reason": "registered_by_another",
        "id_number": number_of(office.world, row),
        "name": row["name"],
    }
    return await office.client.post(f"{DESK}/revocations", json=body)


async def test_either_main_institution_and_either_authority_may_revoke(
    world: World, home: Office, elsewhere: Office
) -> None:
    offices = [
        home,
        elsewhere,
        await authority(world, "110102"),
        await authority(world, "120101"),
    ]
    for office in offices:
        row = await in_both(world)
        answer = await revoke(office, row)
        assert answer.status_code == 200, (office.id, answer.text)
        assert (await world.read(row["id"]))["status"] == "revoked"


async def test_others_may_not_and_a_business_of_either_location_keeps_the_account(
    world: World, home: Office, elsewhere: Office
) -> None:
    row = await in_both(world)
    third = await institution(world, "INS-THIRD", "北京第三医院")
    assert (await revoke(third, row)).status_code == 404
    assert (await revoke(await authority(world, "130102"), row)).status_code == 404
    other = await physician(world)
    await world.deliver(
        registration(world, other),
        registration(world, other, ELSEWHERE, region="120101", business_completed=True),
    )
    answer = await revoke(home, other)
    assert (answer.status_code, answer.json()["code"]) == (409, "business_completed")


# --- the rules -------------------------------------------------------------------------------


def at(institution_id: str, status: str = "registered", *, online: bool = True) -> Registration:
    region = "110102" if institution_id == HOME else "120101"
    return Registration("physician", "李明", NUMBER, status, online, institution_id, region)


HELD = [Qualification("physician", "李明", "q", date(2025, 12, 1))]


@pytest.mark.parametrize(
    ("registrations", "route"),
    [
        ([], Route.QUALIFICATION_CERTIFICATE),
        ([at(HOME), at(ELSEWHERE)], Route.INSTITUTION_CODE),
        ([at(HOME), at(ELSEWHERE, online=False)], Route.INSTITUTION_CODE),
        ([at(HOME, "filed"), at(ELSEWHERE, online=False)], Route.BY_APPROVAL),
        ([at(HOME, "filed"), at(ELSEWHERE, "moving_out")], Route.QUALIFICATION_CERTIFICATE),
        ([at(HOME, "cancelled"), at(ELSEWHERE)], Route.INSTITUTION_CODE),
    ],
)
def test_the_route_follows_from_all_registrations(
    registrations: list[Registration], route: Route
) -> None:
    activation = activation_for(HELD, registrations)
    assert activation is not None
    assert activation.route == route


def test_each_registration_counts_by_itself() -> None:
    both = [at(HOME), at(ELSEWHERE, online=False)]
    assert employed_at(both, HOME)
    assert employed_at(both, ELSEWHERE)
    assert registered_within(both, "120000")
    account = DeskAccount("verified", Outcome.MATCHED, contact_verified=True)
    assert code_obstacles(account, both, HOME) == []
    assert [r.code for r in code_obstacles(account, both, ELSEWHERE)] == ["region_not_online"]
