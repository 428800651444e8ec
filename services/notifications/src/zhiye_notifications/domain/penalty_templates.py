"""Messages about penalties, and about the duties that follow from them and from leaving (Q50, Q52).

The person is told that there is something to read, never what: anybody may open an account with
somebody else's ID number, and who is not active reads nothing of the record itself.
"""

from __future__ import annotations

from typing import Any

from zhiye_contracts.codes import (
    CANCELLATION_GROUNDS,
    DUTY_CAUSES,
    OFF_POST_GROUNDS,
    PENALTY_KINDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
    CodeTable,
)
from zhiye_contracts.reasons import Language, Text
from zhiye_notifications.domain.template import Template

_PENALTY: dict[str, Any] = {
    "penalty": "revocation",
    "person": "李明",
    "document": "京卫罚〔2026〕17号",
    "body": "北京市卫生健康委员会",
    "decided_on": "2026-11-20",
    "ends_on": None,
    "reported_by": "北京市卫生健康委员会",
}
_DUTY: dict[str, Any] = {
    "duty": "cancel",
    "cause": "penalty",
    "of_ground": "revoked",
    "business_type": "physician-cancellation",
    "person": "李明",
    "institution": "北京示例医院",
    "authority": "西城区卫生健康委员会",
    "due_on": "2026-12-23",
}
_TO_DO = Text(
    "须办理的事项和期限见“待办职责”。",
    "What has to be done, and by when, is in the list of duties.",
)

PENALTY_TEMPLATES: dict[str, Template] = {
    "record_added": Template(
        title=Text("您的执业信息有新的记录", "Something was added to your record"),
        text=Text(
            "您的执业信息新增了一项记录。",
            "Something that concerns your practice was added to your record.",
        ),
        next_step=Text(
            "请登录，在“我的执业记录”中核对；登记有误的，请联系其中所列的报告机关更正。",
            "Log in and check it in your record; if it is wrong, ask the authority that is named "
            "there.",
        ),
        sms=Text(
            "您的执业信息新增一项记录，请登录查看。",
            "Something was added to your record: log in to see it.",
        ),
        example={},
        source="Q50",
    ),
    "record_taken_back": Template(
        title=Text("您的执业信息有一项记录已撤回", "Something was taken back from your record"),
        text=Text(
            "您执业信息中的一项记录已由登记机关撤回。",
            "Something in your record was taken back by the authority that added it.",
        ),
        next_step=Text("请登录，在“我的执业记录”中查看。", "Log in and see your record."),
        sms=Text(
            "您执业信息中的一项记录已撤回，请登录查看。",
            "Something was taken back from your record: log in to see it.",
        ),
        example={},
        source="Q50",
    ),
    "penalty_of_yours": Template(
        title=Text("通报一项处罚", "A penalty of one of your people"),
        text=Text(
            "{reported_by}通报：{person}受到{penalty_name}（{body}，{document}，"
            "{decided_on}{ends}）。",
            "{reported_by} reports a penalty of {person}: {penalty_name} ({body}, {document}, "
            "{decided_on}{ends}).",
        ),
        next_step=_TO_DO,
        sms=None,
        example=_PENALTY | {"penalty": "suspension", "ends_on": "2027-05-19"},
        source="Q50",
    ),
    "penalty_of_yours_rescinded": Template(
        title=Text("处罚已撤回", "A penalty was rescinded"),
        text=Text(
            "{reported_by}已撤回对{person}的处罚：{penalty_name}（{document}）。",
            "{reported_by} rescinded a penalty of {person}: {penalty_name} ({document}).",
        ),
        next_step=Text(
            "因该处罚尚未办结的职责已失效，无需再办理。",
            "Duties that were still open for it have lapsed: nothing to do.",
        ),
        sms=None,
        example=_PENALTY,
        source="Q50",
    ),
    "duty_opened": Template(
        title=Text("请办理{business}", "A duty: {business}"),
        text=Text(
            "{person}：{cause_name}，应由贵机构办理{business}{with_ground}，最迟 {due_on}。"
            "逾期未办理的，转由{authority}办理。",
            "{person}: {cause_name}. Your institution has to file the {business}{with_ground} by "
            "{due_on}; after that {authority} will.",
        ),
        next_step=_TO_DO,
        sms=None,
        example=_DUTY,
        source="Q50",
    ),
    "duty_opened_at": Template(
        title=Text("机构须办理{business}", "An institution has a duty"),
        text=Text(
            "{person}：{cause_name}，应由{institution}办理{business}{with_ground}，最迟 {due_on}。",
            "{person}: {cause_name}. {institution} has to file the {business}{with_ground} by "
            "{due_on}.",
        ),
        next_step=Text(
            "逾期未办理的，将转由贵机关办理。",
            "If it does not, the duty becomes yours.",
        ),
        sms=None,
        example=_DUTY,
        source="Q50",
    ),
    "registration_to_settle": Template(
        title=Text("您的注册有须办理的事项", "Something is to be filed about your registration"),
        text=Text(
            "您在{institution}的执业注册有须办理的事项，由该机构于 {due_on} 前办理。",
            "{institution} has to file something about your registration there by {due_on}.",
        ),
        next_step=Text(
            "请登录，在“待办职责”中查看；您也可以自行办理。认为有误的，请联系该机构或{authority}。",
            "Log in and see what it is; you can also file it yourself. If you think that it is "
            "wrong, ask the institution or {authority}.",
        ),
        sms=Text(
            "您在{institution}的执业注册有须办理的事项，最迟 {due_on}，请登录查看。",
            "Something has to be filed about your registration by {due_on}: log in to see it.",
        ),
        example=_DUTY,
        source="Q50",
    ),
    "duty_escalated": Template(
        title=Text("逾期未办理{business}", "A duty is overdue"),
        text=Text(
            "{person}的{business}已于 {due_on} 到期，贵机构未办理，现转由{authority}办理。",
            "The {business} of {person} was due on {due_on}. It was not filed; {authority} has to "
            "act now.",
        ),
        next_step=Text(
            "请配合审批机关，提供所需材料。",
            "Give the authority what it needs.",
        ),
        sms=None,
        example=_DUTY,
        source="Q50",
    ),
    "duty_escalated_to_you": Template(
        title=Text("请办理{business}", "A duty has become yours"),
        text=Text(
            "{institution}未在 {due_on} 前办理{person}的{business}{with_ground}，"
            "请贵机关依法办理。",
            "{institution} did not file the {business} of {person}{with_ground} by {due_on}: you "
            "have to act.",
        ),
        next_step=_TO_DO,
        sms=None,
        example=_DUTY,
        source="Q50",
    ),
    "duty_done": Template(
        title=Text("{business}已办结", "A duty is done"),
        text=Text(
            "{person}的{business}{with_ground}已办结。",
            "The {business} of {person}{with_ground} is done.",
        ),
        next_step=Text("无需再办理。", "Nothing more to do."),
        sms=None,
        example=_DUTY,
        source="Q50",
    ),
    "duty_lapsed": Template(
        title=Text("无需办理{business}", "A duty has lapsed"),
        text=Text(
            "{person}的{business}{with_ground}不再需要办理。",
            "The {business} of {person}{with_ground} need not be filed any more.",
        ),
        next_step=Text("无需再办理。", "Nothing more to do."),
        sms=None,
        example=_DUTY
        | {"duty": "file-off-post", "cause": "trainee", "of_ground": None}
        | {"business_type": "physician-off-post"},
        source="Q50, Q52",
    ),
    "registration_settled": Template(
        title=Text("您的注册无需再办理", "Nothing is to be filed any more"),
        text=Text(
            "您在{institution}的执业注册此前须办理的事项，现已无需办理。",
            "What had to be filed about your registration at {institution} has lapsed.",
        ),
        next_step=Text("无需再办理。", "Nothing more to do."),
        sms=None,
        example=_DUTY,
        source="Q50",
    ),
}

