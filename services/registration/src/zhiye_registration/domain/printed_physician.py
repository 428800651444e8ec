"""What is printed of physicians only (《医师执业、变更执业、多机构备案申请审核表》), in Chinese.
Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zhiye_contracts.codes import (
    OFF_POST_GROUNDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_LEVELS,
)
from zhiye_registration.domain.about import INSTITUTION, ITEMS, OffPost
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.facts import STATUSES, Practice
from zhiye_registration.domain.practice import label_of, scopes_label
from zhiye_registration.domain.printed_parts import Entry, Known, shown

TITLE = "医师执业、变更执业、多机构备案申请审核表"
"""One form for every business of physicians (Q48)."""
_WITH_PRACTICE = ("register_physician", "alter", "file_institution")
"""Effects that say what the registration is or will be about."""
FURTHER = "拟备案机构"


def qualification(known: Known) -> Iterator[Entry]:
    """By which the physician is, or asks to be, registered."""
    held = known.exam or {}
    level, category = held.get("level"), held.get("category")
    yield Entry("资格证书编码", known.qualification_number or "", wide=True)
    yield Entry("资格级别", PHYSICIAN_LEVELS.label(level) if level else "")
    yield Entry("资格类别", PHYSICIAN_CATEGORIES.label(category) if category else "")
    yield Entry("取得资格时间", shown(held.get("passed_on")), wide=True)


def registration(known: Known) -> Iterator[Entry]:
    held = known.registration or {}
    status = STATUSES.get(held.get("status", "never_registered"))
    yield Entry("执业证书编码", known.certificate_number or "")
    yield Entry("注册状态", status.zh if status else "")
    for name in ("level", "category"):
        yield _practice(name, held.get(name))
    yield _practice("location", held.get("location"))
    yield Entry("注册日期", shown(held.get("registered_on")))
    yield _practice("scopes", held.get("scopes"), wide=True)
    yield Entry("主要执业机构", shown(held.get("institution_name")))
    yield Entry("注册机关", shown(held.get("authority_name")))
    if held.get("filed_on"):
        yield Entry("离岗备案日期", shown(held["filed_on"]))
        yield Entry("离岗备案情形", OFF_POST_GROUNDS.label(held["filing_ground"]))
    if held.get("cancelled_on"):
        yield Entry("注销日期", shown(held["cancelled_on"]))
        yield Entry("注销情形", PHYSICIAN_CANCELLATION_GROUNDS.label(held["cancellation_ground"]))


def request(one: Application, known: Known) -> Iterator[Entry]:
    """What is asked for beyond what nurses ask for; the two flags are derived (Q7, Q8)."""
    form, about = one.form, known.about
    if one.row.effect == "alter":
        yield Entry("是否变更执业地点", _flag(about.changed("location")))
        yield Entry("是否变更主要执业机构", _flag(about.changed(INSTITUTION)))
        for change in about.changes or ():
            before, after = (s.label(change.item, "zh") for s in (change.before, change.after))
            yield Entry(f"变更{ITEMS[change.item].zh}", f"{before} → {after}", wide=True)
    yield from _wanted(one, about.practice)
    if one.row.effect == "file_institution" or form.get("from_on") or form.get("until_on"):
        yield Entry("备案起始日期", shown(form.get("from_on")))
        yield Entry("备案终止日期", shown(form.get("until_on")))
    if one.row.effect == "file_off_post" or form.get("left_on"):
        yield Entry("离岗日期", shown(form.get("left_on")))
        yield Entry("离岗备案时限", _in_time(about.off_post))
    if one.row.effect == "move_out" or form.get("destination"):
        yield Entry("拟前往的地区或机构", form.get("destination") or "", wide=True)


def _wanted(one: Application, after: Practice | None) -> Iterator[Entry]:
    scopes = one.form.get("scopes") or ()
    if one.row.effect not in _WITH_PRACTICE:
        if scopes:
            yield Entry("执业范围", scopes_label(scopes, "zh"), wide=True)
        return
    further = one.row.effect == "file_institution"
    yield _practice("level", after.level if after else None)
    yield _practice("category", after.category if after else None)
    label = "备案执业范围" if further else "拟注册执业范围"
    shown_scopes = (scopes if further else ()) or (after.scopes if after else scopes)
    yield Entry(label, scopes_label(shown_scopes, "zh"), wide=True)
    label = "执业地点" if further else "拟执业地点"
    yield Entry(label, label_of("location", after.location if after else None, "zh") or "")


def declared(one: Application) -> Iterator[Entry]:
    """Declared by whoever registers: the grounds to refuse it do not hold."""
    form, needed = one.form, one.row.needs
    for name, label in (
        ("full_civil_capacity", "具有完全民事行为能力"),
        ("no_criminal_record", "无刑事处罚、禁业等不予注册情形"),
    ):
        if name in needed or name in form:
            yield Entry(label, shown(form.get(name)), wide=True)


def _practice(name: str, value: Any, *, wide: bool = False) -> Entry:
    return Entry(ITEMS[name].zh, label_of(name, value or None, "zh") or "", wide)


def _flag(changed: bool | None) -> str:
    return "" if changed is None else shown(changed)


def _in_time(left: OffPost | None) -> str:
    if left is None:
        return ""
    late = "，已逾期" if left.late else ""
    return f"应于{shown(left.by)}前备案{late}"
