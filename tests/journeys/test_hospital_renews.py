"""A hospital brings in its nurses, they get their codes, and renew together for one expiry date;
who comes from a region that is not online, and who comes from the army, is activated by the
approval. Through the gateway (Q5.2, Q29.2, Q32, Q33)."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from datetime import date, timedelta
from typing import Any

import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.offices import Phone, clinic, first_log_in, issue, new_phone, user_name
from tests.journeys.people import Nurse
from tests.journeys.practice import (
    APPLICATIONS,
    WORK,
    Offices,
    apply,
    fit,
    message,
    registration,
    review,
)

from zhiye_chassis.clock import SystemClock
from zhiye_contracts.identifiers import make_id_number
from zhiye_launcher.demo_data import HEAN
from zhiye_launcher.demo_existing import existing_nurses

DESK, IMPORTS, BULK = (
    "/api/v1/activation-desk",
    "/api/v1/registration-imports",
    "/api/v1/bulk-reviews",
)
_SERIALS = itertools.count(secrets.randbelow(90_000) * 10)
_PHONES = (f"134{n:08d}" for n in itertools.count(secrets.randbelow(10**7)))


@pytest.fixture
async def offices(staff: Staff) -> Offices:
    return await Offices.open(staff)


def _person(connect: Connect, name: str, id_number: str, certificate: str) -> Nurse:
    record: Any = {"name": name, "id_number": id_number, "certificate_number": certificate}
    phone = next(_PHONES)
    return Nurse(connect(), record, phone, f"h{phone[3:]}")


def _colleagues(connect: Connect, count: int) -> list[Nurse]:
    """Nurses whose registrations are on a hospital's list and nowhere else yet."""
    people = []
    for serial in itertools.islice(_SERIALS, count):
        born = date(1986, 1, 1) + timedelta(days=serial % 3_000)
        number = make_id_number("110102", born, serial // 3_000)
        people.append(_person(connect, "林晓梅", number, f"201811{serial:06d}"))
    return people


async def _over(who: Caller, path: str) -> dict[str, Any]:
    """Work in the background, once it is over."""
    async with asyncio.timeout(60):
        while (found := await who.get(path))["state"] in ("waiting", "running"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return found  # type: ignore[no-any-return]


async def _brought_in(county: Caller, people: list[Nurse], until: date) -> None:
    lines = ["姓名,身份证号,护士证号,有效期截止日期,科室,技术职称"]
    lines += [
        f"{p.record['name']},{p.record['id_number']},{p.record['certificate_number']},{until},"
        "病房,护师"
        for p in people
    ]
    content, headers = "\n".join(lines).encode("gb18030"), {"Content-Type": "text/csv"}
    for dry_run in ("true", "false"):
        path = f"{IMPORTS}?institution_id={HEAN}&dry_run={dry_run}"
        taken = await county.ask("POST", path, content=content, headers=headers)
        assert taken.status_code == 202, taken.text
        done = await _over(county, taken.headers["Location"])
        assert (done["state"], done["recorded"], done["rejected"]) == ("done", len(people), 0)


async def _activated(hospital: Caller, nurse: Nurse) -> None:
    await nurse.open_account()
    await nurse.verify_phone()
    own = {"account_ids": [(await nurse.account())["account_id"]]}
    async with asyncio.timeout(15):  # the account comes to the desk over the bus
        while True:
            (item,) = (await hospital.post(f"{DESK}/codes", own))["items"]
            if item["result"] != "refused":
                break
            await asyncio.sleep(0.05)
    code = (await Phone(nurse.caller, nurse.phone).newest("activation_code"))["code"]
    body = {"activation_code": code, "certificate_number": nurse.record["certificate_number"]}
    await nurse.caller.post("/api/v1/accounts/me/activation", body)
    await nurse.caller.refresh()


async def test_q32_a_hospital_s_nurses_renew_together_for_one_expiry_date(
    connect: Connect, offices: Offices
) -> None:
    until = SystemClock().today() + timedelta(days=17)
    people = _colleagues(connect, 6)
    await _brought_in(offices.xicheng, people, until)
    roster = await offices.hean.get("/api/v1/roster?list=due&q=linxiaomei&limit=200")
    assert len(roster["items"]) >= 6
    assert {line["mark"] for line in roster["items"]} == {"blue"}
    for nurse in people:
        await _activated(offices.hean, nurse)
        await apply(nurse.caller, "renewal", fit(), institution_id=HEAN)

    selection = {"business_type": "nurse-renewal", "valid_until": until.isoformat()}
    for office in (offices.hean, offices.xicheng):
        order = {"decision": "approve", "selection": selection}
        made = await office.post(BULK, order)
        done = await _over(office, f"{BULK}/{made['id']}")
        assert (done["total"], done["succeeded"]) == (6, 6)
        await offices.changan.refused(
            "GET", f"{BULK}/{made['id']}", status=404, code="not_found", languages=("zh",)
        )
    for nurse in people:
        held = await registration(nurse)
        assert held["valid_until"] == until.replace(year=until.year + 5).isoformat()
        assert await message(nurse, "application_approved")
    # Nothing waits any more; the same order finds nothing.
    await offices.hean.refused(
        "POST",
        BULK,
        {"decision": "approve", "selection": selection},
        status=422,
        code="nothing_selected",
        field="selection",
        languages=("zh",),
    )


async def test_q29_2_who_is_registered_where_nothing_is_online_is_activated_by_the_approval(
    connect: Connect, offices: Offices
) -> None:
    found = existing_nurses(4, 2)[3]
    nurse = _person(connect, found.name, found.id_number, found.certificate_number)
    await nurse.open_account()
    await nurse.verify_phone()
    await nurse.caller.refresh()
    assert (await nurse.account())["status"] != "active"
    body = {"business_type": "nurse-renewal", "institution_id": HEAN, "form": {}}
    await nurse.caller.refused(
        "POST", APPLICATIONS, body, status=403, code="account_active_not_met"
    )
    one = await apply(nurse.caller, "change", WORK, institution_id=HEAN)
    await review(offices.hean, one)
    await review(offices.xicheng, one)
    await _until_active(nurse)
    assert (await registration(nurse))["institution_id"] == HEAN


async def _until_active(nurse: Nurse) -> None:
    async with asyncio.timeout(15):
        while (await nurse.account())["status"] != "active":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await nurse.caller.refresh()


async def test_q33_a_nurse_of_the_army_comes_to_a_hospital_when_all_four_have_agreed(
    connect: Connect, offices: Offices
) -> None:
    phone = new_phone(connect)
    army_hospital = await clinic(offices.xicheng)
    await issue(offices.xicheng, army_hospital, user_name(), phone)
    army = await first_log_in(connect, phone)
    serial = next(_SERIALS)
    number = make_id_number("110108", date(1990, 1, 1) + timedelta(days=serial % 3_000), 7)
    nurse = _person(connect, "马兰", number, f"201911{serial:06d}")
    await nurse.caller.post("/api/v1/accounts", await nurse.registration())
    await nurse.caller.log_in(nurse.user_name, nurse.password)
    assert (await nurse.account())["identity"]["code"] != "identity_matched"
    await nurse.verify_phone()
    await nurse.caller.refresh()
    until = f"{SystemClock().today().year + 2}-05-01"
    military = {
        "source": "army",
        "institution_id": army_hospital,
        "certificate_number": nurse.record["certificate_number"],
        "valid_until": until,
    }
    form = WORK | {"military": military}
    async with asyncio.timeout(15):  # her account comes to the register over the bus
        body = {"business_type": "nurse-military-to-local", "institution_id": HEAN, "form": form}
        while (answer := await nurse.caller.ask("POST", APPLICATIONS, body)).status_code != 201:
            assert "account_not_active" in answer.text, answer.text
            await asyncio.sleep(0.05)
    one = answer.json()["id"]
    await nurse.caller.post(f"{APPLICATIONS}/{one}/submission")
    for office in (army, offices.hean, offices.xicheng):
        step = await review(office, one)
    assert step["state"] == "awaiting_confirmation"
    assert (await review(army, one))["state"] == "approved"
    await _until_active(nurse)
    held = await registration(nurse)
    assert (held["certificate_number"], held["valid_until"]) == (
        nurse.record["certificate_number"],
        until,
    )
