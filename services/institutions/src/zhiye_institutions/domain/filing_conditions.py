"""Why a filing cannot be submitted or approved: every reason at once (一次性告知, Q59.9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers import InstitutionNumber
from zhiye_contracts.reasons import Reason, Text
from zhiye_institutions.domain.filing_policy import FIELDS, OF_RECORD, SETTING, Kind, Material
from zhiye_institutions.domain.institution import (
    CATEGORY_DIFFERS,
    INSTITUTION_LEVELS,
    LEVEL_UNKNOWN,
    NOBODY_DECIDES,
    OWNERSHIP_DIFFERS,
    may_lack_number,
)
from zhiye_institutions.domain.lifecycle import STATUSES, years_later

MAXIMUM_CLOSURE_YEARS = 1
"""Regulation on Medical Institutions: who stays closed longer has ended."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is looked at. ``current`` are the fields on record, ``authority`` tells
    whether somebody online decides for the institution's region."""

    today: date
    status: str
    category: str
    current: Mapping[str, Any]
    proposed: Mapping[str, Any]
    materials: Mapping[str, str]
    authority: bool = True


def refusals(kind: Kind, facts: Facts) -> list[Reason]:
    """Every reason why a filing of this kind cannot be submitted, or not be approved any more."""
    return [
        *_status(kind, facts.status),
        *_proposals(kind, facts),
        *(_closure(facts) if kind.slug == "closure" else ()),
        *(
            _material(one, "materials", "没有注明如何提交", "it is not said how it is handed in")
            for one in kind.materials_for(facts.category)
            if one.required and one.code not in facts.materials
        ),
        *(() if facts.authority else (NOBODY_DECIDES,)),
    ]


def unknown_materials(kind: Kind, category: str, codes: Sequence[str]) -> bool:
    """Whether a material is named that is not on the list for this institution."""
    return not {one.code for one in kind.materials_for(category)}.issuperset(codes)


def unseen(kind: Kind, category: str, seen: Sequence[str]) -> list[Reason]:
    """A reason for each required material that the officer has not ticked as seen."""
    return [
        _material(one, "materials_seen", "登记机关尚未核验", "the authority has not seen it")
        for one in kind.materials_for(category)
        if one.required and one.code not in seen
    ]


def number_refusals(
    number: InstitutionNumber | None, *, region: str, category: str, ownership: str
) -> list[Reason]:
    """Every reason why a licence cannot be given with this registration number."""
    if number is None:
        return [] if may_lack_number(category) else [NUMBER_MISSING]
    found: list[Reason] = []
    if not divisions.is_within(region, number.region):
        found.append(NUMBER_REGION_DIFFERS)
    if number.category != category:
        found.append(CATEGORY_DIFFERS)
    if number.economic_type != ownership:
        found.append(OWNERSHIP_DIFFERS)
    return found


def changes(kind: Kind, facts: Facts) -> dict[str, Any]:
    """The proposed fields of the record that differ from it."""
    return {
        name: value
        for name, value in facts.proposed.items()
        if name in kind.fields and name in OF_RECORD and facts.current.get(name) != value
    }


def _status(kind: Kind, status: str) -> Iterator[Reason]:
    if status not in kind.from_status:
        allowed = [STATUSES[one] for one in kind.from_status]
        yield Reason(
            "filing_status",
            Text(
                f"机构当前状态为“{STATUSES[status].zh}”，不能办理{kind.name.zh}。",
                f"The institution is {STATUSES[status].en}: no {kind.name.en} from there.",
            ),
            Text(
                f"此业务适用的状态：{'、'.join(one.zh for one in allowed)}。",
                f"It starts from: {', '.join(one.en for one in allowed)}.",
            ),
            field="kind",
            source="Regulation on Medical Institutions",
        )


