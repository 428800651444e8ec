"""Physicians leave: off post, cancelled, moving out, and come back (Q20, Q50, Q52)."""

from __future__ import annotations

from datetime import date

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL, TODAY
from services.registration.tests.physicians import (
    DAY,
    FIRST,
    FIT,
    HOSPITAL3,
    INFORMED,
    Physicians,
)

from zhiye_contracts.codes import BUSINESS_TYPES


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


# --- off post, cancellation, moving out --------------------------------------------------------

LEFT = {"ground": "resigned", "left_on": "2026-11-20", "informed": INFORMED}


async def test_an_institution_files_off_post_who_left_and_filings_end(world, p):
    who = await p.physician()
    await p.filed_at(who)
    held = await p.registration(who)
    one = await p.submitted(world.HOSPITAL, "off-post", LEFT, registration_id=held.id)
    assert one["state"] == "awaiting_authority"
    await p.agreed(one, world.XICHENG)
    after = await p.registration(who)
    assert (after.status, after.filed_on, after.filing_ground) == ("filed", TODAY, "resigned")
    assert (await p.filings(who))[0].ended_because == "registration_left"
    assert (await world.events("registration-changed"))[-1]["status"] == "filed"


async def test_who_cannot_be_reached_is_filed_with_proof_of_the_notice_only(world, p):
    who = await p.physician()
    held = await p.registration(who)
    form = LEFT | {"ground": "unreachable"}
    made = await p.start(world.HOSPITAL, "off-post", form, registration_id=held.id)
    answer = await world.submit(world.HOSPITAL, made.json()["id"])
    assert world.codes(answer) == ["proved_not_met"]
    await p.prove(world.HOSPITAL, made.json()["id"])
    assert (await world.submit(world.HOSPITAL, made.json()["id"])).status_code == 200


async def test_q52_a_trainee_is_kept_for_thirty_days(world, p):
    who = await p.physician()
    held = await p.registration(who)
    form = LEFT | {"ground": "trainee-finished", "left_on": "2026-10-24"}
    made = await p.start(world.HOSPITAL, "off-post", form, registration_id=held.id)
    await p.prove(world.HOSPITAL, made.json()["id"])
    assert world.codes(await world.submit(world.HOSPITAL, made.json()["id"])) == [
        "trainee_days_over_not_met"
    ]
    world.clock.instant += DAY
    assert (await world.submit(world.HOSPITAL, made.json()["id"])).status_code == 200


async def test_who_was_filed_off_post_is_registered_again_under_the_same_number(world, p):
    who = await p.physician(status="filed", filed_on=date(2026, 3, 1), filing_ground="resigned")
    before = await p.registration(who)
    await p.done(who, "re-registration", FIRST, institution_id="HEBEI-HOSPITAL")
    after = await p.registration(who)
    assert (after.id, after.status, after.location) == (before.id, "registered", "13")
    assert after.filed_on is None
    assert p.number(after) == p.number(before)


@pytest.mark.parametrize(
    ("filed_on", "codes"),
    [
        (date(2024, 11, 23), []),
        (date(2024, 11, 22), ["physician_practised_lately_or_trained_unknown"]),
    ],
)
async def test_after_two_years_off_post_training_is_needed(p, filed_on, codes):
    who = await p.physician(status="filed", filed_on=filed_on, filing_ground="resigned")
    assert await p.codes(who, "re-registration", FIRST) == codes


async def test_who_was_cancelled_for_two_years_out_needs_training_however_lately_it_was(p):
    gone = {"status": "cancelled", "cancelled_on": TODAY, "cancellation_ground": "two-years-out"}
    codes = await p.codes(await p.physician(**gone), "re-registration", FIRST)
    assert codes == ["physician_practised_lately_or_trained_unknown"]


async def test_who_is_registered_somewhere_is_not_registered_again_but_adds_the_location(p):
    who = await p.physician()
    gone = await p.register(
        who,
        institution=("HEBEI-HOSPITAL", "130102"),
        status="filed",
        filed_on=date(2026, 3, 1),
        filing_ground="resigned",
    )
    for place in ("HOSPITAL2", "HEBEI-CLINIC"):
        codes = await p.codes(
            who, "re-registration", FIRST, institution_id=place, registration_id=gone.id
        )
        assert codes == ["not_registered_now_not_met"]
    await p.done(who, "add-location", FIT | {"department": "03"}, institution_id="HEBEI-CLINIC")
    back = next(one for one in await p.all(who) if one.location == "13")
    assert (back.id, back.status, back.institution_id) == (gone.id, "registered", "HEBEI-CLINIC")


async def test_a_physician_gives_up_one_of_two_locations(world, p):
    who = await p.physician()
    second = await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    await p.done(
        who,
        "cancellation",
        {"ground": "own-request"},
        institution_id="HEBEI-HOSPITAL",
        registration_id=second.id,
    )
    first, gone = await p.all(who)
    assert (first.status, gone.status) == ("registered", "cancelled")
    assert gone.cancellation_ground == "own-request"


