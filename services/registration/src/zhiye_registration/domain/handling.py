"""How applications of a period were handled, by business type (限时办结, Q59.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from zhiye_registration.domain.business_type import BusinessType, Review
from zhiye_registration.domain.workflow import AWAITING, State

LONGEST = 366
"""Days of a period."""


@dataclass(frozen=True, slots=True)
class Group:
    """So many applications of one type that came to the authority on one day and were decided on
    one day; ``late`` is what waits for a review beyond its deadline."""

    state: State
    received: date | None
    decided: date | None
    late: bool
    number: int


@dataclass(frozen=True, slots=True)
class Handled:
    """Every one that was received is in exactly one of the states below. ``decided_late`` took
    the authority longer than the law gives it."""

    received: int = 0
    approved: int = 0
    refused: int = 0
    institution_refused: int = 0
    returned: int = 0
    withdrawn: int = 0
    pending: int = 0
    late: int = 0
    decided_late: int = 0
    median_working_days: float | None = None


def handled(
    groups: Iterable[Group],
    row: BusinessType,
    days_of: Callable[[Review], int],
    working_days: Callable[[date, date], int],
) -> Handled:
    """Sums, and the median of the working days that the authority took to decide."""
    numbers = dict.fromkeys(
        ("approved", "refused", "institution_refused", "returned", "withdrawn", "pending"), 0
    )
    received = late = decided_late = 0
    took: dict[int, int] = {}
    limit = next(days_of(review) for review in row.reviews if review.by == "authority")
    for group in groups:
        received += group.number
        numbers["pending" if group.state in AWAITING else group.state] += group.number
        late += group.number if group.late else 0
        if group.received is not None and group.decided is not None:
            days = working_days(group.received, group.decided)
            took[days] = took.get(days, 0) + group.number
            decided_late += group.number if days > limit else 0
    return Handled(
        received=received,
        late=late,
        decided_late=decided_late,
        median_working_days=median(took),
        **numbers,
    )


def median(counted: dict[int, int]) -> float | None:
    """Of values that each occur so often; between the two in the middle of an even number."""
    total = sum(counted.values())
    if not total:
        return None
    middle: list[int] = []
    seen = 0
    for value in sorted(counted):
        seen += counted[value]
        if not middle and seen > (total - 1) // 2:
            middle.append(value)
        if seen > total // 2:
            middle.append(value)
            break
    return sum(middle) / 2
