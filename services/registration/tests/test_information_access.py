"""Who sees and reviews changes of information: moves, merges, races, approved applications."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from services.registration.tests.businesses import FIT, HEBEI_HOSPITAL, WORK
from services.registration.tests.changing import MINE, PHOTO, THEIRS, changing, picture
from services.registration.tests.merging import merged, undone
from sqlalchemy import func, select

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.record_tables import information_change
from zhiye_registration.application.settle_information_changes import settle_pending
from zhiye_registration.domain.information import with_values


async def test_what_is_not_ones_own_looks_as_if_it_did_not_exist(world):
    c = await changing(world)
    nurse, stranger = await c.nurse(), await c.nurse()
    one = await c.asked(nurse, title="254")
    photo = await c.uploaded(nurse, picture())
    nobody = Principal("ACC-X", "practitioner", "无")
    lost = Principal("ACC-Y", "institution", "无")
    for who in (stranger, nobody, world.OTHER_HOSPITAL, HEBEI_HOSPITAL, lost):
        base = MINE if who.role == "practitioner" else THEIRS
        assert (await c.read(who, one)).status_code == 404
        shown = await world.call(who, "GET", f"{base}/{photo['id']}/photo?which=after")
        assert shown.status_code == 404
        assert await c.ids(who) == []
    for who in (world.OTHER_HOSPITAL, HEBEI_HOSPITAL, lost):
        assert (await c.review(one, who=who)).status_code == 404
        assert (await c.review(photo, who=who)).status_code == 404
        body = {"id_number": world.id_number(101)}
        assert (await world.call(who, "POST", f"{THEIRS}/search", body)).json() == []
    for who in (stranger, nobody):
        assert (await c.withdraw(who, one)).status_code == 404
    assert (await c.read(nurse, one)).json()["state"] == "pending"
    assert await c.photo(nurse, PHOTO) is None
    assert (await c.ask(nobody, title="254")).status_code == 404


@pytest.mark.parametrize("path", [MINE, THEIRS])
async def test_an_unknown_request_is_not_found(world, path):
    c = await changing(world)
    who = await c.nurse() if path == MINE else world.HOSPITAL
    assert (await world.call(who, "GET", f"{path}/NONE")).status_code == 404
    action = "withdrawal" if path == MINE else "review"
    body = None if path == MINE else {"decision": "approve"}
    answer = await world.call(who, "POST", f"{path}/NONE/{action}", body, If_Match='"1"')
    assert answer.status_code == 404


async def test_a_request_goes_with_the_nurse_to_her_next_institution(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    await c.change_registration(nurse, institution_id="HOSPITAL2")
    assert (await c.review(one)).status_code == 404
    assert (await c.read(world.HOSPITAL, one)).status_code == 404
    assert await c.ids(world.HOSPITAL) == []
    body = {"id_number": world.id_number(101)}
    assert (await world.call(world.HOSPITAL, "POST", f"{THEIRS}/search", body)).json() == []
    assert await c.ids(world.OTHER_HOSPITAL) == [one["id"]]
    assert (await c.read(nurse, one)).json()["institution_name"] == "北京另一医院"
    assert (await c.review(one, who=world.OTHER_HOSPITAL)).status_code == 200
    assert (await c.read(nurse, one)).json()["institution_name"] == "北京另一医院"


async def test_who_closed_a_request_still_sees_it_when_the_nurse_has_left(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    await c.review(one)
    await c.change_registration(nurse, institution_id="HOSPITAL2")
    later = await c.asked(nurse, title="253")
    assert (await c.read(world.HOSPITAL, one)).status_code == 200
    assert (await c.read(world.OTHER_HOSPITAL, one)).status_code == 200
    assert (await c.read(world.HOSPITAL, later)).status_code == 404
    body = {"id_number": world.id_number(101)}
    found = await world.call(world.HOSPITAL, "POST", f"{THEIRS}/search", body)
    assert [x["id"] for x in found.json()] == [one["id"]]


async def test_a_withdrawal_after_a_move_is_the_new_institutions_business(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    await c.change_registration(nurse, institution_id="HOSPITAL2")
    await c.withdraw(nurse, one)
    assert (await c.read(world.HOSPITAL, one)).status_code == 404
    assert await c.ids(world.OTHER_HOSPITAL, "?state=withdrawn") == [one["id"]]


async def test_a_request_follows_a_merge_and_its_undo(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    await world.tell(merged(world, 3, source="HOSPITAL", into="HOSPITAL2"))
    assert await c.ids(world.OTHER_HOSPITAL) == [one["id"]]
    assert (await c.review(one)).status_code == 404
    await world.tell(undone(world, 4, source="HOSPITAL", into="HOSPITAL2"))
    assert await c.ids(world.HOSPITAL) == [one["id"]]
    assert (await c.review(one)).status_code == 200


async def test_a_request_follows_a_corrected_id_number(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    key = world.kit.person_key(world.id_number(555))
    await c.change_registration(nurse, person_key=key)
    assert (await c.read(nurse, one)).status_code == 404
    assert (await c.read(replace(nurse, person_key=key), one)).status_code == 200


async def count(world):
    async with world.kit.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(information_change))


async def test_of_the_same_request_made_many_times_at_once_one_is_kept(world):
    c = await changing(world)
    nurse = await c.nurse()
    answers = await asyncio.gather(*(c.ask(nurse, title="254") for _ in range(5)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"same_request_pending"}
    assert await count(world) == 1


async def test_of_reviews_and_a_withdrawal_at_the_same_moment_one_happens(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    answers = await asyncio.gather(
        c.review(one),
        c.review(one, "refuse", reasons=[{"code": "not_supported"}]),
        c.withdraw(nurse, one),
        c.review(one),
    )
    assert sorted(a.status_code for a in answers)[0] == 200
    assert [a.status_code for a in answers].count(200) == 1
    state = (await c.read(nurse, one)).json()["state"]
    applied = (await c.record(nurse))["registration"]["title"] == "254"
    assert applied == (state == "approved")
    assert len(await c.history(nurse)) == 1 + applied


async def test_a_review_and_a_move_at_the_same_moment_do_not_lose_either(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    answer, _ = await asyncio.gather(
        c.review(one), c.change_registration(nurse, institution_id="HOSPITAL2")
    )
    held = await c.registration(nurse)
    assert held.institution_id == "HOSPITAL2"
    assert (answer.status_code, held.title) in ((200, "254"), (404, None))


async def settle(world, nurse, **values):
    """As the effect of an approved application that carries these values."""
    kit = world.kit
    async with kit.database.transaction() as tx:
        before = await registrations.lock_of_person(tx, nurse.person_key, "nurse")
        after = replace(with_values(before, values), version=before.version + 1)
        await registrations.save(tx, after)
        await settle_pending(tx, kit, before, after)


async def test_an_application_that_carries_the_same_completes_the_request(world):
    c = await changing(world)
    nurse = await c.nurse()
    whole = await c.asked(nurse, title="254", position="护士长")
    partly = await c.asked(nurse, school="首都医科大学", major="护理学")
    await settle(world, nurse, title="254", position="护士长", school="首都医科大学")
    done = (await c.read(nurse, whole)).json()
    assert done["state"] == "approved"
    assert [(s["action_label"], s["actor_name"]) for s in done["timeline"]][1:] == [
        ("随业务申请办结自动完成", "系统")
    ]
    assert (await c.read(nurse, partly)).json()["state"] == "pending"
    last = (await world.events("information-change-stepped"))[-1]
    assert (last["aggregate_id"], last["change"]) == (whole["id"], "approved")
    assert (await c.review(whole)).status_code == 409


async def test_an_approved_move_completes_the_request_at_the_new_institution(world):
    c = await changing(world)
    nurse = await c.nurse()
    one, other = await c.asked(nurse, department="emergency"), await c.asked(nurse, title="254")
    form = WORK | FIT | {"department": "emergency"}
    sent = await c.submitted(nurse, "change", form, institution_id="HOSPITAL2")
    agreed = await world.review(world.OTHER_HOSPITAL, sent, "approve")
    assert agreed.status_code == 200, agreed.text
    assert (await c.read(nurse, one)).json()["state"] == "pending"
    decided = await world.review(world.XICHENG, agreed.json(), "approve")
    assert decided.status_code == 200, decided.text
    assert (await c.read(nurse, one)).json()["state"] == "approved"
    assert await c.ids(world.OTHER_HOSPITAL, "?state=approved") == [one["id"]]
    assert await c.ids(world.OTHER_HOSPITAL) == [other["id"]]
    assert await c.ids(world.HOSPITAL, "?state=approved") == []


async def test_an_application_without_the_information_settles_nothing(world):
    c = await changing(world)
    nurse = await c.nurse()
    one, photo = await c.asked(nurse, title="254"), await c.uploaded(nurse, picture())
    await settle(world, nurse)
    await settle(world, nurse, title="253")
    for waiting in (one, photo):
        assert (await c.read(nurse, waiting)).json()["state"] == "pending"
