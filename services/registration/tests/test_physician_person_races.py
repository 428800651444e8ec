"""What is asked about one physician at the same moment, and what cannot be right."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL
from services.registration.tests.changing import MINE, THEIRS
from services.registration.tests.physicians import FIRST, Physicians

from zhiye_contracts.identifiers import make_id_number

RECORDS = "/api/v1/registration-records"
RIGHT = make_id_number("110101", date(1991, 4, 6), 3)


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def correct(world, one, who=None, **wanted):
    return await world.call(
        who or world.BEIJING,
        "POST",
        f"{RECORDS}/{one.id}/correction",
        {"ground": "已核验身份证原件", **wanted},
        If_Match=f'"{one.version}"',
    )


async def test_two_institutions_review_at_once_and_every_location_has_both(world, p):
    who = await p.physician()
    there = await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    here = next(one for one in await p.all(who) if one.id != there.id)
    made = []
    for key, values in ((here.id, {"title": "233"}), (there.id, {"school": "协和医学院"})):
        answer = await world.call(who, "POST", MINE, {"registration_id": key, **values})
        assert answer.status_code == 201, answer.text
        made.append(answer.json())

    def review(one, by):
        path = f"{THEIRS}/{one['id']}/review"
        body = {"decision": "approve"}
        return world.call(by, "POST", path, body, If_Match=f'"{one["version"]}"')

    answers = await asyncio.gather(review(made[0], world.HOSPITAL), review(made[1], HEBEI_HOSPITAL))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert {(one.title, one.details["school"], one.version) for one in await p.all(who)} == {
        ("233", "协和医学院", 3)
    }


async def test_two_provinces_correct_at_once_and_one_of_them_has_to_read_again(world, p):
    who = await p.physician()
    there = await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    here = next(one for one in await p.all(who) if one.id != there.id)
    answers = await asyncio.gather(
        correct(world, here, name="李鸣"),
        correct(world, there, who=world.HEBEI, id_number=RIGHT),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    held = await p.all(who) or await p.all(
        type(who)(who.account_id, who.role, person_key=world.kit.person_key(RIGHT))
    )
    assert len({(one.person_key, one.name, one.certificate_key) for one in held}) == 1


async def test_two_people_corrected_to_one_id_number_do_not_become_one(world, p):
    ones = [await p.registration(await p.physician()) for _ in range(2)]
    answers = await asyncio.gather(*(correct(world, one, id_number=RIGHT) for one in ones))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert world.codes(max(answers, key=lambda a: a.status_code)) == ["id_number_in_use"]


async def test_a_correction_beside_an_approval_leaves_one_number_for_life(world, p):
    who = await p.qualified()
    one = await p.agreed(await p.submitted(who, "registration", FIRST), world.HOSPITAL)
    other = await p.registration(await p.physician())
    answers = await asyncio.gather(
        world.review(world.XICHENG, one, "approve"),
        correct(world, other, id_number=world.id_number(501)),
    )
    assert answers[0].status_code in (200, 409)
    assert answers[1].status_code in (200, 409)
    assert {answer.status_code for answer in answers} != {409}
    assert len(await p.all(who)) == 1


NUL = "\u0000"


@pytest.mark.parametrize(
    ("role", "method", "path", "body"),
    [
        ("HOSPITAL", "GET", "/api/v1/registrations/1101101020%0000", None),
        ("HOSPITAL", "GET", "/api/v1/registrations/" + "9" * 40, None),
        (
            "HOSPITAL",
            "POST",
            "/api/v1/verifications",
            {"id_number": NUL, "profession": "physician"},
        ),
        ("HOSPITAL", "POST", "/api/v1/verifications", {"id_number": 10**40}),
        ("XICHENG", "POST", f"{RECORDS}/search", {"institution_id": "HOSPITAL", "name": NUL}),
        ("XICHENG", "POST", f"{RECORDS}/search", {"certificate_number": "1" * 14 + NUL}),
        ("PERSON", "POST", MINE, {"registration_id": NUL, "title": "233"}),
        ("PERSON", "POST", MINE, {"registration_id": 1, "title": "233"}),
        ("PERSON", "POST", MINE, {"school": NUL}),
        ("PERSON", "POST", MINE, {"title": ["233"]}),
    ],
)
async def test_nothing_that_a_client_sends_is_an_error_of_ours(world, p, role, method, path, body):
    who = await p.physician()
    answer = await world.call(getattr(world, role, who), method, path, body)
    assert 400 <= answer.status_code < 500, answer.text
    assert all(reason["next_step"] for reason in answer.json()["reasons"])