TO_INSTITUTION = {
    "opened": "duty_opened",
    "moved": "duty_opened",
    "escalated": "duty_escalated",
    "done": "duty_done",
    "lapsed": "duty_lapsed",
}
"""What the institution that has a duty is told of a step."""
TO_AUTHORITY = {
    "opened": "duty_opened_at",
    "moved": "duty_opened_at",
    "escalated": "duty_escalated_to_you",
    "lapsed": "duty_lapsed",
}
TO_PERSON = {"opened": "registration_to_settle", "lapsed": "registration_settled"}
"""What was done, the messages of the application tell."""

_ENDS = Text("，至 {ends_on}", ", until {ends_on}")
_GROUND = Text("（理由：{ground}）", " ({ground})")


def penalty_words(parameters: dict[str, Any], language: Language) -> dict[str, Any]:
    """What is said of a penalty in this language."""
    ends_on = parameters.get("ends_on")
    return {
        "penalty_name": PENALTY_KINDS.label(parameters["penalty"], language),
        "ends": _ENDS.read(language).format(ends_on=ends_on) if ends_on else "",
    }


def duty_words(parameters: dict[str, Any], language: Language) -> dict[str, Any]:
    """What is said of a duty in this language."""
    ground = parameters["of_ground"]
    table = _grounds(parameters["business_type"])
    named = ground and _GROUND.read(language).format(ground=table.label(ground, language))
    return {
        "cause_name": DUTY_CAUSES.label(parameters["cause"], language),
        "with_ground": named or "",
    }


def _grounds(business_type: str) -> CodeTable:
    if business_type.endswith("off-post"):
        return OFF_POST_GROUNDS
    nurse = business_type.startswith("nurse-")
    return CANCELLATION_GROUNDS if nurse else PHYSICIAN_CANCELLATION_GROUNDS
