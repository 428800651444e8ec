"""What messages say, as data: one row a template, in Chinese and English.

``{…}`` are the words that ``rendering.words`` makes of a message's parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhiye_contracts.reasons import Text

SIGNATURE = Text("【执业注册】", "[Zhiye] ")
"""SMS in China begin with the sender's registered signature in these brackets."""
EMAIL_FRAME = Text(
    "您好：\n\n{text}\n\n{next_step}\n\n此邮件由系统自动发送，请勿直接回复。",
    "Hello,\n\n{text}\n\n{next_step}\n\nThis email was sent automatically; please do not reply.",
)


@dataclass(frozen=True, slots=True)
class Template:
    """``title`` is the subject of the email and the title in the inbox; text and next step are
    the body of both. ``sms`` is empty for what only the inbox tells."""

    title: Text
    text: Text
    next_step: Text
    sms: Text | None
    example: Mapping[str, Any]
    source: str = ""


_STEP: dict[str, Any] = {
    "business_type": "nurse-first",
    "number": "N202611230000017",
    "institution": "北京示例医院",
    "authority": "西城区卫生健康委员会",
    "deadline": "2026-12-21",
    "reasons": [],
}
_REASONED = _STEP | {"reasons": ["健康证明已超过 6 个月", "劳动合同缺少机构盖章"]}

