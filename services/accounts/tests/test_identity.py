"""The identity check: every outcome told apart, checked again when records come, corrected."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from services.accounts.tests.world import World, id_number
from sqlalchemy import update

from zhiye_accounts.adapters.tables import qualification
from zhiye_accounts.domain.identity import (
    EXPLANATIONS,
    Outcome,
    Qualification,
    Registration,
    check_identity,
)
from zhiye_contracts import purposes

CHECK = "/api/v1/accounts/me/identity-check"


def nurse(name: str = "王芳", passed_on: date = date(2026, 6, 15), **more: Any) -> Qualification:
    return Qualification("nurse", name, "key", passed_on, **more)


def physician(passed_on: date = date(2007, 6, 15)) -> Qualification:
    return Qualification("physician", "王芳", "key", passed_on)


def practice(name: str = "王芳", status: str = "registered") -> Registration:
    return Registration("nurse", name, "key", status)


LAST_DAY, NEXT_DAY = date(2008, 5, 31), date(2008, 6, 1)


@pytest.mark.parametrize(
    ("name", "qualifications", "registrations", "outcome"),
    [
        ("王芳", [], [], Outcome.NO_RECORD),
        ("王芳", [nurse(in_force=False)], [], Outcome.NO_RECORD),
        ("王芳", [nurse()], [], Outcome.MATCHED),
        ("王芳", [], [practice()], Outcome.MATCHED),
        ("王芳", [], [practice(status="cancelled")], Outcome.MATCHED),
        ("王方", [nurse()], [], Outcome.NAME_DIFFERS),
        ("王方", [nurse()], [practice()], Outcome.NAME_DIFFERS),
        ("王方", [nurse("王芳"), nurse("王方")], [], Outcome.MATCHED),
        ("王芳", [nurse("王芳", in_force=False)], [practice("王方")], Outcome.NAME_DIFFERS),
        ("王䓫", [nurse("王(suo)")], [], Outcome.CONFIRMATION_NEEDED),
        ("王(suo)", [nurse("王䓫")], [], Outcome.CONFIRMATION_NEEDED),
        ("王(SUO)", [nurse("王（suo）")], [], Outcome.MATCHED),
        ("王䓫", [nurse("李(suo)")], [], Outcome.NAME_DIFFERS),
        ("王䓫", [nurse("王(suo)"), nurse("王䓫")], [], Outcome.MATCHED),
        ("王芳", [nurse(passed_on=LAST_DAY)], [], Outcome.PROVINCE_FIRST),
        ("王芳", [nurse(passed_on=NEXT_DAY)], [], Outcome.MATCHED),
        ("王芳", [nurse(passed_on=LAST_DAY), nurse(passed_on=NEXT_DAY)], [], Outcome.MATCHED),
        ("王芳", [nurse(passed_on=LAST_DAY)], [practice()], Outcome.MATCHED),
        ("王芳", [nurse(passed_on=LAST_DAY)], [practice(status="cancelled")], Outcome.MATCHED),
        ("王芳", [physician(LAST_DAY)], [], Outcome.MATCHED),
        ("王芳", [physician(), nurse(passed_on=LAST_DAY)], [], Outcome.MATCHED),
        ("王方", [nurse(passed_on=LAST_DAY)], [], Outcome.NAME_DIFFERS),
        (
            "王芳",
            [nurse(passed_on=LAST_DAY), nurse(passed_on=NEXT_DAY, in_force=False)],
            [],
            Outcome.PROVINCE_FIRST,
        ),
    ],
)
def test_the_check_tells_each_situation_apart(
    name: str,
    qualifications: list[Qualification],
    registrations: list[Registration],
    outcome: Outcome,
) -> None:
    assert check_identity(name, qualifications, registrations) == outcome


def test_every_outcome_is_explained_with_a_next_step() -> None:
    assert set(EXPLANATIONS) == set(Outcome)
    for reason in EXPLANATIONS.values():
        assert reason.next_step.zh
        assert reason.next_step.en
        assert reason.source


@pytest.mark.parametrize(
    ("recorded", "code"),
    [
        ({}, "identity_matched"),
        ({"name": "王方"}, "identity_name_differs"),
        ({"name": "王(fang)"}, "identity_confirmation_needed"),
        ({"passed_on": LAST_DAY}, "identity_province_first"),
        ({"passed_on": NEXT_DAY}, "identity_matched"),
        ({"in_force": False}, "identity_no_record"),
    ],
)
async def test_registration_is_checked_against_what_was_recorded_before(
    world: World, recorded: dict[str, Any], code: str
) -> None:
    number = id_number()
    await world.deliver(world.qualified(world.kit.person_key(number), **recorded))
    told = (await world.register(id_number=number)).json()
    assert told["identity"]["code"] == code
    assert "王方" not in str(told), "the recorded name is nobody's business"


async def test_a_qualification_that_comes_later_has_the_account_checked_again(
    world: World,
) -> None:
    row = await world.account()
    other = await world.account()
    event = world.qualified(row["person_key"])
    await world.deliver(event)

    mine = (await world.as_(row).get("/api/v1/accounts/me")).json()
    assert mine["identity"]["code"] == "identity_matched"
    assert (mine["status"], mine["version"]) == ("registered", 2)
    assert mine["next_step"] == "Verify your phone or your email."
    assert (await world.read(other["id"]))["version"] == 1
    (changed,) = (await world.events("account-changed", row["id"]))[1:]
    assert (changed["change"], changed["identity"]) == ("identity_checked", "matched")

    await world.deliver(world.qualified(row["person_key"]))
    assert (await world.read(row["id"]))["version"] == 2, "nothing changed, nothing is told"


async def test_an_account_with_a_verified_phone_becomes_verified_by_the_later_match(
    world: World,
) -> None:
    row = await world.account(phone_verified_at=world.clock.now())
    await world.deliver(world.qualified(row["person_key"]))
    assert (await world.read(row["id"]))["status"] == "verified"


async def test_a_qualification_that_is_withdrawn_takes_the_match_back_until_activation(
    world: World,
) -> None:
    row, active = await world.ready(), await world.ready(status="active")
    for one in (row, active):
        event = world.qualified(one["person_key"])
        await world.deliver(event)
        await world.deliver(event.model_copy(update={"version": 2, "in_force": False}))
    assert [(await world.read(one["id"]))["identity"] for one in (row, active)] == [
        "no_record",
        "matched",
    ]
    assert (await world.read(row["id"]))["status"] == "registered"
    assert (await world.read(active["id"]))["status"] == "active"


async def test_a_registration_that_comes_later_counts_as_well(world: World) -> None:
    row = await world.account()
    await world.deliver(world.registered(row["person_key"]))
    assert (await world.read(row["id"]))["identity"] == "matched"


async def test_a_mistyped_name_is_corrected_and_checked_again(world: World) -> None:
    row = await world.account(name="王方", identity="name_differs")
    await world.deliver(world.qualified(row["person_key"]))
    answer = await world.as_(row).post(CHECK, json={"name": "王芳"})
    assert answer.status_code == 200
    assert answer.json()["identity"]["code"] == "identity_matched"
    assert answer.headers["etag"] == '"3"'
    assert [e["change"] for e in await world.events("account-changed", row["id"])] == [
        "registered",
        "identity_corrected",
        "identity_checked",
    ]


async def test_a_mistyped_id_number_is_corrected_and_checked_again(world: World) -> None:
    row, number = await world.account(), id_number()
    await world.deliver(world.qualified(world.kit.person_key(number)))
    answer = await world.as_(row).post(CHECK, json={"id_number": number})
    assert answer.json()["identity"]["code"] == "identity_matched"
    now = await world.read(row["id"])
    assert now["person_key"] == world.kit.person_key(number)
    assert world.kit.cipher.open(now["sealed_id_number"], purposes.ID_NUMBER) == number


async def test_an_empty_correction_does_check_again(world: World) -> None:
    """What was recorded past the bus, such as by a restored backup, is found."""
    row = await world.account(name="王䓫", phone_verified_at=world.clock.now())
    await world.deliver(world.qualified(row["person_key"]))
    await world.execute(update(qualification).values(name="王䓫"))
    answer = await world.as_(row).post(CHECK, json={})
    assert answer.json()["identity"]["code"] == "identity_matched"
    assert answer.json()["status"] == "verified"


async def test_an_empty_correction_only_checks_again(world: World) -> None:
    row = await world.account()
    for body in ({}, {"name": None, "id_number": None}, {"name": "王芳"}):
        answer = await world.as_(row).post(CHECK, json=body)
        assert (answer.status_code, answer.json()["version"]) == (200, 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "王方"}, "name"),
        ({"id_number": "11010519491231002X"}, "id_number"),
        ({"name": "王方", "id_number": "11010519491231002X"}, "name"),
    ],
)
async def test_what_has_matched_is_not_corrected_by_the_person(
    world: World, body: dict[str, str], field: str
) -> None:
    row = await world.ready()
    answer = await world.as_(row).post(CHECK, json=body)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "identity_already_matched")
    assert told["field"] == field
    assert "health authority" in told["next_step"]
    assert (await world.read(row["id"]))["version"] == 1


async def test_the_id_number_of_an_account_is_not_taken_over_by_a_correction(
    world: World,
) -> None:
    number = id_number()
    await world.account(id_number=number)
    row = await world.account()
    answer = await world.as_(row).post(CHECK, json={"id_number": number})
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_already_registered")
    assert answer.json()["field"] == "id_number"
    assert (await world.read(row["id"]))["version"] == 1
    assert len(await world.events("account-changed", row["id"])) == 1


async def test_an_active_account_is_not_active_for_another_person(world: World) -> None:
    """Its own record was corrected since, so that it does not match any more: a chance to become
    somebody whose name and ID number one knows."""
    row, victim = await world.ready(status="active", activated_by="institution_code"), id_number()
    await world.deliver(
        world.qualified(row["person_key"], name="王方"),
        world.qualified(world.kit.person_key(victim), name="李静"),
    )
    client = world.as_(row)
    checked = (await client.post(CHECK, json={})).json()
    assert (checked["identity"]["code"], checked["status"]) == ("identity_name_differs", "active")
    answer = await client.post(CHECK, json={"name": "李静", "id_number": victim})
    assert answer.json()["identity"]["code"] == "identity_matched"
    assert answer.json()["status"] == "verified", "as whoever opens an account with this ID number"
    now = await world.read(row["id"])
    assert (now["activated_at"], now["activated_by"]) == (None, None)


async def test_an_active_account_follows_its_record_to_another_name(world: World) -> None:
    row = await world.ready(status="active", identity="name_differs")
    await world.deliver(world.qualified(row["person_key"], name="王方"))
    answer = await world.as_(row).post(CHECK, json={"name": "王方"})
    assert answer.json()["identity"]["code"] == "identity_matched"
    assert answer.json()["status"] == "active"


async def test_corrections_are_no_way_to_try_who_holds_a_qualification(world: World) -> None:
    row = await world.account()
    for _ in range(5):
        assert (await world.as_(row).post(CHECK, json={"id_number": id_number()})).is_success
    answer = await world.as_(row).post(CHECK, json={"id_number": id_number()})
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_identity_correction")
    assert answer.headers["retry-after"] == "86400"
    assert (await world.as_(row).post(CHECK, json={})).is_success, "checking again is free"
    world.clock.instant += timedelta(days=1)
    assert (await world.as_(row).post(CHECK, json={"id_number": id_number()})).is_success
