"""Periods counted in calendar years and months, as the Civil Code counts them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """The corresponding day ``months`` later; where there is none, the last day of that month
    (Civil Code art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The corresponding day ``years`` later (Civil Code art. 202)."""
    return add_months(day, 12 * years)


def last_day(first: date, months: int) -> date:
    """The last day of a period of whole months that begins on ``first``, that day included.

    Five years from 2026-11-23 end on 2031-11-22; from 29 February, on 28 February.
    """
    end = add_months(first, months)
    return end if end.day < first.day else end - timedelta(days=1)
