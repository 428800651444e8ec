"""Physicians file further institutions inside their location (Q10, Q11)."""

from __future__ import annotations

from datetime import date

import pytest
from services.registration.tests.businesses import TODAY
from services.registration.tests.physicians import (
    DAY,
    FIT,
    Physicians,
)


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


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


async def test_a_period_that_is_over_by_the_decision_is_not_filed(world, p):
    who = await p.physician()
    short = {"from_on": "2026-11-23", "until_on": "2026-11-23"}
    one = await p.submitted(who, "multi-institution", short, institution_id="HOSPITAL2")
    one = await p.agreed(one, world.OTHER_HOSPITAL)
    world.clock.instant += DAY
    answer = await world.review(world.XICHENG, one, "approve")
    assert world.codes(answer) == ["conditions_not_met_any_more", "filing_period_not_met"]


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
