"""The person's side of activation codes: used once, not guessed, void when the person has moved."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from services.accounts.tests.desk import (
    ELSEWHERE,
    ELSEWHERE_NAME,
    HOME,
    Office,
    institution,
    own,
    registered,
    with_certificate,
)
from services.accounts.tests.world import Row, World
from sqlalchemy import update

from zhiye_accounts.adapters.tables import activation_code, registration
from zhiye_accounts.domain.desk import CODE_LENGTH

ACTIVATION = "/api/v1/accounts/me/activation"
WRONG = "A" * CODE_LENGTH


@pytest.fixture
async def home(world: World) -> Office:
    return await institution(world)


async def activate(world: World, row: Row, code: str, language: str = "en") -> Any:
    return await world.as_(row, language).post(ACTIVATION, json=with_certificate(row, code))


async def test_the_code_activates_the_account_once(world: World, home: Office) -> None:
    row = await own(world)
    (item,) = await home.issue(row)
    answer = await activate(world, row, item["code"])
    assert (answer.status_code, answer.json()["status"]) == (200, "active")
    now = await world.read(row["id"])
    assert (now["activated_by"], now["activated_at"]) == ("institution_code", world.clock.now())
    (code,) = await world.all(activation_code)
    assert code["used_at"] == world.clock.now()
    again = await activate(world, row, item["code"])
    assert (again.status_code, again.json()["code"]) == (409, "already_active")


async def test_the_code_is_typed_as_people_do(world: World, home: Office) -> None:
    for spell in (str.lower, lambda c: f" {c[:4]} {c[4:]} ", lambda c: f"{c[:4]}-{c[4:]}"):
        row = await own(world)
        (item,) = await home.issue(row)
        assert (await activate(world, row, spell(item["code"]))).status_code == 200


async def test_the_code_of_somebody_else_does_not_activate(world: World, home: Office) -> None:
    row, other = await own(world), await own(world)
    mine, theirs = await home.issue(row, other)
    answer = await activate(world, row, theirs["code"])
    assert (answer.status_code, answer.json()["code"]) == (422, "activation_code_wrong")
    assert answer.json()["field"] == "activation_code"
    assert (await world.read(other["id"]))["status"] == "verified"
    assert (await activate(world, row, mine["code"])).status_code == 200


async def test_a_nurse_gives_the_number_of_her_practice_certificate_with_the_code(
    world: World, home: Office
) -> None:
    """Deck 2.1.3, step two."""
    row = await own(world)
    (item,) = await home.issue(row)
    mine = world.as_(row)
    answer = await mine.post(ACTIVATION, json={"activation_code": item["code"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "certificate_number_needed")
    wrong = {"activation_code": WRONG, "certificate_number": "202611099999"}
    answer = await mine.post(ACTIVATION, json=wrong)
    assert [reason["code"] for reason in answer.json()["reasons"]] == [
        "activation_code_wrong",
        "certificate_mismatch",
    ]
    assert (await world.read(row["id"]))["status"] == "verified"
    assert (await activate(world, row, item["code"])).status_code == 200


async def test_a_physician_gives_the_code_alone(world: World, home: Office) -> None:
    row = await world.ready()
    await registered(world, row, profession="physician")
    (item,) = await home.issue(row)
    answer = await world.as_(row).post(ACTIVATION, json={"activation_code": item["code"]})
    assert answer.status_code == 200


async def test_codes_cannot_be_guessed_without_end(world: World, home: Office) -> None:
    row = await own(world)
    (item,) = await home.issue(row)
    for _ in range(5):
        assert (await activate(world, row, WRONG)).json()["code"] == "activation_code_wrong"
    answer = await activate(world, row, item["code"])
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_activation_guess")
    world.clock.instant += timedelta(hours=1)
    assert (await activate(world, row, item["code"])).status_code == 200


async def test_codes_guessed_at_once_are_counted_one_after_the_other(
    world: World, home: Office
) -> None:
    row = await own(world)
    (item,) = await home.issue(row)
    answers = await asyncio.gather(*(activate(world, row, WRONG) for _ in range(9)))
    assert sorted(a.status_code for a in answers) == [422] * 5 + [429] * 4
    assert (await activate(world, row, item["code"])).status_code == 429


async def test_a_code_used_twice_at_once_activates_once(world: World, home: Office) -> None:
    row = await own(world)
    (item,) = await home.issue(row)
    answers = await asyncio.gather(*(activate(world, row, item["code"]) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    changes = [e["change"] for e in await world.events("account-changed", row["id"])]
    assert changes.count("activated") == 1


async def test_without_a_code_the_person_is_told_to_ask_for_one(world: World, home: Office) -> None:
    row = await own(world)
    answer = await activate(world, row, WRONG)
    assert (answer.status_code, answer.json()["code"]) == (409, "activation_code_not_issued")
    assert "Ask the institution" in answer.json()["next_step"]
    assert "申领激活码" in (await activate(world, row, WRONG, "zh")).json()["next_step"]


@pytest.mark.parametrize(
    "change",
    [{"institution_id": ELSEWHERE}, {"status": "cancelled"}, {"region_online": False}],
)
async def test_a_code_is_void_once_the_person_has_moved(
    world: World, home: Office, change: dict[str, Any]
) -> None:
    other = await institution(world, ELSEWHERE, ELSEWHERE_NAME)
    row = await world.ready()
    here = world.registered(row["person_key"], institution_id=HOME)
    physician = world.registered(
        row["person_key"], "110000000000001", institution_id=ELSEWHERE, profession="physician"
    )
    await world.deliver(here, physician)
    (item,) = await home.issue(row)
    await world.deliver(here.model_copy(update={"version": 2} | change))
    (code,) = await world.all(activation_code)
    assert code["void_at"] == world.clock.now()
    answer = await activate(world, row, item["code"])
    assert (answer.status_code, answer.json()["code"]) == (409, "activation_code_void")
    (new,) = await other.issue(row)
    assert (new["result"], new["code"] != item["code"]) == ("issued", True)
    assert (await activate(world, row, item["code"])).json()["code"] == "activation_code_wrong"
    assert (await activate(world, row, new["code"])).status_code == 200


async def test_the_institution_is_looked_at_again_when_the_code_is_used(
    world: World, home: Office
) -> None:
    row = await own(world)
    (item,) = await home.issue(row)
    await registered(world, row, ELSEWHERE, profession="physician")
    await world.execute(
        update(registration)
        .where(registration.c.institution_id == HOME)
        .values(institution_id="INS-THIRD")
    )
    answer = await activate(world, row, item["code"])
    assert (answer.status_code, answer.json()["code"]) == (409, "activation_code_void")


async def test_who_comes_back_awaits_a_new_code(world: World, home: Office) -> None:
    row = await world.ready()
    here = world.registered(row["person_key"], institution_id=HOME)
    await world.deliver(here)
    (first,) = await home.issue(row)
    await world.deliver(here.model_copy(update={"version": 2, "institution_id": ELSEWHERE}))
    await world.deliver(here.model_copy(update={"version": 3}))
    (person,) = await home.people()
    assert (person["status"], person["code"], person["code_issued_at"]) == (
        "awaiting_code",
        None,
        None,
    )
    (second,) = await home.issue(row)
    assert (second["result"], second["code"] != first["code"]) == ("issued", True)
    assert [p["code"] for p in await home.people()] == [second["code"]]


async def test_news_of_the_registration_that_stays_leave_the_code_alone(
    world: World, home: Office
) -> None:
    row = await world.ready()
    here = world.registered(row["person_key"], institution_id=HOME)
    await world.deliver(here)
    (item,) = await home.issue(row)
    await world.deliver(here.model_copy(update={"version": 2}))
    assert (await activate(world, row, item["code"])).status_code == 200


async def test_a_code_issued_while_the_person_moves_is_void_all_the_same(
    world: World, home: Office
) -> None:
    row = await world.ready()
    here = world.registered(row["person_key"], institution_id=HOME)
    await world.deliver(here)
    moved = here.model_copy(update={"version": 2, "institution_id": ELSEWHERE})
    (handler,) = [s.handler for s in world.service.subscriptions.table if s.event is type(moved)]
    async with world.kit.database.transaction() as tx:
        await handler(tx, [moved])
        issuing = asyncio.create_task(home.issue(row))
        await asyncio.sleep(0.3)
        assert not issuing.done()
    (item,) = await issuing
    assert [reason["code"] for reason in item["reasons"]] == ["person_unknown"]
    assert await world.all(activation_code) == []


async def test_the_code_of_an_identity_that_was_corrected_is_void(
    world: World, home: Office
) -> None:
    row = await world.ready()
    qualification = world.qualified(row["person_key"])
    here = world.registered(row["person_key"], institution_id=HOME)
    await world.deliver(qualification, here)
    await home.issue(row)
    await world.deliver(here.model_copy(update={"version": 2, "name": "李静"}))
    await world.deliver(qualification.model_copy(update={"version": 2, "name": "李静"}))
    corrected = await world.as_(row).post(
        "/api/v1/accounts/me/identity-check", json={"name": "李静"}
    )
    assert corrected.json()["identity"]["code"] == "identity_matched"
    answer = await activate(world, row, WRONG)
    assert answer.json()["code"] == "activation_code_void"


@pytest.mark.parametrize(
    ("registration", "said"),
    [
        ({"status": "cancelled"}, "practice certificate"),
        ({"region_online": False}, "the approval activates you"),
        (None, "latest qualification certificate"),
    ],
)
async def test_who_is_activated_otherwise_is_told_how(
    world: World, home: Office, registration: dict[str, Any] | None, said: str
) -> None:
    row = await world.ready()
    await world.deliver(world.qualified(row["person_key"]))
    if registration is not None:
        await registered(world, row, **registration)
    answer = await activate(world, row, WRONG)
    assert (answer.status_code, answer.json()["code"]) == (409, "activation_route_differs")
    assert said in answer.json()["next_step"]
    assert answer.json()["field"] == "activation_code"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"identity": "name_differs"}, "identity_name_differs"),
        ({"status": "registered", "phone_verified_at": None}, "contact_not_verified"),
        ({"status": "active"}, "already_active"),
    ],
)
async def test_a_code_is_no_way_around_what_comes_before(
    world: World, values: dict[str, Any], code: str
) -> None:
    row = await world.ready(**values)
    assert (await activate(world, row, WRONG)).json()["code"] == code


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"activation_code": None, "certificate_number": None},
    ],
)
async def test_a_code_or_a_certificate_has_to_be_given(world: World, body: dict[str, Any]) -> None:
    row = await world.ready()
    answer = await world.as_(row).post(ACTIVATION, json=body)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "exactly_one")
    assert told["field"] == "activation_code"
    assert "activation_code or certificate_number" in told["detail"]
