"""Nurses are reminded of their renewal, once for each stage and expiry date."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from services.registration.tests.expiring import TODAY, expiring, on_day, row
from services.registration.tests.physicians import Physicians
from sqlalchemy import insert, update

from zhiye_registration.adapters.record_tables import renewal_window
from zhiye_registration.adapters.tables import application, registration
from zhiye_registration.application import remind
from zhiye_registration.application.remind import Reminders
from zhiye_registration.domain.renewal import ReminderDays, due

LAST = date(2027, 3, 31)
OPENS = date(2027, 3, 1)
DAYS = ReminderDays(opens_soon=30, expires_soon=7, expired=30)


def day(offset):
    return LAST + timedelta(days=offset)


async def run(world, when):
    """One day's reminders, by a process that was just started."""
    world.clock.instant = on_day(when)
    await Reminders(world.kit).run()


async def told(world):
    return [(e["reminder"], e["valid_until"]) for e in await world.events("renewal-reminder")]


async def window(world, days, late=0, authority="BEIJING", region="110000"):
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            insert(renewal_window).values(
                authority_id=authority,
                region=region,
                opens_days_before=days,
                late_days=late,
                version=1,
                updated_at=world.clock.now(),
                updated_by="ACC-B",
            )
        )


async def applied(world, one, state, business_type="nurse-renewal"):
    reviewed = state.startswith("awaiting")
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            insert(application).values(
                id=f"A-{one['id']}",
                number=f"N-{one['id']}",
                business_type=business_type,
                state=state,
                version=2,
                account_id="ACC-N",
                person_key=one["person_key"],
                sealed_id_number="sealed",
                name="王芳",
                institution_id="HOSPITAL",
                institution_name="北京示例医院",
                region="110102",
                authority_id="XICHENG",
                form={},
                review=0,
                deadline=LAST if reviewed else None,
                returns=0,
                reasons=[],
                created_at=world.clock.now(),
                updated_at=world.clock.now(),
            )
        )


@pytest.mark.parametrize(
    ("offset", "reminder"),
    [
        (-61, None),
        (-60, "opens_soon"),
        (-31, "opens_soon"),
        (-30, "opened"),
        (-8, "opened"),
        (-7, "expires_soon"),
        (0, "expires_soon"),
        (1, "expired"),
        (30, "expired"),
        (31, None),
    ],
)
async def test_each_day_has_the_newest_reminder_and_only_it(world, offset, reminder):
    await expiring(world, row(LAST))
    await run(world, day(offset))
    assert await told(world) == ([(reminder, str(LAST))] if reminder else [])


@pytest.mark.parametrize("opens", [1, 5, 7, 8, 30, 90, 366])
@pytest.mark.parametrize("days", [DAYS, ReminderDays(1, 1, 1), ReminderDays(14, 60, 2)])
def test_a_day_of_expiry_never_has_two_reminders_and_they_come_in_their_order(opens, days):
    seen = []
    for offset in range(-500, 100):
        stages = due(day(offset), opens, days)
        found = [one.reminder for one in stages if one.first <= LAST <= one.last]
        assert len(found) <= 1
        if found and found != seen[-1:]:
            seen += found
        if "opened" in found:
            assert offset >= -opens
        if "opens_soon" in found:
            assert offset < -opens
    expected = ["opens_soon", "opened", "expires_soon", "expired"]
    if opens <= days.expires_soon:
        expected.remove("opened")
    assert seen == expected


async def test_day_by_day_there_are_four_reminders_and_no_more(world):
    await expiring(world, row(LAST))
    for offset in range(-70, 40):
        await run(world, day(offset))
        await run(world, day(offset))
    assert [reminder for reminder, _ in await told(world)] == [
        "opens_soon",
        "opened",
        "expires_soon",
        "expired",
    ]


async def test_a_reminder_says_when_it_opens_and_until_when_it_is_taken_late(world):
    await window(world, 60, 15)
    await expiring(world, row(LAST, version=7))
    await run(world, day(1))
    (event,) = await world.events("renewal-reminder")
    assert event["opens_on"] == str(day(-60))
    assert event["late_until"] == str(day(15))
    assert event["institution_name"] == "北京示例医院"
    assert event["version"] == 7
    assert "name" not in event


async def test_after_days_without_a_run_only_the_newest_stage_is_told(world):
    await expiring(world, row(LAST))
    await run(world, day(-70))
    await run(world, day(-20))  # it has opened meanwhile
    await run(world, day(3))  # and it has expired
    assert [reminder for reminder, _ in await told(world)] == ["opened", "expired"]


async def test_who_expired_long_ago_is_left_alone(world):
    await expiring(world, row(LAST))
    await run(world, day(400))
    assert await told(world) == []


async def test_a_new_day_of_expiry_is_reminded_of_anew(world):
    one = row(LAST)
    await expiring(world, one)
    await run(world, day(-30))
    renewed = LAST.replace(year=LAST.year + 5)
    async with world.kit.database.transaction() as tx:
        await tx.execute(update(registration).values(valid_until=renewed, version=2))
    await run(world, renewed - timedelta(days=30))
    assert await told(world) == [("opened", str(LAST)), ("opened", str(renewed))]