async def test_a_death_is_filed_by_others_and_a_nurses_ground_by_nobody(world, p):
    who = await p.physician()
    assert await p.codes(who, "cancellation", {"ground": "death"}) == [
        "cancellation_ground_not_met"
    ]
    assert (await p.start(who, "cancellation", {"ground": "expired"})).status_code == 422
    held = await p.registration(who)
    one = await p.submitted(
        world.HOSPITAL, "cancellation", {"ground": "death"}, registration_id=held.id
    )
    assert one["state"] == "awaiting_authority"


@pytest.mark.parametrize(
    ("filed_on", "codes"),
    [(date(2024, 11, 23), []), (date(2024, 11, 24), ["cancellation_ground_not_met"])],
)
async def test_two_years_off_post_are_a_ground_that_is_offered(world, p, filed_on, codes):
    who = await p.physician(status="filed", filed_on=filed_on, filing_ground="resigned")
    assert await p.codes(who, "cancellation", {"ground": "two-years-out"}) == codes
    assert (await p.registration(who)).status == "filed"  # never by itself


@pytest.mark.parametrize(
    ("ground", "cancelled_on", "codes"),
    [
        ("revoked", date(2024, 11, 24), ["no_bar_not_met"]),
        ("revoked", date(2024, 11, 23), []),
        ("assessment-failed", date(2025, 11, 24), ["no_bar_not_met"]),
        ("assessment-failed", date(2025, 11, 23), []),
        ("own-request", date(2026, 11, 23), []),
    ],
)
async def test_after_a_revocation_two_years_and_after_a_failed_assessment_one(
    p, ground, cancelled_on, codes
):
    who = await p.physician(
        status="cancelled", cancelled_on=cancelled_on, cancellation_ground=ground
    )
    assert await p.codes(who, "re-registration", FIRST) == codes


async def test_the_authority_cancels_by_itself_with_proof(world, p):
    who = await p.physician()
    held = await p.registration(who)
    form = {"ground": "revoked"}
    elsewhere = await p.start(world.BEIJING, "cancellation", form, registration_id=held.id)
    assert world.codes(elsewhere) == ["not_deciding_authority"]
    outside = await p.start(world.HEBEI, "cancellation", form, registration_id=held.id)
    assert outside.status_code == 404
    one = await p.submitted(world.XICHENG, "cancellation", form, registration_id=held.id)
    assert one["state"] == "awaiting_authority"
    await p.agreed(one, world.XICHENG)
    assert (await p.registration(who)).cancellation_ground == "revoked"


async def test_who_moves_to_a_region_not_online_is_moving_out(p):
    who = await p.physician()
    assert await p.codes(who, "moving-out") == ["destination_unknown"]
    await p.done(who, "moving-out", {"destination": "西藏自治区"})
    assert (await p.registration(who)).status == "moving_out"


async def test_a_certificate_is_issued_again_under_the_same_number(p):
    who = await p.physician()
    before = p.number(await p.registration(who))
    await p.done(who, "certificate-reissue", {"ground": "lost"})
    assert p.number(await p.registration(who)) == before


async def test_a_form_of_the_other_profession_is_refused_with_the_field(world, p):
    answer = await p.start(await p.qualified(), "registration", {"work_category": "x"})
    assert answer.status_code == 422
    assert [reason["field"] for reason in answer.json()["reasons"]] == ["form.work_category"]


async def test_others_see_and_review_only_what_is_theirs(world, p):
    one = await p.submitted(await p.physician(), "change", institution_id="CHAOYANG-HOSPITAL")
    for who in (world.HOSPITAL, HEBEI_HOSPITAL):
        assert (
            await world.call(who, "GET", f"/api/v1/applications/{one['id']}")
        ).status_code == 404
    assert (await world.review(HOSPITAL3, one, "approve")).status_code == 200


async def test_whom_a_closed_institution_left_behind_the_authority_cancels(world, p):
    who = await p.physician()
    held = await p.registration(who)
    decides = dict.fromkeys(BUSINESS_TYPES, "XICHENG")
    await world.tell(
        world.institution_event(version=9, status="closed", deciding_authorities=decides)
    )
    form = {"ground": "death"}
    by_hospital = await p.start(world.HOSPITAL, "cancellation", form, registration_id=held.id)
    assert world.codes(by_hospital) == ["institution_in_force_not_met"]
    one = await p.submitted(world.XICHENG, "cancellation", form, registration_id=held.id)
    await p.agreed(one, world.XICHENG)
    assert (await p.registration(who)).status == "cancelled"


async def test_who_was_off_post_when_cancelled_has_been_out_of_practice_since_then(world, p):
    who = await p.physician(status="filed", filed_on=date(2024, 6, 3), filing_ground="resigned")
    await p.done(who, "cancellation", {"ground": "own-request"})
    assert await p.codes(who, "re-registration", FIRST) == [
        "physician_practised_lately_or_trained_unknown"
    ]