def _proposals(kind: Kind, facts: Facts) -> Iterator[Reason]:
    for name in facts.proposed:
        if name not in kind.fields:
            yield Reason(
                "filing_field_not_used",
                Text(
                    f"{kind.name.zh}不涉及“{FIELDS[name].zh}”。",
                    f"A {kind.name.en} does not concern: {FIELDS[name].en}.",
                ),
                Text("请去掉此项，或改办变更登记。", "Leave it out, or file a change."),
                field=f"proposed.{name}",
            )
    for name in kind.needed:
        if facts.proposed.get(name, facts.current.get(name)) in (None, "", []):
            yield Reason(
                "filing_field_missing",
                Text(f"缺少“{FIELDS[name].zh}”。", f"Missing: {FIELDS[name].en}."),
                Text("请填写后重新提交。", "Fill it in and submit again."),
                field=f"proposed.{name}",
                source="Regulation on Medical Institutions",
            )
    if facts.proposed.get("level", "ungraded") not in INSTITUTION_LEVELS:
        yield LEVEL_UNKNOWN
    if kind.slug == "change" and not changes(kind, facts):
        yield CHANGES_NOTHING


def _closure(facts: Facts) -> Iterator[Reason]:
    first, last = (
        _date(facts.proposed.get("closed_from")),
        _date(facts.proposed.get("closed_until")),
    )
    if first is None or last is None:
        return
    if first < facts.today:
        yield CLOSURE_PAST
    if last < first:
        yield CLOSURE_BACKWARDS
    if last >= years_later(first, MAXIMUM_CLOSURE_YEARS):
        yield CLOSURE_TOO_LONG


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _material(one: Material, field: str, zh: str, en: str) -> Reason:
    return Reason(
        "material_missing",
        Text(f"{one.name.zh}：{zh}。", f"Material, {one.name.en}: {en}."),
        Text("请补齐全部材料后办理。", "Hand in all of the materials, then go on."),
        field=f"{field}.{one.code}",
        source=one.source or None,
    )


def _reason(
    code: str, zh: str, en: str, next_zh: str, next_en: str, field: str, source: str = SETTING
) -> Reason:
    return Reason(code, Text(zh, en), Text(next_zh, next_en), field=field, source=source or None)


CHANGES_NOTHING = _reason(
    "filing_changes_nothing",
    "申请内容与现登记内容一致，没有需要变更的事项。",
    "What is proposed is what is on record already: nothing would change.",
    "请填写要变更的事项。",
    "Say what is to be changed.",
    "proposed",
    "Q22, Q43",
)
MATERIAL_UNKNOWN = _reason(
    "material_unknown",
    "材料清单中没有其中的某项材料。",
    "One of the materials is not on the list.",
    "请按本业务的材料清单填写材料代码。",
    "Use the codes of the list of materials for this kind.",
    "materials",
    "Q48",
)
CLOSURE_PAST = _reason(
    "closure_past",
    "停业开始日期早于今天。",
    "The closure would begin before today.",
    "请填写今天或以后的日期。",
    "Give today or a later day.",
    "proposed.closed_from",
)
CLOSURE_BACKWARDS = _reason(
    "closure_backwards",
    "停业结束日期早于开始日期。",
    "The closure would end before it begins.",
    "请更正停业起止日期。",
    "Correct the first or the last day.",
    "proposed.closed_until",
)
CLOSURE_TOO_LONG = _reason(
    "closure_too_long",
    "停业不得超过一年。",
    "A closure lasts at most one year.",
    "请缩短停业时间；不再执业的请办理注销登记。",
    "Shorten it; if practice ends for good, file a cancellation.",
    "proposed.closed_until",
    "Regulation on Medical Institutions",
)
NUMBER_MISSING = _reason(
    "institution_number_missing",
    "准予执业登记须核发登记号；只有采供血机构可以没有。",
    "A licence needs a registration number; only blood and plasma stations may have none.",
    "请填写 22 位登记号。",
    "Give the registration number of 22 characters.",
    "registration_number",
    "Q55; WS 218-2002",
)
NUMBER_REGION_DIFFERS = _reason(
    "institution_region_differs",
    "登记号第 10 至 15 位与机构所在行政区划不一致。",
    "Characters 10 to 15 of the number are not the region of the institution.",
    "请核对登记号中的行政区划代码。",
    "Compare the division code inside the number.",
    "registration_number",
    "WS 218-2002",
)
NUMBER_NOT_USED = _reason(
    "registration_number_not_used",
    "只有批准执业登记时才核发登记号。",
    "A registration number is given only when a practice licence is approved.",
    "请去掉登记号。",
    "Leave the number out.",
    "registration_number",
)
