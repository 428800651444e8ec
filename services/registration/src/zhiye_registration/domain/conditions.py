"""The named conditions that business types share, each with its source and the way to meet it.

A test answers ``True`` (met), ``False`` (not met) or ``None`` (unknown: something is not filled in
or not known yet).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.facts import Facts, Status
from zhiye_registration.domain.periods import last_day


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as an official would read it.

    ``needs`` names what it looks at, ``field`` is the request field to mend. ``reason`` and
    ``next_step`` may quote ``Facts.words`` in braces.
    """

    name: str
    text: Text
    source: str
    needs: tuple[str, ...]
    test: Callable[[Facts], bool | None]
    reason: Text
    next_step: Text
    field: str | None = None


def _no_open_application(facts: Facts) -> bool:
    return not facts.open_applications


def _institution_in_force(facts: Facts) -> bool | None:
    if facts.by_authority:  # also those whom an institution that closed left behind
        return True
    return facts.institution.in_force if facts.institution else None


def _authority_set(facts: Facts) -> bool | None:
    return facts.institution.authority_set if facts.institution else None


def _account_in_use(facts: Facts) -> bool:
    return not facts.account_revoked


def trained(facts: Facts, months: int) -> bool | None:
    """Whether training of so many months in one go was passed, as declared."""
    training = facts.declared.training
    if training is None:
        return None
    return (
        training.passed
        and training.began_on <= training.ended_on <= facts.today
        and training.ended_on >= last_day(training.began_on, months)
        and bool(training.institution_name.strip())
    )


def _status_is_not(status: Status) -> Callable[[Facts], bool]:
    return lambda facts: facts.status != status


_NURSES: dict[Status, Condition] = {
    "never_registered": Condition(
        "registered_before",
        Text("曾经取得执业注册", "Has been registered before"),
        "deck 2.4",
        ("registration",),
        _status_is_not("never_registered"),
        Text("您从未取得执业注册。", "You have never been registered."),
        Text("请办理首次注册。", "Apply for first registration."),
    ),
    "registered": Condition(
        "not_registered_now",
        Text("当前没有有效的执业注册", "Not registered at present"),
        "deck 2.4; Q31, Q32",
        ("registration",),
        _status_is_not("registered"),
        Text("您当前为在册状态。", "You are registered at present."),
        Text(
            "有效期届满前请办理延续注册；更换执业地点请办理变更注册。",
            "Apply for renewal before it expires, or for a change if you move.",
        ),
    ),
    "expired": Condition(
        "not_expired",
        Text("没有过期未延续的执业注册", "No registration that expired without renewal"),
        "deck 5.4; Q32, Q41",
        ("registration",),
        _status_is_not("expired"),
        Text(
            "您的执业注册已过期但尚未延续或注销。",
            "Your registration has expired, and was neither renewed nor cancelled.",
        ),
        Text(
            "请办理延续注册，或由本人或机构申请注销后再办理重新注册。",
            "Apply for renewal, or have it cancelled and then apply for re-registration.",
        ),
    ),
    "cancelled": Condition(
        "not_cancelled",
        Text("没有被注销的执业注册", "No cancelled registration"),
        "deck 2.4",
        ("registration",),
        _status_is_not("cancelled"),
        Text("您的执业注册已注销。", "Your registration was cancelled."),
        Text("请办理重新注册。", "Apply for re-registration."),
    ),
}
_PHYSICIANS: dict[Status, Condition] = {
    "never_registered": Condition(
        "registered_before",
        Text("曾经取得执业注册", "Has been registered before"),
        "Q5, Q7",
        ("registration",),
        _status_is_not("never_registered"),
        Text("您从未取得医师执业注册。", "You have never been registered."),
        Text("请办理医师执业注册。", "Apply for registration."),
    ),
    "registered": Condition(
        "not_registered_now",
        Text("当前没有有效的执业注册", "Not registered at present"),
        "Q7, Q11.3",
        ("registration",),
        _status_is_not("registered"),
        Text("您当前为在册状态。", "You are registered at present."),
        Text(
            "更换主要执业机构、类别、范围或级别请办理变更注册；保留原注册并在其他省执业请办理增加执业地点。",
            "Apply for a change; to practise in another province as well, add a location.",
        ),
    ),
    "filed": Condition(
        "not_filed",
        Text("不处于离岗备案状态", "Not filed off post"),
        "Q5.5, Q20.3.2",
        ("registration",),
        _status_is_not("filed"),
        Text("您的执业注册已备案（离岗）。", "Your registration is filed off post."),
        Text("重新执业请办理医师重新注册。", "To practise again, apply for re-registration."),
    ),
    "moving_out": Condition(
        "not_moving_out",
        Text("未变更至未开展电子化注册的地区", "Not moved to a region that is not online"),
        "Q5.5",
        ("registration",),
        _status_is_not("moving_out"),
        Text(
            "您的执业注册已变更至未开展电子化注册的地区。",
            "Your registration moved to a region that is not online.",
        ),
        Text("回到本系统请办理医师重新注册。", "To come back, apply for re-registration."),
    ),
    "cancelled": Condition(
        "not_cancelled",
        Text("没有被注销的执业注册", "No cancelled registration"),
        "Law on Physicians (2021) art. 19",
        ("registration",),
        _status_is_not("cancelled"),
        Text("您的执业注册已注销。", "Your registration was cancelled."),
        Text("请办理医师重新注册。", "Apply for re-registration."),
    ),
}
STATUS_CONDITIONS: dict[str, dict[Status, Condition]] = {
    "nurse": _NURSES,
    "physician": _PHYSICIANS,
}
"""By profession, one condition for each status that a business type does not start from."""

