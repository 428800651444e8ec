"""A line of a staff list: what it says of somebody, or why it cannot be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from zhiye_contracts.codes import (
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_LEVELS,
    PHYSICIAN_SCOPES,
    PHYSICIAN_TITLES,
    CodeTable,
)
from zhiye_contracts.identifiers import (
    IdentifierError,
    parse_name,
    parse_nurse_practice_certificate,
    parse_physician_practice_certificate,
)
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain import import_reasons
from zhiye_registration.domain.import_cells import fold, read_code, read_day, read_id_number
from zhiye_registration.domain.imports import COLUMNS as OF_IMPORTS
from zhiye_registration.domain.information import LABELS as OF_INFORMATION
from zhiye_registration.domain.practice import LABELS as OF_PRACTICE

REQUIRED = ("name", "id_number")
COMPARED: Mapping[str, tuple[str, ...]] = {
    "nurse": ("certificate_number", "valid_until", "department", "work_category", "title"),
    "physician": ("certificate_number", "level", "category", "scopes", "department", "title"),
}
"""Profession → what is compared beside name and ID number, where the list has it."""
LABELS: Mapping[str, Text] = {
    "name": Text("姓名", "name"),
    "certificate_number": Text("执业证书编号", "certificate number"),
    "valid_until": Text("有效期截止日期", "valid until"),
    **{name: OF_INFORMATION[name] for name in ("department", "work_category", "title")},
    **OF_PRACTICE,
}
_PASSED_OVER = {
    **{
        name: OF_IMPORTS[name]
        for name in (
            *("status", "last_change", "education", "position", "work_began_on"),
            *("serial", "gender", "birth_date", "age", "account_status"),
        )
    },
    "phone": ("联系电话", "手机", "手机号", "电话"),
    "note": ("备注",),
}
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "nurse": {
        **{name: OF_IMPORTS[name] for name in (*REQUIRED, *COMPARED["nurse"])},
        **_PASSED_OVER,
        "days_left": ("剩余天数",),
        "mark": ("到期提示",),
        "employment": ("在岗情况",),
        "employment_confirmed_on": ("在岗情况确认日期",),
        "interrupted_since": ("中断执业起始日期",),
    },
    "physician": {
        "name": ("姓名", "医师姓名"),
        "id_number": OF_IMPORTS["id_number"],
        "certificate_number": (
            *("医师执业证书编码", "医师执业证书编号", "执业证书编码", "执业证书编号"),
        ),
        "level": ("医师级别", "执业级别", "级别"),
        "category": ("执业类别", "医师类别", "类别"),
        "scopes": ("执业范围",),
        "department": ("执业科室", *OF_IMPORTS["department"]),
        "title": OF_IMPORTS["title"],
        **_PASSED_OVER,
        "location": ("执业地点",),
        "place": ("执业机构关系",),
        "qualification_certificate_number": ("医师资格证书编码", "医师资格证书编号"),
        "main_institution_name": ("主要执业机构在本院", "主要执业机构"),
        "filed_from": ("多机构备案起始日期",),
        "filed_until": ("多机构备案截止日期",),
        "filing_state": ("多机构备案状态",),
        "off_post_on": ("离岗备案日期",),
        "off_post_days": ("离岗天数",),
        "off_post_ground": ("离岗原因",),
        "two_years_off_post": ("提示",),
    },
}
"""Those that are not compared are passed over, so that an exported roster can be sent as it is."""

_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Listed:
    line: int
    name: str
    id_number: str | None = field(repr=False)
    """``None`` when the line cannot be compared."""
    values: Mapping[str, str | list[str]]
    """Of the columns that are compared, those filled in: codes, days as 2026-11-23, scopes as a
    sorted list. What is none of these is as it was written, and will differ."""
    reasons: tuple[Reason, ...] = ()


def read_line(
    line: int,
    cells: Mapping[str, str],
    faults: tuple[Reason, ...],
    today: date,
    profession: str,
) -> Listed:
    """A line, or every reason why it cannot be compared."""
    compared = COMPARED[profession]
    reasons = [one for one in faults if one.field is None or one.field in (*REQUIRED, *compared)]
    if not faults:
        reasons += [
            replace(import_reasons.MISSING, field=name) for name in REQUIRED if not cells.get(name)
        ]
    name = cells.get("name", "")[:_LONGEST]
    number: str | None = None
    if not reasons:
        try:
            name = parse_name(name)
        except IdentifierError as error:
            reasons.append(error.about("name"))
        try:
            number = read_id_number(cells["id_number"], today).value
        except IdentifierError as error:
            reasons.append(error.about("id_number"))
    if reasons:
        return Listed(line, name, None, {}, tuple(reasons))
    said = {name: _said(name, cells, today, profession) for name in compared if cells.get(name)}
    return Listed(line, name, number, {name: text for name, text in said.items() if text})


def _said(
    name: str, cells: Mapping[str, str], today: date, profession: str
) -> str | list[str] | None:
    text = cells[name][:_LONGEST]
    if name == "certificate_number":
        try:
            if profession == "physician":
                return parse_physician_practice_certificate(text)
            return parse_nurse_practice_certificate(text, today).value
        except IdentifierError:
            return text
    if name == "valid_until":
        day = read_day(cells, name, [])
        return day.isoformat() if day else text
    if name == "scopes":
        found = {_PHYSICIANS[name].get(fold(part)) for part in _BETWEEN.split(text) if part.strip()}
        return text if None in found else sorted(filter(None, found))
    if profession == "physician":
        code = _PHYSICIANS[name].get(fold(text))
    else:
        code = read_code(cells, name, [])
    if code is None and name == "department":
        return None  # hospitals have names of their own for them
    return code or text


_BETWEEN = re.compile("[、，,；;/]|\\s+")


def _read(table: CodeTable) -> dict[str, str]:
    """Codes by themselves and by their labels, with 专业 at their end or without."""
    return {
        fold(said): code
        for code, label in table.items()
        for said in (label.zh.removesuffix("专业"), label.zh, label.en, code)
        if said
    }


_PHYSICIANS = {
    "level": _read(PHYSICIAN_LEVELS),
    "category": _read(PHYSICIAN_CATEGORIES),
    "scopes": _read(PHYSICIAN_SCOPES),
    "department": _read(PHYSICIAN_DEPARTMENTS),
    "title": _read(PHYSICIAN_TITLES),
}
