"""Nurses counted for pictures: of an institution now, of a region as last counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from services.registration.tests.rostering import enrol, id_number, refusal

from zhiye_chassis.security import Principal
from zhiye_registration.adapters.record_tables import registration_count
from zhiye_registration.application import registration_statistics
from zhiye_registration.application.count_registrations import RegistrationCounts

PATH = "/api/v1/statistics/nurses"
NATION = Principal("ACC-Z", "authority", authority_id="NATION", region="000000")


async def fill(world):
    """Six of HOSPITAL, one cancelled; one of HOSPITAL2; one in Hebei."""
    await enrol(world, 1)
    await enrol(world, 2, education="10", details={"degree": "3"}, title="251")
    await enrol(world, 3, education="20", department="emergency", birth_date=date(1960, 3, 5))
    await enrol(world, 4, education="40", gender="1", valid_until=date(2026, 12, 31))
    await enrol(world, 5, education=None, title=None, valid_until=date(2026, 10, 31))
    await enrol(world, 6, status="cancelled", cancellation_ground="death")
    await enrol(world, 7, institution="HOSPITAL2")
    await enrol(world, 8, institution="HOSPITAL2", region="130102")
    event = world.account_event
    key = world.kit.person_key
    await world.tell(
        event("A1", key(id_number(1))),
        event("A2", key(id_number(2)), status="verified"),
        event("A3", key(id_number(3, date(1960, 3, 5))), status="revoked"),
        event("A6", key(id_number(6))),
    )


async def read(world, who, query=""):
    answer = await world.call(who, "GET", f"{PATH}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(told, name):
    return {one["code"]: one["count"] for one in told[name] if one["count"]}


async def test_an_institution_sees_its_own_people_counted_as_they_are_now(world):
    await fill(world)
    told = await read(world, world.HOSPITAL)
    assert (told["institution_id"], told["region"], told["live"]) == ("HOSPITAL", None, True)
    assert told["total"] == 5
    assert numbers(told, "status") == {"registered": 4, "expired": 1, "cancelled": 1}
    assert numbers(told, "education") == {"10": 1, "20": 1, "30": 1, "40": 1, "": 1}
    assert numbers(told, "title") == {"251": 1, "254": 3, "": 1}
    assert numbers(told, "gender") == {"1": 1, "2": 4}
    assert numbers(told, "age") == {"35-39": 4, "60+": 1}
    assert numbers(told, "department") == {"ward": 4, "emergency": 1}
    assert numbers(told, "work_category") == {"clinical-nursing": 5}
    assert numbers(told, "account") == {"active": 1, "inactive": 1, "none": 3}
    assert numbers(told, "expiry") == {"overdue": 1, "2026-12": 1, "2030-05": 3}
    assert numbers(told, "to_confirm") == {"yes": 1, "no": 4}
    assert numbers(told, "employment") == {"": 5}


async def test_the_decks_levels_are_told_of_all_and_of_active_accounts(world):
    await fill(world)
    told = await read(world, world.HOSPITAL)
    assert [(one["label"], one["count"]) for one in told["levels"]] == [
        ("中专", 1),
        ("大学专科", 1),
        ("大学本科", 1),
        ("硕士", 1),
        ("博士", 0),
        ("其它", 1),
    ]
    assert numbers(told, "levels_active") == {"college": 1}


async def test_months_of_expiry_are_sixty_between_overdue_and_later(world):
    await enrol(world, 1, valid_until=date(2031, 10, 31))
    await enrol(world, 2, valid_until=date(2031, 11, 1))
    told = await read(world, world.HOSPITAL)
    codes = [one["code"] for one in told["expiry"]]
    assert (codes[0], codes[1], codes[-2], codes[-1], len(codes)) == (
        "overdue",
        "2026-11",
        "2031-10",
        "later",
        62,
    )
    assert numbers(told, "expiry") == {"2031-10": 1, "later": 1}


async def test_each_reader_has_the_own_region_and_no_other(world):
    await fill(world)
    for who, total in (
        (world.XICHENG, 6),
        (world.BEIJING, 6),
        (world.HEBEI, 1),
        (NATION, 7),
        (world.OPERATOR, 7),
        (world.OTHER_HOSPITAL, 2),
    ):
        assert (await read(world, who))["total"] == total
    assert (await read(world, world.XICHENG, "?institution_id=HOSPITAL"))["total"] == 5
    for who in (world.HEBEI, world.OTHER_HOSPITAL, Principal("X", "institution")):
        path = f"{PATH}?institution_id=HOSPITAL"
        assert await refusal(world, who, "GET", path) == (404, [("not_found", None)])
    lost = Principal("X", "authority")
    assert await refusal(world, lost, "GET", PATH) == (404, [("not_found", None)])


async def test_an_authority_may_ask_for_a_part_of_its_region_and_for_nothing_else(world):
    await fill(world)
    for counted in (False, True):
        if counted:
            await RegistrationCounts(world.kit).run()
        for who, region, total in (
            (world.BEIJING, "110102", 6),
            (world.BEIJING, "110105", 0),
            (NATION, "130000", 1),
            (world.OPERATOR, "110000", 6),
        ):
            told = await read(world, who, f"?region={region}")
            assert (told["region"], told["total"]) == (region, total)
    assert (await read(world, NATION, "?region=110000&institution_id=HOSPITAL"))["total"] == 5
    for who, query in (
        (world.XICHENG, "region=110000"),
        (world.HEBEI, "region=110102"),
        (world.HOSPITAL, "region=110102"),
        (NATION, "region=130000&institution_id=HOSPITAL"),
    ):
        path = f"{PATH}?{query}"
        assert await refusal(world, who, "GET", path) == (404, [("not_found", None)])


async def test_a_region_is_told_as_last_counted_and_when(world):
    await fill(world)
    readers = (world.XICHENG, world.BEIJING, world.HEBEI, NATION, world.OPERATOR)
    live = {who: await read(world, who) for who in readers}
    await RegistrationCounts(world.kit).run()
    world.clock.instant += timedelta(minutes=5)
    await enrol(world, 9)
    for who, now in live.items():
        kept = await read(world, who)
        assert (now.pop("live"), kept.pop("live")) == (True, False)
        assert kept == now
        assert kept["counted_at"].startswith("2026-11-23T02:00")
    await RegistrationCounts(world.kit).run()
    assert (await read(world, world.BEIJING))["total"] == 7


async def test_a_month_that_ended_since_it_was_counted_is_overdue(world):
    await enrol(world, 1, valid_until=date(2026, 12, 31))
    await RegistrationCounts(world.kit).run()
    world.clock.instant += timedelta(days=40)
    told = await read(world, world.XICHENG)
    assert numbers(told, "expiry") == {"overdue": 1}


async def test_a_large_region_is_not_counted_while_somebody_waits(world, monkeypatch):
    monkeypatch.setattr(registration_statistics, "SMALL", 1)
    await fill(world)
    for who in (world.XICHENG, world.OPERATOR):
        assert await refusal(world, who, "GET", PATH) == (409, [("not_counted_yet", None)])
    assert (await read(world, world.HEBEI))["total"] == 1
    await RegistrationCounts(world.kit).run()
    assert (await read(world, world.OPERATOR))["total"] == 7


async def test_counting_takes_a_hundredth_of_the_time(world):
    await enrol(world, 1)
    job = RegistrationCounts(world.kit)
    await job.run()
    await enrol(world, 2)
    await job.run()
    assert (await read(world, world.XICHENG))["total"] == 1


async def test_a_province_that_nobody_is_left_in_is_forgotten(world):
    await enrol(world, 1)
    async with world.kit.database.transaction() as tx:
        # As it was counted before everybody moved away.
        await tx.execute(
            registration_count.insert(),
            {
                "profession": "nurse",
                "region": "13",
                "dimension": "gender",
                "value": "2",
                "count": 7,
                "counted_at": world.clock.now(),
            },
        )
    assert (await read(world, world.HEBEI))["total"] == 7
    await RegistrationCounts(world.kit).run()
    assert (await read(world, world.HEBEI))["total"] == 0
    assert (await read(world, world.OPERATOR))["total"] == 1


async def test_the_numbers_are_taken_away_as_a_file(world):
    await fill(world)
    answer = await world.call(world.HOSPITAL, "GET", f"{PATH}/export?format=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[:3] == ["统计项,代码,名称,人数", "在册总数,,,5", "执业状态,registered,在册,4"]
    assert "学历层次（账号已激活）,college,大学专科,1" in lines
    book = await world.call(world.BEIJING, "GET", f"{PATH}/export")
    assert book.content.startswith(b"PK")


@pytest.mark.parametrize(
    ("path", "field"), [("?region=13", "region"), ("/export?format=pdf", "format")]
)
async def test_what_cannot_be_asked_is_refused_by_name(world, path, field):
    status, reasons = await refusal(world, world.XICHENG, "GET", f"{PATH}{path}")
    assert (status, reasons[0][1]) == (422, field)
