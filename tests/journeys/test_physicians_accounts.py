"""How a physician's account becomes active: each of the five answers, through the gateway (Q5)."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import secrets
from typing import Any

import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.offices import Phone
from tests.journeys.physicians import ADDED, FIRST, Physician, Physicians, approve, day
from tests.journeys.practice import APPLICATIONS, message

from zhiye_contracts.identifiers import physician_practice_certificate
from zhiye_launcher.demo_data import OFFLINE_HOSPITAL

DESK, IMPORTS = "/api/v1/activation-desk", "/api/v1/registration-imports"
ACTIVATION = "/api/v1/accounts/me/activation"
_SERIALS = itertools.count(500_000 + secrets.randbelow(400_000))
STATES = {
    "filed": {"状态": "备案", "备案日期": day(-100), "备案理由": "辞职、退职"},
    "cancelled": {"状态": "注销", "注销日期": day(-100), "注销理由": "其他应当注销的情形"},
    "moving_out": {"状态": "区内到区外变更"},
}


@pytest.fixture(scope="module")
async def physicians(connect: Connect, staff: Staff) -> Physicians:
    return await Physicians.open(connect, staff)


async def _brought_in(office: Caller, institution: str, person: Physician, **more: str) -> str:
    """Registered before there was this system: on the list of an institution; the number of the
    practice certificate."""
    number = physician_practice_certificate("1", "1", "110102", next(_SERIALS))
    line = {
        "姓名": str(person.record["name"]),
        "身份证号": str(person.record["id_number"]),
        "级别": "执业医师",
        "类别": "临床",
        "执业范围": "内科专业",
        "医师执业证书编码": number,
        "首次注册日期": day(-400),
        "执业科室": "内科",
    } | more
    out = io.StringIO()
    rows = csv.DictWriter(out, line)
    rows.writeheader()
    rows.writerow(line)
    taken = await office.ask(
        "POST",
        f"{IMPORTS}?institution_id={institution}&profession=physician",
        content=out.getvalue().encode("gb18030"),
        headers={"Content-Type": "text/csv"},
    )
    assert taken.status_code == 202, taken.text
    path = taken.headers["Location"]
    async with asyncio.timeout(60):
        while (done := await office.get(path))["state"] in ("waiting", "running"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    rejects = (await office.ask("GET", f"{path}/rejects")).text
    assert (done["state"], done["recorded"]) == ("done", 1), rejects
    return number


async def _opened(person: Physician) -> None:
    """An account with identity and phone verified: all but active."""
    await person.open_account()
    await person.verify_phone()
    await person.caller.refresh()
    assert (await person.account())["status"] != "active"


async def _refused(person: Physician, certificate: Any) -> str:
    answer = await person.caller.ask("POST", ACTIVATION, {"certificate_number": certificate})
    assert answer.status_code in (409, 422), answer.text
    assert answer.json()["next_step"]
    return str(answer.json()["code"])


async def test_q5_1_who_is_registered_gets_the_code_of_the_main_institution(
    physicians: Physicians,
) -> None:
    place = physicians.places.xicheng
    person = await physicians.passed()
    number = await _brought_in(place.authority, place.id, person)
    await _opened(person)
    own = {"account_ids": [(await person.account())["account_id"]]}
    # The own certificate does not do while a main institution can make a code.
    assert await _refused(person, person.record["certificate_number"])
    assert "refused" in str(await physicians.places.clinic.hospital.post(f"{DESK}/codes", own))
    async with asyncio.timeout(15):  # the account comes to the desk over the bus
        while True:
            (item,) = (await place.hospital.post(f"{DESK}/codes", own))["items"]
            if item["result"] != "refused":
                break
            await asyncio.sleep(0.05)
    code = (await Phone(person.caller, person.phone).newest("activation_code"))["code"]
    await person.caller.post(ACTIVATION, {"activation_code": code})
    await person.until_active()
    held = await person.held()
    assert (held["status"], held["certificate_number"]) == ("registered", number)


async def _of_a_region_not_online(physicians: Physicians) -> Physician:
    person = await physicians.passed()
    await _brought_in(await physicians.staff("operator1"), OFFLINE_HOSPITAL, person)
    await _opened(person)
    assert await _refused(person, person.record["certificate_number"])
    return person


async def test_q5_2_the_approval_of_an_added_location_activates_who_is_registered_offline(
    physicians: Physicians,
) -> None:
    person = await _of_a_region_not_online(physicians)
    await person.done("add-location", ADDED, physicians.places.xicheng)
    await person.until_active()
    assert {(one["location"], one["status"]) for one in await person.registrations()} == {
        ("14", "registered"),
        ("11", "registered"),
    }
    assert await message(person, "application_approved")


async def test_q5_3_the_approval_of_a_changed_location_activates_who_is_registered_offline(
    physicians: Physicians,
) -> None:
    person = await _of_a_region_not_online(physicians)
    place = physicians.places.xicheng
    # Nothing else can be applied for before.
    await person.caller.refused(
        "POST",
        APPLICATIONS,
        {"business_type": "physician-off-post", "institution_id": place.id, "form": {}},
        status=403,
        code="account_active_not_met",
        languages=("zh",),
    )
    one = await person.apply("change", {"department": "03"}, place)
    await approve(one, place)
    await person.until_active()
    held = await person.held()
    assert (held["location"], held["institution_id"]) == ("11", place.id)
    assert await message(person, "application_approved")


async def test_q5_4_who_never_registered_activates_with_the_own_qualification_certificate(
    physicians: Physicians,
) -> None:
    other, person = await physicians.passed(), await physicians.passed()
    await _opened(person)
    assert await _refused(person, other.record["certificate_number"]) == "certificate_mismatch"
    await person.activate()
    await person.until_active()
    await person.done("registration", FIRST, physicians.places.xicheng)
    assert (await person.held())["status"] == "registered"


@pytest.mark.parametrize("state", STATES)
async def test_q5_5_who_is_filed_cancelled_or_moving_out_activates_with_the_own_certificate_too(
    physicians: Physicians, state: str
) -> None:
    place = physicians.places.xicheng
    person = await physicians.passed()
    number = await _brought_in(place.authority, place.id, person, **STATES[state])
    await _opened(person)
    assert await _refused(person, number)
    await person.activate()
    await person.until_active()
    assert (await person.held())["status"] == state
    await person.done("re-registration", FIRST, physicians.places.clinic)
    held = await person.held()
    assert (held["status"], held["certificate_number"]) == ("registered", number)


async def test_q5_5_who_moves_out_and_comes_back_keeps_the_account_and_the_number(
    physicians: Physicians,
) -> None:
    place = physicians.places.xicheng
    person = await physicians.registered()
    before = await person.held()
    await person.done("moving-out", {"destination": "太原和安医院"}, place)
    assert (await person.held())["status"] == "moving_out"
    assert (await person.account())["status"] == "active"
    await person.done("re-registration", FIRST, physicians.places.changan)
    held = await person.held()
    assert (held["location"], held["certificate_number"]) == ("13", before["certificate_number"])
