"""The coded reasons that a review is returned or refused with; each may carry a free text."""

from __future__ import annotations

from zhiye_contracts.codes.grounds import OTHER
from zhiye_contracts.reasons import Text

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
    "training_insufficient": Text("培训不符合要求", "The training does not suffice"),
    "health_not_met": Text("不符合健康标准", "The health standard is not met"),
    "not_eligible": Text("不具备法定条件", "A condition of the law is not met"),
    OTHER: Text("其他", "Other"),
}
"""Codes are this system's; the handbook and the deck show free text only (deck 7)."""
