"""What an institution asks of a person when its staff list and the register do not agree (Q20,
Q41): by SMS too, as the step is the person's."""

from __future__ import annotations

from typing import Any

from zhiye_contracts.reasons import Text
from zhiye_notifications.domain.template import Template

_ASK: dict[str, Any] = {"institution": "北京示例医院"}
_NOT_YOURS = Text(
    "与您无关或有疑问的，请联系该机构。",
    "If this is not about you, or in doubt, speak to the institution.",
)


def _ask(title: Text, what: Text, how: Text, source: str) -> Template:
    """All are said alike: who asks, for what, and where it is done."""
    return Template(
        title=title,
        text=Text(f"{{institution}}{what.zh}", f"{{institution}} {what.en}"),
        next_step=Text(f"{how.zh}{_NOT_YOURS.zh}", f"{how.en} {_NOT_YOURS.en}"),
        sms=Text(f"{{institution}}{what.zh}请登录办理。", f"{{institution}} {what.en} Log in."),
        example=_ASK,
        source=source,
    )


ASK_TEMPLATES: dict[str, Template] = {
    "asked_change": _ask(
        Text("请办理变更注册", "Please change your registration"),
        Text(
            "提醒您：您目前注册在其他机构，请申请将执业注册变更到该机构。",
            "asks you to change your registration to it: you are registered elsewhere.",
        ),
        Text(
            "请登录后提交变更注册申请，选择该机构为拟执业机构。",
            "Log in, apply for a change and choose it as the intended institution.",
        ),
        "Q41; Nurses Regulation art. 9",
    ),
    "asked_first": _ask(
        Text("请办理首次注册", "Please apply for registration"),
        Text(
            "提醒您：您尚无护士执业注册，请申请首次注册。",
            "asks you to apply for first registration: you are not registered as a nurse.",
        ),
        Text(
            "请登录后提交首次注册申请，选择该机构为拟执业机构。",
            "Log in, apply for first registration and choose it as the intended institution.",
        ),
        "Q41; Nurses Regulation art. 7",
    ),
    "asked_re_registration": _ask(
        Text("请办理重新注册", "Please register again"),
        Text(
            "提醒您：您的护士执业注册已注销，请申请重新注册。",
            "asks you to apply for re-registration: your registration was cancelled.",
        ),
        Text(
            "请登录后提交重新注册申请，选择该机构为拟执业机构。",
            "Log in, apply for re-registration and choose it as the intended institution.",
        ),
        "Q41",
    ),
    "asked_renewal": _ask(
        Text("请办理延续注册", "Please renew your registration"),
        Text(
            "提醒您：您的护士执业注册即将到期或已过期，请申请延续注册。",
            "asks you to renew your registration: it expires soon or has expired.",
        ),
        Text("请登录后提交延续注册申请。", "Log in and apply for renewal."),
        "Q32, Q41",
    ),
    "asked_information": _ask(
        Text("请核对并更正您的信息", "Please correct your information"),
        Text(
            "提醒您：您登记的信息与机构掌握的不一致，请核对并更正。",
            "asks you to check and correct your information: it differs from what they have.",
        ),
        Text(
            "请登录后在“信息修改”中更正；姓名、身份证号等由审批机关更正。",
            "Log in and change it; name and ID number are corrected by the authority.",
        ),
        "Q41; Q6, Q30",
    ),
    "asked_leave": _ask(
        Text("请变更或注销您的注册", "Please move your registration, or cancel it"),
        Text(
            "提醒您：您的护士执业注册仍在该机构，但不在其现有人员名单中。",
            "tells you that you are still registered there, but not on its staff list.",
        ),
        Text(
            "已在其他机构工作的，请登录申请变更注册；不再执业的，请申请注销注册。",
            "Apply for a change if you work elsewhere, for cancellation if you no longer practise.",
        ),
        "Q41",
    ),
    "asked_physician_change": _ask(
        Text("请变更主要执业机构", "Please change your main institution"),
        Text(
            "提醒您：您的主要执业机构是其他机构，请申请变更到该机构。",
            "asks you to change your main institution to it: it is another one.",
        ),
        Text(
            "请登录后提交医师变更注册申请；保留原主要执业机构的，请办理多执业机构备案或增加执业地点。",
            "Log in and apply for a change; to keep the other one, file this one as a further"
            " institution or add the location.",
        ),
        "Q20.3.1, Q20.4.1",
    ),
    "asked_physician_registration": _ask(
        Text("请办理医师执业注册", "Please apply for registration"),
        Text(
            "提醒您：您已取得医师资格，尚无执业注册，请申请医师执业注册。",
            "asks you to apply for registration: you are qualified and not registered.",
        ),
        Text(
            "请登录后提交医师执业注册申请，选择该机构为拟主要执业机构。",
            "Log in, apply for registration and choose it as the main institution.",
        ),
        "Q5.4, Q20",
    ),
    "asked_physician_re_registration": _ask(
        Text("请办理重新注册", "Please register again"),
        Text(
            "提醒您：您的医师执业注册已备案、注销或转出，请申请重新注册。",
            "asks you to apply for re-registration: yours is not in force any more.",
        ),
        Text(
            "请登录后提交重新注册申请，选择该机构为拟主要执业机构；证书编码不变。",
            "Log in, apply for re-registration there; your number stays.",
        ),
        "Q5.5, Q20",
    ),
    "asked_physician_leave": _ask(
        Text(
            "请变更主要执业机构，或备案、注销", "Please change your main institution, or leave it"
        ),
        Text(
            "提醒您：该机构仍是您的主要执业机构，但您不在其现有人员名单中。",
            "tells you that it still is your main institution, but you are not on its staff list.",
        ),
        Text(
            "已在其他机构执业的，请登录申请变更主要执业机构；不再执业的，请申请备案或注销。",
            "Apply for a change if you practise elsewhere; if you no longer do, have it filed off"
            " post or cancelled.",
        ),
        "Q20.3",
    ),
    "asked": _ask(
        Text("机构请您办理业务", "Your institution asks something of you"),
        Text("请您登录查看需要办理的事项。", "asks you to do something."),
        Text("请登录查看。", "Log in to see it."),
        "Q41",
    ),
}


def template_of_ask(ask: str) -> str:
    """The template for a code of what is asked."""
    template = f"asked_{ask}"
    return template if template in ASK_TEMPLATES else "asked"
