"""Working days of 2026 as the State Council announced them (国办发明电〔2025〕7号)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from zhiye_chassis.calendar import add_working_days, is_working_day, working_days_left
from zhiye_chassis.clock import FixedClock, SystemClock

HOLIDAYS_2026 = {
    "New Year": (date(2026, 1, 1), date(2026, 1, 3)),
    "Spring Festival": (date(2026, 2, 15), date(2026, 2, 23)),
    "Tomb-Sweeping Day": (date(2026, 4, 4), date(2026, 4, 6)),
    "Labour Day": (date(2026, 5, 1), date(2026, 5, 5)),
    "Dragon Boat Festival": (date(2026, 6, 19), date(2026, 6, 21)),
    "Mid-Autumn Festival": (date(2026, 9, 25), date(2026, 9, 27)),
    "National Day": (date(2026, 10, 1), date(2026, 10, 7)),
}
MAKE_UP_2026 = [
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
]


def test_every_day_of_2026_is_what_was_announced() -> None:
    day = date(2026, 1, 1)
    while day.year == 2026:
        holiday = any(first <= day <= last for first, last in HOLIDAYS_2026.values())
        expected = day in MAKE_UP_2026 or (not holiday and day.weekday() < 5)
        assert is_working_day(day) is expected, day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 23), 1, date(2026, 11, 24)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # over a weekend
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a make-up Saturday
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # over Spring Festival
        (date(2026, 2, 13), 20, date(2026, 3, 19)),  # over both make-up Saturdays around it
        (date(2026, 2, 27), 1, date(2026, 2, 28)),  # the second make-up Saturday
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a make-up Sunday
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over National Day
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # and its make-up Saturday
        (date(2026, 9, 30), 4, date(2026, 10, 12)),
        (date(2026, 10, 3), 1, date(2026, 10, 8)),  # applied for on a holiday
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # a year not announced yet: statutory days
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: date, count: int, end: date) -> None:
    assert add_working_days(start, count) == end


def test_days_left_agree_with_the_deadline_and_turn_negative_after_it() -> None:
    start = date(2026, 9, 18)
    deadline = add_working_days(start, 20)
    assert working_days_left(start, deadline) == 20
    assert working_days_left(deadline, deadline) == 0
    assert working_days_left(deadline + timedelta(days=7), deadline) < 0
    assert working_days_left(date(2026, 10, 8), date(2026, 9, 30)) == -1
    assert working_days_left(date(2026, 10, 1), date(2026, 10, 7)) == 0


def test_many_deadlines_cost_little() -> None:
    day = date(2026, 1, 1)
    for _ in range(20_000):
        add_working_days(day, 20)


def test_a_date_of_the_domain_is_the_date_in_shanghai() -> None:
    clock = FixedClock(datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC))
    assert clock.today() == date(2026, 11, 23)
    clock.instant += timedelta(seconds=1)
    assert clock.today() == date(2026, 11, 24)
    assert clock.now().tzinfo is UTC
    assert SystemClock().now().tzinfo is UTC
    assert abs(SystemClock().today() - SystemClock().now().date()) <= timedelta(days=1)
