"""Messages about an application that an institution filed about one of its people (Q41, deck 7.1):
to the account that filed it, and to the person."""

from __future__ import annotations

from typing import Any

from zhiye_contracts.reasons import Text
from zhiye_notifications.domain.template import Template

_STEP: dict[str, Any] = {
    "business_type": "nurse-cancellation",
    "number": "N202611230000017",
    "institution": "北京示例医院",
    "authority": "西城区卫生健康委员会",
    "deadline": "2026-12-21",
    "ground": "other",
    "reasons": [],
}
_REASONED = _STEP | {"reasons": ["未附告知当事人的证明", "当事人仍在岗"]}
_OBJECT = Text(
    "如有异议，请尽快联系该机构或审批机关。",
    "If you object, speak to the institution or the authority as soon as you can.",
)

FILED_TEMPLATES: dict[str, Template] = {
    # To the filing account: in the inbox only, as an institution files many.
    "filed_awaiting_authority": Template(
        title=Text("申请已提交审批机关", "With the authority"),
        text=Text(
            "您提交的{business}申请（{number}）已到{authority}审批{until}。",
            "The application for {business} ({number}) that you filed is with {authority} for "
            "decision{until}.",
        ),
        next_step=Text(
            "已同时告知当事人；审批决定作出前可以撤回。",
            "The person was told as well. You can withdraw it until the decision.",
        ),
        sms=None,
        example=_STEP,
        source="deck 7.1",
    ),
    "filed_returned": Template(
        title=Text("申请退回补正", "Returned for correction"),
        text=Text(
            "您提交的{business}申请（{number}）需要补正，需补正的全部内容：{reasons}",
            "The application for {business} ({number}) that you filed has to be corrected. All "
            "that is missing: {reasons}",
        ),
        next_step=Text(
            "请一次补正全部内容后重新提交。", "Correct all of it, then submit it again."
        ),
        sms=None,
        example=_REASONED,
        source="Administrative Licensing Law art. 32; Q59.9",
    ),
    "filed_approved": Template(
        title=Text("申请已批准", "Approved"),
        text=Text(
            "{authority}已批准您提交的{business}申请（{number}）。",
            "{authority} has approved the application for {business} ({number}) that you filed.",
        ),
        next_step=Text("请查看本院人员信息。", "See the roster of your institution."),
        sms=None,
        example=_STEP,
    ),
    "filed_refused": Template(
        title=Text("申请未获批准", "Not approved"),
        text=Text(
            "{authority}未批准您提交的{business}申请（{number}）。全部理由：{reasons}",
            "{authority} has not approved the application for {business} ({number}) that you "
            "filed. All reasons: {reasons}",
        ),
        next_step=Text("按理由改正后可以重新申请。", "You can file it again when this is mended."),
        sms=None,
        example=_REASONED,
        source="Administrative Licensing Law art. 38",
    ),
    "filed_withdrawn": Template(
        title=Text("申请已撤回", "Withdrawn"),
        text=Text(
            "您提交的{business}申请（{number}）已撤回。",
            "The application for {business} ({number}) that you filed was withdrawn.",
        ),
        next_step=Text("需要办理时请重新申请。", "File it again when you need to."),
        sms=None,
        example=_STEP,
    ),
    "filed_changed": Template(
        title=Text("申请有新进展", "News of an application"),
        text=Text(
            "您提交的{business}申请（{number}）有新进展。",
            "There is news of the application for {business} ({number}) that you filed.",
        ),
        next_step=Text("请查看申请。", "See the application."),
        sms=None,
        example=_STEP,
    ),
    # To the person.
    "filed_about_you": Template(
        title=Text("所在机构为您提交了申请", "Your institution has filed for you"),
        text=Text(
            "您所在的{institution}为您提交了{business}申请（{number}）{because}，"
            "由{authority}审批{until}。",
            "{institution}, where you are registered, has filed for {business} about you "
            "({number}){because}; {authority} decides{until}.",
        ),
        next_step=_OBJECT,
        sms=Text(
            "{institution}为您提交了{business}申请（{number}）{because}。"
            "如有异议请联系该机构或{authority}。",
            "{institution} filed for {business} about you ({number}){because}. If you object, "
            "speak to them or to {authority}.",
        ),
        example=_STEP,
        source="Q41, deck 7.1",
    ),
    "filed_about_you_approved": Template(
        title=Text("机构为您提交的申请已批准", "What was filed for you was approved"),
        text=Text(
            "{authority}已批准{institution}为您提交的{business}申请（{number}）{because}。",
            "{authority} has approved the {business} ({number}) that {institution} filed about "
            "you{because}.",
        ),
        next_step=Text(
            "不服本决定的，可以依法申请行政复议或者提起行政诉讼；"
            "需要继续执业的，符合条件时可以申请重新注册。",
            "Against the decision you may seek administrative reconsideration or go to court. To "
            "practise again, apply for re-registration.",
        ),
        sms=Text(
            "{authority}已批准{institution}为您提交的{business}申请（{number}）。"
            "不服的可依法申请行政复议或提起行政诉讼。",
            "The {business} ({number}) filed by {institution} was approved. You may seek "
            "reconsideration or go to court.",
        ),
        example=_STEP,
        source="Q41",
    ),
    "filed_about_you_ended": Template(
        title=Text("机构为您提交的申请已终止", "What was filed for you has ended"),
        text=Text(
            "{institution}为您提交的{business}申请（{number}）未获批准或已撤回。",
            "The {business} ({number}) that {institution} filed about you was not approved or was "
            "withdrawn.",
        ),
        next_step=Text(
            "您的执业注册不因此改变，无需操作。",
            "Your registration stays as it is; you need not do anything.",
        ),
        sms=Text(
            "{institution}为您提交的{business}申请（{number}）未获批准或已撤回，您的注册不变。",
            "{business} ({number}) filed by {institution} has ended; your registration stays.",
        ),
        example=_STEP,
    ),
}

_ABOUT_YOU_AT_THE_END = {
    "approved": "filed_about_you_approved",
    "refused": "filed_about_you_ended",
    "institution_refused": "filed_about_you_ended",
    "withdrawn": "filed_about_you_ended",
}


def template_about_you(state: str, change: str, *, submitted: bool) -> str | None:
    """What the person is told of a step; nothing of drafts, of corrections and of reviews."""
    if not submitted:
        return None
    if change in ("submitted", "filed"):
        return "filed_about_you"
    return _ABOUT_YOU_AT_THE_END.get(state)


def template_of_filed(state: str) -> str:
    """What the account that filed it is told of a step."""
    template = f"filed_{state}"
    return template if template in FILED_TEMPLATES else "filed_changed"
