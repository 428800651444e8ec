"""The ID number of a registration is corrected (deck ch. 4): nobody keeps another's identity."""

from __future__ import annotations

from typing import Any

from services.accounts.tests.world import World


async def active(world: World, **values: Any) -> Any:
    """A nurse whose account was activated, and her registration's event."""
    row = await world.ready(
        status="active", activated_at=world.clock.now(), activated_by="institution_code", **values
    )
    event = world.registered(row["person_key"])
    await world.deliver(event)
    return row, event


def moved(event: Any, person_key: str, version: int = 2) -> Any:
    return event.model_copy(update={"version": version, "person_key": person_key})


async def test_who_had_not_activated_loses_the_match_and_the_right_person_gets_it(
    world: World,
) -> None:
    wrong, right = await world.account(), await world.account()
    event = world.registered(wrong["person_key"])
    await world.deliver(event)
    assert (await world.read(wrong["id"]))["identity"] == "matched"
    await world.deliver(moved(event, right["person_key"]))
    assert (await world.read(right["id"]))["identity"] == "matched"
    assert (await world.read(wrong["id"]))["identity"] == "no_record"


async def test_an_active_account_under_the_wrong_number_has_to_be_activated_again(
    world: World,
) -> None:
    wrong, event = await active(world)
    right = await world.account()
    await world.deliver(moved(event, right["person_key"]))
    now = await world.read(wrong["id"])
    assert (now["identity"], now["status"]) == ("no_record", "registered")
    assert (now["activated_at"], now["activated_by"]) == (None, None)
    assert now["tokens_not_before"] == world.clock.now()
    told = (await world.events("account-changed", wrong["id"]))[-1]
    assert (told["status"], told["identity"]) == ("registered", "no_record")
    assert (await world.read(right["id"]))["identity"] == "matched"


async def test_who_has_other_records_under_the_number_stays_active(world: World) -> None:
    row, event = await active(world)
    await world.deliver(world.qualified(row["person_key"]))
    other = await world.account()
    await world.deliver(moved(event, other["person_key"]))
    now = await world.read(row["id"])
    assert (now["identity"], now["status"]) == ("matched", "active")


async def test_other_changes_of_a_registration_leave_an_active_account_alone(world: World) -> None:
    row, event = await active(world)
    await world.deliver(
        event.model_copy(update={"version": 2, "name": "王芬"}),
        event.model_copy(update={"version": 3, "status": "cancelled"}),
    )
    now = await world.read(row["id"])
    assert (now["status"], now["version"]) == ("active", row["version"])


async def test_a_correction_that_comes_twice_or_before_what_it_corrects_changes_nothing_more(
    world: World,
) -> None:
    wrong, event = await active(world)
    right = await world.account()
    correction = moved(event, right["person_key"])
    await world.deliver(correction)
    once = await world.read(wrong["id"])
    await world.deliver(correction, event)
    assert await world.read(wrong["id"]) == once
    assert (await world.read(right["id"]))["identity"] == "matched"


async def test_a_correction_activates_nobody_who_waits_under_the_right_number(
    world: World,
) -> None:
    """Whoever knows name and number may have opened that account; no approval was for it."""
    _, event = await active(world)
    done = event.model_copy(update={"version": 2, "business_completed": True})
    await world.deliver(done)
    waiting = await world.account()
    await world.deliver(moved(done, waiting["person_key"], 3))
    assert (await world.read(waiting["id"]))["identity"] == "matched"
    assert (await world.read(waiting["id"]))["status"] != "active"
    await world.deliver(moved(done, waiting["person_key"], 4))  # any other change afterwards
    assert (await world.read(waiting["id"]))["status"] != "active"
