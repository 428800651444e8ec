"""What somebody with bad intent, or bad luck, tries with the businesses of nurses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from services.registration.tests.businesses import ARMY, PATH, WORK, Businesses
from services.registration.tests.papers import Paper

from zhiye_registration.adapters import registrations

MILITARY = {
    "source": "army",
    "institution_id": "ARMY",
    "certificate_number": "201911990017",
    "valid_until": "2029-05-01",
}


@pytest.fixture
async def businesses(world: Any) -> Businesses:
    return await Businesses(world).open()


def soldier_form(**changes: str) -> dict[str, Any]:
    return {**WORK, "military": {**MILITARY, **changes}}


async def stranger_of(world: Any, nurse: Any) -> Any:
    """Somebody who knows her name and ID number, and opened an account with them."""
    await world.tell(
        world.account_event("STRANGER", nurse.person_key, status="verified", identity="matched")
    )
    return replace(nurse, account_id="STRANGER", active=False)


async def taken_over(world: Any, businesses: Businesses, serial: int, **military: str) -> Any:
    """A soldier's application, approved to the end."""
    who = await world.nurse(serial)
    form = soldier_form(**military)
    one = await businesses.submitted(who, "military-to-local", form, institution_id="HOSPITAL2")
    return await businesses.agreed(one, ARMY, world.OTHER_HOSPITAL, world.XICHENG, ARMY)


async def test_who_only_knows_name_and_id_number_learns_no_certificate_number(world, businesses):
    """It activates an account (Q29.4): the stranger would become her."""
    nurse = await businesses.nurse()
    number = businesses.number(await businesses.registration(nurse))
    stranger = await stranger_of(world, nurse)
    made = await businesses.start(
        stranger, "military-to-local", soldier_form(), institution_id="HOSPITAL2"
    )
    assert made.status_code == 201
    listed = await world.call(stranger, "GET", f"{PATH}?list=waiting_for_me")
    exported = await world.call(stranger, "GET", f"{PATH}/export?list=waiting_for_me&format=csv")
    form = await world.call(stranger, "GET", f"{PATH}/{made.json()['id']}/form.pdf")
    printed = Paper(form.content).text
    assert listed.json()["items"][0]["certificate_number"] is None
    assert number not in exported.text
    assert "王芳" in printed
    assert number not in printed
    assert "北京示例医院" not in printed
    herself = await world.call(nurse, "GET", f"{PATH}?list=waiting_for_me")
    assert herself.json()["items"][0]["certificate_number"] == number


async def test_who_only_knows_name_and_id_number_learns_no_employer(world, businesses):
    nurse = await businesses.nurse()
    path = "/api/v1/my/eligibility/nurse-renewal?institution_id=HOSPITAL2"
    assert "北京示例医院" in (await world.call(nurse, "GET", path)).text
    answer = await world.call(await stranger_of(world, nurse), "GET", path)
    assert answer.status_code == 200
    assert "北京示例医院" not in answer.text


@pytest.mark.parametrize("until", ["9999-12-31", "2031-11-23"])
async def test_nobody_from_the_army_is_valid_for_more_than_five_years(world, businesses, until):
    form = soldier_form(valid_until=until)
    codes = await businesses.codes(
        await world.nurse(7), "military-to-local", form, institution_id="HOSPITAL2"
    )
    assert codes == ["military_valid_not_met"]


async def test_a_number_brought_from_the_army_stops_no_first_registration(world, businesses):
    await taken_over(world, businesses, 7, certificate_number="202611000001")
    for serial, number in ((8, "202611000002"), (9, "202611000003")):
        nurse = await world.nurse(serial)
        await world.registered(nurse)
        assert businesses.number(await businesses.registration(nurse)) == number


async def test_a_last_serial_that_somebody_typed_does_not_use_up_a_province(world, businesses):
    await taken_over(world, businesses, 7, certificate_number="202611000001")
    async with world.kit.database.transaction() as tx:  # as an import or a correction does
        await registrations.reserve_serial(tx, 2026, "11", 999_999)
    for serial, number in ((8, "202611000002"), (9, "202611000003")):
        nurse = await world.nurse(serial)
        await world.registered(nurse)
        assert businesses.number(await businesses.registration(nurse)) == number


async def test_what_a_revoked_account_left_begun_does_not_lock_the_right_person_out(
    world, businesses
):
    nurse = await businesses.nurse()
    stranger = await stranger_of(world, nurse)
    made = await businesses.start(
        stranger, "military-to-local", soldier_form(), institution_id="HOSPITAL2"
    )
    herself = replace(nurse, account_id="HERSELF", active=False)
    known = {"status": "verified", "identity": "matched"}
    await world.tell(world.account_event("HERSELF", nurse.person_key, **known))
    again = {"institution_id": "HOSPITAL2", "form": soldier_form()}
    waits = await businesses.start(herself, "military-to-local", **again)
    assert world.codes(waits) == ["no_open_application_not_met"]
    await world.tell(
        world.account_event(
            "STRANGER", nurse.person_key, **known | {"status": "revoked"}, version=2
        )
    )
    started = await businesses.start(herself, "military-to-local", **again)
    assert started.status_code == 201
    old = await world.call(stranger, "GET", f"{PATH}/{made.json()['id']}")
    assert old.json()["state"] == "withdrawn"
    assert old.json()["timeline"][-1]["actor_name"] == "系统"


async def test_the_form_of_an_old_application_is_no_window_on_who_has_left(world, businesses):
    nurse = await businesses.nurse()
    held = await businesses.registration(nurse)
    filed = await businesses.start(
        world.HOSPITAL, "cancellation", {"ground": "revoked"}, registration_id=held.id
    )
    path = f"{PATH}/{filed.json()['id']}/form.pdf"

    async def printed(who: Any, path: str = path) -> str:
        return Paper((await world.call(who, "GET", path)).content).text

    assert businesses.number(held) in await printed(world.HOSPITAL)
    move = await businesses.submitted(nurse, "change", WORK, institution_id="HOSPITAL2")
    assert businesses.number(held) in await printed(
        world.OTHER_HOSPITAL, f"{PATH}/{move['id']}/form.pdf"
    )
    await businesses.agreed(move, world.OTHER_HOSPITAL, world.XICHENG)
    now = await printed(world.HOSPITAL)
    assert "王芳" in now
    assert businesses.number(held) not in now
    assert "北京另一医院" not in now
    for who in (world.OTHER_HOSPITAL, world.XICHENG, nurse):
        assert businesses.number(held) in await printed(who, f"{PATH}/{move['id']}/form.pdf")


async def test_who_refused_somebody_does_not_follow_her_afterwards(world, businesses):
    nurse = await businesses.nurse()
    number = businesses.number(await businesses.registration(nurse))
    move = await businesses.submitted(nurse, "change", WORK, institution_id="HOSPITAL2")
    told = [{"code": "other", "text": "不拟聘用"}]
    answer = await world.review(world.OTHER_HOSPITAL, move, "refuse", reasons=told)
    assert answer.status_code == 200
    form = await world.call(world.OTHER_HOSPITAL, "GET", f"{PATH}/{move['id']}/form.pdf")
    assert number not in Paper(form.content).text
