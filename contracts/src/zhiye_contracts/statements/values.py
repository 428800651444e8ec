"""Values as people write them: dates in five forms, codes by their label, formulas for what they
are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from zhiye_contracts.codes import CodeTable
from zhiye_contracts.identifiers.errors import fold

_DATE = re.compile(
    "([0-9]{4})(?:"
    r"([-/.])([0-9]{1,2})\2([0-9]{1,2})"  # 2026-06-15, 2026/6/15, 2026.6.15
    "|年([0-9]{1,2})月([0-9]{1,2})日"
    "|([0-9]{2})([0-9]{2})"  # 20260615
    ")"
)
_YEAR_NOT_FIRST = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{1,4}")

_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{1,3}")

_FORMULA: Final = frozenset("=+-@＝＋－＠")
"""What a cell begins with that a spreadsheet would calculate."""

_OTHER_LABELS: Mapping[str, Mapping[str, str]] = {
    "gender": {"男性": "1", "女性": "2"},
    "id_type": {"身份证": "01", "1": "01"},  # a spreadsheet drops the zero
    "education": {
        "博士研究生": "10",
        "硕士研究生": "10",
        "本科": "20",
        "专科": "30",
        "大专": "30",
        "中专": "40",
        "技校": "50",
    },
    "physician_category": {"临床类别": "1", "口腔类别": "2", "公共卫生类别": "3", "中医类别": "4"},
}
"""By table: labels that people use besides the official one."""
_PROVINCE_KIND = re.compile("(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市)$")


class AmbiguousDate(ValueError):  # noqa: N818
    """Day, month or year could be meant: the year does not come first in four digits."""


def read_date(text: str) -> date:
    """2026-06-15, 2026/6/15, 2026.6.15, 20260615 or 2026年6月15日. Raises ``ValueError``."""
    if len(text) == 10 and text[4] == text[7] == "-" and text.isascii():
        return date.fromisoformat(text)
    plain = fold(text).replace(" ", "")
    if found := _DATE.fullmatch(plain):
        year, _, *rest = found.groups()
        month, day = (int(part) for part in rest if part is not None)
        return date(int(year), month, day)
    if _YEAR_NOT_FIRST.fullmatch(plain):
        raise AmbiguousDate
    raise ValueError("no date")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate it: no text of a record begins like this."""
    return text[:1] in _FORMULA


def is_shortened(text: str) -> bool:
    """Whether it is a long number as a spreadsheet writes it: 1.10105E+17."""
    return "E+" in text and _SCIENTIFIC.fullmatch(text) is not None


def code_of(table: CodeTable, value: str) -> str | None:
    """The code that a value is or stands for as a Chinese label; ``None`` when there is none."""
    if value in table.rows:
        return value
    codes = _codes_by_label.get(table.name)
    if codes is None:
        codes = _codes_by_label[table.name] = _labels_of(table)
    return codes.get(fold(value))


_codes_by_label: dict[str, Mapping[str, str]] = {}


def _labels_of(table: CodeTable) -> Mapping[str, str]:
    codes = {text.zh: code for code, text in table.rows.items()}
    if table.name == "province":
        codes |= {_PROVINCE_KIND.sub("", label): code for label, code in codes.items()}
    return {**codes, **_OTHER_LABELS.get(table.name, {})}
