"""Physicians' registration, locations, change, level, filings, off post, cancellation: each to its
effect, each condition at its boundary (Q5-Q11)."""

from __future__ import annotations

from dataclasses import replace
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
from sqlalchemy.exc import DBAPIError

from zhiye_registration.adapters import filings, registrations

TRAINING = {
    "institution_name": "北京示例医院",
    "began_on": "2026-05-01",
    "ended_on": "2026-10-31",
    "passed": True,
}


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


# --- registration ----------------------------------------------------------------------------


async def test_a_physician_is_registered_in_the_province_with_a_main_institution(world, p):
    who = await p.qualified()
    done = await p.done(who, "registration", FIRST)
    assert done["state"] == "approved"
    one = await p.registration(who)
    assert (one.status, one.location, one.level, one.category) == ("registered", "11", "1", "1")
    assert (one.institution_id, list(one.scopes), one.department) == ("HOSPITAL", ["11"], "03")
    assert one.valid_until is None
    assert len(p.number(one)) == 15


async def test_an_assistant_is_registered_in_the_county(p):
    who = await p.qualified(level="2")
    await p.done(who, "registration", FIRST)
    assert (await p.registration(who)).location == "110102"


async def test_everything_missing_is_told_at_once(p):
    codes = await p.codes(await p.qualified(), "registration", {})
    assert set(codes) == {
        "scopes_chosen_unknown",
        "scopes_offered_unknown",
        "full_capacity_unknown",
        "no_criminal_record_unknown",
        "field_missing",
    }


@pytest.mark.parametrize(
    ("passed_on", "more", "codes"),
    [
        (date(2024, 11, 23), {}, []),
        (date(2024, 11, 22), {}, ["physician_in_time_or_trained_unknown"]),
        (date(2024, 11, 22), {"training": TRAINING}, []),
        (
            date(2024, 11, 22),
            {"training": TRAINING | {"began_on": "2026-05-02"}},
            ["physician_in_time_or_trained_not_met"],
        ),
    ],
)
async def test_two_years_after_qualifying_training_of_six_months_is_needed(
    p, passed_on, more, codes
):
    who = await p.qualified(passed_on=passed_on)
    assert await p.codes(who, "registration", FIRST | more) == codes


async def test_a_scope_of_another_category_or_too_many_are_refused(p):
    who = await p.qualified()
    assert await p.codes(who, "registration", FIRST | {"scopes": ["51"]}) == [
        "scopes_offered_not_met"
    ]
    assert await p.codes(who, "registration", FIRST | {"scopes": ["11", "12"]}) == [
        "scopes_chosen_not_met"
    ]


async def test_of_several_qualifications_one_is_chosen(p):
    who = await p.qualified(level="2")
    serial = int(who.account_id.removeprefix("ACC-P"))
    await p.qualified(level="1", category="4", serial=serial)
    form = FIRST | {"scopes": ["51"], "qualification_id": f"PQ{serial}-14"}
    await p.done(who, "registration", form)
    one = await p.registration(who)
    assert (one.level, one.category) == ("1", "4")


async def test_a_qualification_that_is_not_there_is_no_ground(p):
    form = FIRST | {"qualification_id": "SOMEBODY-ELSES"}
    codes = await p.codes(await p.qualified(), "registration", form)
    assert "physician_qualified_not_met" in codes


# --- a further location (Q11) ------------------------------------------------------------------


async def test_a_location_is_added_with_the_same_scopes_and_number(p):
    who = await p.physician()
    await p.done(who, "add-location", FIT | {"department": "03"}, institution_id="HEBEI-HOSPITAL")
    old, new = await p.all(who)
    assert (old.location, new.location) == ("11", "13")
    assert (old.status, new.status) == ("registered", "registered")
    assert (new.level, new.category, new.scopes) == (old.level, old.category, old.scopes)
    assert p.number(new) == p.number(old)


async def test_a_location_that_one_has_is_not_added_again(p):
    codes = await p.codes(
        await p.physician(), "add-location", FIT | {"department": "03"}, institution_id="HOSPITAL2"
    )
    assert codes == ["other_location_not_met"]


async def test_an_assistant_has_one_location(p):
    who = await p.assistant()
    codes = await p.codes(
        who, "add-location", FIT | {"department": "03"}, institution_id="HEBEI-HOSPITAL"
    )
    assert codes == ["level_of_physician_not_met"]


