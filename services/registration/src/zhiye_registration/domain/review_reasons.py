"""The coded reasons that a review is returned or refused with; each may carry a free text."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_contracts.reasons import Language, Reason, Refused, Text

OTHER = "other"

REVIEW_REASONS: dict[str, Text] = {
    "materials_incomplete": Text("材料不齐全", "Materials are incomplete"),
    "materials_unclear": Text(
        "材料不清晰或与申报内容不一致", "Materials are unclear or differ from what is declared"
    ),
    "form_incorrect": Text("申请表填写有误", "The form is filled in incorrectly"),
    "identity_mismatch": Text("身份信息不一致", "The identity does not agree"),
    "not_to_be_employed": Text(
        "非本机构拟聘用人员", "The institution does not mean to employ them"
    ),
    "photo_unsuitable": Text("照片不符合要求", "The photo does not meet the requirements"),
    "training_insufficient": Text("临床护理培训不符合要求", "The training does not suffice"),
    "health_not_met": Text("不符合健康标准", "The health standard is not met"),
    "not_eligible": Text("不具备法定条件", "A condition of the law is not met"),
    OTHER: Text("其他", "Other"),
}
"""Codes are this system's; the handbook and the deck show free text only (deck 7)."""


def told(given: Sequence[tuple[str, str]], *, required: bool) -> list[dict[str, str]]:
    """The reasons as they are kept and told: ``text`` is label and free text in Chinese, ``note``
    the free text alone.

    Raises ``Refused`` (422): ``reasons_required`` when there is none, ``reason_text_required``
    when ``other`` comes without a text.
    """
    if required and not given:
        raise Refused(
            Reason(
                "reasons_required",
                Text("退回或不同意时必须说明理由。", "Returning or refusing needs reasons."),
                Text("请一次列出全部理由。", "Give all the reasons at once."),
                field="reasons",
                source="Q59.9",
            )
        )
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
    """One reason for a reader: its label, then the reviewer's own words."""
    if code == OTHER:
        return note
    label = REVIEW_REASONS[code].read(language)
    colon = ": " if language == "en" else "："
    return f"{label}{colon}{note}" if note else label
