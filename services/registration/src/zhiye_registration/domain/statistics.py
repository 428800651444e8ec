"""What nurses and physicians are counted by, for pictures (本院执业护士统计, deck 2.3; 统计信息,
deck 8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.periods import add_months
from zhiye_registration.domain.roster import Profession

EXPIRY_MONTHS = 60
"""As long as a registration is valid."""
OVERDUE, LATER = "overdue", "later"
UNKNOWN = ""
"""Where nothing is on record."""
UNKNOWN_TEXT = Text("未填写", "not on record")

_AGES = (*range(25, 61, 5),)
AGES: dict[str, Text] = {
    "0-24": Text("25岁以下", "under 25"),
    **{f"{a}-{b - 1}": Text(f"{a}–{b - 1}岁", f"{a} to {b - 1}") for a, b in pairwise(_AGES)},
    "60+": Text("60岁及以上", "60 and over"),
}
"""Bands of five years, in whole years of age."""
AGE_STEPS = tuple(zip(_AGES, AGES, strict=False))
"""Age → the band of everybody younger who is in none before it; the last band has the rest."""
OLDEST = "60+"

LEVELS: dict[str, Text] = {
    "secondary": Text("中专", "secondary vocational"),
    "college": Text("大学专科", "junior college"),
    "bachelor": Text("大学本科", "bachelor's course"),
    "master": Text("硕士", "master"),
    "doctor": Text("博士", "doctor"),
    "other": Text("其它", "other"),
}
"""学历 as the deck's home page has it (2.3): graduates of a postgraduate course by their degree."""

DIMENSIONS: dict[Profession, tuple[str, ...]] = {
    "nurse": (
        *("status", "education", "title", "gender", "age", "department", "work_category"),
        *("account_level", "expiry", "employment", "to_confirm"),
    ),
    "physician": (
        *("status", "level", "category", "title", "education", "gender", "age", "department"),
        "account",
    ),
}
"""What is counted by one value of each. ``account_level`` is both account status and level, with a
blank between. Of physicians there are two more: ``scope``, where each of somebody's scopes counts,
and ``filed``, the filings at further institutions that are in force (Q10)."""
COUNTED = "counted"
"""Tells of a region in which nobody is in a profession that it was counted too."""


def expiry_months(today: date) -> Iterator[str]:
    """This month and those after it, as ``2026-11``."""
    first = today.replace(day=1)
    for number in range(EXPIRY_MONTHS):
        yield f"{add_months(first, number):%Y-%m}"


def expiry_horizon(today: date) -> date:
    """The first day after the last of these months."""
    return add_months(today.replace(day=1), EXPIRY_MONTHS)
