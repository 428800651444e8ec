"""Messages about a registration: its renewal, its moves, changes of its information."""

from __future__ import annotations

from typing import Any

from zhiye_contracts.codes.table import table
from zhiye_contracts.reasons import Language, Text
from zhiye_notifications.domain.template import Template

INFORMATION = table(
    "information_field",
    "deck 2.1, 2.3",
    """
    department | 工作科室 | department
    work_category | 工作类别 | work category
    title | 技术职称 | title
    education | 学历 | education
    school | 毕业学校 | school
    major | 所学专业 | major
    degree | 学位 | degree
    study_length | 学制 | length of study
    graduated_on | 毕业时间 | date of graduation
    study_experience | 专业学习经历 | study experience
    work_experience | 工作经历 | work experience
    position | 职务 | position
    work_began_on | 参加工作时间 | beginning of work
    photo | 个人相片 | photo
    """,
)
"""What a person may ask to change, as the deck's screens call it."""

_RENEWAL: dict[str, Any] = {
    "institution": "北京示例医院",
    "valid_until": "2026-12-23",
    "opens_on": "2026-11-23",
    "late_until": None,
}
_CHANGE: dict[str, Any] = {
    "institution": "北京示例医院",
    "fields": ["title", "education"],
    "reasons": [],
}
_MOVE: dict[str, Any] = {
    "person": "王芳",
    "from": "北京示例医院",
    "into": "石家庄示例医院",
    "number": "N202611230000017",
    "authority": "石家庄市长安区卫生健康局",
    "moved_on": "2026-11-23",
    "profession": "physician",
}

RECORD_TEMPLATES: dict[str, Template] = {
    "renewal_opens_soon": Template(
        title=Text("执业注册即将到期", "Your registration will expire"),
        text=Text(
            "您的护士执业注册有效期至 {valid_until}，自 {opens_on} 起可以申请延续注册。",
            "Your registration as a nurse is valid until {valid_until}. You can apply for renewal "
            "from {opens_on}.",
        ),
        next_step=Text(
            "请提前准备 6 个月内的健康体检证明，到时在线申请，由{institution}审核。",
            "Get a health certificate of the last 6 months, then apply online; {institution} "
            "reviews it.",
        ),
        sms=Text(
            "您的护士执业注册有效期至 {valid_until}，{opens_on} 起可申请延续，请准备体检证明。",
            "Your registration expires on {valid_until}. Renewal opens on {opens_on}.",
        ),
        example=_RENEWAL,
        source="Q32",
    ),
    "renewal_opened": Template(
        title=Text("可以申请延续注册了", "You can renew your registration"),
        text=Text(
            "您的护士执业注册有效期至 {valid_until}，现在可以申请延续注册。",
            "Your registration as a nurse is valid until {valid_until}. You can apply for renewal "
            "now.",
        ),
        next_step=Text(
            "请登录后在线申请延续注册，由{institution}审核后报审批机关审批。",
            "Log in and apply for renewal; {institution} reviews it, then the authority decides.",
        ),
        sms=Text(
            "您的护士执业注册有效期至 {valid_until}，现在可以申请延续注册，请登录办理。",
            "Your registration expires on {valid_until}. You can renew it now: log in.",
        ),
        example=_RENEWAL,
        source="Q32; Nurses Regulation art. 8",
    ),
    "renewal_expires_soon": Template(
        title=Text("执业注册几天后到期", "Your registration expires in a few days"),
        text=Text(
            "您的护士执业注册将于 {valid_until} 到期，尚未收到您提交的延续注册申请。",
            "Your registration as a nurse expires on {valid_until}, and no renewal has been "
            "submitted.",
        ),
        next_step=Text(
            "请立即登录申请延续注册；有困难的请联系{institution}。",
            "Log in and apply for renewal at once; if you cannot, speak to {institution}.",
        ),
        sms=Text(
            "您的护士执业注册将于 {valid_until} 到期，尚未提交延续注册申请，请立即登录办理。",
            "Your registration expires on {valid_until} and no renewal was submitted. Log in now.",
        ),
        example=_RENEWAL,
        source="Q32; Nurses Regulation art. 8",
    ),
    "renewal_expired": Template(
        title=Text("执业注册已过期", "Your registration has expired"),
        text=Text(
            "您的护士执业注册已于 {valid_until} 到期，未延续注册的不得从事护理活动。",
            "Your registration as a nurse expired on {valid_until}; without renewal you may not "
            "practise.",
        ),
        next_step=Text(
            "{late}；有疑问请联系{institution}或审批机关。",
            "{late} If in doubt, speak to {institution} or the authority.",
        ),
        sms=Text(
            "您的护士执业注册已于 {valid_until} 到期，未延续的不得从事护理活动。{late}。",
            "Your registration expired on {valid_until}. {late}",
        ),
        example=_RENEWAL,
        source="Nurses Regulation art. 21; Q32",
    ),
    "registration_moved": Template(
        title=Text("一名{who}已变更到其他机构", "A {who} has moved to another institution"),
        text=Text(
            "{who}{person}的执业注册已于 {moved_on} 由{from}变更到{into}，"
            "审批机关：{authority}（申请 {number}）。",
            "The registration of {who} {person} went from {from} to {into} on {moved_on}, decided "
            "by {authority} (application {number}).",
        ),
        next_step=Text(
            "您无需操作；有异议的请联系审批机关。",
            "You need not do anything; if you object, speak to the authority.",
        ),
        sms=None,
        example=_MOVE,
        source="Nurses Regulation art. 9",
    ),
    "information_change_approved": Template(
        title=Text("信息修改已通过", "Your information was changed"),
        text=Text(
            "{institution}已同意您修改以下信息：{field_names}，现已生效。",
            "{institution} has agreed to the change of your {field_names}; it is in effect.",
        ),
        next_step=Text("请登录查看个人信息。", "Log in to see your information."),
        sms=Text(
            "{institution}已同意您修改{field_names}，现已生效。",
            "{institution} agreed to the change of your {field_names}.",
        ),
        example=_CHANGE,
        source="deck 2.3; Q6, Q30",
    ),
    "information_change_refused": Template(
        title=Text("信息修改未通过", "Your information was not changed"),
        text=Text(
            "{institution}未同意您修改以下信息：{field_names}。全部理由：{reasons}",
            "{institution} has not agreed to the change of your {field_names}. All reasons: "
            "{reasons}",
        ),
        next_step=Text(
            "请按理由补充或改正后重新申请；有疑问请联系该机构。",
            "Mend what the reasons say and ask again; if in doubt, speak to the institution.",
        ),
        sms=Text(
            "{institution}未同意您修改{field_names}：{reasons}。改正后可重新申请。",
            "{institution} did not agree to the change of your {field_names}: {reasons}.",
        ),
        example=_CHANGE | {"reasons": ["职称证书不清晰"]},
        source="deck 2.3, 6; Q6, Q30",
    ),
}

_LATE = Text(
    "{late_until} 前仍可申请延续注册，请立即登录办理",
    "You can still apply for renewal until {late_until}: log in now.",
)
_TOO_LATE = Text(
    "延续注册已不再受理，需继续执业的，注册注销后可申请重新注册",
    "Renewal is closed. To practise again, have it cancelled and apply for re-registration.",
)


def late(late_until: str | None, language: Language) -> str:
    """What can still be done once it has expired."""
    if late_until is None:
        return _TOO_LATE.read(language)
    return _LATE.read(language).format(late_until=late_until)


def field_names(fields: list[str], language: Language) -> str:
    return Text("、", ", ").read(language).join(INFORMATION.label(f, language) for f in fields)
