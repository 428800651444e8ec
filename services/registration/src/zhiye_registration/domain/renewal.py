"""When renewal (延续注册) can be applied for, and what a nurse is reminded of until then (Q32)."""

from __future__ import annotations

from datetime import date, timedelta


def opens_on(valid_until: date, days: int) -> date:
    """The first day on which renewal is taken: ``days`` before the last day of validity."""
    return valid_until - timedelta(days=days)


def closes_on(valid_until: date, late_days: int) -> date:
    """The last day on which renewal is taken: ``late_days`` after the last day of validity."""
    return valid_until + timedelta(days=late_days)
