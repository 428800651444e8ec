"""What becomes of a registration settles its duties: cancelled, off post, moved, rescinded (Q50,
Q52)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL
from services.registration.tests.merging import merged
from services.registration.tests.physicians import FIRST, INFORMED
from services.registration.tests.punishing import Punishing

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import registrations
from zhiye_registration.application.duties import open_duty, settle_duties
from zhiye_registration.application.escalate_duties import escalate_due_duties

DAY = timedelta(days=1)
LAST = date(2026, 12, 23)
"""Of thirty days from 2026-11-23."""


@pytest.fixture
async def made(world: Any) -> Punishing:
    return await Punishing(world).open()


async def test_the_institutions_cancellation_does_the_duty(made):
    world = made.world
    who = await made.physicians.physician()
    await made.punished(who)
    held = await made.physicians.registration(who)
    (duty,) = await made.duties(world.HOSPITAL)
    one = await made.physicians.submitted(
        world.HOSPITAL,
        "cancellation",
        {"ground": duty["ground"], "informed": INFORMED},
        registration_id=held.id,
    )
    (duty,) = await made.duties(world.HOSPITAL)
    assert duty["application"]["number"] == one["number"]
    assert duty["application"]["state"] == "awaiting_authority"
    await made.physicians.agreed(one, world.XICHENG)
    (duty,) = await made.duties(world.HOSPITAL, state="done")
    assert (duty["closed_on"], duty["responsible"], duty["days_left"]) == (
        *("2026-11-23", None),
        None,
    )
    assert duty["application"] is None
    assert await made.changes() == ["opened", "done"]


async def test_the_authority_does_an_escalated_duty_itself(made):
    world = made.world
    who = await made.physicians.physician()
    await made.punished(who)
    made.on(LAST + DAY)
    await escalate_due_duties(world.kit)
    held = await made.physicians.registration(who)
    one = await made.physicians.submitted(
        world.XICHENG, "cancellation", {"ground": "revoked"}, registration_id=held.id
    )
    await made.physicians.agreed(one, world.XICHENG)
    assert (await made.physicians.registration(who)).status == "cancelled"
    assert await made.changes() == ["opened", "escalated", "done"]


async def test_of_a_nurse_too(made):
    world = made.world
    nurse = await made.nurses.nurse(valid_until=date(2028, 1, 1))
    await made.punished(nurse)
    made.on(LAST + DAY)
    await escalate_due_duties(world.kit)
    (duty,) = await made.duties(world.XICHENG, state="escalated")
    assert [one["code"] for one in duty["may"]] == ["person", "institution", "authority"]
    held = await made.nurses.registration(nurse)
    draft = await made.nurses.start(
        world.XICHENG, "cancellation", {"ground": duty["ground"]}, registration_id=held.id
    )
    assert draft.status_code == 201, draft.text
    unproved = await world.submit(world.XICHENG, draft.json()["id"])
    assert world.codes(unproved) == ["proved_not_met"]
    await made.nurses.prove(world.XICHENG, draft.json()["id"])
    one = await world.submit(world.XICHENG, draft.json()["id"])
    assert one.status_code == 200, one.text
    assert (await world.review(world.XICHENG, one.json(), "approve")).status_code == 200
    (duty,) = await made.duties(world.XICHENG)
    assert duty["state"] == "done"


async def test_after_a_late_cancellation_the_two_years_count_from_the_revocation(made):
    world = made.world
    who = await made.physicians.physician()
    await made.punished(who, decided_on="2026-06-01")
    held = await made.physicians.registration(who)
    one = await made.physicians.submitted(
        world.XICHENG, "cancellation", {"ground": "revoked"}, registration_id=held.id
    )
    await made.physicians.agreed(one, world.XICHENG)
    made.on(date(2028, 5, 31))
    asked: Any = FIRST
    assert await made.physicians.codes(who, "re-registration", asked) == ["no_bar_not_met"]
    made.on(date(2028, 6, 1))
    assert await made.physicians.codes(who, "re-registration", asked) == []


async def test_cancelled_on_a_ground_of_the_person_the_other_locations_follow(made):
    world = made.world
    who = await made.physicians.physician()
    other = await made.physicians.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    held = next(one for one in await made.physicians.all(who) if one.id != other.id)
    one = await made.physicians.submitted(
        world.HOSPITAL, "cancellation", {"ground": "death"}, registration_id=held.id
    )
    await made.physicians.agreed(one, world.XICHENG)
    (duty,) = await made.duties(HEBEI_HOSPITAL)
    assert (duty["cause"], duty["ground"], duty["penalty_id"]) == ("other_location", "death", None)
    assert [side["code"] for side in duty["may"]] == ["institution", "authority"]


async def test_cancelled_at_the_own_request_the_other_locations_stay(made):
    who = await made.physicians.physician()
    await made.physicians.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    held = next(r for r in await made.physicians.all(who) if r.institution_id == "HOSPITAL")
    await made.physicians.done(
        who, "cancellation", {"ground": "own-request"}, registration_id=held.id
    )
    assert await made.duties(HEBEI_HOSPITAL) == []


async def test_the_duty_goes_with_the_registration_to_its_next_institution(made):
    world = made.world
    who = await made.physicians.physician()
    await made.punished(who)
    await moved(
        world,
        who,
        institution_id="HEBEI-HOSPITAL",
        region="130102",
        location="13",
        authority_id="HEBEI",
        authority_name="河北省卫生健康委员会",
    )
    assert await made.duties(world.HOSPITAL) == []
    (duty,) = await made.duties(HEBEI_HOSPITAL)
    assert (duty["state"], duty["institution_name"], duty["authority_id"]) == (
        *("open", "石家庄医院"),
        "HEBEI",
    )
    assert duty["due_on"] == "2026-12-23"
    assert await made.changes() == ["opened", "moved"]


async def moved(world: Any, who: Principal, **changes: Any) -> None:
    """The registration is written with these changes, and its duties settled."""
    async with world.kit.database.transaction() as tx:
        (before,) = await registrations.lock_all_of(tx, who.person_key or "", "physician")
        after = replace(before, version=before.version + 1, **changes)
        assert await registrations.save(tx, after)
        await settle_duties(tx, world.kit, before, after)


async def test_when_an_institution_is_merged_its_duties_go_along(made):
    world = made.world
    await made.punished(await made.physicians.physician())
    await world.tell(merged(world, source="HOSPITAL", into="HOSPITAL2"))
    assert await made.duties(world.HOSPITAL) == []
    (duty,) = await made.duties(world.OTHER_HOSPITAL)
    assert duty["institution_name"] == "北京另一医院"
    assert await made.changes() == ["opened", "moved"]


# --- duties to file off post -------------------------------------------------------------------


async def trainee(made: Punishing) -> Principal:
    """Somebody whose training ended 30 days ago: the base has to file them off post (Q52)."""
    who = await made.physicians.physician()
    kit = made.world.kit
    async with kit.database.transaction() as tx:
        (held,) = await registrations.lock_all_of(tx, who.person_key or "", "physician")
        duty = await open_duty(
            tx,
            kit,
            held,
            "file-off-post",
            "trainee",
            ground="trainee-finished",
            counts_from=date(2026, 11, 20),
        )
        assert duty is not None
        assert await open_duty(tx, kit, held, "file-off-post", "trainee") is None
    return who


async def test_filing_off_post_does_the_duty(made):
    world = made.world
    who = await trainee(made)
    (duty,) = await made.duties(world.HOSPITAL)
    assert (duty["due_on"], duty["business_type"], duty["ground_label"][:5]) == (
        *("2026-12-20", "physician-off-post"),
        "规范化培训",
    )
    assert [side["code"] for side in duty["may"]] == ["institution"]
    held = await made.physicians.registration(who)
    form = {
        "ground": "trainee-finished",
        "left_on": "2026-10-20",
        "informed": INFORMED,
        "destination": "",
    }
    one = await made.physicians.submitted(world.HOSPITAL, "off-post", form, registration_id=held.id)
    await made.physicians.agreed(one, world.XICHENG)
    assert [one["state"] for one in await made.duties(world.HOSPITAL)] == ["done"]


async def test_who_found_another_main_institution_need_not_be_filed_off_post(made):
    who = await trainee(made)
    await made.physicians.done(who, "change", {"department": "03"}, institution_id="HOSPITAL2")
    assert await made.changes() == ["opened", "done"]


async def test_both_kinds_of_duty_may_be_open_and_a_cancellation_does_both(made):
    who = await trainee(made)
    await made.punished(who)
    assert len(await made.duties(made.world.HOSPITAL)) == 2
    await moved(
        made.world,
        who,
        status="cancelled",
        cancelled_on=date(2026, 11, 23),
        cancellation_ground="revoked",
    )
    states = [one["state"] for one in await made.duties(made.world.HOSPITAL)]
    assert states == ["done", "done"]


# --- rescission and races ----------------------------------------------------------------------


async def test_duties_from_a_rescinded_penalty_lapse(made):
    one = await made.punished(await made.physicians.physician())
    await made.rescind(one)
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert (duty["state"], duty["closed_on"]) == ("lapsed", "2026-11-23")
    assert await made.changes() == ["opened", "lapsed"]


async def test_a_duty_that_another_penalty_gives_as_well_goes_on_with_that_one(made):
    who = await made.physicians.physician()
    first = await made.punished(who)
    second = await made.punished(who, kind="ban")
    await made.rescind(first)
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert (duty["state"], duty["penalty_id"], duty["ground"]) == ("open", second["id"], "banned")
    await made.rescind(second)
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert duty["state"] == "lapsed"


async def test_what_was_done_stays_done_when_its_penalty_is_rescinded(made):
    who = await made.physicians.physician()
    one = await made.punished(who)
    await moved(
        made.world,
        who,
        status="cancelled",
        cancelled_on=date(2026, 11, 23),
        cancellation_ground="revoked",
    )
    await made.rescind(one)
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert duty["state"] == "done"


async def test_an_approval_and_a_report_at_once_never_miss_each_other(made):
    """Either the approval is refused, or there is a duty to cancel what it registered."""
    world = made.world
    for n in range(5):
        who = await made.physicians.qualified()
        one = await made.physicians.submitted(who, "registration", FIRST)
        one = await made.physicians.agreed(one, world.HOSPITAL)
        decided, _ = await asyncio.gather(
            world.review(world.XICHENG, one, "approve"),
            made.report(who, document_number=f"A{n}"),
        )
        duties = await made.duties(who)
        assert len(duties) == (1 if decided.status_code == 200 else 0)
        assert decided.status_code in (200, 409)


async def test_a_cancellation_and_a_report_at_once_leave_no_duty_behind(made):
    world = made.world
    for n in range(5):
        who = await made.physicians.physician()
        held = await made.physicians.registration(who)
        one = await made.physicians.submitted(
            world.XICHENG, "cancellation", {"ground": "death"}, registration_id=held.id
        )
        decided, reported = await asyncio.gather(
            world.review(world.XICHENG, one, "approve"),
            made.report(who, document_number=f"A{n}"),
        )
        assert (decided.status_code, reported.status_code) == (200, 201)
        assert {one["state"] for one in await made.duties(who)} <= {"done"}


async def test_who_got_another_id_number_keeps_penalties_and_duties(made):
    world = made.world
    who = await made.nurses.nurse()
    one = await made.punished(who)
    held = await made.nurses.registration(who)
    number = world.id_number(995)
    answer = await world.call(
        world.BEIJING,
        "POST",
        f"/api/v1/registration-records/{held.id}/correction",
        {"id_number": number, "ground": "身份证号录入有误"},
        If_Match=f'"{held.version}"',
    )
    assert answer.status_code == 200, answer.text
    again = Principal("N", "practitioner", person_key=world.kit.person_key(number))
    assert await made.ids(again, "/api/v1/my/penalties") == [one["id"]]
    assert len(await made.duties(again)) == 1
    assert await made.ids(who, "/api/v1/my/penalties") == []
