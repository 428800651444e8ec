"""Messages about physicians' filings at further institutions (多执业机构备案, Q10), and about what
an authority opens by itself (依职权, Q50)."""

from __future__ import annotations

from typing import Any

from zhiye_contracts.reasons import Language, Text
from zhiye_notifications.domain.template import Template

_FILING: dict[str, Any] = {
    "person": "李明",
    "institution": "北京另一医院",
    "authority": "西城区卫生健康委员会",
    "number": "N202611230000017",
    "from_on": "2026-12-01",
    "until_on": "2027-11-30",
}
_ENDED = {
    "person": "李明",
    "institution": "北京另一医院",
    "ended_on": "2026-11-23",
    "ended_because": "registration_moved",
}
_STEP: dict[str, Any] = {
    "business_type": "physician-cancellation",
    "number": "N202611230000017",
    "institution": "北京示例医院",
    "authority": "西城区卫生健康委员会",
    "deadline": "2026-12-21",
    "ground": "revoked",
    "reasons": [],
}
_NOTHING_TO_DO = Text(
    "您无需操作；有异议的请联系审批机关。",
    "You need not do anything; if you object, speak to the authority.",
)

PRACTICE_TEMPLATES: dict[str, Template] = {
    "practice_filing_made": Template(
        title=Text("本机构的医师已在其他机构备案", "A physician of yours is filed elsewhere too"),
        text=Text(
            "医师{person}已在{institution}办理多执业机构备案（申请 {number}），期限 {from_on} 至 "
            "{until_on}，备案机关：{authority}。本机构仍是其主要执业机构。",
            "Physician {person} was filed at {institution} as a further institution (application "
            "{number}) from {from_on} to {until_on} by {authority}. Yours stays the main one.",
        ),
        next_step=_NOTHING_TO_DO,
        sms=None,
        example=_FILING,
        source="Q10",
    ),
    "practice_filing_ended": Template(
        title=Text("您的多执业机构备案已终止", "Your filing has ended"),
        text=Text(
            "您在{institution}的多执业机构备案已于 {ended_on} 终止，原因：{why}。",
            "Your filing at {institution} as a further institution ended on {ended_on}: {why}.",
        ),
        next_step=Text(
            "不得再以该备案在该机构执业；需要继续的，请按现执业地点重新备案或增加执业地点。",
            "You may not practise there by it any more. To go on, file it again in your present "
            "location, or add the location.",
        ),
        sms=Text(
            "您在{institution}的多执业机构备案已于 {ended_on} 终止：{why}。请登录查看。",
            "Your filing at {institution} ended on {ended_on}: {why}. Log in to see it.",
        ),
        example=_ENDED,
        source="Q10, Q11",
    ),
    "practice_filing_ended_here": Template(
        title=Text("一名医师的多执业机构备案已终止", "A physician's filing has ended"),
        text=Text(
            "医师{person}在{institution}的多执业机构备案已于 {ended_on} 终止，原因：{why}。",
            "The filing of physician {person} at {institution} ended on {ended_on}: {why}.",
        ),
        next_step=_NOTHING_TO_DO,
        sms=None,
        example=_ENDED,
        source="Q10, Q11",
    ),
    "ex_officio_about_you": Template(
        title=Text("审批机关依职权为您启动了业务", "The authority has opened a case about you"),
        text=Text(
            "{authority}依职权启动了您的{business}（{number}）{because}{until}。",
            "{authority} has opened {business} about you by itself ({number}){because}{until}.",
        ),
        next_step=Text(
            "如有异议，请尽快向该机关陈述、申辩。",
            "If you object, tell the authority so as soon as you can.",
        ),
        sms=Text(
            "{authority}依职权启动了您的{business}（{number}）{because}。有异议请尽快陈述、申辩。",
            "{authority} opened {business} about you ({number}){because}. If you object, say so.",
        ),
        example=_STEP,
        source="Q50",
    ),
    "ex_officio_about_you_approved": Template(
        title=Text("审批机关依职权作出了决定", "The authority has decided about you"),
        text=Text(
            "{authority}已依职权办结您的{business}（{number}）{because}。",
            "{authority} has decided on {business} about you by itself ({number}){because}.",
        ),
        next_step=Text(
            "不服本决定的，可以依法申请行政复议或者提起行政诉讼。",
            "Against the decision you may seek administrative reconsideration or go to court.",
        ),
        sms=Text(
            "{authority}已依职权办结您的{business}（{number}）。"
            "不服的可依法申请行政复议或提起行政诉讼。",
            "{authority} decided on {business} about you ({number}). You may seek reconsideration "
            "or go to court.",
        ),
        example=_STEP,
        source="Q50",
    ),
    "ex_officio_about_you_ended": Template(
        title=Text("审批机关启动的业务已终止", "What the authority opened has ended"),
        text=Text(
            "{authority}依职权启动的您的{business}（{number}）已终止。",
            "The {business} that {authority} opened about you ({number}) has ended.",
        ),
        next_step=Text(
            "您的执业注册不因此改变，无需操作。",
            "Your registration stays as it is; you need not do anything.",
        ),
        sms=Text(
            "{authority}依职权启动的您的{business}（{number}）已终止，您的注册不变。",
            "The {business} opened about you ({number}) has ended; your registration stays.",
        ),
        example=_STEP,
        source="Q50",
    ),
    "ex_officio_here": Template(
        title=Text("审批机关对本机构人员依职权作出了决定", "A decision about one of your people"),
        text=Text(
            "{authority}已依职权办结本机构一名人员的{business}（{number}）{because}。",
            "{authority} has decided by itself on {business} of one of your people ({number})"
            "{because}.",
        ),
        next_step=Text("请查看本院人员信息。", "See the roster of your institution."),
        sms=None,
        example=_STEP,
        source="Q50",
    ),
}

_ENDED_BECAUSE = {
    "by_person": Text("本人终止", "the physician ended it"),
    "by_institution": Text("备案机构终止", "the institution ended it"),
    "registration_moved": Text("执业地点已变更", "the location of practice changed"),
    "registration_left": Text(
        "该执业地点的注册已备案、注销或转出", "there is no registration in force any more"
    ),
    "became_main": Text("该机构已成为主要执业机构", "it became the main institution"),
    "scopes_changed": Text("注册的执业范围已变更", "the registered scopes changed"),
    "person_corrected": Text("随身份信息更正", "it was corrected with the identity"),
}
_OTHERWISE = Text("请登录查看", "log in to see why")
_AT_THE_END = {
    "approved": "ex_officio_about_you_approved",
    "refused": "ex_officio_about_you_ended",
    "withdrawn": "ex_officio_about_you_ended",
}


def why_ended(because: str, language: Language) -> str:
    """Why a filing ended before its last day; of a code that comes later, where to see it."""
    return _ENDED_BECAUSE.get(because, _OTHERWISE).read(language)


def template_ex_officio(state: str, change: str, *, submitted: bool) -> str | None:
    """What the person is told of what an authority opened; nothing of drafts and corrections."""
    if not submitted:
        return None
    return "ex_officio_about_you" if change == "filed" else _AT_THE_END.get(state)
