"""The roster of an institution: lists, marks, ages (本院护士信息, deck 5.1, 5.3, 5.4;
主要执业机构在本院医师, Q20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.periods import add_months, add_years
from zhiye_registration.domain.physician_grounds import OFF_POST_YEARS

DUE_DAYS = 365
"""Deck 5.1: blue is what expires within one year."""

Profession = Literal["nurse", "physician"]
ListName = Literal[
    "registered",
    "all",
    "due",
    "expired",
    "due_or_expired",
    "cancelled",
    "filed",
    "both",
    "off_post",
    "moving_out",
]
"""On the register (the default), those who left the register too, due within a year, expired and
not renewed (deck 5.4), both (本院待延续注册, deck 5.3), cancelled. Of physicians ``registered`` are
those whose main institution it is (Q20.1), ``filed`` those who practise here besides by a filing
in force or to come (Q10), ``both`` these together, ``off_post`` those filed off post (Q20.3.2),
``moving_out`` those who go where registration is not electronic, ``all`` everybody."""
LISTS: dict[Profession, tuple[ListName, ...]] = {
    "nurse": ("registered", "all", "due", "expired", "due_or_expired", "cancelled"),
    "physician": (*("registered", "filed", "both", "off_post", "cancelled", "moving_out", "all"),),
}
PlaceName = Literal["main", "filed"]
PLACES: dict[PlaceName, Text] = {
    "main": Text("主要执业机构", "main institution"),
    "filed": Text("多机构备案", "filed further institution"),
}
"""How a physician belongs to an institution (Q10)."""
OFF_POST_OVER = Text(
    "备案已满二年，可作为申请注销注册的理由",
    "off post for two years: a ground on which cancellation can be filed",
)
"""Offered, never applied by the system (deck 5.4)."""
Mark = Literal["blue", "red"]
AccountStatus = Literal["none", "inactive", "active"]
SortName = Literal["valid_until", "name", "birth_date", "department", "title"]
DEFAULT_SORT: dict[Profession, SortName] = {"nurse": "valid_until", "physician": "name"}
Order = Literal["asc", "desc"]

ACCOUNT_STATUSES: dict[AccountStatus, Text] = {
    "none": Text("尚未注册账户", "no account"),
    "inactive": Text("未激活", "not active"),
    "active": Text("已激活", "active"),
}
"""Always as it is now (Q21, Q42)."""
MARKS: dict[Mark, Text] = {
    "blue": Text("一年内到期", "expires within a year"),
    "red": Text("已过期未延续", "expired, not renewed"),
}
TO_CONFIRM = "to_confirm"
"""Of employment: older nurses whose employment was not confirmed for a while (Q51)."""


@dataclass(frozen=True, slots=True)
class Term:
    """What is searched for: part of a ``name``, the beginning of its ``pinyin`` or initials, or a
    whole ``certificate`` number, as its blind index."""

    kind: Literal["name", "pinyin", "certificate"]
    value: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What a roster is narrowed to; ``None`` is everything. Ages and dates include both ends."""

    list_name: ListName = "registered"
    department: str | None = None
    work_category: str | None = None
    title: str | None = None
    education: str | None = None
    gender: str | None = None
    business_type: str | None = None
    mark: Mark | None = None
    account: AccountStatus | None = None
    employment: str | None = None
    interrupted: bool | None = None
    age_from: int | None = None
    age_to: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    term: Term | None = None
    person_key: str | None = None
    profession: Profession = "nurse"
    level: str | None = None
    category: str | None = None
    scope: str | None = None
    two_years_off_post: bool | None = None


@dataclass(frozen=True, slots=True)
class Retirement:
    """From which ages an institution confirms every so many months that somebody works (Q51); the
    handbook leaves the ages to be told, so they are settings."""

    women: int
    men: int
    months: int

    def age_of(self, gender: str) -> int:
        return self.women if gender == "2" else self.men

    def confirmed_after(self, today: date) -> date:
        """Confirmations after this day still hold."""
        return add_months(today, -self.months)


def born_until(today: date, age: int) -> date:
    """The last birth date of those who are this old, in whole years."""
    return add_years(today, -age)


def age(birth_date: date, today: date) -> int:
    """In whole years (周岁)."""
    before = (today.month, today.day) < (birth_date.month, birth_date.day)
    return today.year - birth_date.year - before


def last_due(today: date) -> date:
    """The last day of validity that is within a year."""
    return today + timedelta(days=DUE_DAYS)


def off_post_over(filed_on: date, today: date) -> bool:
    """Whether somebody was filed off post two years ago or more."""
    return today >= add_years(filed_on, OFF_POST_YEARS)


def mark_of(status: str, valid_until: date | None, today: date) -> Mark | None:
    """The colour of a line (deck 5.1); what is cancelled has none, nor what does not expire."""
    if status != "registered" or valid_until is None:
        return None
    if valid_until < today:
        return "red"
    return "blue" if valid_until <= last_due(today) else None


def to_confirm(
    gender: str, birth_date: date, confirmed_on: date | None, retirement: Retirement, today: date
) -> bool:
    """Whether an institution has to say if somebody on its roster still works (Q51)."""
    old = birth_date <= born_until(today, retirement.age_of(gender))
    return old and (confirmed_on is None or confirmed_on <= retirement.confirmed_after(today))
