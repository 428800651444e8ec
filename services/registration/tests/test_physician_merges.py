"""Physicians at an institution that is merged: locations, filings, and nobody twice in one."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from services.registration.tests import merging
from services.registration.tests.businesses import TODAY
from services.registration.tests.merging import merged, undone
from services.registration.tests.physicians import DAY, Physicians
from sqlalchemy import text

from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_contracts.events import InstitutionMerged
from zhiye_registration.domain.registration import location_of

OLD = ("OLD", "110105")
OLD_NAME = ("OLD", "示例医院（老名称）", "110105")
HOSPITAL = ("HOSPITAL", "北京示例医院", "110102")
PERIOD = {
    "from_on": TODAY.isoformat(),
    "until_on": (TODAY + 200 * DAY).isoformat(),
}


@pytest.fixture
async def p(world):
    opened = await Physicians(world).open()
    await world.tell(
        world.institution_event(
            "OLD",
            name=OLD_NAME[1],
            region="110105",
            deciding_authorities=dict.fromkeys(BUSINESS_TYPES, "XICHENG"),
        )
    )
    return opened


def across(world, source="OLD", version=2, **changes):
    """Into a hospital of another province."""
    values = {
        "aggregate_id": source,
        "version": version,
        "occurred_at": world.clock.now(),
        "merge_id": "M1",
        "into_id": "HEBEI-HOSPITAL",
        "name": OLD_NAME[1],
        "into_name": "石家庄医院",
        "into_region": "130102",
    }
    return InstitutionMerged(**values | changes)


async def changes(p, one):
    return [row.change for row in await p.history(one)]


async def counted(world, table):
    async with world.kit.database.reading() as connection:
        return await connection.scalar(text(f"SELECT count(*) FROM {table}"))


async def test_a_physician_keeps_the_province_and_an_assistant_gets_the_new_county(world, p):
    who, assistant = await p.physician(institution=OLD), await p.assistant(institution=OLD)
    assert (await p.registration(assistant)).location == "110105"
    await world.tell(merged(world))
    one, two = await p.registration(who), await p.registration(assistant)
    assert (one.institution_id, one.region, one.location) == ("HOSPITAL", "110102", "11")
    assert (two.institution_id, two.location) == ("HOSPITAL", "110102")
    await world.tell(undone(world))
    one, two = await p.registration(who), await p.registration(assistant)
    assert (one.institution_id, one.location) == ("OLD", "11")
    assert (two.institution_id, two.location) == ("OLD", "110105")


async def test_a_merge_across_provinces_brings_the_location_along(world, p):
    who = await p.physician(institution=OLD)
    await world.tell(across(world))
    one = await p.registration(who)
    assert (one.institution_id, one.region, one.location) == ("HEBEI-HOSPITAL", "130102", "13")
    await world.tell(across(world, version=3, undone=True))
    assert (await p.registration(who)).location == "11"


async def test_who_is_registered_in_that_location_already_stays_with_a_note(world, p):
    """Never two in one location: the merge goes on with everybody else."""
    both, other = await p.physician(institution=OLD), await p.physician(institution=OLD)
    await p.register(both, institution=("HEBEI-CLINIC", "130102"))
    await world.tell(across(world))
    stays, clinic = await p.all(both)
    assert (stays.institution_id, stays.location, stays.version) == ("OLD", "11", 2)
    assert await changes(p, stays) == ["merge-passed-by"]
    assert (clinic.institution_id, clinic.version) == ("HEBEI-CLINIC", 1)
    assert (await p.registration(other)).institution_id == "HEBEI-HOSPITAL"
    shown = (await world.call(both, "GET", "/api/v1/my/registrations")).json()
    assert "未随之转移" in str(shown)
    events = await world.events("registration-changed")
    assert {event["institution_id"] for event in events} == {"OLD", "HEBEI-HOSPITAL"}


async def test_an_undo_leaves_who_has_been_registered_where_it_would_go_back_to(world, p):
    who, other = await p.physician(institution=OLD), await p.physician(institution=OLD)
    await world.tell(across(world))
    await p.register(who, institution=("HOSPITAL", "110102"))
    await world.tell(across(world, version=3, undone=True))
    kept, beijing = await p.all(who)
    assert (kept.institution_id, kept.location) == ("HEBEI-HOSPITAL", "13")
    assert await changes(p, kept) == ["institution-merged", "merge-passed-by"]
    assert beijing.institution_id == "HOSPITAL"
    assert (await p.registration(other)).institution_id == "OLD"


async def test_what_is_cancelled_or_off_post_moves_without_a_conflict(world, p):
    who = await p.physician(
        institution=OLD, status="filed", filed_on=TODAY, filing_ground="retired"
    )
    await p.register(who, institution=("HEBEI-CLINIC", "130102"))
    await world.tell(across(world))
    assert {(one.institution_id, one.location) for one in await p.all(who)} == {
        ("HEBEI-HOSPITAL", "13"),
        ("HEBEI-CLINIC", "13"),
    }


async def test_a_filing_at_the_old_name_follows_and_goes_back(world, p):
    who = await p.physician(institution=("HOSPITAL2", "110102"))
    before = await p.filed_at(who, OLD_NAME)
    await world.tell(merged(world))
    (one,) = await p.filings(who)
    assert (one.institution_id, one.institution_name, one.region) == HOSPITAL
    assert (one.status, one.until_on, one.version) == ("in_force", before.until_on, 2)
    await world.tell(undone(world))
    (back,) = await p.filings(who)
    assert replace(back, version=1, updated_at=before.updated_at) == before
    assert await counted(world, "merge_move") == 0


async def test_a_filing_that_comes_to_its_own_main_institution_ends_until_an_undo(world, p):
    """Main at the standard name, filed at the old one; and the other way round."""
    here = await p.physician(institution=("HOSPITAL", "110102"))
    there = await p.physician(institution=OLD)
    filed = await p.filed_at(here, OLD_NAME)
    before = {here: OLD_NAME, there: HOSPITAL}
    await p.filed_at(there, HOSPITAL)
    await world.tell(merged(world))
    for who in (here, there):
        (one,) = await p.filings(who)
        assert (one.status, one.ended_because, one.ended_on) == ("ended", "became_main", TODAY)
        assert one.institution_id == "HOSPITAL"
        assert (await p.registration(who)).institution_id == "HOSPITAL"
    ended = await world.events("filing-ended")
    assert [event["because"] for event in ended] == ["became_main"] * 2
    assert filed.id in {event["aggregate_id"] for event in ended}
    await world.tell(undone(world))
    for who, place in before.items():
        (one,) = await p.filings(who)
        assert (one.status, one.ended_on) == ("in_force", None)
        assert (one.institution_id, one.institution_name, one.region) == place
    assert await counted(world, "merge_move") == 0


async def test_an_undo_does_not_open_what_cannot_be_any_more(world, p):
    who = await p.physician(institution=("HOSPITAL", "110102"))
    await p.filed_at(who, OLD_NAME)
    await world.tell(merged(world))
    left = {"ground": "own-request"}
    assert (await p.done(who, "cancellation", left))["state"] == "approved"
    await world.tell(undone(world))
    (one,) = await p.filings(who)
    assert (one.institution_id, one.status) == ("OLD", "ended")


async def test_filings_never_cross_the_location_of_their_registration(world, p):
    """The main institution goes to another province, or the further one does."""
    moves = await p.physician(institution=OLD)
    stays = await p.physician(institution=("HOSPITAL2", "110102"))
    await p.filed_at(moves, HOSPITAL)
    await p.filed_at(stays, OLD_NAME)
    await world.tell(across(world))
    for who in (moves, stays):
        (one,) = await p.filings(who)
        assert (one.status, one.ended_because) == ("ended", "registration_moved")
    await world.tell(across(world, version=3, undone=True))
    for who in (moves, stays):
        (one,) = await p.filings(who)
        assert (one.status, one.region[:2]) == ("in_force", "11")


async def test_two_filings_that_become_one_are_one(world, p):
    who = await p.physician(institution=("HOSPITAL2", "110102"))
    await p.filed_at(who, OLD_NAME)
    await p.filed_at(who, HOSPITAL)
    await world.tell(merged(world))
    states = {(one.institution_id, one.status) for one in await p.filings(who)}
    assert states == {("HOSPITAL", "in_force"), ("HOSPITAL", "ended")}
    assert await world.events("filing-ended") == []
    await world.tell(undone(world))
    states = {(one.institution_id, one.status) for one in await p.filings(who)}
    assert states == {("HOSPITAL", "in_force"), ("OLD", "in_force")}


async def test_an_open_filing_goes_on_at_the_standard_name_and_back_with_an_undo(world, p):
    who = await p.physician(institution=("HOSPITAL2", "110102"))
    one = await p.submitted(who, "multi-institution", PERIOD, institution_id="OLD")
    await world.tell(merged(world))
    seen = (await world.call(who, "GET", f"{merging.PATH}/{one['id']}")).json()
    assert seen["institution_id"] == "HOSPITAL"
    done = await p.agreed(seen, world.HOSPITAL, world.XICHENG)
    assert done["state"] == "approved"
    (filed,) = await p.filings(who)
    assert filed.institution_id == "HOSPITAL"
    await world.tell(undone(world))
    (filed,) = await p.filings(who)
    assert filed.institution_id == "OLD"


async def test_two_open_filings_at_what_is_one_institution_are_one_too_many(world, p):
    who = await p.physician(institution=("HOSPITAL2", "110102"))
    old = await p.submitted(who, "multi-institution", PERIOD, institution_id="OLD")
    new = await p.submitted(who, "multi-institution", PERIOD, institution_id="HOSPITAL")
    await world.tell(merged(world))
    seen = (await world.call(who, "GET", f"{merging.PATH}/{old['id']}")).json()
    assert (seen["state"], seen["timeline"][-1]["action"]) == ("withdrawn", "institution_merged")
    kept = (await world.call(who, "GET", f"{merging.PATH}/{new['id']}")).json()
    assert kept["state"] == "awaiting_institution"
    await world.tell(undone(world))


async def test_a_change_to_the_old_name_is_approved_at_the_standard_one(world, p):
    who = await p.assistant(institution=("CHAOYANG-HOSPITAL", "110105"))
    one = await p.submitted(who, "change", institution_id="OLD")
    await world.tell(merged(world))
    seen = (await world.call(who, "GET", f"{merging.PATH}/{one['id']}")).json()
    assert (await p.agreed(seen, world.HOSPITAL, world.XICHENG))["state"] == "approved"
    held = await p.registration(who)
    assert (held.institution_id, held.location) == ("HOSPITAL", "110102")
    await world.tell(undone(world))
    held = await p.registration(who)
    assert (held.institution_id, held.location) == ("OLD", "110105")


async def test_the_same_event_again_or_out_of_order_ends_the_same(world, p):
    who = await p.physician(institution=OLD)
    await p.filed_at(who, HOSPITAL)
    await world.tell(undone(world), merged(world), merged(world))
    (one,) = await p.filings(who)
    assert (one.status, (await p.registration(who)).institution_id) == ("in_force", "OLD")
    await world.tell(merged(world, version=4, merge="M2"), merged(world))
    assert (await p.filings(who))[0].status == "ended"
    assert (await p.registration(who)).institution_id == "HOSPITAL"


async def test_a_preview_tells_how_many_filings_would_follow(world, p):
    await p.filed_at(await p.physician(), OLD_NAME)
    answer = await world.call(world.BEIJING, "GET", f"{merging.PREVIEW}/OLD")
    assert answer.json()["filings"] == 1


async def test_merges_and_approvals_at_the_same_moment_agree(world, p):
    """Filings are approved while their institution is merged: none is left at what is gone."""
    people = [await p.physician(institution=("HOSPITAL2", "110102")) for _ in range(6)]
    waiting = [
        await p.agreed(
            await p.submitted(who, "multi-institution", PERIOD, institution_id="CHAOYANG-HOSPITAL"),
            p.sides("CHAOYANG-HOSPITAL")[0],
        )
        for who in people
    ]
    gone = across(
        world,
        "CHAOYANG-HOSPITAL",
        into_id="HOSPITAL",
        name="朝阳医院",
        into_name="北京示例医院",
        into_region="110102",
    )
    answers = await asyncio.gather(
        *(world.review(world.BEIJING, one, "approve") for one in waiting), world.tell(gone)
    )
    for who, answer in zip(people, answers, strict=False):
        assert answer.status_code in (200, 403, 404, 409, 412), answer.text
        for one in await p.filings(who):
            assert one.institution_id == "HOSPITAL"


async def test_every_row_of_a_physician_says_where_it_lies(world, p):
    for region in (OLD, ("HOSPITAL", "110102")):
        await p.physician(institution=region)
        await p.assistant(institution=region)
    await world.tell(across(world))
    async with world.kit.database.reading() as connection:
        rows = await connection.execute(text("SELECT level, region, location FROM registration"))
        assert all(row.location == location_of(row.level, row.region) for row in rows)
