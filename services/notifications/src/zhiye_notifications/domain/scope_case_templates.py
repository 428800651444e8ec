"""Messages about the scopes that two provinces settle (跨省协商执业范围, Q49)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhiye_contracts.codes import PHYSICIAN_SCOPES, PROVINCES
from zhiye_contracts.reasons import Language, Text
from zhiye_notifications.domain.template import Template

_STEP: dict[str, Any] = {
    "scope_case": "X202611230000001",
    "number": "N202611230000017",
    "business_type": "physician-change",
    "from_province": "13",
    "to_province": "11",
    "proposed_by": "11",
    "scopes": ["26"],
    "proposed": ["13"],
    "agreed": ["13"],
    "reasons": [],
    "deadline": "2026-12-21",
}
_FOLLOW = Text(
    "您现在无需操作；协商结果会及时告知您，可以随时登录查看。",
    "You need not do anything now. You will be told of the result, and can follow it any time.",
)
_ANSWER = Text(
    "请登录后在“跨省协商”中处理。", "Log in and deal with it in the list of scope cases."
)

SCOPE_CASE_TEMPLATES: dict[str, Template] = {
    "scope_case_opened": Template(
        title=Text("执业范围须经两省协商", "Two provinces settle your scopes"),
        text=Text(
            "您的{business}申请（{number}）所涉原执业范围不在{to_name}"
            "执业范围名录中，已由{from_name}和{to_name}协商（{scope_case}）{until}。",
            "{to_name} does not offer the scopes that you are registered with. For "
            "application {number} ({business}), {from_name} and {to_name} settle them in case "
            "{scope_case}{until}.",
        ),
        next_step=_FOLLOW,
        sms=Text(
            "您的{business}申请（{number}）所涉执业范围不在{to_name}名录中，已由两省协商。",
            "Application {number}: two provinces settle your scopes of practice.",
        ),
        example=_STEP,
        source="Q49",
    ),
    "scope_case_proposed": Template(
        title=Text("协商方案已提出", "A proposal was made"),
        text=Text(
            "关于您的{business}申请（{number}），{by_name}提出注册范围为：{proposed_names}。",
            "For your application {number} ({business}), {by_name} proposes these scopes: "
            "{proposed_names}.",
        ),
        next_step=_FOLLOW,
        sms=None,
        example=_STEP,
        source="Q49",
    ),
    "scope_case_settled": Template(
        title=Text("执业范围已协商一致", "Your scopes are settled"),
        text=Text(
            "关于您的{business}申请（{number}），{from_name}和{to_name}已协商一致，批准后"
            "注册范围为：{agreed_names}。",
            "{from_name} and {to_name} agree. When application {number} ({business}) is "
            "approved, you will be registered with: {agreed_names}.",
        ),
        next_step=Text(
            "申请将继续审批；不接受该范围的，可以在审批决定作出前撤回申请。",
            "The application goes on. If you do not want these scopes, withdraw it before it is "
            "decided.",
        ),
        sms=Text(
            "您的{business}申请（{number}）执业范围已协商一致：{agreed_names}。"
            "不接受的可在审批前撤回。",
            "Application {number}: settled, {agreed_names}. Withdraw it if you do not want that.",
        ),
        example=_STEP,
        source="Q49",
    ),
    "scope_case_not_agreed": Template(
        title=Text("执业范围未协商一致", "The provinces do not agree"),
        text=Text(
            "关于您的{business}申请（{number}），{from_name}和{to_name}未能协商一致。"
            "全部理由：{reasons}",
            "For your application {number} ({business}), {from_name} and {to_name} do not "
            "agree on scopes. All reasons: {reasons}",
        ),
        next_step=Text(
            "请等待审批机关对申请作出决定；您也可以撤回申请，按{to_name}执业范围名录重新申请。",
            "Wait for the decision, or withdraw the application and apply with scopes that "
            "{to_name} offers.",
        ),
        sms=Text(
            "您的{business}申请（{number}）执业范围两省未协商一致：{reasons}。",
            "Application {number}: the provinces do not agree on scopes: {reasons}.",
        ),
        example=_STEP | {"reasons": ["本省没有与原执业范围相当的执业范围"]},
        source="Q49",
    ),
    "scope_case_for_you": Template(
        title=Text("有执业范围待协商", "Scopes to settle"),
        text=Text(
            "医师{business}申请（{number}）跨{from_name}和{to_name}，原执业范围"
            "（{scope_names}）不在{to_name}名录中，请双方协商（{scope_case}）{until}。",
            "A physician's application {number} ({business}) crosses from {from_name} to "
            "{to_name}, which does not offer {scope_names}. Settle it in case "
            "{scope_case}{until}.",
        ),
        next_step=_ANSWER,
        sms=None,
        example=_STEP,
        source="Q49",
    ),
    "scope_case_for_you_proposed": Template(
        title=Text("对方提出协商方案", "The other side proposes"),
        text=Text(
            "协商{scope_case}：{by_name}提出注册范围为：{proposed_names}。请答复{until}。",
            "Case {scope_case}: {by_name} proposes {proposed_names}. Please answer{until}.",
        ),
        next_step=_ANSWER,
        sms=None,
        example=_STEP,
        source="Q49",
    ),
    "scope_case_for_you_settled": Template(
        title=Text("执业范围已协商一致", "Scopes are settled"),
        text=Text(
            "协商{scope_case}：双方一致同意注册范围为：{agreed_names}。",
            "Case {scope_case}: both sides agree on {agreed_names}.",
        ),
        next_step=Text(
            "由审批机关继续审批所属申请（{number}）。",
            "The deciding authority goes on with application {number}.",
        ),
        sms=None,
        example=_STEP,
        source="Q49",
    ),
    "scope_case_for_you_not_agreed": Template(
        title=Text("未协商一致", "Not agreed"),
        text=Text(
            "协商{scope_case}未能一致。全部理由：{reasons}",
            "There is no agreement in case {scope_case}. All reasons: {reasons}",
        ),
        next_step=Text(
            "由审批机关对所属申请（{number}）作出决定。",
            "The deciding authority decides on application {number}.",
        ),
        sms=None,
        example=_STEP | {"reasons": ["本省没有与原执业范围相当的执业范围"]},
        source="Q49",
    ),
}

_STEPS = {
    "opened": "opened",
    "reopened": "opened",
    "readdressed": "opened",
    "proposed": "proposed",
    "agreed": "settled",
    "disagreed": "not_agreed",
}
_AUTHORITY = Text("{}卫生健康部门", "the health authority of {}")
_BETWEEN = Text("、", ", ")


def template_of_scope_case(change: str) -> str | None:
    """What the applicant is told of a step; ``None`` when there is nothing to tell: that the
    application is over, its own messages say."""
    return f"scope_case_{_STEPS[change]}" if change in _STEPS and change != "readdressed" else None


def template_for_authority(change: str) -> str | None:
    """What the authorities of the two sides are told."""
    if change not in _STEPS:
        return None
    step = _STEPS[change]
    return "scope_case_for_you" if step == "opened" else f"scope_case_for_you_{step}"


def scope_case_words(parameters: dict[str, Any], language: Language) -> dict[str, Any]:
    """What is said of a scope case in this language."""
    return {
        "from_name": _province(parameters["from_province"], language),
        "to_name": _province(parameters["to_province"], language),
        "by_name": _AUTHORITY.read(language).format(_province(parameters["proposed_by"], language)),
        "scope_names": _names(parameters["scopes"], language),
        "proposed_names": _names(parameters["proposed"], language),
        "agreed_names": _names(parameters["agreed"], language),
    }


def _province(digits: str, language: Language) -> str:
    return PROVINCES.label(f"{digits}0000", language)


def _names(scopes: Sequence[str], language: Language) -> str:
    return _BETWEEN.read(language).join(PHYSICIAN_SCOPES.label(s, language) for s in scopes)
