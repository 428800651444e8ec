"""The named conditions of nurses who begin, go on or come back: exam, health, training, times."""

from __future__ import annotations

from datetime import date

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.conditions import Condition, trained
from zhiye_registration.domain.facts import Facts
from zhiye_registration.domain.periods import add_months, add_years

APPLY_WITHIN_YEARS = 3
"""Nurses Regulation art. 7."""
TRAINING_MONTHS = 3
"""Nurses Regulation art. 7."""
HEALTH_CHECK_MONTHS = 6
"""Measures on Nurse Registration art. 7; Q48."""
LAST_DAY_OF_THE_OLD_WAY = date(2008, 5, 31)
"""Who qualified up to this day and never registered goes to the province first (Q29.3)."""
REGISTER_AGAIN_AFTER_YEARS = 2
"""After a revocation (Nurses Regulation art. 32)."""
INTERRUPTED_YEARS = 3
"""Measures on Nurse Registration art. 7; domain: 3 months' training after more than that."""


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
    return trained(facts, TRAINING_MONTHS)


def _practised_lately_or_trained(facts: Facts) -> bool | None:
    held = facts.registration
    if held is None or held.cancelled_on is None:
        return None
    ended_on = min(held.cancelled_on, held.valid_until or held.cancelled_on)
    if facts.applied_on <= add_years(ended_on, INTERRUPTED_YEARS):
        return True
    return trained(facts, TRAINING_MONTHS)


def _revocation_over(facts: Facts) -> bool | None:
    held = facts.registration
    if held is None or held.cancelled_on is None:
        return None
    if held.cancellation_ground != "revoked" or "revoked" in facts.grounds_on_record:
        return True  # of one on record, NOT_BARRED tells until when
    return facts.applied_on >= add_years(held.cancelled_on, REGISTER_AGAIN_AFTER_YEARS)


def _qualification_stands(facts: Facts) -> bool:
    return not facts.qualifications or any(q.in_force for q in facts.qualifications)


def _renewal_open(facts: Facts) -> bool | None:
    window = facts.renewal
    if window is None:
        return None
    return window.opens_on <= facts.applied_on <= window.closes_on


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
PRACTISED_LATELY_OR_TRAINED = Condition(
    "practised_lately_or_trained",
    Text(
        "中断护理执业未超过3年；超过的，应接受3个月临床护理培训并考核合格",
        "Not out of practice for over 3 years; else 3 months' clinical training, passed",
    ),
    "Measures on Nurse Registration art. 7",
    ("registration", "training"),
    _practised_lately_or_trained,
    Text(
        "中断执业已超过3年，申报的临床护理培训不足3个月、尚未结束或未考核合格。",
        "Out of practice for over 3 years, and the training declared is under 3 months, not over"
        " yet or not passed.",
    ),
    IN_TIME_OR_TRAINED.next_step,
    field="form.training",
)
REVOCATION_OVER = Condition(
    "revocation_over",
    Text(
        "未曾被吊销执业证书，或自吊销之日起已满2年",
        "The certificate was not revoked, or 2 years have passed since",
    ),
    "Nurses Regulation art. 32",
    ("registration",),
    _revocation_over,
    Text(
        "执业证书被吊销未满2年。",
        "Less than 2 years have passed since the certificate was revoked.",
    ),
    Text("请在吊销满2年后申请。", "Apply when the 2 years are over."),
)
NOT_BARRED = Condition(
    "not_barred",
    Text(
        "不在吊销执业证书后2年内，也不在禁止从业期内",
        "Not within 2 years of a revocation, nor banned from the profession",
    ),
    "Nurses Regulation art. 32; Q50",
    ("penalties",),
    lambda facts: facts.barred_until is None or facts.applied_on >= facts.barred_until,
    Text(
        "因受处罚，在此之前不予注册：{barred_until}。",
        "Because of a penalty, not to be registered before: {barred_until}.",
    ),
    Text(
        "请在期满后申请；处罚已撤销的，请联系报告处罚的机关。",
        "Apply when it is over; if the penalty was lifted, ask the authority that reported it.",
    ),
)
QUALIFICATION_STANDS = Condition(
    "qualification_stands",
    Text("护士执业资格未被撤销", "The qualification was not revoked"),
    "Nurses Regulation art. 7; Q14",
    ("qualification",),
    _qualification_stands,
    Text("您的护士执业资格已被撤销。", "Your qualification was revoked."),
    Text(
        "对撤销有异议的，请向作出决定的机关提出。",
        "If you disagree, turn to the office that revoked it.",
    ),
)
RENEWAL_OPEN = Condition(
    "renewal_open",
    Text("在延续注册的受理期内", "Within the time in which renewals are taken"),
    "Q32; Nurses Regulation art. 8",
    ("registration",),
    _renewal_open,
    Text(
        "延续注册的受理期为{renewal_opens_on}至{renewal_closes_on}，今天不在此期间。",
        "Renewals are taken from {renewal_opens_on} to {renewal_closes_on}; today is not within.",
    ),
    Text(
        "尚未开始的，请届时申请，系统会提前提醒；已截止的，由本人或机构申请注销后办理重新注册。",
        "If it has not begun, apply then, we remind you; if it is over, have the registration"
        " cancelled and apply for re-registration.",
    ),
)
NOT_SECONDED = Condition(
    "not_seconded",
    Text(
        "不是经批准的卫生支援、进修或学术交流",
        "It is not an approved secondment, study or exchange",
    ),
    "Nurses Regulation art. 9",
    ("secondment",),
    lambda facts: facts.declared.secondment is not True,
    Text(
        "经批准的支援、进修、学术交流不需要变更注册。",
        "An approved secondment, study or exchange needs no change of registration.",
    ),
    Text("请保留现注册，无需申请。", "Keep your registration; there is nothing to apply for."),
    field="form.secondment",
)
