"""A line of an import: what its cells say of a nurse who is registered, and what does not fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from zhiye_contracts.codes import (
    BUSINESS_TYPES,
    CANCELLATION_GROUNDS,
    DEGREES,
    EDUCATION,
    ETHNIC_GROUPS,
    NURSE_DEPARTMENTS,
    NURSE_WORK_CATEGORIES,
    NURSING_TITLES,
    CodeTable,
)
from zhiye_contracts.identifiers import (
    IdentifierError,
    IdNumber,
    NursePracticeCertificate,
    normalise_id_number,
    parse_id_number,
    parse_name,
    parse_nurse_practice_certificate,
    upgrade_fifteen,
)
from zhiye_contracts.reasons import Reason
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.information import COLUMNS as OF_REGISTRATION

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "护士姓名"),
    "id_number": ("身份证号", "证件号", "身份证号码"),
    "certificate_number": ("护士证号", "护士执业证书编号", "执业证书编号"),
    "valid_until": ("有效期截止日期", "有效截止日期", "注册有效期至", "有效期至"),
    "registered_on": ("首次注册日期", "注册日期", "首次注册时间"),
    "department": ("工作科室", "所在科室", "科室"),
    "work_category": ("工作类别",),
    "title": ("技术职称", "职称"),
    "education": ("学历",),
    "degree": ("学位",),
    "school": ("毕业学校", "毕业院校"),
    "major": ("所学专业", "专业"),
    "study_length": ("学制",),
    "graduated_on": ("毕业时间", "毕业日期"),
    "position": ("职务",),
    "work_began_on": ("参加工作时间", "参加工作日期"),
    "ethnic_group": ("民族",),
    "nationality": ("国籍",),
    "status": ("执业状态", "注册状态", "状态"),
    "cancelled_on": ("注销日期", "注销时间"),
    "cancellation_ground": ("注销理由",),
    "last_change": ("业务类型",),
    "study_experience": ("专业学习经历", "学习经历"),
    "work_experience": ("工作经历",),
}
REQUIRED = ("name", "id_number", "certificate_number", "valid_until")
_DATES = ("valid_until", "registered_on", "graduated_on", "work_began_on", "cancelled_on")
_LONGEST = {"study_experience": 1_000, "work_experience": 1_000}
_USUAL_LENGTH = 100
_STATUSES = {"": "registered", "在册": "registered", "registered": "registered"} | dict.fromkeys(
    ("注销", "已注销", "cancelled"), "cancelled"
)
_TABLES: Mapping[str, CodeTable] = {
    "department": NURSE_DEPARTMENTS,
    "work_category": NURSE_WORK_CATEGORIES,
    "title": NURSING_TITLES,
    "education": EDUCATION,
    "degree": DEGREES,
    "ethnic_group": ETHNIC_GROUPS,
    "cancellation_ground": CANCELLATION_GROUNDS,
    "last_change": BUSINESS_TYPES,
}
_TEXTS = ("school", "major", "study_length", "position", "nationality", *_LONGEST)

T = TypeVar("T")


def _fold(text: str) -> str:
    return re.sub(r"[\s()（）]", "", unicodedata.normalize("NFKC", text)).lower()


_CODES = {
    name: {
        _fold(said): code for code, label in table.items() for said in (label.zh, label.en, code)
    }
    | ({"大学专科": "30", "大专": "30", "大学本科": "20"} if name == "education" else {})
    for name, table in _TABLES.items()
}
"""As people write them; the deck's screens say 大学专科 for 专科."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a line says."""

    name: str
    person: IdNumber
    certificate: NursePracticeCertificate
    valid_until: date
    registered_on: date | None
    status: str
    cancelled_on: date | None
    cancellation_ground: str | None
    last_change: str
    values: Mapping[str, Any]
    """Of the other columns, those that were filled in."""

    def of_registration(self) -> dict[str, Any]:
        """Values that have a place of their own."""
        return {name: self.values.get(name) for name in OF_REGISTRATION}

    def details(self) -> dict[str, Any]:
        return {name: v for name, v in self.values.items() if name not in OF_REGISTRATION}


