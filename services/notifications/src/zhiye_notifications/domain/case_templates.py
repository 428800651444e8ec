"""Messages about cases of a person's qualifications: corrections, additions, revocations."""

from __future__ import annotations

from typing import Any

from zhiye_contracts.codes import PROVINCES
from zhiye_contracts.reasons import Language, Text
from zhiye_notifications.domain.template import Template

CASES: dict[str, Text] = {
    "correction": Text("资格信息更正", "the correction of your qualification"),
    "addition": Text("资格信息补录", "the addition of your qualification"),
    "id_upgrade": Text("身份证号升位", "the upgrade of your ID number on record"),
    "revocation": Text("资格撤销", "the revocation of your qualification"),
    "restoration": Text("资格恢复", "the restoration of your qualification"),
}
_EXAM_CENTRE = Text("考试中心", "the exam centre")
_PROVINCE = Text("{}卫生健康部门", "the health authority of {}")
_SOMEBODY = Text("主管部门", "the authority")

_STEP: dict[str, Any] = {
    "case": "correction",
    "number": "Z202611230000001",
    "province": "110000",
    "organisation": "110000",
    "deadline": "2026-12-21",
    "reasons": [],
}
_REASONED = _STEP | {"reasons": ["证明资料不齐全：缺少户口簿变更记录页", "身份证照片不清晰"]}
_FOLLOW = Text(
    "您现在无需操作；可以随时查看进度，决定作出前可以撤回。",
    "You need not do anything now. You can follow it, and withdraw it until the decision.",
)

