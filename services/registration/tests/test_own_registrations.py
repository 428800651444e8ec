"""One's own registrations in both professions: locations, filings, history, qualifications."""

from __future__ import annotations

from dataclasses import replace

import pytest
from services.registration.tests.businesses import TODAY, Businesses
from services.registration.tests.physicians import DAY, FIT, Physicians

from zhiye_registration.adapters import registrations

PATH = "/api/v1/my/registrations"


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def mine(world, who, **headers):
    answer = await world.call(who, "GET", PATH, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_physician_sees_every_location_under_the_number_for_life(world, p):
    who = await p.physician()
    await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    (one,) = await mine(world, who)
    assert (one["profession_label"], one["status_label"]) == ("医师", "在册")
    assert one["certificate_number"] == p.number((await p.all(who))[0])
    assert {r["location_label"] for r in one["registrations"]} == {"北京市", "河北省"}
    assert {r["certificate_number"] for r in one["registrations"]} == {one["certificate_number"]}
    assert {(r["valid_until"], r["mark"]) for r in one["registrations"]} == {(None, None)}
    assert one["registrations"][0]["education_label"] == "大学本科"
    assert world.id_number(501) not in str(one["registrations"])


async def test_the_qualifications_are_listed_with_their_numbers(world, p):
    who = await p.qualified(level="2")
    await p.qualified(level="1", serial=501)
    (one,) = await mine(world, who)
    assert (one["status"], one["registrations"]) == ("never_registered", [])
    found = {(q["level_label"], q["category_label"]) for q in one["qualifications"]}
    assert found == {("执业助理医师", "临床"), ("执业医师", "临床")}
    assert all(q["certificate_number"] for q in one["qualifications"])


async def test_the_history_shows_level_scopes_and_location_side_by_side(world, p):
    who = await p.assistant()
    await p.qualified(level="1", serial=501)
    await p.done(who, "change-level", FIT | {"scopes": ["12"]})
    (one,) = await mine(world, who)
    (held,) = one["registrations"]
    (entry,) = held["history"]
    values = {v["field"]: (v["before_label"], v["after_label"]) for v in entry["values"]}
    assert values["level"] == ("执业助理医师", "执业医师")
    assert values["location"] == ("北京市西城区", "北京市")
    assert values["scopes"][0] != values["scopes"][1]
    assert (held["level_label"], held["scopes"][0]["code"]) == ("执业医师", "12")
    assert entry["valid_until"] is None
    english = (await mine(world, who, Accept_Language="en"))[0]["registrations"][0]["history"][0]
    assert {v["field_label"] for v in english["values"]} >= {"level", "scopes"}


async def test_filings_are_shown_over_or_not_with_why_they_ended(world, p):
    who = await p.physician()
    await p.filed_at(who)
    await p.filed_at(who, ("CHAOYANG-HOSPITAL", "朝阳医院", "110105"), until=TODAY - DAY)
    (held,) = (await mine(world, who))[0]["registrations"]
    states = {f["institution_name"]: f["state_label"] for f in held["filings"]}
    assert states == {"北京另一医院": "有效", "朝阳医院": "已到期"}
    await p.done(who, "change", institution_id="HOSPITAL2")
    (held,) = (await mine(world, who))[0]["registrations"]
    ended = next(f for f in held["filings"] if f["institution_name"] == "北京另一医院")
    assert (ended["state"], ended["ended_because_label"]) == ("ended", "该机构已成为主要执业机构")


async def test_who_is_nurse_and_physician_sees_both(world, p):
    nurse = await Businesses(world).nurse()
    id_number = world.id_number(101)
    await world.tell(
        world.nurse_event(
            id_number, profession="physician", level="1", category="1", name="王芳", major="临床"
        )
    )
    both = await mine(world, nurse)
    assert [(one["profession"], one["status"]) for one in both] == [
        ("nurse", "registered"),
        ("physician", "never_registered"),
    ]
    (held,) = both[0]["registrations"]
    of_nurse = (await world.call(nurse, "GET", "/api/v1/my/registration")).json()
    same = of_nurse["registration"]
    assert {name: held[name] for name in same} == same
    assert held["history"] == of_nurse["history"]
    assert (held["level"], held["scopes"], held["filings"]) == (None, [], [])


async def test_what_became_of_a_physician_off_post_or_cancelled_is_told(world, p):
    who = await p.physician()
    one = await p.registration(who)
    off = {"status": "filed", "filed_on": TODAY, "filing_ground": "unreachable"}
    async with world.kit.database.transaction() as tx:
        await registrations.save(tx, replace(one, version=2, **off))
    (held,) = (await mine(world, who))[0]["registrations"]
    assert (held["status_label"], held["filed_on"]) == ("备案", "2026-11-23")
    assert held["filing_ground_label"]


async def test_nobody_sees_anything_of_others(world, p):
    await p.physician()
    assert await mine(world, replace(await p.qualified(), person_key="nobody")) == []


async def test_a_physician_who_asks_when_to_renew_is_told_that_there_is_no_end(world, p):
    answer = await world.call(await p.physician(), "GET", "/api/v1/renewal-windows")
    assert (answer.status_code, world.codes(answer)) == (404, ["physicians_do_not_renew"])
