"""What follows from a filing: licences, checks, closures, cancellation, and what the calendar does
(domain.md section 8, Q48, Q55)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.identifiers import institution_number
from zhiye_institutions.application.calendar_jobs import begin_closures, remind_of_checks

if TYPE_CHECKING:
    import httpx
    from conftest import Office, World

NUMBER = institution_number("40000002", "110102", "11", "A100", "1")
LICENCE = [
    "application-form",
    "setting-up-approval",
    "premises",
    "floor-plan",
    "assets",
    "rules",
    "leaders",
]
CHECK = ["check-form", "licence-copy"]
REFUSE = [{"code": "standard_not_met", "text": ""}]


def codes(answer: httpx.Response) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def for_licence(office: Office, materials: list[str] = LICENCE, **proposed: Any) -> Any:
    return await office.submitted(
        "practice-licence", proposed=proposed, materials=dict.fromkeys(materials, "paper")
    )


async def test_a_licence_puts_the_institution_into_practice_with_its_number(world: World) -> None:
    office = await world.office(status="planned", address=None)
    one = await for_licence(office, address="西城区新建路 1 号", beds=100)
    assert one["deadline"] == "2027-01-07"  # 45 days
    answer = await office.decide(
        one, "approve", materials_seen=LICENCE, registration_number=NUMBER.lower()
    )
    assert answer.status_code == 200, answer.text
    record = await office.record()
    assert (record["status"], record["registration_number"]) == ("in_force", NUMBER)
    assert (record["address"], record["beds"]) == ("西城区新建路 1 号", 100)
    assert (record["licensed_on"], record["next_check_due"]) == ("2026-11-23", "2029-11-23")
    assert (await world.published("institution-changed"))[-1]["status"] == "in_force"
    (licensed, *_) = await office.history()
    assert (licensed["change"], licensed["filing_id"]) == ("practice-licence", one["id"])


async def test_a_small_institution_is_checked_after_a_year(world: World) -> None:
    office = await world.office(status="planned", beds=99)
    await office.approved("practice-licence", LICENCE, registration_number=NUMBER)
    assert (await office.record())["next_check_due"] == "2027-11-23"


async def test_a_clinic_brings_the_lists_of_drugs_and_staff_too(world: World) -> None:
    office = await world.office(status="planned", category="D211")
    draft = await office.draft(
        "practice-licence", proposed={}, materials=dict.fromkeys(LICENCE, "paper")
    )
    answer = await office.submit(draft)
    assert [r["field"] for r in answer.json()["reasons"]] == ["materials.drugs", "materials.staff"]
    await office.own.put(
        f"/api/v1/institution-filings/{draft['id']}",
        json={"materials": dict.fromkeys([*LICENCE, "drugs", "staff"], "paper")},
        headers={"If-Match": '"1"'},
    )
    assert (await office.submit(draft)).status_code == 200


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (None, ["institution_number_missing"]),
        ("4O" + NUMBER[2:], ["institution_number_letter_o"]),
        (
            institution_number("40000002", "130102", "17", "B100", "1"),
            [
                "institution_region_differs",
                "institution_category_differs",
                "institution_ownership_differs",
            ],
        ),
    ],
)
async def test_the_number_of_a_licence_is_checked_and_an_o_for_a_zero_said_so(
    world: World, number: str | None, expected: list[str]
) -> None:
    office = await world.office(status="planned")
    one = await for_licence(office)
    answer = await office.decide(one, "approve", materials_seen=LICENCE, registration_number=number)
    assert (answer.status_code, codes(answer)) == (422, expected)
    assert (await office.record())["status"] == "planned"


async def test_everything_that_stops_a_licence_is_told_at_once(world: World) -> None:
    office = await world.office(status="planned")
    one = await for_licence(office)
    answer = await office.decide(one, "approve", materials_seen=LICENCE[2:])
    assert codes(answer) == ["material_missing", "material_missing", "institution_number_missing"]


async def test_a_number_is_given_once_also_when_two_licences_are_decided_at_once(
    world: World,
) -> None:
    offices = [await world.office(status="planned")]
    second = await world.institution(
        "北京第二医院",
        "110102",
        status="planned",
        address="路 2 号",
        person_in_charge="赵明",
        beds=1,
        subjects=["内科"],
    )
    first = offices[0]
    own = world.client("institution", institution_id=second)
    offices.append(type(first)(world, second, first.county, own, first.officer))
    filings = [await for_licence(office) for office in offices]
    answers = await asyncio.gather(
        *(
            office.decide(one, "approve", materials_seen=LICENCE, registration_number=NUMBER)
            for office, one in zip(offices, filings, strict=True)
        )
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    (lost,) = (a for a in answers if a.status_code == 409)
    assert lost.json()["code"] == "institution_number_taken"
    assert sorted([(await o.record())["status"] for o in offices]) == ["in_force", "planned"]


async def test_a_blood_station_is_licensed_without_a_number(world: World) -> None:
    office = await world.office(status="planned", category="F110")
    await office.approved("practice-licence", LICENCE)
    record = await office.record()
    assert (record["status"], record["registration_number"]) == ("in_force", None)


async def test_a_check_that_is_passed_dates_the_next(office: Office) -> None:
    await office.approved("periodic-check", CHECK)
    assert (await office.record())["next_check_due"] == "2027-11-23"
    office.world.service.kit.clock.instant += timedelta(days=345)
    await office.approved("periodic-check", CHECK)  # 20 days early
    assert (await office.record())["next_check_due"] == "2028-11-23"
    office.world.service.kit.clock.instant += timedelta(days=400)
    await office.approved("periodic-check", CHECK)  # late
    assert (await office.record())["next_check_due"] == "2029-12-07"


async def test_a_check_that_is_not_passed_suspends_with_the_reason_until_one_is(
    office: Office,
) -> None:
    one = await office.submitted(
        "periodic-check", proposed={}, materials=dict.fromkeys(CHECK, "paper")
    )
    assert (await office.decide(one, "refuse", reasons=REFUSE)).status_code == 200
    assert (await office.record())["status"] == "suspended"
    history = (await office.history())[0]
    assert (history["change"], history["change_label"]) == ("suspended", "暂缓校验")
    assert history["after"] == {"status": "suspended", "reasons": ["不符合医疗机构基本标准"]}
    assert (await office.world.published("institution-changed"))[-1]["status"] == "closed"
    await office.approved("periodic-check", CHECK)
    assert (await office.record())["status"] == "in_force"


def closure(first: str, last: str = "2027-05-31") -> dict[str, str]:
    return {"closed_from": first, "closed_until": last, "reason": "病房楼改造"}


async def test_a_closure_begins_at_once_or_on_its_day_and_ends_by_a_reopening(
    office: Office,
) -> None:
    await office.approved("closure", ["closure-form"], proposed=closure("2026-12-01"))
    assert (await office.record())["status"] == "in_force"
    kit, clock = office.world.kit, office.world.service.kit.clock
    await begin_closures(kit)
    assert (await office.record())["status"] == "in_force"
    clock.instant += timedelta(days=8)
    await asyncio.gather(begin_closures(kit), begin_closures(kit))
    assert (await office.record())["status"] == "closed"
    entry = (await office.history())[0]
    assert (entry["change"], entry["by"], entry["version"]) == ("closure", None, 2)
    assert entry["after"]["closed_until"] == "2027-05-31"
    assert (await office.world.published("institution-changed"))[-1]["status"] == "closed"

    await office.approved("reopening", ["reopening-form", "licence-copy"])
    assert (await office.record())["status"] == "in_force"
    await begin_closures(kit)  # the same closure does not begin again
    assert (await office.record())["status"] == "in_force"
    await office.approved("closure", ["closure-form"], proposed=closure("2026-12-01"))
    assert (await office.record())["status"] == "closed"


async def test_what_is_cancelled_files_nothing_any_more(office: Office) -> None:
    await office.approved(
        "cancellation", ["cancellation-form", "licence-copy"], proposed={"reason": "终止执业"}
    )
    assert (await office.record())["status"] == "cancelled"
    for kind in ("change", "reopening", "periodic-check", "cancellation"):
        answer = await office.own.post("/api/v1/institution-filings", json={"kind": kind})
        assert (answer.status_code, codes(answer)) == (409, ["filing_status"])


async def test_a_check_is_reminded_of_once_thirty_days_before(office: Office) -> None:
    await office.approved("periodic-check", CHECK)
    kit, clock = office.world.kit, office.world.service.kit.clock

    async def reminders() -> list[Any]:
        told = await office.world.published("filing-changed")
        return [e for e in told if e["change"] == "due"]

    clock.instant += timedelta(days=334)
    await remind_of_checks(kit)
    assert await reminders() == []
    clock.instant += timedelta(days=1)
    await asyncio.gather(*(remind_of_checks(kit) for _ in range(3)))
    (told,) = await reminders()
    assert (told["kind"], told["state"], told["deadline"]) == (
        "periodic-check",
        "due",
        "2027-11-23",
    )
    assert (told["institution_id"], told["version"]) == (office.hospital, 1)
    await remind_of_checks(kit)
    assert len(await reminders()) == 1
    await office.approved("periodic-check", CHECK)
    clock.instant += timedelta(days=366)
    await remind_of_checks(kit)
    assert [e["deadline"] for e in await reminders()] == ["2027-11-23", "2028-11-23"]
    assert len({e["aggregate_id"] for e in await reminders()}) == 2


async def test_who_is_closed_or_cancelled_is_not_reminded(office: Office) -> None:
    await office.approved("periodic-check", CHECK)
    await office.approved(
        "cancellation", ["cancellation-form", "licence-copy"], proposed={"reason": "终止执业"}
    )
    office.world.service.kit.clock.instant += timedelta(days=365)
    await remind_of_checks(office.world.kit)
    assert [e["change"] for e in await office.world.published("filing-changed")].count("due") == 0
