"""The authority's records: whom it finds, and what it sees."""

from __future__ import annotations

import pytest
from services.registration.tests.businesses import Businesses
from services.registration.tests.rostering import certificate, enrol, id_number, refusal
from structlog.testing import capture_logs

from zhiye_chassis.security import Principal

PATH = "/api/v1/registration-records"
NOT_FOUND = (404, [("not_found", None)])
NATION = Principal("ACC-Z", "authority", authority_id="NATION", region="000000")


async def search(world, who, **asked):
    answer = await world.call(who, "POST", f"{PATH}/search", asked)
    assert answer.status_code == 200, answer.text
    return [one["registration_id"] for one in answer.json()]


async def test_a_nurse_is_found_by_id_number_by_certificate_or_by_name_at_an_institution(world):
    one = await enrol(world, 1, "王芳")
    await enrol(world, 2, "李梅")
    for asked in (
        {"id_number": id_number(1)},
        {"certificate_number": certificate(1)},
        {"institution_id": "HOSPITAL", "name": "芳"},
    ):
        for who in (world.XICHENG, world.BEIJING, NATION):
            assert await search(world, who, **asked) == [one]


async def test_nobody_is_found_outside_the_region(world):
    await enrol(world, 1)
    lost = Principal("X", "authority")
    for who in (world.HEBEI, lost):
        assert await search(world, who, id_number=id_number(1)) == []
        assert await search(world, who, certificate_number=certificate(1)) == []
        asked = {"institution_id": "HOSPITAL", "name": "王芳"}
        assert await refusal(world, who, "POST", f"{PATH}/search", asked) == NOT_FOUND


async def test_what_is_found_shows_a_masked_id_number_and_the_version_to_correct(world):
    await enrol(world, 1)
    answer = await world.call(world.XICHENG, "POST", f"{PATH}/search", {"id_number": id_number(1)})
    (one,) = answer.json()
    assert id_number(1) not in answer.text
    assert (one["version"], one["institution_name"], one["region"]) == (
        1,
        "北京示例医院",
        "110102",
    )


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({}, "search_unclear", "id_number"),
        ({"name": "王芳"}, "search_unclear", "id_number"),
        ({"institution_id": "HOSPITAL"}, "search_unclear", "id_number"),
        (
            {"id_number": id_number(1), "certificate_number": certificate(1)},
            "search_unclear",
            "id_number",
        ),
        ({"id_number": id_number(1), "name": "王芳"}, "search_unclear", "id_number"),
        ({"id_number": "110101199003050011"}, "id_number_check_digit", "id_number"),
        ({"certificate_number": "O"}, None, "certificate_number"),
        ({"phone": "13900000000"}, None, "phone"),
    ],
)
async def test_a_search_that_cannot_be_made_is_refused_by_name(world, asked, code, field):
    status, reasons = await refusal(world, world.XICHENG, "POST", f"{PATH}/search", asked)
    assert (status, reasons[0][1]) == (422, field)
    assert code in (None, reasons[0][0])


async def test_the_whole_record_has_history_applications_and_changes_of_information(world):
    businesses = await Businesses(world).open()
    nurse = await businesses.nurse()
    key = (await businesses.registration(nurse)).id
    one = await businesses.submitted(nurse, "renewal", _fit())
    await businesses.agreed(one, world.HOSPITAL, world.XICHENG)
    asked = {"school": "首都医科大学", "title": "254"}
    made = await world.call(nurse, "POST", "/api/v1/my/information-changes", asked)
    assert made.status_code == 201, made.text
    answer = await world.call(world.BEIJING, "GET", f"{PATH}/{key}")
    told = answer.json()
    assert told["id_number"] == world.id_number(101)
    assert answer.headers["etag"] == '"2"'
    assert [entry["change"] for entry in told["history"]] == ["imported", "nurse-renewal"]
    assert told["history"][1]["application_number"] == one["number"]
    (application,) = told["applications"]
    assert (application["number"], application["state_label"]) == (one["number"], "审批通过")
    (change,) = told["information_changes"]
    assert (change["state"], change["state_label"]) == ("pending", "待机构审核")
    assert {c["field"]: c["after"] for c in change["changes"]} == asked
    assert told["corrections"] == []
    assert told["photo"] is None


async def test_a_record_tells_how_often_others_verified_it(world):
    one = await enrol(world, 1)
    for number in (id_number(1), id_number(1), id_number(2)):
        body = {"id_number": number}
        await world.call(world.OTHER_HOSPITAL, "POST", "/api/v1/verifications", body)
    told = (await world.call(world.XICHENG, "GET", f"{PATH}/{one}")).json()
    assert told["verifications"] == 2


async def test_each_reading_of_a_whole_record_is_logged_by_ids(world):
    one = await enrol(world, 1)
    with capture_logs() as logs:
        await world.call(world.XICHENG, "GET", f"{PATH}/{one}")
    (read,) = [line for line in logs if line["event"] == "record_read"]
    assert (read["account"], read["registration"]) == ("ACC-A", one)
    assert id_number(1) not in str(logs)


@pytest.mark.parametrize("who", ["HEBEI", "nobody"])
async def test_a_record_outside_the_region_does_not_exist(world, who):
    one = await enrol(world, 1)
    stranger = world.HEBEI if who == "HEBEI" else Principal("X", "authority")
    assert await refusal(world, stranger, "GET", f"{PATH}/{one}") == NOT_FOUND
    assert await refusal(world, world.XICHENG, "GET", f"{PATH}/nobody") == NOT_FOUND
    for reader in (world.XICHENG, world.BEIJING, NATION):
        assert (await world.call(reader, "GET", f"{PATH}/{one}")).status_code == 200


async def test_a_county_does_not_see_applications_to_another_province(world):
    businesses = await Businesses(world).open()
    nurse = await businesses.nurse()
    key = (await businesses.registration(nurse)).id
    form = {"department": "ward", "work_category": "clinical-nursing"}
    await businesses.submitted(nurse, "change", form, institution_id="HEBEI-HOSPITAL")
    told = (await world.call(world.XICHENG, "GET", f"{PATH}/{key}")).json()
    assert told["applications"] == []


def _fit():
    return {
        "full_civil_capacity": True,
        "health": {"meets_standard": True, "checked_on": "2026-11-02"},
    }
