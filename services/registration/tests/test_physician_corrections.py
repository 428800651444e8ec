"""The province corrects a physician: every location, the number for life, filings, applications."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from services.registration.tests.businesses import PATH as APPLICATIONS
from services.registration.tests.physicians import FIRST, Physicians

from zhiye_contracts import purposes
from zhiye_contracts.identifiers import make_id_number

PATH = "/api/v1/registration-records"
HEBEI = ("HEBEI-HOSPITAL", "130102")
RIGHT = make_id_number("110101", date(1991, 4, 6), 3)
NUMBER = "110110102999999"


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def correct(world, one, who=None, version=None, ground="已核验身份证原件", **wanted):
    return await world.call(
        who or world.BEIJING,
        "POST",
        f"{PATH}/{one.id}/correction",
        {"ground": ground, **wanted},
        If_Match=f'"{version or one.version}"',
    )


async def corrected(world, one, **wanted):
    answer = await correct(world, one, **wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def now(world, who):
    """The person under the right number."""
    return replace(who, person_key=world.kit.person_key(RIGHT))


async def test_a_corrected_id_number_moves_every_location_the_number_and_the_filings(world, p):
    who = await p.physician()
    await p.filed_at(who)
    await p.register(who, institution=HEBEI)
    gone = {
        "status": "cancelled",
        "cancelled_on": date(2026, 2, 1),
        "cancellation_ground": "own-request",
    }
    await p.register(who, institution=("CHAOYANG-HOSPITAL", "110105"), **gone)
    first = next(one for one in await p.all(who) if one.institution_id == "HOSPITAL")
    told = await corrected(world, first, id_number=RIGHT)
    assert (told["profession"], told["valid_until"], told["birth_date"]) == (
        "physician",
        None,
        "1991-04-06",
    )
    assert await p.all(who) == []
    held = await p.all(now(world, who))
    assert len(held) == 3
    assert {one.certificate_key for one in held} == {first.certificate_key}
    assert {(one.version, one.gender, one.birth_date) for one in held} == {
        (2, "1", date(1991, 4, 6))
    }
    assert [f.version for f in await p.filings(now(world, who))] == [2]
    for one in held:
        (entry,) = await p.history(one)
        assert entry.change == "corrected"
        assert RIGHT not in str(entry.values)
        opened = world.kit.settings.cipher.open(one.sealed_id_number, purposes.ID_NUMBER)
        assert opened == RIGHT
    here = {"institution_id": "HOSPITAL2", "registration_id": first.id}
    again = await p.done(now(world, who), "change", {}, **here)
    assert again["state"] == "approved"


async def test_a_name_is_corrected_in_every_location(world, p):
    who = await p.physician()
    there = await p.register(who, institution=HEBEI)
    await corrected(world, there, who=world.HEBEI, name="李鸣")
    assert {one.name for one in await p.all(who)} == {"李鸣"}
    names = [e["name"] for e in await world.events("registration-changed")]
    assert names == ["李鸣", "李鸣"]


async def test_a_certificate_number_is_corrected_for_life_everywhere(world, p):
    who = await p.physician()
    await p.register(who, institution=HEBEI)
    first = (await p.all(who))[0]
    told = await corrected(world, first, certificate_number=NUMBER)
    assert told["certificate_number"] == NUMBER
    assert {p.number(one) for one in await p.all(who)} == {NUMBER}
    found = await world.call(world.HOSPITAL, "GET", f"/api/v1/registrations/{NUMBER}")
    assert len(found.json()["locations"]) == 2
    old = await world.call(world.HOSPITAL, "GET", f"/api/v1/registrations/{p.number(first)}")
    assert old.status_code == 404


async def test_a_number_or_a_person_of_somebody_else_is_not_taken(world, p):
    one, other = await p.physician(), await p.physician()
    mine, theirs = await p.registration(one), await p.registration(other)
    taken = await correct(world, mine, certificate_number=p.number(theirs))
    assert (taken.status_code, world.codes(taken)) == (409, ["certificate_number_taken"])
    in_use = await correct(world, mine, id_number=world.id_number(502))
    assert (in_use.status_code, world.codes(in_use)) == (409, ["id_number_in_use"])
    assert (await p.registration(one)).version == 1


async def test_who_was_cancelled_still_has_the_number_for_life(world, p):
    one = await p.physician()
    gone = {
        "status": "cancelled",
        "cancelled_on": date(2026, 2, 1),
        "cancellation_ground": "own-request",
    }
    await p.physician(**gone)
    answer = await correct(world, await p.registration(one), id_number=world.id_number(502))
    assert (answer.status_code, world.codes(answer)) == (409, ["id_number_in_use"])


async def test_open_and_closed_applications_go_along(world, p):
    who = await p.physician()
    closed = await p.done(who, "change", {"scopes": ["12"]})
    waiting = await p.submitted(who, "change", {"scopes": ["11"]})
    held = await p.registration(who)
    await corrected(world, held, id_number=RIGHT, name="李鸣")
    for one in (closed, waiting):
        answer = await world.call(now(world, who), "GET", f"{APPLICATIONS}/{one['id']}")
        assert answer.status_code == 200
    moved = await world.call(now(world, who), "GET", f"{APPLICATIONS}/{waiting['id']}")
    assert moved.json()["name"] == "李鸣"
    await p.agreed(moved.json(), world.HOSPITAL, world.XICHENG)
    assert list((await p.registration(now(world, who))).scopes) == ["11"]


@pytest.mark.parametrize(
    ("wanted", "code", "field"),
    [
        ({"certificate_number": "12345"}, "physician_practice_format", "certificate_number"),
        ({"id_number": "110101200203050000"}, None, "id_number"),
        (
            {"birth_date": "1991-04-07", "gender": "1"},
            "birth_date_differs_from_id_number",
            "birth_date",
        ),
        ({"name": "李明"}, "nothing_changes", "name"),
    ],
)
async def test_what_cannot_be_right_is_told_with_its_field(world, p, wanted, code, field):
    one = await p.registration(await p.physician())  # her ID number ends with a man's digit
    answer = await correct(world, one, **wanted)
    assert answer.status_code == 422
    assert answer.json()["reasons"][0]["field"] == field
    assert code is None or world.codes(answer) == [code]


async def test_only_a_province_in_which_somebody_is_registered_corrects(world, p):
    one = await p.registration(await p.physician())
    county = await correct(world, one, who=world.XICHENG, name="李鸣")
    assert (county.status_code, world.codes(county)) == (403, ["not_the_province"])
    assert (await correct(world, one, who=world.HEBEI, name="李鸣")).status_code == 404
    assert (await correct(world, one, version=7, name="李鸣")).status_code == 412


async def test_a_corrected_qualification_corrects_every_registration(world, p):
    who = await p.physician()
    await p.register(who, institution=HEBEI)
    kit = world.kit
    event = world.nurse_event(
        RIGHT,
        aggregate_id="PQ501-11",
        version=2,
        profession="physician",
        level="1",
        category="1",
        name="李明",
        gender="1",
        birth_date=date(1991, 4, 6),
        corrected=["id_number", "birth_date", "gender"],
    )
    # What the register took from the qualification follows it.
    await world.tell(event)
    held = await p.all(now(world, who))
    assert len(held) == 2
    assert {one.person_key for one in held} == {kit.person_key(RIGHT)}
    assert {one.gender for one in held} == {"1"}


async def test_an_authority_finds_physicians_and_reads_the_whole_record(world, p):
    who = await p.physician()
    await p.filed_at(who)
    one = await p.registration(who)
    for asked in (
        {"id_number": world.id_number(501)},
        {"certificate_number": p.number(one)},
        {"institution_id": "HOSPITAL", "name": "明"},
    ):
        answer = await world.call(world.XICHENG, "POST", f"{PATH}/search", asked)
        assert answer.status_code == 200, answer.text
        (found,) = answer.json()
        assert (found["registration_id"], found["profession"]) == (one.id, "physician")
        assert (found["level_label"], found["location_label"]) == ("执业医师", "北京市")
        assert world.id_number(501) not in answer.text
        elsewhere = await world.call(world.HEBEI, "POST", f"{PATH}/search", asked)
        assert elsewhere.status_code == 404 or elsewhere.json() == []
    await corrected(world, one, name="李鸣")
    whole = (await world.call(world.XICHENG, "GET", f"{PATH}/{one.id}")).json()
    assert whole["id_number"] == world.id_number(501)
    assert [f["institution_name"] for f in whole["filings"]] == ["北京另一医院"]
    assert [c["ground"] for c in whole["corrections"]] == ["已核验身份证原件"]
    assert whole["history"][-1]["values"][0]["after"] == "李鸣"
    assert (await world.call(world.HEBEI, "GET", f"{PATH}/{one.id}")).status_code == 404


async def test_a_first_registration_is_under_the_corrected_number(world, p):
    who = await p.qualified()
    done = await p.done(who, "registration", FIRST)
    one = await p.registration(who)
    await corrected(world, one, id_number=RIGHT)
    assert done["state"] == "approved"
    assert p.number(await p.registration(now(world, who))) == p.number(one)
