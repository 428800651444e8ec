"""The coded reasons that a filing is returned or refused with; each may carry a free text."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_contracts.reasons import Language, Reason, Refused, Text

OTHER = "other"

FILING_REASONS: dict[str, Text] = {
    "materials_incomplete": Text("材料不齐全", "Materials are incomplete"),
    "materials_unclear": Text(
        "材料不清晰或与申报内容不一致", "Materials are unclear or differ from what is declared"
    ),
    "form_incorrect": Text("申请内容填写有误", "The filing is filled in incorrectly"),
    "name_unsuitable": Text("名称不符合规定", "The name does not follow the rules"),
    "standard_not_met": Text("不符合医疗机构基本标准", "The basic standard is not met"),
    "staff_not_met": Text("卫生技术人员不符合要求", "The health staff does not suffice"),
    "premises_not_met": Text("用房、设施不符合要求", "Premises or equipment do not suffice"),
    "not_eligible": Text("不具备法定条件", "A condition of the law is not met"),
    OTHER: Text("其他", "Other"),
}
"""Codes are this system's; neither seed lists any."""

REASONS_REQUIRED = Reason(
    "reasons_required",
    Text("退回或不同意时必须说明理由。", "Returning or refusing needs reasons."),
    Text("请一次列出全部理由。", "Give all the reasons at once."),
    field="reasons",
    source="Q59.9",
)


def told(given: Sequence[tuple[str, str]], *, required: bool) -> list[dict[str, str]]:
    """The reasons as they are kept and told: ``text`` in Chinese, ``note`` the free text alone.

    Raises ``Refused`` (422): ``reasons_required`` when there is none, ``reason_text_required``
    where ``other`` comes without a text.
    """
    if required and not given:
        raise Refused(REASONS_REQUIRED)
    faults = [
        Reason(
            "reason_text_required",
            Text("选择“其他”时必须填写说明。", "“Other” needs a text."),
            Text("请写明具体理由和需要补正的内容。", "Say what exactly is wrong and what to mend."),
            field=f"reasons.{index}.text",
        )
        for index, (code, text) in enumerate(given)
        if code == OTHER and not text
    ]
    if faults:
        raise Refused(*faults)
    return [
        {"code": code, "text": sentence(code, text, "zh"), "note": text} for code, text in given
    ]


def sentence(code: str, note: str, language: Language) -> str:
    """One reason for a reader: its label, then the officer's own words."""
    if code == OTHER:
        return note
    label = FILING_REASONS[code].read(language)
    colon = ": " if language == "en" else "："
    return f"{label}{colon}{note}" if note else label
