"""Physicians change institution, location, category, scopes and level (Q7-Q9, Q49)."""

from __future__ import annotations

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL
from services.registration.tests.physicians import (
    Physicians,
)


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


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
    assert one.qualification_id == (before.qualification_id or "")[:-2] + "11"
    assert (one.id, p.number(one)) == (before.id, p.number(before))


async def test_q9_2_other_changes_go_with_it(p):
    who = await p.assistant()
    await p.filed_at(who)
    await p.qualified(level="1", serial=int(who.account_id.removeprefix("ACC-P")))
    await p.done(who, "change-level", {"scopes": ["12"]}, institution_id="HEBEI-HOSPITAL")
    one = await p.registration(who)
    assert (one.level, one.location, list(one.scopes)) == ("1", "13", ["12"])
    assert (await p.filings(who))[0].status == "ended"


async def test_who_rises_and_leaves_the_county_keeps_the_filing_in_the_province(p):
    who = await p.assistant()
    await p.filed_at(who)
    await p.qualified(level="1", serial=int(who.account_id.removeprefix("ACC-P")))
    await p.done(who, "change-level", institution_id="CHAOYANG-HOSPITAL")
    assert (await p.registration(who)).region == "110105"
    (filing,) = await p.filings(who)
    assert (filing.region, filing.status) == ("110102", "in_force")


async def test_without_a_physicians_qualification_the_level_stays(p):
    codes = await p.codes(await p.assistant(), "change-level")
    assert "level_rises_not_met" in codes
    assert "level_of_assistant_not_met" in await p.codes(await p.physician(), "change-level")


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
