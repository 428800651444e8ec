"""Cells of lists of nurses and physicians as people write them: codes, labels, days, numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from zhiye_contracts.codes import (
    BUSINESS_TYPES,
    CANCELLATION_GROUNDS,
    DEGREES,
    EDUCATION,
    ETHNIC_GROUPS,
    GENDERS,
    NURSE_DEPARTMENTS,
    NURSE_WORK_CATEGORIES,
    NURSING_TITLES,
    CodeTable,
)
from zhiye_contracts.identifiers import (
    IdNumber,
    normalise_id_number,
    parse_id_number,
    upgrade_fifteen,
)
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain import import_reasons as why

TABLES: Mapping[str, CodeTable] = {
    "department": NURSE_DEPARTMENTS,
    "work_category": NURSE_WORK_CATEGORIES,
    "title": NURSING_TITLES,
    "education": EDUCATION,
    "degree": DEGREES,
    "ethnic_group": ETHNIC_GROUPS,
    "cancellation_ground": CANCELLATION_GROUNDS,
    "last_change": BUSINESS_TYPES,
    "gender": GENDERS,
}
"""Columns of codes."""
ALSO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "department": {
        "outpatient": ("门诊部",),
        "emergency": ("急诊", "急诊科", "急诊室"),
        "intensive-care": ("监护病房", "重症监护室", "重症医学科", "icu"),
        "sterile-supply": ("供应中心", "消毒供应室", "消毒供应中心"),
    },
    "education": {
        "10": ("硕士研究生", "博士研究生"),
        "20": ("本科",),
        "30": ("专科", "大专"),
        "40": ("中专",),
        "50": ("技校",),
    },
    "degree": {"0": ("无",), "2": ("博士学位",), "3": ("硕士学位",), "4": ("学士学位",)},
    "ethnic_group": {code: (label.zh.removesuffix("族"),) for code, label in ETHNIC_GROUPS.items()},
    "cancellation_ground": {"revoked": ("吊销",), "expired": ("过期未延续",), "other": ("其他",)},
    "gender": {"1": ("男性",), "2": ("女性",)},
}
"""What people write beside codes and labels; the deck's own screens say 中专."""
_NONE = ("无", "none")
_NOTHING = re.compile(r"[-‐‑‒–—―−/\\]+")
_DAY = re.compile(
    r"(\d{4})(?:(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?|(\d\d)(\d\d))"
    r"(?: \d{1,2}:\d\d(?::\d\d)?)?"
)


def fold(text: str) -> str:
    """For comparing: without blanks, brackets, case and width."""
    return re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", text)).lower()


Words = Mapping[str, Mapping[str, str]]
"""Column → what people write, folded → code."""


def words_of(
    tables: Mapping[str, Mapping[str, Text]], also: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> Words:
    """Codes, their labels and what people write beside."""
    return {
        name: {
            fold(said): code
            for code, label in table.items()
            for said in (label.zh, label.en, code, *also.get(name, {}).get(code, ()))
        }
        for name, table in tables.items()
    }


_OF_NURSES = words_of(TABLES, ALSO)


def filled(cells: Mapping[str, str]) -> dict[str, str]:
    """Cells in which people draw a line are empty ones."""
    return {name: "" if _NOTHING.fullmatch(cell) else cell for name, cell in cells.items()}


def read_code(
    cells: Mapping[str, str], field: str, reasons: list[Reason], words: Words = _OF_NURSES
) -> str | None:
    """The code of a cell that has it, its label, or what people write for it."""
    if not (cell := cells.get(field)):
        return None
    folded = fold(cell)
    code = words[field].get(folded)
    if code is None and folded not in _NONE:
        reasons.append(replace(why.UNKNOWN_CODE, field=field))
    return code


def read_day(cells: Mapping[str, str], field: str, reasons: list[Reason]) -> date | None:
    """2026-11-23, 2026/11/23, 2026.11.23, 20261123, 2026年11月23日; a time after it is dropped."""
    if not (cell := cells.get(field)):
        return None
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    try:
        if found is None:
            raise ValueError(field)
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        reasons.append(replace(why.DATE, field=field))
        return None


def read_id_number(text: str, today: date) -> IdNumber:
    """15 digits are upgraded by the standard's algorithm (Q47)."""
    return upgrade_fifteen(text, today) if is_fifteen(text) else parse_id_number(text, today)


def is_fifteen(id_number: str) -> bool:
    return len(normalise_id_number(id_number)) == 15
