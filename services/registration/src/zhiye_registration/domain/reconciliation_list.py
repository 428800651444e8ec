"""A line of a staff list: what it says of somebody, or why it cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from zhiye_contracts.identifiers import (
    IdentifierError,
    parse_name,
    parse_nurse_practice_certificate,
)
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain import import_reasons
from zhiye_registration.domain.import_cells import read_code, read_day, read_id_number
from zhiye_registration.domain.imports import COLUMNS as OF_IMPORTS

REQUIRED = ("name", "id_number")
COMPARED: Mapping[str, Text] = {
    "certificate_number": Text("护士证号", "certificate number"),
    "valid_until": Text("有效期截止日期", "valid until"),
    "department": Text("工作科室", "department"),
    "work_category": Text("工作类别", "work category"),
    "title": Text("技术职称", "title"),
}
"""Beside name and ID number, where the list has them."""
LABELS: Mapping[str, Text] = {"name": Text("姓名", "name"), **COMPARED}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{name: OF_IMPORTS[name] for name in (*REQUIRED, *COMPARED)},
    **{
        name: OF_IMPORTS[name]
        for name in (
            *("status", "last_change", "education", "position", "work_began_on"),
            *("serial", "gender", "birth_date", "age", "account_status"),
        )
    },
    "phone": ("联系电话", "手机", "手机号", "电话"),
    "days_left": ("剩余天数",),
    "mark": ("到期提示",),
    "employment": ("在岗情况",),
    "employment_confirmed_on": ("在岗情况确认日期",),
    "interrupted_since": ("中断执业起始日期",),
    "note": ("备注",),
}
"""Those that are not compared are passed over, so that an exported roster can be sent as it is."""

_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Listed:
    line: int
    name: str
    id_number: str | None = field(repr=False)
    """``None`` when the line cannot be compared."""
    values: Mapping[str, str]
    """Of the columns that are compared, those filled in: codes, days as 2026-11-23. What is none
    of these is as it was written, and will differ."""
    reasons: tuple[Reason, ...] = ()


def read_line(
    line: int, cells: Mapping[str, str], faults: tuple[Reason, ...], today: date
) -> Listed:
    """A line, or every reason why it cannot be compared."""
    reasons = [one for one in faults if one.field is None or one.field in (*REQUIRED, *COMPARED)]
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
    said = {name: _said(name, cells, today) for name in COMPARED if cells.get(name)}
    return Listed(line, name, number, {name: text for name, text in said.items() if text})


def _said(name: str, cells: Mapping[str, str], today: date) -> str | None:
    text = cells[name][:_LONGEST]
    if name == "certificate_number":
        try:
            return parse_nurse_practice_certificate(text, today).value
        except IdentifierError:
            return text
    if name == "valid_until":
        day = read_day(cells, name, [])
        return day.isoformat() if day else text
    code = read_code(cells, name, [])
    if code is None and name == "department":
        return None  # hospitals have names of their own for them
    return code or text