@pytest.mark.parametrize(
    ("state", "business_type", "reminded"),
    [
        ("awaiting_institution", "nurse-renewal", False),
        ("awaiting_authority", "nurse-renewal", False),
        ("awaiting_authority", "nurse-cancellation", False),
        ("draft", "nurse-renewal", True),
        ("returned", "nurse-renewal", True),
        ("withdrawn", "nurse-renewal", True),
        ("refused", "nurse-renewal", True),
        ("awaiting_authority", "nurse-change", True),
    ],
)
async def test_who_has_handed_in_a_renewal_is_not_reminded_of_it(
    world, state, business_type, reminded
):
    one = row(LAST)
    await expiring(world, one)
    await applied(world, one, state, business_type)
    await run(world, day(-7))
    assert bool(await told(world)) is reminded


async def test_who_took_a_renewal_back_is_reminded_of_the_present_stage(world):
    one = row(LAST)
    await expiring(world, one)
    await applied(world, one, "awaiting_institution")
    await run(world, day(-30))
    assert await told(world) == []
    async with world.kit.database.transaction() as tx:
        await tx.execute(update(application).values(state="withdrawn"))
    await run(world, day(-29))
    assert await told(world) == [("opened", str(LAST))]


async def test_only_registrations_in_force_are_reminded_of(world):
    gone = {"status": "cancelled", "cancelled_on": TODAY, "cancellation_ground": "other"}
    await expiring(world, row(LAST, **gone))
    await run(world, day(-30))
    assert await told(world) == []


async def test_physicians_have_nothing_to_renew(world):
    await (await Physicians(world).open()).physician()
    for before in (-30, -7, 0, 1):
        await run(world, day(before))
    assert await told(world) == []


async def test_the_window_of_the_nearest_authority_counts_for_each(world):
    await window(world, 90)
    await window(world, 45, authority="XICHENG", region="110102")
    await expiring(
        world,
        row(LAST, id="R-XICHENG"),
        row(LAST, id="R-OTHER", region="110105"),
        row(LAST, id="R-HEBEI", region="130102"),
    )
    await run(world, day(-45))
    found = {e["aggregate_id"]: e["reminder"] for e in await world.events("renewal-reminder")}
    assert found == {"R-XICHENG": "opened", "R-OTHER": "opened", "R-HEBEI": "opens_soon"}


async def test_nobody_is_told_that_it_will_open_after_being_told_that_it_has(world):
    await window(world, 60)
    await expiring(world, row(LAST))
    await run(world, day(-60))
    async with world.kit.database.transaction() as tx:
        await tx.execute(update(renewal_window).values(opens_days_before=30))
    await run(world, day(-50))
    assert [reminder for reminder, _ in await told(world)] == ["opened"]


async def test_nobody_is_woken_by_it(world):
    await expiring(world, row(LAST))
    reminders = Reminders(world.kit)
    midnight = datetime(2027, 2, 28, 16, 0, 1, tzinfo=UTC)  # 00:00:01 on 1 March in China
    for instant in (midnight, midnight + timedelta(hours=7, minutes=59)):
        world.clock.instant = instant
        await reminders.run()
    assert await told(world) == []
    world.clock.instant = midnight + timedelta(hours=8)
    await reminders.run()
    assert await told(world) == [("opened", str(LAST))]


async def test_two_thousand_of_one_hospital_on_one_day_are_told_once_each(world):
    await expiring(world, *(row(LAST) for _ in range(2000)))
    await asyncio.gather(run(world, OPENS), run(world, OPENS))
    await run(world, OPENS)
    events = await world.events("renewal-reminder")
    assert len(events) == 2000
    assert max(Counter(e["aggregate_id"] for e in events).values()) == 1


async def test_a_day_is_gone_through_page_by_page_and_then_left_alone(world, monkeypatch):
    monkeypatch.setattr(remind, "AT_ONCE", 3)
    await expiring(world, *(row(day(-(n % 5))) for n in range(20)))
    await run(world, OPENS)
    assert len(await told(world)) == 20
    reminders = Reminders(world.kit)
    await reminders.run()
    await expiring(world, row(LAST))
    await reminders.run()  # the same day once more: it has been gone through
    assert len(await told(world)) == 20
    world.clock.instant = on_day(OPENS + timedelta(days=1))
    await reminders.run()
    assert len(await told(world)) == 21


async def test_a_turn_that_takes_long_goes_on_in_the_next(world, monkeypatch):
    monkeypatch.setattr(remind, "AT_ONCE", 3)
    monkeypatch.setattr(remind, "SECONDS", 0.0)
    await expiring(world, *(row(LAST) for _ in range(7)))
    world.clock.instant = on_day(OPENS)
    reminders = Reminders(world.kit)
    for count in (3, 6, 7, 7):
        await reminders.run()
        assert len(await told(world)) == count
