"""The life of an institution: from being set up to being cancelled."""

from __future__ import annotations

from datetime import date

from zhiye_contracts.codes import FILING_KINDS
from zhiye_contracts.codes.table import table
from zhiye_contracts.reasons import Language, Text

STATUSES = table(
    "institution_status",
    "Regulation on the Administration of Medical Institutions; Q20.4.2 (merged)",
    """
    planned | 筹建 | set up, not licensed yet
    in_force | 执业 | in practice
    suspended | 暂缓校验 | periodic check suspended
    closed | 停业 | closed for a time
    cancelled | 已注销 | cancelled
    merged | 已合并 | merged into the standard name
    """,
)
"""Others are told ``in_force`` or ``closed``: only the first takes people on."""


def told_status(status: str) -> str:
    """What an event says of a status."""
    return "in_force" if status == "in_force" else "closed"


_CHANGES: dict[str, Text] = {
    "registered": Text("登记入库", "put on record"),
    "imported": Text("批量导入", "imported"),
    "suspended": Text("暂缓校验", "periodic check suspended"),
    "deciding-authority": Text("设置审批机关", "deciding authority chosen"),
    "other-name-added": Text("增加其他名称", "other name added"),
    "other-name-removed": Text("删除其他名称", "other name removed"),
    "merged": Text("并入标准名称机构", "merged into the standard name"),
    "merge-received": Text("并入其他记录", "another record merged into it"),
    "merge-undone": Text("撤销合并", "merge undone"),
}


def change_label(change: str, language: Language) -> str:
    """What an entry of the history is called; an approved filing is called by its kind."""
    text = _CHANGES.get(change)
    return text.read(language) if text else FILING_KINDS.label(change, language)


def next_check(after: date, beds: int | None) -> date:
    """When the next periodic check falls due: after one year with fewer than 100 beds, else after
    three (domain.md 8)."""
    return years_later(after, 3 if (beds or 0) >= 100 else 1)


def years_later(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
