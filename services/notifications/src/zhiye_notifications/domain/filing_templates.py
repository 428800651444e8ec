"""Messages about the steps of an institution's own filings, and about checks that fall due."""

from __future__ import annotations

from typing import Any

from zhiye_contracts.reasons import Text
from zhiye_notifications.domain.template import Template

_STEP: dict[str, Any] = {
    "kind": "change",
    "number": "J202611230000001",
    "institution": "北京示例医院",
    "authority": "西城区卫生健康委员会",
    "deadline": "2026-12-23",
    "reasons": [],
}
_REASONED = _STEP | {"reasons": ["申请内容填写有误：床位数不一致", "缺少负责人签署页"]}

FILING_TEMPLATES: dict[str, Template] = {
    "filing_awaiting_authority": Template(
        title=Text("申请已提交登记机关", "Submitted to the authority"),
        text=Text(
            "{institution}的{filing}申请（{number}）已提交{authority}{until}。",
            "Filing {number} of {institution} ({filing}) was submitted to {authority}{until}.",
        ),
        next_step=Text(
            "请按材料清单备齐材料；审批决定作出前可以撤回。",
            "Have the materials of the list ready. You can withdraw it until the decision.",
        ),
        sms=Text(
            "{institution}的{filing}申请（{number}）已提交{authority}。",
            "Filing {number} ({filing}): submitted to {authority}.",
        ),
        example=_STEP,
        source="Q59.9",
    ),
    "filing_returned": Template(
        title=Text("申请退回补正", "Returned for correction"),
        text=Text(
            "{institution}的{filing}申请（{number}）需要补正，需补正的全部内容：{reasons}",
            "Filing {number} of {institution} ({filing}) has to be corrected. All that is missing: "
            "{reasons}",
        ),
        next_step=Text(
            "请一次补正全部内容后重新提交。", "Correct all of it, then submit it again."
        ),
        sms=Text(
            "{institution}的{filing}申请（{number}）需补正：{reasons}。请补正后重新提交。",
            "Filing {number} ({filing}) needs correction: {reasons}. Correct and submit it again.",
        ),
        example=_REASONED,
        source="Administrative Licensing Law art. 32; Q59.9",
    ),
    "filing_approved": Template(
        title=Text("申请已批准", "Approved"),
        text=Text(
            "{authority}已批准{institution}的{filing}申请（{number}）。",
            "{authority} has approved filing {number} of {institution} ({filing}).",
        ),
        next_step=Text("请登录查看机构登记信息。", "Log in to see the record of the institution."),
        sms=Text(
            "{authority}已批准{institution}的{filing}申请（{number}），请登录查看。",
            "Filing {number} ({filing}): approved. Log in to see the record.",
        ),
        example=_STEP,
    ),
    "filing_refused": Template(
        title=Text("申请未获批准", "Not approved"),
        text=Text(
            "{authority}未批准{institution}的{filing}申请（{number}）。全部理由：{reasons}",
            "{authority} has not approved filing {number} of {institution} ({filing}). All "
            "reasons: {reasons}",
        ),
        next_step=Text(
            "按理由改正后可以重新申请；不服本决定的，可以依法申请行政复议或者提起行政诉讼。",
            "You can apply again when this is mended. Against the decision you may seek "
            "administrative reconsideration or go to court.",
        ),
        sms=Text(
            "{authority}未批准{institution}的{filing}申请（{number}）：{reasons}。"
            "改正后可重新申请；不服的可依法申请行政复议或提起行政诉讼。",
            "Filing {number} ({filing}): not approved: {reasons}. Mend it and apply again; you "
            "may also seek reconsideration or go to court.",
        ),
        example=_REASONED,
        source="Administrative Licensing Law art. 38",
    ),
    "filing_withdrawn": Template(
        title=Text("申请已撤回", "Withdrawn"),
        text=Text(
            "{institution}的{filing}申请（{number}）已撤回。",
            "Filing {number} of {institution} ({filing}) was withdrawn.",
        ),
        next_step=Text("需要办理时请重新申请。", "Make a new one when you need to."),
        sms=Text(
            "{institution}的{filing}申请（{number}）已撤回。",
            "Filing {number} ({filing}): withdrawn.",
        ),
        example=_STEP,
    ),
    "filing_due": Template(
        title=Text("校验即将到期", "A periodic check falls due"),
        text=Text(
            "{institution}的{filing}将于 {deadline} 到期。",
            "The {filing} of {institution} falls due on {deadline}.",
        ),
        next_step=Text(
            "请在到期前提交校验申请。", "Submit the filing for the check before that day."
        ),
        sms=Text(
            "{institution}的{filing}将于 {deadline} 到期，请及时提交校验申请。",
            "The {filing} falls due on {deadline}. Submit the filing before that day.",
        ),
        example=_STEP | {"kind": "periodic-check", "number": ""},
        source="Regulation on Medical Institutions",
    ),
}

_SILENT_CHANGES = frozenset({"draft", "revise"})


def template_of_filing(state: str, change: str) -> str | None:
    """The template for a step of a filing; ``None`` when there is nothing to tell."""
    template = f"filing_{state}"
    return None if change in _SILENT_CHANGES or template not in FILING_TEMPLATES else template
