"""The coded reasons that a filing is returned or refused with; each may carry a free text."""

from __future__ import annotations

from zhiye_contracts.codes.grounds import OTHER
from zhiye_contracts.reasons import Text

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