def read_line(cells: Mapping[str, str], today: date) -> tuple[Record | None, list[Reason]]:
    """The record of a line, or every reason why it is none."""
    reasons = [
        replace(why.FORMULA, field=name)
        for name, cell in cells.items()
        if cell.startswith(("=", "@", "+", "-"))
    ]
    reasons += [
        replace(why.TOO_LONG, field=name)
        for name, cell in cells.items()
        if len(cell) > _LONGEST.get(name, _USUAL_LENGTH)
    ]
    reasons += [replace(why.MISSING, field=name) for name in REQUIRED if not cells.get(name)]
    name = _parsed(parse_name, cells, "name", reasons)
    person = _parsed(lambda text: read_id_number(text, today), cells, "id_number", reasons)
    certificate = _parsed(
        lambda text: parse_nurse_practice_certificate(text, today),
        cells,
        "certificate_number",
        reasons,
    )
    days = {field: read_day(cells, field, reasons) for field in _DATES}
    codes = {field: read_code(cells, field, reasons) for field in _TABLES}
    status = _STATUSES.get(cells.get("status", ""))
    if status is None:
        reasons.append(replace(why.UNKNOWN_CODE, field="status"))
    until, registered_on = days["valid_until"], days["registered_on"]
    if person and until and not _in_order(person.birth_date, registered_on, until, today):
        reasons.append(replace(why.DATE_ORDER, field="registered_on"))
    gone = (days["cancelled_on"], codes["cancellation_ground"])
    if status and not _ended_rightly(status, *gone, today):
        reasons.append(replace(why.CANCELLED_HOW, field="cancelled_on"))
    if reasons or not (name and person and certificate and until and status):
        return None, reasons
    values: dict[str, Any] = {field: cells[field] for field in _TEXTS if cells.get(field)}
    values |= {
        field: code
        for field, code in codes.items()
        if code and field not in ("cancellation_ground", "last_change")
    }
    for field in ("graduated_on", "work_began_on"):
        if (day := days[field]) is not None:
            values[field] = day.isoformat()
    record = Record(
        name,
        person,
        certificate,
        until,
        registered_on,
        status,
        *gone,
        codes["last_change"] or "imported",
        values,
    )
    return record, []


def read_id_number(text: str, today: date) -> IdNumber:
    """15 digits are upgraded by the standard's algorithm (Q47)."""
    if len(normalise_id_number(text)) == 15:
        return upgrade_fifteen(text, today)
    return parse_id_number(text, today)


def _in_order(born: date, registered_on: date | None, until: date, today: date) -> bool:
    if until <= born or until.year - today.year > 50:
        return False
    return registered_on is None or born < registered_on <= min(today, until)


def _ended_rightly(status: str, on: date | None, ground: str | None, today: date) -> bool:
    if status == "registered":
        return on is None and ground is None
    return on is not None and ground is not None and on <= today


def _parsed(
    parse: Callable[[str], T], cells: Mapping[str, str], field: str, reasons: list[Reason]
) -> T | None:
    if not (cell := cells.get(field)):
        return None
    try:
        return parse(cell)
    except IdentifierError as error:
        reasons.append(error.about(field))
        return None


def read_day(cells: Mapping[str, str], field: str, reasons: list[Reason]) -> date | None:
    """2026-11-23, 2026/11/23, 2026.11.23, 20261123, 2026年11月23日; a time after it is dropped."""
    if not (cell := cells.get(field)):
        return None
    found = re.fullmatch(
        r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?( \d{1,2}:\d\d(:\d\d)?)?", cell.strip()
    )
    try:
        if found is None:
            raise ValueError(cell)
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        reasons.append(replace(why.DATE, field=field))
        return None


def read_code(cells: Mapping[str, str], field: str, reasons: list[Reason]) -> str | None:
    if not (cell := cells.get(field)):
        return None
    code = _CODES[field].get(_fold(cell))
    if code is None:
        reasons.append(replace(why.UNKNOWN_CODE, field=field))
    return code
