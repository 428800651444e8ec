"""Physicians are registered, and add a location: each condition at its boundary (Q5, Q11, Q53)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from services.registration.tests.physicians import (
    FIRST,
    FIT,
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
        "scopes_offered_not_met",
        "department_fits_not_met",
    ]
    assert await p.codes(who, "registration", FIRST | {"scopes": ["11", "12"]}) == [
        "scopes_chosen_not_met"
    ]


async def test_of_several_qualifications_one_is_chosen(p):
    who = await p.qualified(level="2")
    serial = int(who.account_id.removeprefix("ACC-P"))
    await p.qualified(level="1", category="4", serial=serial)
    form = FIRST | {"scopes": ["51"], "qualification_id": f"PQ{serial}-14", "department": "50"}
    await p.done(who, "registration", form)
    one = await p.registration(who)
    assert (one.level, one.category) == ("1", "4")


async def test_a_qualification_that_is_not_there_is_no_ground(p):
    form = FIRST | {"qualification_id": "SOMEBODY-ELSES"}
    codes = await p.codes(await p.qualified(), "registration", form)
    assert "physician_qualified_not_met" in codes


async def test_q53_a_public_health_physician_works_in_the_department_of_the_category(p):
    who = await p.qualified(category="3")
    form = FIRST | {"scopes": ["41"]}
    assert await p.codes(who, "registration", form | {"department": "03"}) == [
        "department_fits_not_met"
    ]
    await p.done(who, "registration", form | {"department": "public-health"})
    assert (await p.registration(who)).department == "public-health"


# --- a further location (Q11) ------------------------------------------------------------------


async def test_a_location_is_added_with_the_same_scopes_and_number(p):
    who = await p.physician()
    await p.done(who, "add-location", FIT | {"department": "03"}, institution_id="HEBEI-HOSPITAL")
    old, new = await p.all(who)
    assert (old.location, new.location) == ("11", "13")
    assert (old.status, new.status) == ("registered", "registered")
    assert (new.level, new.category, new.scopes) == (old.level, old.category, old.scopes)
    assert new.qualification_id == old.qualification_id is not None
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
