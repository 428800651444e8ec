"""When renewal (延续注册) can be applied for, and what a nurse is reminded of until then (Q32)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from zhiye_contracts.reasons import Reason, Refused, Text

LEAST_DAYS = 30
"""A window may open earlier than the handbook's 30 days, never later (Q32: 可适当提前)."""

Reminder = Literal["opens_soon", "opened", "expires_soon", "expired"]
REMINDERS: tuple[Reminder, ...] = ("opens_soon", "opened", "expires_soon", "expired")
"""In the order in which they come."""


@dataclass(frozen=True, slots=True)
class ReminderDays:
    """How long before the window opens, before expiry and after it people are told, in days."""

    opens_soon: int
    expires_soon: int
    expired: int


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder, and the last days of validity it is for today, both included."""

    reminder: Reminder
    first: date
    last: date


def due(today: date, opens_days_before: int, days: ReminderDays) -> tuple[Due, ...]:
    """What is due today. Each last day of validity has at most one reminder, the newest: after
    days without a run nobody is told that a window will open that has opened.

    Where the window opens later than ``expires_soon`` days before expiry, that it opens and that
    it expires soon is one and the same reminder.
    """
    opening = today + timedelta(days=opens_days_before)
    expiring = min(today + timedelta(days=days.expires_soon), opening)
    day = timedelta(days=1)
    return (
        Due("opens_soon", opening + day, opening + timedelta(days=days.opens_soon)),
        Due("opened", expiring + day, opening),
        Due("expires_soon", today, expiring),
        Due("expired", today - timedelta(days=days.expired), today - day),
    )


def opens_on(valid_until: date, days: int) -> date:
    """The first day on which renewal is taken: ``days`` before the last day of validity."""
    return valid_until - timedelta(days=days)


def closes_on(valid_until: date, late_days: int) -> date:
    """The last day on which renewal is taken: ``late_days`` after the last day of validity."""
    return valid_until + timedelta(days=late_days)


def check_window(opens_days_before: int) -> None:
    """What an authority may set. Raises ``Refused`` (422): ``renewal_window_too_short``."""
    if opens_days_before < LEAST_DAYS:
        raise Refused(
            Reason(
                "renewal_window_too_short",
                Text(
                    f"延续注册最迟应在有效期截止前 {LEAST_DAYS} 日开始受理，可以提前，不能推迟。",
                    f"Renewal opens {LEAST_DAYS} days before expiry: earlier it may, later not.",
                ),
                Text(f"请填写不少于 {LEAST_DAYS} 的天数。", f"Give at least {LEAST_DAYS} days."),
                field="opens_days_before",
                source="Q32",
            )
        )
