"""A hospital's first weeks: its nurses open accounts and get their codes, or learn why not; who is
recorded under another name is merged; a stranger's account is revoked. Through the gateway."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.offices import Phone, until_refused
from tests.journeys.people import Nurse

from zhiye_launcher.demo_data import HEAN, HEAN_OTHER_NAME
from zhiye_launcher.demo_existing import ExistingNurse, existing_nurses

DESK = "/api/v1/activation-desk"
_OWN, _OTHER_NAME, _OFFLINE = (
    iter(existing_nurses(n, group)) for group, n in enumerate((40, 6, 4))
)
_PHONES = (f"135{n:08d}" for n in itertools.count(20_000_000))


def _person(connect: Connect, found: ExistingNurse) -> Nurse:
    """Somebody who is registered already and has no account yet."""
    phone = next(_PHONES)
    record: Any = {
        "name": found.name,
        "id_number": found.id_number,
        "certificate_number": found.certificate_number,
    }
    return Nurse(connect(), record, phone, f"d{phone[3:]}")


async def _verified(connect: Connect, found: ExistingNurse) -> Nurse:
    nurse = _person(connect, found)
    await nurse.open_account()
    await nurse.verify_phone()
    return nurse


async def _row(hospital: Caller, name: str, status: str) -> dict[str, Any]:
    """The line with this name, once it says so: accounts and register agree by events."""
    async with asyncio.timeout(15):
        while True:
            found = await hospital.get(f"{DESK}/people?name={name}&limit=50")
            for item in found["items"]:
                if item["name"] == name and item["status"] == status:
                    return item  # type: ignore[no-any-return]
            await asyncio.sleep(0.05)


async def _why(hospital: Caller, *people: ExistingNurse) -> list[list[str]]:
    body = {"id_numbers": [person.id_number for person in people]}
    items = (await hospital.post(f"{DESK}/explanations", body))["items"]
    return [[reason["code"] for reason in item["reasons"]] for item in items]


async def _until(hospital: Caller, person: ExistingNurse, code: str) -> None:
    async with asyncio.timeout(15):
        while True:
            if await _why(hospital, person) == [[code]]:
                return
            await asyncio.sleep(0.05)


async def test_a_nurse_gets_her_code_from_the_hospital_and_its_list_is_live(
    connect: Connect, staff: Staff
) -> None:
    """Q5.1, Q21, Q23, Q29.1, Q42, Q44, deck 4."""
    hospital, other = await staff("heanyiyuan"), await staff("changanyy")
    found = next(_OWN)
    assert await _why(hospital, found) == [["no_account"]]
    nurse = await _verified(connect, found)
    told = await nurse.account()
    assert (told["identity"]["code"], told["activation"]["route"]) == (
        "identity_matched",
        "institution_code",
    )
    await nurse.caller.refused(
        "POST",
        "/api/v1/accounts/me/activation",
        {"certificate_number": found.certificate_number},
        status=409,
        code="activation_route_differs",
        field="certificate_number",
    )
    waiting = await _row(hospital, found.name, "awaiting_code")
    assert await _why(hospital, found) == [["awaiting_code"]]
    assert await _why(other, found) == [["other_institution"]]
    refused = await other.post(f"{DESK}/codes", {"account_ids": [waiting["account_id"]]})
    assert refused["items"][0]["result"] == "refused", "another hospital issues nothing"

    issued = (await hospital.post(f"{DESK}/codes", {"account_ids": [waiting["account_id"]]}))[
        "items"
    ]
    assert issued[0]["result"] == "issued"
    message = await Phone(nurse.caller, nurse.phone).newest("activation_code")
    assert (
        message["code"]
        == issued[0]["code"]
        == (await _row(hospital, found.name, "code_issued"))["code"]
    )
    again = (await hospital.post(f"{DESK}/codes", {"account_ids": [waiting["account_id"]]}))[
        "items"
    ]
    assert (again[0]["result"], again[0]["code"]) == ("already_issued", message["code"])

    await nurse.caller.post(
        "/api/v1/accounts/me/activation",
        {"activation_code": message["code"], "certificate_number": found.certificate_number},
    )
    await nurse.caller.refresh()
    assert (await nurse.caller.get("/api/v1/my/registration"))["registration"][
        "institution_id"
    ] == HEAN
    active = await _row(hospital, found.name, "active")
    assert active["code"] is None
    assert await _why(hospital, found) == [["already_active"]]


async def test_a_nurse_of_a_region_that_is_not_online_is_activated_by_an_approval(
    connect: Connect,
) -> None:
    """Q5.2, Q29.2: told so, and no code is waited for."""
    nurse = await _verified(connect, next(_OFFLINE))
    told = await nurse.account()
    assert told["activation"]["route"] == "by_approval"
    assert "审批通过" in told["activation"]["how"]


async def test_who_is_recorded_under_another_name_is_merged_into_the_standard_one_and_back(
    connect: Connect, staff: Staff
) -> None:
    """Q20.4.2, Q41.4.2: preview, merge, everybody is in the list, undo."""
    hospital, county, elsewhere = [
        await staff(name) for name in ("heanyiyuan", "xicheng1", "changan1")
    ]
    found = next(_OTHER_NAME)
    nurse = await _verified(connect, found)
    assert await _why(hospital, found) == [["other_institution"]]
    body = {"source_id": HEAN_OTHER_NAME, "target_id": HEAN, "reason": "同一医院的非标准名称"}
    preview = await county.get(f"/api/v1/institution-merges/previews/{HEAN_OTHER_NAME}")
    nurses = [one for one in preview["registrations"] if one["profession"] == "nurse"]
    assert nurses == [{"profession": "nurse", "status": "registered", "count": 6}]
    await elsewhere.refused(
        "POST",
        "/api/v1/institution-merges",
        body,
        status=403,
        code="merge_source_elsewhere",
        field="source_id",
    )
    merge = await county.post("/api/v1/institution-merges", body)
    try:
        waiting = await _row(hospital, found.name, "awaiting_code")
        issued = await hospital.post(f"{DESK}/codes", {"account_ids": [waiting["account_id"]]})
        assert issued["items"][0]["result"] == "issued"
        search = await hospital.get("/api/v1/institutions?q=和安医院西城院")
        assert [i["id"] for i in search["items"]] == [HEAN], "found under the standard name"
    finally:
        undone = await county.post(f"/api/v1/institution-merges/{merge['id']}/undo")
    assert undone["undone_at"]
    await _until(hospital, found, "other_institution")
    code = issued["items"][0]["code"]
    await nurse.caller.refused(
        "POST",
        "/api/v1/accounts/me/activation",
        {"activation_code": code},
        status=409,
        code="activation_code_void",
        field="activation_code",
    )


async def test_a_stranger_s_account_is_revoked_by_her_hospital_and_the_nurse_opens_her_own(
    connect: Connect, staff: Staff
) -> None:
    """Q13, Q35, deck 4.1."""
    hospital, other = await staff("heanyiyuan"), await staff("changanyy")
    found = next(_OWN)
    stranger = await _verified(connect, found)
    rightful = _person(connect, found)
    await rightful.caller.refused(
        "POST",
        "/api/v1/accounts",
        await rightful.registration(),
        status=409,
        code="identity_already_registered",
        field="id_number",
        languages=("zh",),
    )
    body = {"id_number": found.id_number, "name": found.name, "reason": "registered_by_another"}
    answer = await other.ask("POST", f"{DESK}/revocations", body)
    assert answer.status_code in (403, 404), "somebody else's nurse"
    await hospital.post(f"{DESK}/revocations", body)
    assert await until_refused(stranger.caller, "/api/v1/accounts/me") < 5
    assert await Phone(rightful.caller, stranger.phone).newest("account_revoked")
    await rightful.open_account()
    assert (await rightful.account())["user_name"] == rightful.user_name


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_whole_list_gets_its_codes_at_once(
    connect: Connect, staff: Staff, language: str
) -> None:
    hospital = await staff("heanyiyuan")
    nurses = [await _verified(connect, next(_OWN)) for _ in range(3)]
    for nurse in nurses:
        await _row(hospital, str(nurse.record["name"]), "awaiting_code")
    done = await hospital.post(f"{DESK}/codes", {"all_waiting": True}, language=language)
    results = [item for item in done["items"] if item["result"] == "issued"]
    assert len(results) >= 3
    assert len({item["code"] for item in results}) == len(results)
    for nurse in nurses:
        assert await Phone(nurse.caller, nurse.phone).newest("activation_code")