async def test_the_database_keeps_an_assistant_to_one_location_and_a_location_to_one_main(world, p):
    assistant, physician = await p.assistant(), await p.physician()
    for who, level, region in ((assistant, "2", "130102"), (physician, "1", "110105")):
        with pytest.raises(AssertionError):  # nothing was inserted
            await p.register(who, level=level, institution=("X", region))
    assert len(await p.all(assistant)) == len(await p.all(physician)) == 1


async def test_the_database_keeps_the_number_for_life(world, p):
    one, other = await p.physician(), await p.physician()
    taken = await p.registration(other)
    async with world.kit.database.transaction() as tx:
        assert not await filings.give_certificate(
            tx, one.person_key, taken.certificate_key, "sealed"
        )
    changed = replace(await p.registration(one), certificate_key=taken.certificate_key, version=2)

    async def write() -> None:
        async with world.kit.database.transaction() as tx:
            await registrations.save(tx, changed)

    with pytest.raises(DBAPIError, match="for life"):
        await write()


# --- change (Q7, Q8) ---------------------------------------------------------------------------


async def test_q7_inside_the_province_the_location_stays(world, p):
    who = await p.physician()
    await p.done(who, "change", institution_id="CHAOYANG-HOSPITAL")
    one = await p.registration(who)
    assert (one.institution_id, one.region, one.location) == ("CHAOYANG-HOSPITAL", "110105", "11")
    assert (one.version, one.last_change) == (2, "physician-change")


async def test_q8_for_an_assistant_the_next_county_is_another_location(p):
    who = await p.assistant()
    await p.done(who, "change", institution_id="CHAOYANG-HOSPITAL")
    one = await p.registration(who)
    assert one.location == "110105"
    entry = (await p.history(one))[-1]
    assert entry.values["location"] == {"before": "110102", "after": "110105"}


async def test_a_move_to_another_province_ends_filings_and_tells_the_old_authority(world, p):
    who = await p.physician()
    await p.filed_at(who)
    await p.done(who, "change", institution_id="HEBEI-HOSPITAL")
    assert (await p.registration(who)).location == "13"
    (filing,) = await p.filings(who)
    assert (filing.status, filing.ended_because) == ("ended", "registration_moved")
    (moved,) = await world.events("registration-moved")
    assert (moved["from_institution_id"], moved["into_institution_id"]) == (
        "HOSPITAL",
        "HEBEI-HOSPITAL",
    )
    (ended,) = await world.events("filing-ended")
    assert ended["institution_id"] == "HOSPITAL2"


async def test_the_further_institution_that_becomes_the_main_one_is_filed_no_more(p):
    who = await p.physician()
    await p.filed_at(who)
    await p.done(who, "change", institution_id="HOSPITAL2")
    (filing,) = await p.filings(who)
    assert (filing.status, filing.ended_because) == ("ended", "became_main")


async def test_a_change_without_any_change_is_refused(p):
    assert await p.codes(await p.physician(), "change") == ["something_changes_not_met"]


async def test_the_scope_is_changed_at_the_own_institution(p):
    who = await p.physician()
    await p.filed_at(who)
    await p.done(who, "change", {"scopes": ["12"]})
    one = await p.registration(who)
    assert (list(one.scopes), one.institution_id) == (["12"], "HOSPITAL")
    entry = (await p.history(one))[-1]
    assert entry.values["scopes"] == {"before": ["11"], "after": ["12"]}
    (filing,) = await p.filings(who)
    assert filing.ended_because == "scopes_changed"


async def test_the_category_follows_the_qualification(p):
    who = await p.physician()
    serial = int(who.account_id.removeprefix("ACC-P"))
    await p.qualified(level="1", category="4", serial=serial)
    form = {"qualification_id": f"PQ{serial}-14", "scopes": ["51"]}
    await p.done(who, "change", form)
    one = await p.registration(who)
    assert (one.category, list(one.scopes), one.qualification_id) == ("4", ["51"], f"PQ{serial}-14")


async def test_with_two_locations_the_registration_has_to_be_named(world, p):
    who = await p.physician()
    second = await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    answer = await p.start(who, "change", institution_id="HEBEI-CLINIC")
    assert world.codes(answer) == ["registration_to_choose"]
    await p.done(who, "change", institution_id="HEBEI-CLINIC", registration_id=second.id)
    _, after = await p.all(who)
    assert after.institution_id == "HEBEI-CLINIC"


