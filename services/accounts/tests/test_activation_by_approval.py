"""Accounts that an approval activates, and what the registration service needs for it (Q5, Q33)."""

from __future__ import annotations

from typing import Any

import pytest
from services.accounts.tests.desk import DESK, institution, registered
from services.accounts.tests.world import World, id_number

from zhiye_contracts import purposes
from zhiye_contracts.events import AccountChanged

ME = "/api/v1/accounts/me"


@pytest.mark.parametrize("verified", [True, False])
async def test_an_approval_activates_a_nurse_of_the_army_who_was_on_no_record(
    world: World, verified: bool
) -> None:
    contact = {"phone_verified_at": world.clock.now()} if verified else {}
    row = await world.account(identity="no_record", **contact)
    await world.deliver(world.registered(row["person_key"], business_completed=True))
    now = await world.read(row["id"])
    assert (now["status"], now["identity"]) == ("active", "matched")
    assert (now["activated_by"], now["activated_at"]) == ("by_approval", world.clock.now())
    last = AccountChanged.model_validate((await world.events("account-changed", row["id"]))[-1])
    assert (last.status, last.identity, last.change) == ("active", "matched", "activated")
    assert (await world.as_(now).get(ME)).json()["status"] == "active"


@pytest.mark.parametrize("verified", [True, False])
async def test_a_move_to_an_online_region_activates_who_was_registered_where_none_is(
    world: World, verified: bool
) -> None:
    row = await (world.ready() if verified else world.account(identity="matched"))
    before = world.registered(row["person_key"], region="130102", region_online=False)
    await world.deliver(before)
    assert (await world.read(row["id"]))["status"] == ("verified" if verified else "registered")
    moved = {"version": 2, "region": "110102", "region_online": True, "business_completed": True}
    await world.deliver(before.model_copy(update=moved))
    now = await world.read(row["id"])
    assert (now["status"], now["activated_by"]) == ("active", "by_approval")


async def test_a_business_done_where_registration_is_not_electronic_activates_nobody(
    world: World,
) -> None:
    row = await world.account(identity="no_record")
    done = {"business_completed": True, "region_online": False}
    await world.deliver(world.registered(row["person_key"], **done))
    assert (await world.read(row["id"]))["status"] == "registered"


async def test_an_account_under_another_name_is_not_activated_by_the_approval_of_the_person(
    world: World,
) -> None:
    row = await world.account(identity="no_record", name="李静")
    await world.deliver(world.registered(row["person_key"], business_completed=True, name="王芳"))
    now = await world.read(row["id"])
    assert (now["status"], now["identity"]) == ("registered", "name_differs")


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "军队武警护士变更到地方"), ("en", "change from military to local")],
)
async def test_who_is_on_no_record_is_shown_the_way_from_the_army_too(
    world: World, language: str, words: str
) -> None:
    row = await world.account(identity="no_record")
    shown = (await world.as_(row, language).get(ME)).json()
    assert words in str(shown)
    assert words not in str((await world.as_(await world.ready(), language).get(ME)).json())


def opened(world: World, event: dict[str, Any]) -> tuple[str, str]:
    told = AccountChanged.model_validate(event)
    assert told.sealed_name is not None
    assert told.sealed_id_number is not None
    cipher = world.kit.cipher
    return (
        cipher.open(told.sealed_name, purposes.NAME),
        cipher.open(told.sealed_id_number, purposes.ID_NUMBER),
    )


async def test_each_event_of_a_person_has_the_present_name_and_number_sealed(
    world: World,
) -> None:
    first, second = id_number(), id_number()
    answer = await world.register(name="王方", id_number=first)
    row = await world.read(answer.json()["account_id"])
    client = world.as_(row)
    await client.post(f"{ME}/identity-check", json={"name": "王芳"})
    await client.post(f"{ME}/identity-check", json={"id_number": second})
    told = await world.events("account-changed", row["id"])
    assert [(event["change"], *opened(world, event)) for event in told] == [
        ("registered", "王方", first),
        ("identity_corrected", "王芳", first),
        ("identity_corrected", "王芳", second),
    ]
    assert not {"王方", "王芳", first, second} & {str(v) for e in told for v in e.values()}


async def test_the_event_of_a_confirmed_name_has_it_sealed(world: World) -> None:
    home = await institution(world)
    row = await world.account(name="王䓫", identity="confirmation_needed")
    await registered(world, row, name="王(suo)")
    confirmed = await home.client.post(
        f"{DESK}/name-confirmations", json={"account_id": row["id"], "same_person": True}
    )
    assert confirmed.status_code == 200, confirmed.text
    last = (await world.events("account-changed", row["id"]))[-1]
    assert (last["change"], last["identity"]) == ("name_confirmed", "matched")
    assert opened(world, last)[0] == "王䓫"


async def test_organisations_have_no_name_to_seal(world: World) -> None:
    row = await world.account(role="institution", name="北京示例医院", institution_id="HOSPITAL")
    (event,) = await world.events("account-changed", row["id"])
    assert (event["sealed_name"], event["sealed_id_number"]) == (None, None)
    assert event["display_name"] == "北京示例医院"