NO_OPEN_APPLICATION = Condition(
    "no_open_application",
    Text("没有同类或相互冲突的未办结申请", "No open application of this or a conflicting type"),
    "deck 7",
    ("applications",),
    _no_open_application,
    Text("您已有未办结的申请：{open_numbers}。", "You have an open application: {open_numbers}."),
    Text(
        "请继续办理该申请，或将其撤回后再申请。",
        "Go on with that application, or withdraw it first.",
    ),
    field="business_type",
)
INSTITUTION_IN_FORCE = Condition(
    "institution_in_force",
    Text("拟执业机构已登记且有效", "The intended institution is registered and in force"),
    "Nurses Regulation art. 8",
    ("institution_id",),
    _institution_in_force,
    Text("所选机构不存在或已停业。", "The institution does not exist or is closed."),
    Text("请选择一家有效的医疗卫生机构。", "Choose an institution that is in force."),
    field="institution_id",
)
AUTHORITY_SET = Condition(
    "authority_set",
    Text("机构已为此业务设置审批机关", "The institution has set a deciding authority for it"),
    "deck 3",
    ("institution_id",),
    _authority_set,
    Text(
        "所选机构尚未为此业务设置审批机关。",
        "The institution has not set a deciding authority for this business.",
    ),
    Text(
        "请联系该机构，在“审批机关设置”中完成设置。",
        "Ask the institution to set one under its deciding authorities.",
    ),
    field="institution_id",
)
ACCOUNT_IN_USE = Condition(
    "account_in_use",
    Text("申请人账户未被撤销", "The applicant's account is not revoked"),
    "deck 4.1",
    ("account",),
    _account_in_use,
    Text("您的账户已被撤销。", "Your account was revoked."),
    Text("请重新注册账户。", "Register a new account."),
)
OWN_INSTITUTION = Condition(
    "own_institution",
    Text("向本人的执业机构提出", "Addressed to the institution one is registered at"),
    "Q32; deck 7",
    ("registration", "institution_id"),
    lambda facts: facts.institution.is_own if facts.institution else None,
    Text(
        "所选机构不是您注册的执业机构（{own_institution}）。",
        "You are registered at another institution ({own_institution}).",
    ),
    Text(
        "请选择注册的执业机构；已到其他机构工作的，请先办理变更注册。",
        "Choose the institution you are registered at; if you moved, apply for a change first.",
    ),
    field="institution_id",
)
OTHER_INSTITUTION = Condition(
    "other_institution",
    Text("拟执业机构不是现执业机构", "The intended institution is not the present one"),
    "deck 2.4; Nurses Regulation art. 9",
    ("registration", "institution_id"),
    lambda facts: not facts.institution.is_own if facts.institution else None,
    Text("您已注册在所选机构。", "You are registered at this institution already."),
    Text(
        "请选择拟变更到的机构；科室、职称等信息的变化请办理信息修改。",
        "Choose where you move to; for department or title, change your information.",
    ),
    field="institution_id",
)
ACCOUNT_ACTIVE = Condition(
    "account_active",
    Text("申请人账户已激活", "The applicant's account is active"),
    "Q5, Q29",
    ("account",),
    lambda facts: facts.by_institution or facts.by_authority or facts.account_active,
    Text("您的账户尚未激活。", "Your account is not active yet."),
    Text("请先完成手机验证和账户激活。", "Verify your phone and activate the account first."),
)
ACCOUNT_ACTIVE_OR_NOT_ONLINE = Condition(
    "account_may_apply",
    Text(
        "申请人账户已激活，或注册在尚未开展电子化注册的地区",
        "The applicant's account is active, or the region of registration is not online yet",
    ),
    "Q5.2, Q5.3, Q29.2",
    ("account", "registration"),
    lambda facts: (
        facts.account_active
        or (
            facts.account_verified
            and facts.registration is not None
            and not facts.registration.region_online
        )
    ),
    Text("您的账户尚未激活。", "Your account is not active yet."),
    Text(
        "请向现执业机构申领激活码并激活账户。",
        "Ask your institution for an activation code and activate the account.",
    ),
)
