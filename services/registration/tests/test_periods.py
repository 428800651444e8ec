from datetime import date

import pytest

from zhiye_registration.domain.periods import add_months, add_years, last_day
from zhiye_registration.domain.registration import valid_until


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day, months, expected):
    assert add_months(day, months) == expected


def test_years_later_is_the_same_day():
    assert add_years(date(2023, 6, 15), 3) == date(2026, 6, 15)


def test_a_period_ends_on_the_day_before_the_corresponding_one():
    assert last_day(date(2026, 3, 1), 3) == date(2026, 5, 31)
    assert last_day(date(2026, 11, 23), 60) == date(2031, 11, 22)


def test_a_registration_is_valid_for_five_whole_years():
    assert valid_until(date(2026, 11, 23)) == date(2031, 11, 22)
    assert valid_until(date(2027, 1, 1)) == date(2031, 12, 31)


def test_five_years_from_a_leap_day_end_on_the_last_of_february():
    assert valid_until(date(2028, 2, 29)) == date(2033, 2, 28)
