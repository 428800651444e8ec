"""The named conditions of the business types, each with its source and the way to meet it.

A test answers ``True`` (met), ``False`` (not met) or ``None`` (unknown: something is not filled in
or not known yet).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.facts import Facts, Status
from zhiye_registration.domain.periods import add_months, add_years, last_day

APPLY_WITHIN_YEARS = 3
"""Nurses Regulation art. 7."""
TRAINING_MONTHS = 3
"""Nurses Regulation art. 7."""
HEALTH_CHECK_MONTHS = 6
"""Measures on Nurse Registration art. 7; Q48."""
LAST_DAY_OF_THE_OLD_WAY = date(2008, 5, 31)
"""Who qualified up to this day and never registered goes to the province first (Q29.3)."""


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


def _exam_passed(facts: Facts) -> bool:
    return facts.passed_on is not None


def _not_of_the_old_way(facts: Facts) -> bool | None:
    if facts.passed_on is None:
        return None
    return facts.status != "never_registered" or facts.passed_on > LAST_DAY_OF_THE_OLD_WAY


def _in_time_or_trained(facts: Facts) -> bool | None:
    if facts.passed_on is None:
        return None
    if facts.applied_on <= add_years(facts.passed_on, APPLY_WITHIN_YEARS):
        return True
    training = facts.declared.training
    if training is None:
        return None
    return (
        training.passed
        and training.began_on <= training.ended_on <= facts.today
        and training.ended_on >= last_day(training.began_on, TRAINING_MONTHS)
        and bool(training.institution_name.strip())
    )


def _full_capacity(facts: Facts) -> bool | None:
    return facts.declared.full_capacity


def _health_standard(facts: Facts) -> bool | None:
    return facts.declared.health_standard


def _health_check_recent(facts: Facts) -> bool | None:
    checked_on = facts.declared.health_checked_on
    if checked_on is None:
        return None
    return checked_on <= facts.today and facts.applied_on <= add_months(
        checked_on, HEALTH_CHECK_MONTHS
    )


def _no_open_application(facts: Facts) -> bool:
    return not facts.open_applications


def _institution_in_force(facts: Facts) -> bool | None:
    return facts.institution.in_force if facts.institution else None


def _authority_set(facts: Facts) -> bool | None:
    return facts.institution.authority_set if facts.institution else None


def _account_in_use(facts: Facts) -> bool:
    return not facts.account_revoked


def _status_is_not(status: Status) -> Callable[[Facts], bool]:
    return lambda facts: facts.status != status


STATUS_CONDITIONS: dict[Status, Condition] = {
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
"""One condition for each status that a business type does not start from."""

NURSE_EXAM_PASSED = Condition(
    "nurse_exam_passed",
    Text("通过护士执业资格考试，且成绩有效", "Passed the nurse exam; the pass is in force"),
    "Nurses Regulation art. 7",
    ("qualification",),
    _exam_passed,
    Text("没有查到您有效的护士执业资格考试合格记录。", "No nurse exam pass of yours is on record."),
    Text(
        "请核对姓名和身份证号；确已通过的，请联系报名参加考试所在地的省级卫生健康行政部门补录。",
        "Check name and ID number; if you did pass, ask the province of the exam to add it.",
    ),
)
REGISTERED_AT_PROVINCE_FIRST = Condition(
    "qualified_after_may_2008",
    Text(
        "2008年5月31日后取得护士资格（此前取得且从未注册的，先到省级部门办理）",
        "Qualified after 2008-05-31 (before that and never registered: at the province first)",
    ),
    "Q29.3",
    ("qualification", "registration"),
    _not_of_the_old_way,
    Text(
        "您在2008年5月31日前取得护士资格且从未注册，不能在线办理。",
        "You qualified up to 2008-05-31 and never registered; this cannot be done online.",
    ),
    Text(
        "请到省级卫生健康行政部门直接办理注册。",
        "Register at the health authority of the province.",
    ),
)
IN_TIME_OR_TRAINED = Condition(
    "within_three_years_or_trained",
    Text(
        "自通过考试之日起3年内提出申请；逾期的，应接受3个月临床护理培训并考核合格",
        "Applies within 3 years of passing; later, after 3 months' clinical training, passed",
    ),
    "Nurses Regulation art. 7",
    ("qualification", "training"),
    _in_time_or_trained,
    Text(
        "通过考试已超过3年，申报的临床护理培训不足3个月、尚未结束或未考核合格。",
        "Over 3 years since the exam, and the training declared is under 3 months, not over yet"
        " or not passed.",
    ),
    Text(
        "请在符合条件的医疗卫生机构接受3个月临床护理培训并考核合格，填写培训机构和起止日期。",
        "Complete 3 months' clinical training at a qualified institution, pass, and declare it"
        " with institution and dates.",
    ),
    field="form.training",
)
FULL_CAPACITY = Condition(
    "full_capacity",
    Text("具有完全民事行为能力", "Has full civil capacity"),
    "Nurses Regulation art. 7",
    ("full_civil_capacity",),
    _full_capacity,
    Text("您没有声明具有完全民事行为能力。", "Full civil capacity is not declared."),
    Text(
        "请如实声明；不具备的，不能申请注册。",
        "Declare it truthfully; without it, no one can register.",
    ),
    field="form.full_civil_capacity",
)
HEALTH_STANDARD = Condition(
    "health_standard",
    Text("符合国务院卫生主管部门规定的健康标准", "Meets the national health standard"),
    "Nurses Regulation art. 7",
    ("health",),
    _health_standard,
    Text("健康体检结论不符合规定的健康标准。", "The health check does not meet the standard."),
    Text(
        "请在符合健康标准后，凭新的体检证明申请。",
        "Apply with a new health certificate once the standard is met.",
    ),
    field="form.health.meets_standard",
)
HEALTH_CHECK_RECENT = Condition(
    "health_check_recent",
    Text("申请前6个月内的健康体检证明", "A health check of the last 6 months before applying"),
    "Q48; Measures on Nurse Registration art. 7",
    ("health",),
    _health_check_recent,
    Text("健康体检不在申请前6个月内。", "The health check is not of the 6 months before applying."),
    Text("请重新体检，填写新的体检日期。", "Have a new health check and give its date."),
    field="form.health.checked_on",
)
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
