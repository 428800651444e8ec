"""Verification of physicians by ID number: every location, whose it is, what to do next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL, TODAY, Businesses
from services.registration.tests.physicians import DAY, HOSPITAL3, Physicians

from zhiye_registration.domain.verification import ADVICE

PATH = "/api/v1/verifications"


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def verify(world, who, serial=501, profession="physician", **headers):
    body = {"id_number": world.id_number(serial), "profession": profession}
    return await world.call(who, "POST", PATH, body, **headers)


async def verified(world, who, **more):
    answer = await verify(world, who, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_location_tells_its_main_institution_and_whose_it_is(world, p):
    who = await p.physician(scopes=("11",))
    await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    found = (await verified(world, world.HOSPITAL))["registration"]
    assert (found["name"], found["id_number"]) == ("李明", world.id_number(501))
    assert (found["valid_until"], found["level_label"]) == (None, "执业医师")
    own = {one["institution_name"]: one["own"] for one in found["locations"]}
    assert own == {"北京示例医院": True, "石家庄医院": False}
    codes = {one["institution_name"]: one["advice"]["code"] for one in found["locations"]}
    assert codes == {"北京示例医院": "registered_here", "石家庄医院": "registered_elsewhere"}


async def test_a_main_institution_that_is_another_one_is_to_be_changed(world, p):
    await p.physician()
    found = (await verified(world, HOSPITAL3))["registration"]
    assert (found["own"], found["advice"]["code"]) == (False, "registered_elsewhere")
    assert "变更主要执业机构" in found["advice"]["next_step"]
    assert "20" in found["advice"]["source"]
    english = await verified(world, HOSPITAL3, Accept_Language="en")
    assert "main institution" in english["registration"]["advice"]["next_step"]


async def test_a_name_that_is_not_the_standard_one_is_to_be_merged(world, p):
    await world.tell(world.institution_event("OLD", name="北京示例医院（老院）", region="110102"))
    await p.physician(institution=("OLD", "110102"))
    found = (await verified(world, world.HOSPITAL))["registration"]
    assert found["advice"]["code"] == "registered_under_other_name"
    assert "合并" in found["advice"]["next_step"]


async def test_who_is_filed_here_may_practise_here_while_it_is_in_force(world, p):
    who = await p.physician()
    filing = await p.filed_at(who)
    (location,) = (await verified(world, world.OTHER_HOSPITAL))["registration"]["locations"]
    assert (location["own"], location["filed_here"]) == (False, True)
    assert location["advice"]["code"] == "filed_here"
    assert [f["institution_name"] for f in location["filings"]] == ["北京另一医院"]
    world.clock.instant += timedelta(days=(filing.until_on - TODAY).days + 1)
    (location,) = (await verified(world, world.OTHER_HOSPITAL))["registration"]["locations"]
    assert (location["filed_here"], location["filings"]) == (False, [])


@pytest.mark.parametrize(
    ("columns", "code", "label"),
    [
        (
            {"status": "filed", "filed_on": TODAY - DAY, "filing_ground": "left-post"},
            "off_post",
            "备案",
        ),
        (
            {"status": "cancelled", "cancelled_on": TODAY, "cancellation_ground": "own-request"},
            "cancelled",
            "注销",
        ),
        ({"status": "moving_out"}, "moving_out", "区内到区外变更"),
    ],
)
async def test_who_is_not_in_force_is_told_with_what_comes_next(world, p, columns, code, label):
    await p.physician(**columns)
    found = (await verified(world, world.HOSPITAL))["registration"]
    assert (found["status_label"], found["advice"]["code"]) == (label, code)
    assert "重新注册" in found["advice"]["next_step"]


async def test_who_is_qualified_only_is_told_apart_from_who_is_on_no_record(world, p):
    await p.qualified()
    assert (await verified(world, world.HOSPITAL))["reason"]["code"] == "never_registered"
    nobody = await verified(world, world.HOSPITAL, serial=700)
    assert (nobody["outcome"], nobody["reason"]["code"]) == ("not_on_record",) * 2
    # A nurse's records are not a physician's.
    assert (await verified(world, world.HOSPITAL, profession="nurse"))["outcome"] != "found"


async def test_the_physician_sees_by_whom_it_was_and_it_counts_as_any_other(world, p):
    who = await p.physician()
    await verified(world, world.HEBEI)
    lines = (await world.call(who, "GET", "/api/v1/my/registration/verifications")).json()["items"]
    assert [(line["organisation_name"], line["found"]) for line in lines] == [
        ("河北省卫生健康委员会", True)
    ]
    world.kit.own.verifications_per_minute = 2
    await verified(world, world.HEBEI, profession="nurse")
    answer = await verify(world, world.HEBEI)
    assert world.codes(answer) == ["verifications_too_fast"]


async def test_an_authority_is_told_no_advice_of_an_institution(world, p):
    await p.physician()
    found = (await verified(world, world.XICHENG))["registration"]
    assert (found["own"], found["advice"]) == (False, None)


async def test_a_nurse_comes_with_advice_too(world, p):
    await Businesses(world).nurse(TODAY - DAY)
    found = (await verified(world, world.HOSPITAL, serial=101, profession="nurse"))["registration"]
    assert (found["advice"]["code"], found["locations"]) == ("expired_here", [])
    elsewhere = await verified(world, HEBEI_HOSPITAL, serial=101, profession="nurse")
    assert elsewhere["registration"]["advice"]["code"] == "registered_elsewhere"


def test_each_advice_says_what_to_do_in_both_languages():
    for rows in ADVICE.values():
        for one in rows.values():
            assert one.next_step.zh
            assert one.next_step.en
            assert one.source
