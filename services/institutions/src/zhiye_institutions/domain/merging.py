"""Merging a record under a non-standard name into the standard one (Q20.4.2, Q41.4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from zhiye_contracts.reasons import Reason, Text

UNDO_WITHIN = timedelta(days=1)
TARGET_STATUSES = ("planned", "in_force")
_SOURCE = "Q20.4.2, Q41.4.2"


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two institutions, as it stands. ``inside`` tells whether it lies in the region of
    the authority that asks; ``merge_pending`` whether a merge into it can still be undone."""

    id: str
    status: str
    inside: bool
    campuses: bool = False
    open_filings: bool = False
    merge_pending: bool = False


def refusals(source: Party | None, target: Party | None) -> list[Reason]:
    """Every reason why the first cannot be merged into the second; ``None`` is not on record."""
    found: list[Reason] = []
    if source is None:
        found.append(SOURCE_UNKNOWN)
    if target is None:
        found.append(TARGET_UNKNOWN)
    if source and target and source.id == target.id:
        return [SAME]
    if source:
        if not source.inside:
            found.append(SOURCE_ELSEWHERE)
        if source.status == "merged":
            found.append(SOURCE_MERGED)
        if source.campuses:
            found.append(SOURCE_HAS_CAMPUSES)
        if source.open_filings:
            found.append(SOURCE_HAS_FILINGS)
        if source.merge_pending:
            found.append(SOURCE_RECEIVED)
    if target:
        if not target.inside:
            found.append(TARGET_ELSEWHERE)
        if target.status not in TARGET_STATUSES:
            found.append(TARGET_STATUS)
    return found


def _reason(code: str, zh: str, en: str, next_zh: str, next_en: str, field: str) -> Reason:
    return Reason(code, Text(zh, en), Text(next_zh, next_en), field=field, source=_SOURCE)


_SEARCH = ("请按名称或登记号查找。", "Search for it by name or registration number.")
_ABOVE = (
    "请由辖区包含两家机构的上级主管部门办理。",
    "Ask an authority whose region contains both institutions.",
)
SOURCE_UNKNOWN = _reason(
    "merge_source_unknown",
    "没有找到要并入的非标准名称机构。",
    "The institution to be merged is not on record.",
    *_SEARCH,
    "source_id",
)
TARGET_UNKNOWN = _reason(
    "merge_target_unknown",
    "没有找到标准名称机构。",
    "The institution to merge into is not on record.",
    *_SEARCH,
    "target_id",
)
SAME = _reason(
    "merge_same",
    "两个编号是同一家机构。",
    "Both are the same institution.",
    "请分别填写非标准名称机构和标准名称机构的编号。",
    "Give the record under the non-standard name, and the one under the standard name.",
    "target_id",
)
SOURCE_ELSEWHERE = _reason(
    "merge_source_elsewhere",
    "非标准名称机构不在您的管辖范围内。",
    "The institution to be merged is not inside your region.",
    *_ABOVE,
    "source_id",
)
TARGET_ELSEWHERE = _reason(
    "merge_target_elsewhere",
    "标准名称机构不在您的管辖范围内。",
    "The institution to merge into is not inside your region.",
    *_ABOVE,
    "target_id",
)
ELSEWHERE = (SOURCE_ELSEWHERE, TARGET_ELSEWHERE)
SOURCE_MERGED = _reason(
    "merge_source_merged",
    "该机构已经合并过。",
    "This institution was merged already.",
    "请查看合并记录；合并有误的，可在一日内撤销。",
    "See the merges; a wrong one can be undone within a day.",
    "source_id",
)
SOURCE_HAS_CAMPUSES = _reason(
    "merge_source_has_campuses",
    "该机构名下有院区或分支机构，不能作为非标准名称并入。",
    "Campuses are on record under this institution: it is a standard name itself.",
    "请反过来合并，或先处理其院区。",
    "Merge the other way round, or see to its campuses first.",
    "source_id",
)
SOURCE_HAS_FILINGS = _reason(
    "merge_source_has_filings",
    "该机构有尚未办结的登记业务申请。",
    "The institution has filings that are not decided yet.",
    "请先办结或撤回这些申请。",
    "Decide them, or have them withdrawn, first.",
    "source_id",
)
SOURCE_RECEIVED = _reason(
    "merge_source_received",
    "刚有其他机构并入该机构，该合并仍可撤销。",
    "Another record was merged into this one, and that can still be undone.",
    "请先撤销该合并，或在其撤销期限过后再办理。",
    "Undo that merge first, or wait until it cannot be undone any more.",
    "source_id",
)
TARGET_STATUS = _reason(
    "merge_target_status",
    "标准名称机构应为执业或筹建状态。",
    "The institution to merge into has to be in practice, or set up.",
    "请选择现行的标准名称机构。",
    "Choose the institution that goes on.",
    "target_id",
)
UNDONE = _reason(
    "merge_undone",
    "此合并已撤销。",
    "This merge was undone already.",
    "无需重复撤销。",
    "There is nothing to be done.",
    "id",
)
UNDO_TOO_LATE = _reason(
    "merge_undo_too_late",
    "合并超过一日，不能再撤销。",
    "A merge can be undone within a day; that is over.",
    "请将误并人员逐一办理变更注册至正确的机构；机构记录请联系系统运行方更正。",
    "Have the people who were merged wrongly change to the right institution one by one; ask the"
    " operator about the record.",
    "id",
)
