"""Penalties open duties to cancel; what becomes of the registration settles them (Q50)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL
from services.registration.tests.merging import merged
from services.registration.tests.physicians import FIRST, INFORMED
from services.registration.tests.punishing import DUTIES, Punishing

from zhiye_chassis.security import Principal
from zhiye_contracts.events import DutyChanged
from zhiye_registration.adapters import registrations
from zhiye_registration.application.duties import open_duty, settle_duties
from zhiye_registration.application.escalate_duties import escalate_due_duties
from zhiye_registration.application.open_missed_duties import MissedDuties

DAY = timedelta(days=1)
LAST = date(2026, 12, 23)
"""Of thirty days from 2026-11-23."""


@pytest.fixture
async def made(world: Any) -> Punishing:
    return await Punishing(world).open()


async def test_a_revocation_is_the_main_institutions_duty_to_cancel_within_thirty_days(made):
    who = await made.physicians.physician()
    penalty = await made.punished(who)
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert (duty["kind"], duty["cause"], duty["state"]) == ("cancel", "penalty", "open")
    assert (duty["due_on"], duty["days_left"]) == ("2026-12-23", 30)
    assert (duty["responsible"], duty["authority_id"]) == ("institution", "XICHENG")
    assert (duty["business_type"], duty["ground"]) == ("physician-cancellation", "revoked")
    assert duty["ground_label"] == "被吊销《医师执业证书》"
    assert [one["code"] for one in duty["may"]] == ["person", "institution", "authority"]
    assert (duty["penalty_id"], duty["application"]) == (penalty["id"], None)
    assert made.id_number(who) not in str(duty)


@pytest.mark.parametrize(
    ("kind", "ground"), [("revocation", "revoked"), ("ban", "banned"), ("criminal", "criminal")]
)
async def test_each_kind_that_ends_practice_opens_a_duty_on_its_ground(made, kind, ground):
    await made.punished(await made.physicians.physician(), kind=kind)
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert duty["ground"] == ground


@pytest.mark.parametrize(
    ("kind", "more"), [("warning", {}), ("fine", {}), ("suspension", {"ends_on": "2027-05-20"})]
)
async def test_a_lesser_penalty_opens_none(made, kind, more):
    await made.punished(await made.physicians.physician(), kind=kind, **more)
    assert await made.duties(made.world.HOSPITAL) == []


async def test_every_registration_is_somebodys_duty(made):
    who = await made.physicians.physician()
    await made.physicians.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    await made.punished(who, by=made.world.BEIJING)
    (here,) = await made.duties(made.world.HOSPITAL)
    (there,) = await made.duties(HEBEI_HOSPITAL)
    assert (here["authority_id"], there["authority_id"]) == ("XICHENG", "HEBEI")
    assert len(await made.duties(who)) == 2


async def test_who_is_filed_off_post_has_to_be_cancelled_and_who_is_cancelled_has_not(made):
    off_post = await made.physicians.physician(
        status="filed", filed_on=date(2026, 11, 1), filing_ground="retired"
    )
    gone = await made.physicians.physician(
        status="cancelled", cancelled_on=date(2026, 11, 1), cancellation_ground="own-request"
    )
    await made.punished(off_post)
    await made.punished(gone)
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert duty["registration_id"] == (await made.physicians.registration(off_post)).id


async def test_what_was_registered_after_the_penalty_was_over_stands(made):
    who = await made.physicians.physician()  # since 2026-01-05
    await made.punished(who, decided_on="2024-01-05", document_number="A")
    assert await made.duties(made.world.HOSPITAL) == []
    await made.punished(who, decided_on="2024-01-06", document_number="B")
    assert len(await made.duties(made.world.HOSPITAL)) == 1


async def test_a_nurse_is_cancelled_for_a_revocation_but_not_for_a_sentence(made):
    nurse = await made.nurses.nurse()
    await made.punished(nurse, kind="criminal")
    assert await made.duties(made.world.HOSPITAL) == []
    await made.punished(nurse)
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert (duty["business_type"], duty["ground"]) == ("nurse-cancellation", "revoked")
    assert duty["ground_label"] == "受吊销《护士执业证书》处罚"


# --- who reads ---------------------------------------------------------------------------------


async def test_a_duty_is_read_by_its_institution_its_authorities_and_the_person_alone(made):
    world = made.world
    who = await made.physicians.physician()
    await made.physicians.filed_at(who)
    await made.punished(who)
    (duty,) = await made.duties(who)
    for reader in (world.HOSPITAL, world.XICHENG, world.BEIJING, who):
        found = await world.call(reader, "GET", f"{DUTIES}/{duty['id']}")
        assert (found.status_code, found.json()["id"]) == (200, duty["id"])
        assert [one["id"] for one in await made.duties(reader)] == [duty["id"]]
    other = await made.physicians.physician()
    # The one that reported it, and the one where the person is filed too, need not act.
    for stranger in (world.HEBEI, world.OTHER_HOSPITAL, HEBEI_HOSPITAL, other):
        assert await made.duties(stranger) == []
        assert (await world.call(stranger, "GET", f"{DUTIES}/{duty['id']}")).status_code == 404


async def test_duties_are_counted_by_how_soon_they_are_due(made):
    for n in range(2):
        await made.punished(await made.physicians.physician(), document_number=f"A{n}")
    assert await made.counts(made.world.HOSPITAL) == {
        "open": 2,
        "due_soon": 0,
        "overdue": 0,
        "escalated": 0,
    }
    made.on(LAST - 8 * DAY)
    assert (await made.counts(made.world.HOSPITAL))["due_soon"] == 0
    made.on(LAST - 7 * DAY)
    assert (await made.counts(made.world.HOSPITAL))["due_soon"] == 2
    made.on(LAST + DAY)
    counts = await made.counts(made.world.XICHENG)
    assert (counts["open"], counts["overdue"], counts["escalated"]) == (0, 2, 0)
    assert len(await made.duties(made.world.HOSPITAL, state="overdue")) == 2
    assert await made.duties(made.world.HOSPITAL, state="open") == []


async def test_the_list_goes_on_page_by_page(made):
    for n in range(5):
        await made.punished(await made.physicians.physician(), document_number=f"A{n}")
    whole = [one["id"] for one in await made.duties(made.world.XICHENG)]
    seen, cursor = [], ""
    while cursor is not None:
        query = f"limit=2&kind=cancel{cursor and '&cursor=' + cursor}"
        page = (await made.world.call(made.world.XICHENG, "GET", f"{DUTIES}?{query}")).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == whole
    assert len(whole) == 5
    assert await made.duties(made.world.XICHENG, kind="file-off-post") == []


# --- escalation --------------------------------------------------------------------------------


async def test_a_duty_goes_to_the_authority_the_day_after_its_last(made):
    kit = made.world.kit
    await made.punished(await made.physicians.physician())
    made.on(LAST)
    assert await escalate_due_duties(kit) == 0
    made.on(LAST + DAY)
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert (duty["state"], duty["responsible"], duty["days_left"]) == ("overdue", "authority", -1)
    assert await escalate_due_duties(kit) == 1
    (duty,) = await made.duties(made.world.XICHENG, state="escalated")
    assert (duty["escalated_on"], duty["responsible"]) == ("2026-12-24", "authority")
    assert await escalate_due_duties(kit) == 0
    assert await made.changes() == ["opened", "escalated"]


async def test_several_processes_tell_each_duty_once(made):
    for n in range(6):
        await made.punished(await made.physicians.physician(), document_number=f"A{n}")
    made.on(LAST + DAY)
    done = await asyncio.gather(*(escalate_due_duties(made.world.kit) for _ in range(5)))
    assert sum(done) == 6
    told = [one for one in await made.told(DutyChanged) if one["change"] == "escalated"]
    assert len({one["aggregate_id"] for one in told}) == len(told) == 6


# --- what settles them -------------------------------------------------------------------------


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


# --- registrations that no approval brought -----------------------------------------------------


async def test_who_is_taken_over_under_a_penalty_on_record_gets_a_duty_within_a_day(made):
    who = await made.physicians.qualified()
    await made.punished(who)
    await made.physicians.register(who)
    job = MissedDuties(made.world.kit)
    await job.run()
    (duty,) = await made.duties(made.world.HOSPITAL)
    assert (duty["cause"], duty["ground"]) == ("penalty", "revoked")
    await asyncio.gather(*(MissedDuties(made.world.kit).run() for _ in range(4)), job.run())
    assert await made.changes() == ["opened"]


async def test_what_was_taken_over_lawfully_or_is_under_no_penalty_any_more_gets_none(made):
    lawful, rescinded = await made.physicians.qualified(), await made.physicians.qualified()
    await made.punished(lawful, decided_on="2024-01-05")
    await made.rescind(await made.punished(rescinded))
    for who in (lawful, rescinded):
        await made.physicians.register(who)  # since 2026-01-05
    await MissedDuties(made.world.kit).run()
    assert await made.duties(made.world.HOSPITAL) == []


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