async def test_a_location_with_a_main_institution_is_not_moved_to(p):
    who = await p.physician()
    await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    first, _ = await p.all(who)
    codes = await p.codes(who, "change", institution_id="HEBEI-CLINIC", registration_id=first.id)
    assert codes == ["location_free_not_met"]


async def test_q11_3_scopes_stay_identical_in_all_locations(p):
    who = await p.physician()
    await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    first, _ = await p.all(who)
    codes = await p.codes(who, "change", {"scopes": ["12"]}, registration_id=first.id)
    assert codes == ["identical_elsewhere_not_met"]


async def test_a_registration_of_somebody_else_is_not_found(p):
    who, other = await p.physician(), await p.physician()
    theirs = await p.registration(other)
    answer = await p.start(who, "change", institution_id="HOSPITAL2", registration_id=theirs.id)
    assert answer.status_code == 404


# --- level (Q9) --------------------------------------------------------------------------------


async def test_q9_an_assistant_becomes_a_physician_and_keeps_the_number(p):
    who = await p.assistant()
    before = await p.registration(who)
    await p.qualified(level="1", serial=int(who.account_id.removeprefix("ACC-P")))
    await p.done(who, "change-level")
    one = await p.registration(who)
    assert (one.level, one.location, one.institution_id) == ("1", "11", "HOSPITAL")
    assert (one.id, p.number(one)) == (before.id, p.number(before))


async def test_q9_2_other_changes_go_with_it(p):
    who = await p.assistant()
    await p.filed_at(who)
    await p.qualified(level="1", serial=int(who.account_id.removeprefix("ACC-P")))
    await p.done(who, "change-level", {"scopes": ["12"]}, institution_id="HEBEI-HOSPITAL")
    one = await p.registration(who)
    assert (one.level, one.location, list(one.scopes)) == ("1", "13", ["12"])
    assert (await p.filings(who))[0].status == "ended"


async def test_without_a_physicians_qualification_the_level_stays(p):
    codes = await p.codes(await p.assistant(), "change-level")
    assert "level_rises_not_met" in codes or "level_rises_unknown" in codes
    assert "level_of_assistant_not_met" in await p.codes(await p.physician(), "change-level")


# --- filings at further institutions (Q10) -----------------------------------------------------

PERIOD = {"from_on": "2026-11-23", "until_on": "2027-11-22"}


async def test_q10_a_further_institution_confirms_and_the_authority_files(p):
    who = await p.physician()
    await p.done(who, "multi-institution", PERIOD, institution_id="CHAOYANG-HOSPITAL")
    (filing,) = await p.filings(who)
    assert (filing.institution_id, filing.status) == ("CHAOYANG-HOSPITAL", "in_force")
    assert (filing.from_on, filing.until_on) == (TODAY, date(2027, 11, 22))
    assert list(filing.scopes) == ["11"]
    assert (await p.registration(who)).institution_id == "HOSPITAL"


async def test_q10_2_an_assistant_files_inside_the_county_only(p):
    who = await p.assistant()
    assert await p.codes(who, "multi-institution", PERIOD, institution_id="HOSPITAL2") == []
    codes = await p.codes(who, "multi-institution", PERIOD, institution_id="CHAOYANG-HOSPITAL")
    assert codes == ["registered_in_location_not_met", "same_location_not_met"]


async def test_q11_across_locations_nothing_is_filed_until_the_location_is_added(p):
    who = await p.physician()
    codes = await p.codes(who, "multi-institution", PERIOD, institution_id="HEBEI-CLINIC")
    assert codes == ["registered_in_location_not_met", "same_location_not_met"]
    await p.done(who, "add-location", FIT | {"department": "03"}, institution_id="HEBEI-HOSPITAL")
    await p.done(who, "multi-institution", PERIOD, institution_id="HEBEI-CLINIC")
    (filing,) = await p.filings(who)
    _, second = await p.all(who)
    assert filing.registration_id == second.id


async def test_q10_3_without_a_registration_in_force_nothing_is_filed(p):
    who = await p.qualified()
    codes = await p.codes(who, "multi-institution", PERIOD, institution_id="HOSPITAL2")
    assert "registered_before_not_met" in codes
    assert "registered_in_location_not_met" in codes


async def test_the_main_institution_needs_no_filing(p):
    codes = await p.codes(await p.physician(), "multi-institution", PERIOD)
    assert codes == ["not_main_institution_not_met"]


