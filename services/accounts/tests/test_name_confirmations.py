"""Names with rare characters: recorded with pinyin, decided by a person (Q4, Q28)."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from services.accounts.tests.desk import (
    DESK,
    ELSEWHERE,
    ELSEWHERE_NAME,
    HOME,
    HOME_NAME,
    Office,
    acts,
    authority,
    institution,
    messages,
    number_of,
    registered,
)
from services.accounts.tests.world import Row, World, id_number

from zhiye_accounts.adapters import attempts
from zhiye_accounts.adapters.tables import name_confirmation
from zhiye_accounts.domain.identity import Outcome, Qualification, check_identity
from zhiye_accounts.domain.policy import NAME_DECISIONS

GIVEN, RECORDED = "王䓫", "王(suo)"
CHECK = "/api/v1/accounts/me/identity-check"


@pytest.fixture
async def home(world: World) -> Office:
    return await institution(world)


async def rare(world: World, at: str | None = HOME, **values: Any) -> Row:
    """Somebody whose name awaits a decision, registered there or only qualified."""
    row = await world.account(
        name=GIVEN, identity="confirmation_needed", phone_verified_at=world.clock.now(), **values
    )
    await world.deliver(world.qualified(row["person_key"], name=RECORDED))
    if at is not None:
        await registered(world, row, at, name=RECORDED)
    return await world.read(row["id"])


async def decide(office: Office, *, same_person: bool = True, **named: str) -> httpx.Response:
    body = {"same_person": same_person} | named
    return await office.client.post(f"{DESK}/name-confirmations", json=body)


async def listed(office: Office) -> list[Row]:
    items: list[Row] = (await office.client.get(f"{DESK}/name-confirmations")).json()["items"]
    return items


# The rule


def test_a_decision_counts_for_its_pair_of_names_only() -> None:
    one = Qualification("nurse", RECORDED, "q", date(2026, 6, 15))
    yes, no = {(GIVEN, RECORDED): True}, {(GIVEN, RECORDED): False}
    assert check_identity(GIVEN, [one], []) == Outcome.CONFIRMATION_NEEDED
    assert check_identity(GIVEN, [one], [], yes) == Outcome.MATCHED
    assert check_identity(GIVEN, [one], [], no) == Outcome.NAME_DIFFERS
    assert check_identity("王芳", [one], [], yes) == Outcome.CONFIRMATION_NEEDED
    assert check_identity("李静", [one], [], {("李静", RECORDED): True}) == Outcome.NAME_DIFFERS
    assert check_identity(RECORDED, [one], [], no) == Outcome.MATCHED


# The list


async def test_given_and_recorded_name_stand_side_by_side(world: World, home: Office) -> None:
    row = await rare(world)
    await rare(world, ELSEWHERE)
    await rare(world, None)
    revoked = await rare(world)
    await world.revoke(revoked)
    number = number_of(world, row)
    assert await listed(home) == [
        {
            "account_id": row["id"],
            "given_name": GIVEN,
            "recorded_names": [RECORDED],
            "id_number": number[:3] + "*" * 11 + number[-4:],
            "account_opened_at": row["created_at"].isoformat().replace("+00:00", "Z"),
        }
    ]


@pytest.mark.parametrize(
    ("region", "found"),
    [
        ("110102", 1),
        ("110000", 2),
        ("000000", 3),
        ("120000", 1),
        ("110101", 0),
        ("310000", 0),
    ],
)
async def test_an_authority_sees_what_was_recorded_in_its_region(
    world: World, region: str, found: int
) -> None:
    """By the region of a registration, or the province of a qualification."""
    office = await authority(world, region)
    registered_there = await world.account(name=GIVEN)
    await registered(world, registered_there, name=RECORDED)  # 110102
    for province in ("110000", "120000"):
        row = await world.account(name=GIVEN)
        await world.deliver(world.qualified(row["person_key"], name=RECORDED, province=province))
    assert len(await listed(office)) == found


async def test_the_list_has_pages(world: World, home: Office) -> None:
    people = [await rare(world) for _ in range(3)]
    path = f"{DESK}/name-confirmations"
    first = (await home.client.get(path, params={"limit": 2})).json()
    rest = (await home.client.get(path, params={"cursor": first["next_cursor"]})).json()
    shown = [i["account_id"] for i in first["items"] + rest["items"]]
    assert shown == [row["id"] for row in people]
    assert rest["next_cursor"] is None
    assert (await home.client.get(path, params={"cursor": "x"})).status_code == 422


# Deciding


async def test_a_confirmed_name_matches_and_keeps_matching(world: World, home: Office) -> None:
    row = await rare(world, phone="13800138000", language="en")
    answer = await decide(home, account_id=row["id"])
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["given_name"], told["recorded_names"]) == (GIVEN, [RECORDED])
    assert (told["identity"], told["same_person"]) == ("matched", True)
    now = await world.read(row["id"])
    assert (now["identity"], now["status"]) == ("matched", "verified")
    changed = (await world.events("account-changed", row["id"]))[-1]
    assert (changed["change"], changed["identity"]) == ("name_confirmed", "matched")
    assert await listed(home) == []
    (issued,) = await home.issue(row)
    assert issued["result"] == "issued"

    await world.deliver(world.qualified(row["person_key"], "H2026110100002", name=RECORDED))
    assert (await world.read(row["id"]))["identity"] == "matched"
    assert (await world.as_(row).post(CHECK, json={})).json()["identity"]["code"] == (
        "identity_matched"
    )


async def test_a_rejected_name_differs_and_the_person_is_told_what_to_do(
    world: World, home: Office
) -> None:
    row = await rare(world)
    answer = await decide(home, account_id=row["id"], same_person=False)
    assert (answer.status_code, answer.json()["identity"]) == (200, "name_differs")
    mine = (await world.as_(row).get("/api/v1/accounts/me")).json()
    assert mine["identity"]["code"] == "identity_name_differs"
    assert "Correct it" in mine["next_step"]
    await world.deliver(world.qualified(row["person_key"], "H2026110100002", name=RECORDED))
    assert (await world.read(row["id"]))["identity"] == "name_differs"
    corrected = await world.as_(row).post(CHECK, json={"name": RECORDED})
    assert corrected.json()["identity"]["code"] == "identity_matched"


@pytest.mark.parametrize(("same_person", "result"), [(True, "confirmed"), (False, "rejected")])
async def test_the_person_is_told_and_the_act_recorded(
    world: World, home: Office, same_person: bool, result: str
) -> None:
    row = await rare(world, phone="13800138000")
    await decide(home, account_id=row["id"], same_person=same_person)
    (message,) = await messages(world, "name_decided")
    assert message["address"] == "13800138000"
    assert message["words"] == {"organisation": HOME_NAME, "result": result}
    (act,) = await acts(world)
    assert (act["act"], act["account_id"]) == (f"name_{result}", row["id"])
    assert RECORDED not in str(act)
    (decision,) = await world.all(name_confirmation)
    assert (decision["given_name"], decision["recorded_name"]) == (GIVEN, RECORDED)
    assert (decision["decided_by"], decision["organisation_id"]) == (home.account["id"], HOME)
    assert decision["same_person"] is same_person


async def test_the_intended_institution_decides_with_the_whole_id_number(
    world: World, home: Office
) -> None:
    row = await rare(world, None)
    assert (await decide(home, account_id=row["id"])).status_code == 404
    answer = await decide(home, id_number=number_of(world, row))
    assert (answer.status_code, answer.json()["identity"]) == (200, "matched")


async def test_an_unrelated_institution_decides_nothing(world: World, home: Office) -> None:
    other = await institution(world, ELSEWHERE, ELSEWHERE_NAME)
    row = await rare(world)
    answers = [
        await decide(other, account_id=row["id"]),
        await decide(other, id_number=number_of(world, row)),
        await decide(other, id_number=id_number()),
        await decide(other, account_id="nobody"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (404, "person_unknown")
        assert RECORDED not in answer.text
    assert (await world.read(row["id"]))["identity"] == "confirmation_needed"
    assert await world.all(name_confirmation) == []


@pytest.mark.parametrize(
    ("region", "status"), [("110102", 200), ("000000", 200), ("110101", 404), ("310000", 404)]
)
async def test_an_authority_decides_inside_its_region(
    world: World, region: str, status: int
) -> None:
    office = await authority(world, region)
    row = await world.account(name=GIVEN)
    await registered(world, row, name=RECORDED)
    assert (await decide(office, account_id=row["id"])).status_code == status


async def test_an_authority_decides_by_the_province_of_the_qualification(world: World) -> None:
    mine, other = await authority(world, "110000"), await authority(world, "310000")
    row = await rare(world, None)
    for named in ({"account_id": row["id"]}, {"id_number": number_of(world, row)}):
        assert (await decide(other, **named)).status_code == 404
    assert (await decide(mine, account_id=row["id"])).status_code == 200


async def test_of_two_who_decide_at_once_one_wins(world: World, home: Office) -> None:
    row, clone = await rare(world), await home.colleague()
    answers = await asyncio.gather(
        decide(home, account_id=row["id"]),
        decide(clone, account_id=row["id"], same_person=False),
        decide(home, account_id=row["id"]),
    )
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    (won,) = [a.json() for a in answers if a.is_success]
    assert {a.json()["code"] for a in answers if a.is_error} == {"name_nothing_to_decide"}
    assert (await world.read(row["id"]))["identity"] == won["identity"]
    assert len(await world.all(name_confirmation)) == 1
    assert len(await messages(world, "name_decided")) == 1


async def test_an_authority_overrules_an_institution_but_not_the_other_way(
    world: World, home: Office
) -> None:
    over_it, row = await authority(world, "110000"), await rare(world)
    await decide(home, account_id=row["id"], same_person=False)
    assert (await decide(home, account_id=row["id"])).json()["code"] == "name_nothing_to_decide"
    world.clock.instant += timedelta(hours=1)
    answer = await decide(over_it, account_id=row["id"])
    assert (answer.status_code, answer.json()["identity"]) == (200, "matched")
    again = await decide(home, account_id=row["id"], same_person=False)
    assert again.json()["code"] == "name_nothing_to_decide"


@pytest.mark.parametrize(
    "values",
    [
        {"name": "王(suo)"},
        {"name": "李静"},
        {"name": GIVEN, "identity": "matched", "status": "active"},
    ],
)
async def test_where_there_is_nothing_to_decide_nothing_is(
    world: World, home: Office, values: dict[str, Any]
) -> None:
    row = await world.account(**values)
    await registered(world, row, name=RECORDED)
    answer = await decide(home, account_id=row["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "name_nothing_to_decide")


async def test_a_decision_does_not_follow_the_account_to_another_id_number(
    world: World, home: Office
) -> None:
    row = await world.account(name=GIVEN)
    first = world.qualified(row["person_key"], name=RECORDED)
    await world.deliver(first)
    await decide(home, id_number=number_of(world, row))
    await world.deliver(first.model_copy(update={"version": 2, "in_force": False}))
    other = id_number()
    await world.deliver(world.qualified(world.kit.person_key(other), name=RECORDED))
    corrected = await world.as_(row).post(CHECK, json={"id_number": other})
    assert corrected.json()["identity"]["code"] == "identity_confirmation_needed"


async def test_the_names_of_both_records_are_decided_together(world: World, home: Office) -> None:
    row = await rare(world)
    await registered(world, row, ELSEWHERE, name="王(Suò)", profession="physician")
    answer = await decide(home, account_id=row["id"])
    assert (answer.json()["recorded_names"], answer.json()["identity"]) == (
        [RECORDED, "王(Suò)"],
        "matched",
    )


async def test_only_so_many_a_day_and_refused_ones_count(world: World, home: Office) -> None:
    async with world.kit.database.transaction() as tx:
        await attempts.record(tx, NAME_DECISIONS.kind, HOME, world.clock.now(), times=199)
    assert (await decide(home, account_id="nobody")).status_code == 404
    row = await rare(world)
    answer = await decide(home, account_id=row["id"])
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_name_decision")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"same_person": True}, "account_id"),
        ({"same_person": True, "account_id": "a", "id_number": "11010519491231002X"}, "account_id"),
        ({"account_id": "a"}, "same_person"),
        ({"account_id": "a", "same_person": None}, "same_person"),
        ({"id_number": "110105194912310020", "same_person": True}, "id_number"),
    ],
)
async def test_a_request_that_is_wrong_is_refused(
    home: Office, body: dict[str, Any], field: str
) -> None:
    answer = await home.client.post(f"{DESK}/name-confirmations", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