CASE_TEMPLATES: dict[str, Template] = {
    "case_awaiting_province": Template(
        title=Text("资格信息申请已提交", "Submitted to the province"),
        text=Text(
            "关于您的{case_kind}（{number}）已提交，由{by_province}审核{until}。",
            "Case {number} about {case_kind} was submitted; {by_province} checks it{until}.",
        ),
        next_step=_FOLLOW,
        sms=Text(
            "关于您的{case_kind}（{number}）已提交{by_province}审核。非本人知情请登录查看并撤回。",
            "Case {number}, {case_kind}: submitted. Not yours? Log in and withdraw it.",
        ),
        example=_STEP,
        source="Q14",
    ),
    "case_forwarded": Template(
        title=Text("资格信息申请已提交考试中心", "With the exam centre"),
        text=Text(
            "{by_province}已核实您的{case_kind}（{number}）并提交考试中心决定{until}。",
            "Case {number} about {case_kind} was checked by {by_province} and is with the exam "
            "centre for decision{until}.",
        ),
        next_step=_FOLLOW,
        sms=Text(
            "您的{case_kind}（{number}）已由{by_province}核实并提交考试中心。",
            "Case {number}, {case_kind}: with the exam centre for decision.",
        ),
        example=_STEP,
        source="Q14",
    ),
    "case_returned": Template(
        title=Text("资格信息申请退回补正", "Returned for correction"),
        text=Text(
            "您的{case_kind}（{number}）需要补正，需补正的全部内容：{reasons}",
            "Case {number} about {case_kind} has to be corrected. All that is missing: {reasons}",
        ),
        next_step=Text(
            "请一次补正全部内容后重新提交。", "Correct all of it, then submit it again."
        ),
        sms=Text(
            "您的{case_kind}（{number}）需补正：{reasons}。请补正后重新提交。",
            "Case {number}, {case_kind}: needs correction: {reasons}. Correct and submit it again.",
        ),
        example=_REASONED,
        source="Administrative Licensing Law art. 32; Q59.9",
    ),
    "case_approved": Template(
        title=Text("资格信息申请已办结", "Approved"),
        text=Text(
            "{decided_by}已同意您的{case_kind}（{number}），资格信息已更新。",
            "{decided_by} has approved case {number} about {case_kind}; the record is updated.",
        ),
        next_step=Text(
            "请登录查看资格信息；账户尚未激活的，请继续办理激活。",
            "Log in to see the record; if your account is not active yet, go on to activate it.",
        ),
        sms=Text(
            "您的{case_kind}（{number}）已办结，资格信息已更新，请登录查看。",
            "Case {number}, {case_kind}: approved. Log in to see the record.",
        ),
        example=_STEP,
        source="Q14",
    ),
    "case_refused": Template(
        title=Text("资格信息申请未获同意", "Not approved"),
        text=Text(
            "{decided_by}未同意您的{case_kind}（{number}）。全部理由：{reasons}",
            "{decided_by} has not approved case {number} about {case_kind}. All reasons: {reasons}",
        ),
        next_step=Text(
            "补齐证明后可以重新申请；不服本决定的，可以依法申请行政复议或者提起行政诉讼。",
            "You can file another with better evidence. Against the decision you may seek "
            "administrative reconsideration or go to court.",
        ),
        sms=Text(
            "您的{case_kind}（{number}）未获同意：{reasons}。"
            "补齐证明后可重新申请；不服的可依法申请行政复议或提起行政诉讼。",
            "Case {number}, {case_kind}: not approved: {reasons}. File another with better "
            "evidence; you may also seek reconsideration or go to court.",
        ),
        example=_REASONED,
        source="Q14",
    ),
    "case_withdrawn": Template(
        title=Text("资格信息申请已撤回", "Withdrawn"),
        text=Text(
            "您的{case_kind}（{number}）已撤回。", "Case {number} about {case_kind} was withdrawn."
        ),
        next_step=Text("需要办理时请重新申请。", "File another when you need to."),
        sms=Text(
            "您的{case_kind}（{number}）已撤回。非本人操作请立即修改密码。",
            "Case {number}, {case_kind}: withdrawn. Not you? Change your password now.",
        ),
        example=_STEP,
    ),
    "case_about_your_record": Template(
        title=Text("有人申请变更您名下的资格信息", "Somebody asks for your record"),
        text=Text(
            "有人申请（{number}）把记录在您身份证号下的一条资格信息更正到另一身份证号，"
            "由{by_province}审核。",
            "Case {number} asks to move a qualification that is on record under your ID number to "
            "another; {by_province} checks it.",
        ),
        next_step=Text(
            "该资格确实属于您的，请立即与该部门联系；不属于您的，无需操作。",
            "If the qualification is yours, speak to this authority at once; if not, you need "
            "not do anything.",
        ),
        sms=Text(
            "有人申请（{number}）把您名下的一条资格信息更正到另一身份证号。该资格属于您的，"
            "请立即联系{by_province}。",
            "Case {number} asks to move a qualification from your ID number to another. If it is "
            "yours, speak to {by_province} at once.",
        ),
        example=_STEP,
        source="Q14",
    ),
    "qualification_revoked": Template(
        title=Text("您的资格已被撤销", "Your qualification was revoked"),
        text=Text(
            "{decided_by}已撤销您的一项资格（{number}）。理由：{reasons}",
            "{decided_by} has revoked a qualification of yours ({number}). Reasons: {reasons}",
        ),
        next_step=Text(
            "此资格不再作为注册依据；不服本决定的，可以依法申请行政复议或者提起行政诉讼。",
            "It no longer counts for registration. Against the decision you may seek "
            "administrative reconsideration or go to court.",
        ),
        sms=Text(
            "您的一项资格已被撤销（{number}）：{reasons}。不服的可依法申请行政复议或提起行政诉讼。",
            "A qualification of yours was revoked ({number}): {reasons}. You may seek "
            "reconsideration or go to court.",
        ),
        example=_REASONED | {"case": "revocation", "reasons": ["考试作弊，成绩被宣布无效"]},
    ),
    "qualification_restored": Template(
        title=Text("您的资格已恢复", "Your qualification was restored"),
        text=Text(
            "{decided_by}已恢复您的一项资格（{number}）。理由：{reasons}",
            "{decided_by} has restored a qualification of yours ({number}). Reasons: {reasons}",
        ),
        next_step=Text("请登录查看资格信息。", "Log in to see the record."),
        sms=Text(
            "您的一项资格已恢复（{number}），请登录查看。",
            "A qualification of yours was restored ({number}). Log in to see it.",
        ),
        example=_STEP | {"case": "restoration", "reasons": ["行政复议撤销原决定"]},
    ),
}

_OF_FORCE = {"revocation": "qualification_revoked", "restoration": "qualification_restored"}
_SILENT_CHANGES = frozenset({"drafted", "revised", "fed_again"})


def template_of_case(kind: str, state: str, change: str) -> str | None:
    """The template for a step of a case; ``None`` when there is nothing to tell."""
    template = _OF_FORCE.get(kind, f"case_{state}")
    return None if change in _SILENT_CHANGES or template not in CASE_TEMPLATES else template


def case_words(parameters: dict[str, Any], language: Language) -> dict[str, Any]:
    """What is said of a case in this language."""
    return {
        "case_kind": CASES[str(parameters["case"])].read(language),
        "by_province": body(parameters["province"], language),
        "decided_by": body(parameters["organisation"], language),
    }


def body(organisation: str | None, language: Language) -> str:
    """A province's authority by its division code, or the exam centre."""
    if organisation == "exam_centre":
        return _EXAM_CENTRE.read(language)
    if organisation is None or organisation not in PROVINCES:
        return _SOMEBODY.read(language)
    return _PROVINCE.read(language).format(PROVINCES.label(organisation, language))
