"""Penalties open duties to cancel: whose, by when, who reads them (Q50)."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL
from services.registration.tests.punishing import DUTIES, Punishing

from zhiye_contracts.events import DutyChanged
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