async def test_filings_at_two_institutions_may_be_open_at_once_but_not_two_at_one(world, p):
    who = await p.physician()
    await p.submitted(who, "multi-institution", PERIOD, institution_id="HOSPITAL2")
    await p.submitted(who, "multi-institution", PERIOD, institution_id="CHAOYANG-HOSPITAL")
    answer = await p.start(who, "multi-institution", PERIOD, institution_id="HOSPITAL2")
    assert world.codes(answer) == ["no_open_application_not_met"]


@pytest.mark.parametrize(
    ("period", "codes"),
    [
        (PERIOD, ["not_filed_there_not_met"]),
        ({"from_on": "2027-09-19", "until_on": "2027-09-19"}, ["not_filed_there_not_met"]),
        ({"from_on": "2027-09-20", "until_on": "2028-01-01"}, []),
        ({"from_on": "2026-11-22", "until_on": "2026-11-30"}, ["filing_period_not_met"]),
        ({"from_on": "2027-12-02", "until_on": "2027-12-01"}, ["filing_period_not_met"]),
        ({"from_on": "2027-12-02"}, ["filing_period_unknown"]),
    ],
)
async def test_periods_at_one_institution_do_not_overlap_and_are_in_order(p, period, codes):
    who = await p.physician()
    filing = await p.filed_at(who)
    assert filing.until_on == date(2027, 9, 19)
    found = await p.codes(who, "multi-institution", period, institution_id="HOSPITAL2")
    assert [code for code in found if code != "not_filed_there_unknown"] == codes or (
        "filing_period_not_met" in found and codes == ["filing_period_not_met"]
    )


async def test_scopes_that_are_not_registered_are_not_filed(p):
    form = PERIOD | {"scopes": ["12"]}
    codes = await p.codes(
        await p.physician(), "multi-institution", form, institution_id="HOSPITAL2"
    )
    assert codes == ["filing_scopes_not_met"]


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


# --- scopes that differ between provinces (Q49) ------------------------------------------------


async def narrowed(world, *scopes: str) -> None:
    """Hebei's catalogue has these clinical scopes only."""
    entries = [{"category": "1", "scope": scope, "departments": ["03"]} for scope in scopes]
    answer = await world.call(
        world.HEBEI,
        "PUT",
        "/api/v1/scope-catalogues/13/2026",
        {"entries": entries},
        If_Match='"0"',
    )
    assert answer.status_code in (200, 201), answer.text


async def test_q49_inside_a_province_the_old_scope_stays_whatever_the_catalogue_has(world, p):
    who = await p.physician(institution=("HEBEI-HOSPITAL", "130102"))
    await narrowed(world, "12")
    assert await p.codes(who, "change", institution_id="HEBEI-CLINIC") == []


async def test_q49_across_provinces_the_two_authorities_settle_it_before_it_is_approved(world, p):
    who = await p.physician()
    await narrowed(world, "12")
    one = await p.submitted(who, "change", institution_id="HEBEI-HOSPITAL")
    one = await p.agreed(one, HEBEI_HOSPITAL)
    early = await world.review(world.HEBEI, one, "approve")
    assert world.codes(early) == [
        "conditions_not_met_any_more",
        "scopes_offered_or_settled_not_met",
    ]
    (case,) = (await world.call(world.HEBEI, "GET", "/api/v1/scope-cases")).json()["items"]
    path = f"/api/v1/scope-cases/{case['id']}"
    offered = await world.call(
        world.HEBEI, "POST", f"{path}/proposal", {"scopes": ["12"]}, If_Match='"1"'
    )
    assert offered.status_code == 200, offered.text
    agreed = await world.call(world.XICHENG, "POST", f"{path}/agreement", {}, If_Match='"2"')
    assert agreed.status_code == 200, agreed.text
    await p.agreed(one, world.HEBEI)
    after = await p.registration(who)
    assert (after.location, list(after.scopes)) == ("13", ["12"])


async def test_q49_a_case_is_over_with_its_application(world, p):
    who = await p.physician()
    await narrowed(world, "12")
    one = await p.submitted(who, "change", institution_id="HEBEI-HOSPITAL")
    await world.call(who, "POST", f"/api/v1/applications/{one['id']}/withdrawal")
    (case,) = (await world.call(world.HEBEI, "GET", "/api/v1/scope-cases?state=closed")).json()[
        "items"
    ]
    assert case["state"] == "closed"
