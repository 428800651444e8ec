"""From counts to what a reader is shown: lists of code, label and number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from zhiye_contracts.codes import (
    EDUCATION,
    EMPLOYMENT,
    GENDERS,
    NURSE_DEPARTMENTS,
    NURSE_WORK_CATEGORIES,
    NURSING_TITLES,
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_LEVELS,
    PHYSICIAN_SCOPES,
    PHYSICIAN_TITLES,
)
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.application.registration_statistics import Counts
from zhiye_registration.domain.facts import STATUSES
from zhiye_registration.domain.practice import LABELS
from zhiye_registration.domain.roster import ACCOUNT_STATUSES, PLACES, Profession
from zhiye_registration.domain.statistics import (
    AGES,
    LATER,
    LEVELS,
    OVERDUE,
    UNKNOWN,
    UNKNOWN_TEXT,
    expiry_months,
)

_OF_NURSES: dict[str, Text] = {
    "status": Text("执业状态", "status"),
    "education": Text("学历", "education"),
    "levels": Text("学历层次（全部）", "level of education, all"),
    "levels_active": Text("学历层次（账号已激活）", "level of education, active accounts"),
    "title": Text("技术职称", "title"),
    "gender": Text("性别", "gender"),
    "age": Text("年龄", "age"),
    "department": Text("工作科室", "department"),
    "work_category": Text("工作类别", "work category"),
    "account": Text("账户状态", "account status"),
    "expiry": Text("到期月份", "month of expiry"),
    "employment": Text("在岗情况", "employment"),
    "to_confirm": Text("在岗情况待确认", "employment to confirm"),
}
TITLES: dict[Profession, dict[str, Text]] = {
    "nurse": _OF_NURSES,
    "physician": {
        "status": _OF_NURSES["status"],
        "place": Text("主要执业机构与多机构备案", "main institution or filing"),
        "level": LABELS["level"],
        "category": LABELS["category"],
        "scope": LABELS["scopes"],
        **{name: _OF_NURSES[name] for name in ("title", "education", "gender", "age")},
        **{name: _OF_NURSES[name] for name in ("department", "account")},
    },
}
"""The lists of each picture, in its order."""
_ALWAYS: dict[str, Mapping[Any, Text]] = {
    "status": {name: STATUSES[name] for name in ("registered", "expired", "cancelled")},
    "gender": {code: GENDERS[code] for code in ("1", "2")},
    "age": AGES,
    "account": ACCOUNT_STATUSES,
    "levels": LEVELS,
    "levels_active": LEVELS,
    "to_confirm": {"yes": Text("是", "yes"), "no": Text("否", "no")},
}
"""What a picture has, however many there are."""
_ALWAYS_OF_PHYSICIANS: dict[str, Mapping[Any, Text]] = {
    "status": {name: STATUSES[name] for name in ("registered", "filed", "cancelled", "moving_out")},
    "place": PLACES,
    "level": PHYSICIAN_LEVELS,
    "category": PHYSICIAN_CATEGORIES,
    **{name: _ALWAYS[name] for name in ("gender", "age", "account")},
}
_EITHER: dict[str, Mapping[Any, Text]] = {"education": EDUCATION, "gender": GENDERS, "age": AGES}
_CODES: dict[Profession, tuple[dict[str, Mapping[Any, Text]], dict[str, Mapping[Any, Text]]]] = {
    "nurse": (
        _ALWAYS,
        _EITHER
        | {
            "title": NURSING_TITLES,
            "department": NURSE_DEPARTMENTS,
            "work_category": NURSE_WORK_CATEGORIES,
            "employment": EMPLOYMENT,
        },
    ),
    "physician": (
        _ALWAYS_OF_PHYSICIANS,
        _EITHER
        | {
            "title": PHYSICIAN_TITLES,
            "department": PHYSICIAN_DEPARTMENTS,
            "scope": PHYSICIAN_SCOPES,
        },
    ),
}
"""What is shown always, and codes in their order."""


class Count(BaseModel):
    code: str = Field(description="Empty: not on record", examples=["254"])
    label: str = Field(examples=["护师"])
    count: int = Field(examples=[512])


def lists_of(
    profession: Profession, counts: Counts, today: date, language: Language
) -> dict[str, list[Count]]:
    """Each list of the picture. Everything but ``status`` is of who is on the register."""
    told = dict(counts)
    if profession == "nurse":
        told |= _of_accounts(counts)
        told["expiry"] = _overdue_by_now(told.get("expiry", {}), today)
    else:
        filed = sum(counts.get("filed", {}).values())
        told["place"] = {"main": total_of(counts), "filed": filed}
    return {
        name: [
            Count(code=code, label=text.read(language), count=told.get(name, {}).get(code, 0))
            for code, text in _rows(profession, name, told.get(name, {}), today)
        ]
        for name in TITLES[profession]
    }


def total_of(counts: Counts) -> int:
    """Everybody on the register, expired or not."""
    return sum(counts.get("gender", {}).values())


def _of_accounts(counts: Counts) -> dict[str, dict[str, int]]:
    account: dict[str, int] = {}
    levels: dict[str, int] = {}
    active: dict[str, int] = {}
    for value, number in counts.get("account_level", {}).items():
        status, level = value.split(" ")
        account[status] = account.get(status, 0) + number
        levels[level] = levels.get(level, 0) + number
        if status == "active":
            active[level] = active.get(level, 0) + number
    return {"account": account, "levels": levels, "levels_active": active}


def _overdue_by_now(expiry: Mapping[str, int], today: date) -> dict[str, int]:
    """A month that ended since it was counted is overdue."""
    this_month, told = f"{today:%Y-%m}", dict(expiry)
    for month in [month for month in told if month < this_month]:
        told[OVERDUE] = told.get(OVERDUE, 0) + told.pop(month)
    return told


def _rows(
    profession: Profession, name: str, counted: Mapping[str, int], today: date
) -> Iterator[tuple[str, Text]]:
    if name == "expiry":
        yield OVERDUE, Text("已过期未延续", "expired, not renewed")
        for month in expiry_months(today):
            yield month, Text(month, month)
        yield LATER, Text("更晚", "later")
        return
    always, table = (codes.get(name, {}) for codes in _CODES[profession])
    known = table or always
    for code, text in known.items():
        if code in always or counted.get(code):
            yield code, text
    for code in sorted(set(counted) - set(known) - {UNKNOWN}):
        yield code, Text(code, code)
    if counted.get(UNKNOWN):
        yield UNKNOWN, UNKNOWN_TEXT