TEMPLATES: dict[str, Template] = {
    "verification_code": Template(
        title=Text("您的验证码", "Your verification code"),
        text=Text(
            "您的验证码是 {code}，{minutes} 分钟内有效。",
            "Your verification code is {code}. It is valid for {minutes} minutes.",
        ),
        next_step=Text(
            "请在页面上输入验证码。工作人员不会向您索要，请勿告诉他人；不是您本人操作的，请忽略。",
            "Type it on the page. Nobody of ours will ask you for it, so tell it to nobody. If you "
            "did not ask for it, ignore this message.",
        ),
        sms=Text(
            "验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。非本人操作请忽略。",
            "Code {code}, valid for {minutes} min. Tell it to nobody.",
        ),
        example={"code": "482913", "minutes": "10"},
        source="Q3, Q27",
    ),
    "credentials": Template(
        title=Text("您的账户已开通", "Your account is ready"),
        text=Text(
            "{organisation}的账户已开通。用户名：{user_name}，初始密码：{password}",
            "The account of {organisation} is ready. User name: {user_name}, first password: "
            "{password}",
        ),
        next_step=Text(
            "请妥善保管用户名和密码，不要转交他人。",
            "Keep user name and password to yourself.",
        ),
        sms=Text(
            "{organisation}账户已开通，用户名 {user_name}，密码 {password}。请勿转交他人。",
            "{organisation}: user {user_name}, password {password}. Keep them to yourself.",
        ),
        example={"organisation": "北京示例医院", "user_name": "yyzc001", "password": "Kd7mPq2x"},
        source="Q15, Q36",
    ),
    "application_awaiting_institution": Template(
        title=Text("申请已提交，等待机构审核", "Submitted, waiting for the institution"),
        text=Text(
            "您的{business}申请（{number}）已提交，等待{institution}审核{until}。",
            "Your application for {business} ({number}) was submitted; {institution} reviews it "
            "next{until}.",
        ),
        next_step=Text(
            "您现在无需操作；可以随时查看进度，审批决定作出前可以撤回。",
            "You need not do anything now. You can follow it, and withdraw it until the decision.",
        ),
        sms=Text(
            "您的{business}申请（{number}）已提交，待{institution}审核。",
            "{business} {number}: submitted, {institution} reviews it.",
        ),
        example=_STEP,
        source="deck step 9",
    ),
    "application_awaiting_authority": Template(
        title=Text("申请已到审批机关", "Waiting for the authority"),
        text=Text(
            "您的{business}申请（{number}）已转{authority}审批{until}。",
            "Your application for {business} ({number}) is with {authority} for decision{until}.",
        ),
        next_step=Text(
            "您现在无需操作；可以随时查看进度，审批决定作出前可以撤回。",
            "You need not do anything now. You can follow it, and withdraw it until the decision.",
        ),
        sms=Text(
            "您的{business}申请（{number}）已转{authority}审批。",
            "{business} {number}: with {authority} for decision.",
        ),
        example=_STEP,
        source="deck step 9; Q59.9",
    ),
    "application_returned": Template(
        title=Text("申请退回补正", "Returned for correction"),
        text=Text(
            "您的{business}申请（{number}）需要补正，需补正的全部内容：{reasons}",
            "Your application for {business} ({number}) has to be corrected. All that is "
            "missing: {reasons}",
        ),
        next_step=Text(
            "请一次补正全部内容后重新提交{until}。",
            "Correct all of it, then submit it again{until}.",
        ),
        sms=Text(
            "您的{business}申请（{number}）需补正：{reasons}。请补正后重新提交。",
            "{business} {number} needs correction: {reasons}. Correct it and submit it again.",
        ),
        example=_REASONED,
        source="Administrative Licensing Law art. 32; Q59.9",
    ),
    "application_institution_refused": Template(
        title=Text("机构未同意您的申请", "The institution did not agree"),
        text=Text(
            "{institution}未同意您的{business}申请（{number}）。全部原因：{reasons}",
            "{institution} did not agree to your application for {business} ({number}). All "
            "reasons: {reasons}",
        ),
        next_step=Text(
            "请与该机构联系；改正后可以重新申请，也可以向其他机构提出申请。",
            "Speak to the institution; you can apply again when it is mended, or to another one.",
        ),
        sms=Text(
            "{institution}未同意您的{business}申请（{number}）：{reasons}。请联系机构后重新申请。",
            "{business} {number}: {institution} did not agree: {reasons}. Speak to them and apply "
            "again.",
        ),
        example=_REASONED,
        source="Q59.9",
    ),
    "application_approved": Template(
        title=Text("申请已批准", "Approved"),
        text=Text(
            "{authority}已批准您的{business}申请（{number}）。",
            "{authority} has approved your application for {business} ({number}).",
        ),
        next_step=Text("请登录查看执业注册信息。", "Log in to see your practice registration."),
        sms=Text(
            "{authority}已批准您的{business}申请（{number}），请登录查看执业注册信息。",
            "{business} {number}: approved. Log in to see your registration.",
        ),
        example=_STEP,
        source="Regulation on Nurses art. 8",
    ),
    "application_refused": Template(
        title=Text("申请未获批准", "Not approved"),
        text=Text(
            "{authority}未批准您的{business}申请（{number}）。全部理由：{reasons}",
            "{authority} has not approved your application for {business} ({number}). All "
            "reasons: {reasons}",
        ),
        next_step=Text(
            "按理由改正后可以重新申请；不服本决定的，可以依法申请行政复议或者提起行政诉讼。",
            "You can apply again when this is mended. Against the decision you may seek "
            "administrative reconsideration or go to court.",
        ),
        sms=Text(
            "{authority}未批准您的{business}申请（{number}）：{reasons}。"
            "改正后可重新申请；不服的可依法申请行政复议或提起行政诉讼。",
            "{business} {number}: not approved: {reasons}. Mend it and apply again; you may also "
            "seek reconsideration or go to court.",
        ),
        example=_REASONED,
        source="Administrative Licensing Law art. 38",
    ),
    "application_withdrawn": Template(
        title=Text("申请已撤回", "Withdrawn"),
        text=Text(
            "您的{business}申请（{number}）已撤回。",
            "Your application for {business} ({number}) was withdrawn.",
        ),
        next_step=Text("需要办理时请重新申请。", "Make a new application when you need to."),
        sms=Text(
            "您的{business}申请（{number}）已撤回。非本人操作请立即修改密码。",
            "{business} {number}: withdrawn. Not you? Change your password now.",
        ),
        example=_STEP,
    ),
    "application_changed": Template(
        title=Text("申请有新进展", "News of your application"),
        text=Text(
            "您的{business}申请（{number}）有新进展。",
            "There is news of your application for {business} ({number}).",
        ),
        next_step=Text("请登录查看。", "Log in to see it."),
        sms=Text(
            "您的{business}申请（{number}）有新进展，请登录查看。",
            "{business} {number}: there is news. Log in to see it.",
        ),
        example=_STEP,
    ),
    "qualification_batch_completed": Template(
        title=Text("资格数据已处理完毕", "The batch has been read"),
        text=Text(
            "收到 {received} 条：新记录或更新 {recorded} 条，无变化 {unchanged} 条，"
            "未通过 {rejected} 条。",
            "{received} records: {recorded} recorded, {unchanged} unchanged, {rejected} rejected.",
        ),
        next_step=Text(
            "未通过的记录请按所列原因更正后重新报送。",
            "Correct the rejected records by their reasons and send them again.",
        ),
        sms=None,
        example={"received": 1000, "recorded": 950, "unchanged": 20, "rejected": 30},
    ),
}

STATE_TEMPLATES: dict[str, str] = {
    state: f"application_{state}"
    for state in (
        "awaiting_institution",
        "awaiting_authority",
        "returned",
        "institution_refused",
        "approved",
        "refused",
        "withdrawn",
    )
}
"""What the applicant is told when an application has come to a state."""
SILENT_STATES = frozenset({"draft"})
SILENT_CHANGES = frozenset({"revise", "revised"})
"""Steps that are the applicant's own writing: nothing to tell."""


def template_of_step(state: str, change: str) -> str | None:
    """The template for a step of an application; ``None`` when there is nothing to tell."""
    if state in SILENT_STATES or change in SILENT_CHANGES:
        return None
    return STATE_TEMPLATES.get(state, "application_changed")
