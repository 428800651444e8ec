"""Working days of mainland China, with the make-up working weekends of the State Council."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from holidays import HolidayBase, country_holidays


@lru_cache(maxsize=64)
def _calendar(year: int) -> HolidayBase:
    return country_holidays("CN", years=year)


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether public offices work on this calendar date (Asia/Shanghai).

    Make-up weekends are known once the State Council has announced the year's arrangement; a
    later year counts its statutory holidays only, until the holiday library is updated.
    """
    return bool(_calendar(day.year).is_working_day(day))


def add_working_days(start: date, count: int) -> date:
    """The date ``count`` working days after ``start``; the start day itself is not counted
    (General Rules of the Civil Code art. 201: the day of the beginning does not count)."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def working_days_left(today: date, deadline: date) -> int:
    """Working days after ``today`` up to and including ``deadline``; negative when late."""
    if deadline < today:
        return -working_days_left(deadline, today)
    span = (deadline - today).days
    return sum(is_working_day(today + timedelta(days=n)) for n in range(1, span + 1))
