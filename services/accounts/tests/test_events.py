"""What accounts reads from the bus, in any order and again, and what it tells."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from services.accounts.tests.world import CERTIFICATE, World
from sqlalchemy import text

from zhiye_accounts.adapters.tables import organisation, qualification, registration
from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.ids import new_id
from zhiye_contracts.events import (
    AccountChanged,
    AuthorityChanged,
    Event,
    InstitutionChanged,
    MessageRequested,
)

ORDERS = list(permutations(range(3)))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("together", [True, False])
async def test_the_newest_version_of_a_qualification_stays_in_any_order(
    world: World, order: tuple[int, ...], together: bool
) -> None:
    row = await world.account()
    first = world.qualified(row["person_key"], name="王方")
    versions = [
        first,
        first.model_copy(update={"version": 2, "in_force": False}),
        first.model_copy(update={"version": 3, "name": "王芳"}),
    ]
    events = [versions[n] for n in order]
    for delivery in [events] if together else [[event] for event in events]:
        await world.deliver(*delivery)
    (kept,) = await world.all(qualification)
    assert (kept["version"], kept["name"], kept["in_force"]) == (3, "王芳", True)
    assert (await world.read(row["id"]))["identity"] == "matched"


async def test_a_corrected_id_number_has_both_people_checked_again(world: World) -> None:
    wrong, right = await world.account(), await world.account()
    first = world.qualified(wrong["person_key"], name="王芳")
    await world.deliver(first)
    assert (await world.read(wrong["id"]))["identity"] == "matched"
    moved = first.model_copy(
        update={
            "version": 2,
            "person_key": right["person_key"],
            "former_person_key": wrong["person_key"],
            "corrected": ["id_number"],
        }
    )
    await world.deliver(moved)
    assert (await world.read(right["id"]))["identity"] == "matched"
    assert (await world.read(wrong["id"]))["identity"] == "no_record"


@pytest.mark.parametrize("order", ORDERS)
async def test_the_newest_version_of_a_registration_stays_in_any_order(
    world: World, order: tuple[int, ...]
) -> None:
    row = await world.ready()
    first = world.registered(row["person_key"], name="王方")
    versions = [
        first,
        first.model_copy(update={"version": 2, "name": "王芳", "region_online": False}),
        first.model_copy(update={"version": 3, "name": "王芳", "status": "cancelled"}),
    ]
    await world.deliver(*(versions[n] for n in order))
    (kept,) = await world.all(registration)
    assert (kept["version"], kept["status"]) == (3, "cancelled")
    mine = (await world.as_(row).get("/api/v1/accounts/me")).json()
    assert mine["activation"]["route"] == "practice_certificate"


async def test_an_approval_that_is_overtaken_by_the_cancellation_does_not_activate(
    world: World,
) -> None:
    row = await world.ready()
    approved = world.registered(row["person_key"], business_completed=True)
    cancelled = approved.model_copy(update={"version": 2, "status": "cancelled"})
    await world.deliver(cancelled, approved)
    assert (await world.read(row["id"]))["status"] == "verified"


async def test_organisations_are_kept_by_their_newest_version(world: World) -> None:
    for kind in (InstitutionChanged, AuthorityChanged):
        example: Event = kind(**kind.example)
        newer = example.model_copy(update={"version": 9, "region": "130102"})
        await world.deliver(newer, example)
    assert [(o["version"], o["region"]) for o in await world.all(organisation)] == [
        (9, "130102")
    ] * 2


async def _route(world: World, nurse: dict[str, Any]) -> str:
    told = (await world.as_(nurse).get("/api/v1/accounts/me")).json()
    return str(told["activation"]["route"])


async def test_when_an_authority_goes_online_codes_activate_instead_of_approvals(
    world: World,
) -> None:
    """Q5, Q29: also for whoever was registered before, and back again."""
    nurse = await world.ready()
    elsewhere = await world.ready()
    for person, region in ((nurse, "140105"), (elsewhere, "130102")):
        event = world.registered(person["person_key"], new_id(), region=region, region_online=False)
        await world.deliver(event)
    assert await _route(world, nurse) == "by_approval"
    city = AuthorityChanged(**AuthorityChanged.example | {"region": "140100", "version": 1})
    await world.deliver(city)
    assert await _route(world, nurse) == "institution_code"
    assert await _route(world, elsewhere) == "by_approval", "another province"
    late = world.registered(
        nurse["person_key"], new_id(), region="140105", region_online=False, profession="physician"
    )
    await world.deliver(late)
    rows = await world.rows(text("SELECT region_online FROM registration WHERE region = '140105'"))
    assert [row["region_online"] for row in rows] == [True, True]
    await world.deliver(city.model_copy(update={"version": 2, "online": False}))
    assert await _route(world, nurse) == "by_approval"


async def test_the_same_delivery_again_has_no_second_effect(world: World) -> None:
    row = await world.ready()
    key = row["person_key"]
    bodies = [
        to_cloudevent(event, "/elsewhere")
        for event in (world.qualified(key), world.registered(key, business_completed=True))
    ]
    consumer = Consumer(world.service.database, world.service.subscriptions, world.clock)
    for _ in range(3):
        await consumer.consume(bodies)
    assert (await world.read(row["id"]))["status"] == "active"
    changes = [e["change"] for e in await world.events("account-changed", row["id"])]
    assert changes == ["registered", "activated"]


async def test_a_batch_of_many_people_is_one_delivery(world: World) -> None:
    rows = [await world.account() for _ in range(3)]
    strangers = [world.qualified(f"{n:032x}", f"H{n:08d}") for n in range(1000)]
    await world.deliver(*(world.qualified(row["person_key"]) for row in rows), *strangers)
    assert len(await world.all(qualification)) == 1003
    assert [(await world.read(row["id"]))["identity"] for row in rows] == ["matched"] * 3


async def test_each_change_of_an_account_raises_its_version_by_one_and_is_told(
    world: World,
) -> None:
    answer = await world.register(name="王方")
    row = await world.read(answer.json()["account_id"])
    await world.deliver(world.qualified(row["person_key"]))
    client = world.as_(row)
    await client.post("/api/v1/accounts/me/identity-check", json={"name": "王芳"})
    await world.verify(row, await world.send_code(row, "email"), "email")
    world.clock.instant += timedelta(minutes=1)
    await world.verify(row, await world.send_code(row))
    await client.post("/api/v1/accounts/me/activation", json={"certificate_number": CERTIFICATE})
    told = await world.events("account-changed", row["id"])
    assert [event["version"] for event in told] == list(range(1, len(told) + 1))
    assert [event["change"] for event in told] == [
        "registered",
        "identity_checked",
        "identity_corrected",
        "identity_checked",
        "contact_verified",
        "contact_verified",
        "activated",
    ]
    now = await world.read(row["id"])
    last = AccountChanged.model_validate(told[-1])
    assert now["version"] == last.version
    assert (last.status, last.identity, last.display_name) == ("active", "matched", "王*")
    assert (last.phone_verified, last.email_verified) == (True, True)
    assert (last.sealed_phone, last.person_key) == (now["sealed_phone"], now["person_key"])


async def test_a_message_is_asked_for_in_the_language_of_the_account(world: World) -> None:
    for language in ("zh", "en"):
        row = await world.account(language=language)
        await world.send_code(row)
        message = MessageRequested.model_validate((await world.events("message-requested"))[-1])
        assert (message.language, message.account_id) == (language, row["id"])
        assert message.expires_at == world.clock.now() + timedelta(minutes=10)


async def test_a_feed_of_five_thousand_in_one_delivery_is_recorded_at_once(world: World) -> None:
    one = world.qualified("0" * 32)
    events = [
        one.model_copy(update={"aggregate_id": f"Q{n}", "person_key": f"{n:032x}"})
        for n in range(5_000)
    ]
    await world.deliver(*events)  # one array a column: no limit of parameters is met
    assert len(await world.rows(qualification.select())) == 5_000


@pytest.mark.parametrize("order", ORDERS)
async def test_a_batch_and_single_changes_leave_the_newest_in_any_order(
    world: World, order: tuple[int, ...]
) -> None:
    row = await world.account()
    first = world.qualified(row["person_key"], name="王方")
    strangers = [world.qualified(f"{n:032x}", f"H{n:08d}") for n in range(150)]
    versions: list[Event] = [
        world.batch_event(first, *strangers),
        first.model_copy(update={"version": 2, "in_force": False}),
        first.model_copy(update={"version": 3, "name": "王芳"}),
    ]
    for n in order:
        await world.deliver(versions[n])
    kept = {one["id"]: one for one in await world.all(qualification)}
    assert len(kept) == 151
    assert (kept[first.aggregate_id]["version"], kept[first.aggregate_id]["name"]) == (3, "王芳")
    assert (await world.read(row["id"]))["identity"] == "matched"


async def test_of_a_batch_only_people_with_an_account_are_checked_again(world: World) -> None:
    rows = [await world.account() for _ in range(3)]
    mine = [world.qualified(row["person_key"]) for row in rows]
    strangers = [world.qualified(f"{n:032x}", f"H{n:08d}") for n in range(500)]
    await world.deliver(world.batch_event(*strangers[:250], *mine, *strangers[250:]))
    assert [(await world.read(row["id"]))["identity"] for row in rows] == ["matched"] * 3
    told = await world.events("account-changed")
    assert sum(event["change"] == "identity_checked" for event in told) == 3
