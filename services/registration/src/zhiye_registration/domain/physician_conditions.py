"""The named conditions of physicians: qualification, scopes, what bars a registration."""

from __future__ import annotations

from dataclasses import replace

from zhiye_contracts.reasons import Text
from zhiye_registration.domain import nurse_conditions as n
from zhiye_registration.domain.conditions import Condition, trained
from zhiye_registration.domain.facts import Facts
from zhiye_registration.domain.penalty import YEARS_AFTER_REVOCATION, YEARS_AFTER_SENTENCE
from zhiye_registration.domain.periods import add_years

REGISTER_WITHIN_YEARS = 2
"""Of the qualification, or of the last practice; else training (Law on Physicians (2021) art. 19;
Measures on Physician Registration of 2017)."""
TRAINING_MONTHS = 6
AGAIN_AFTER_FAILED_ASSESSMENT_YEARS = 1
_LAW_16 = "Law on Physicians (2021) art. 16"


def _qualified(facts: Facts) -> bool | None:
    if not facts.qualifications:
        return None
    chosen = facts.physician.chosen
    return chosen is not None and chosen.in_force and chosen.category is not None


def _chosen_valid(facts: Facts) -> bool | None:
    return True if facts.declared.qualification_id is None else _qualified(facts)


def _in_time_or_trained(facts: Facts) -> bool | None:
    chosen = facts.physician.chosen
    if chosen is None:
        return None
    if facts.applied_on <= add_years(chosen.passed_on, REGISTER_WITHIN_YEARS):
        return True
    return trained(facts, TRAINING_MONTHS)


def _practised_lately_or_trained(facts: Facts) -> bool | None:
    held = facts.registration
    if held is None:
        return None
    if held.cancellation_ground == "two-years-out":
        return trained(facts, TRAINING_MONTHS)  # however lately it was cancelled
    ended = [day for day in (held.filed_on, held.cancelled_on) if day is not None]
    ended_on = min(ended, default=None)
    if ended_on is None or facts.applied_on <= add_years(ended_on, REGISTER_WITHIN_YEARS):
        return True
    return trained(facts, TRAINING_MONTHS)


def _no_bar(facts: Facts) -> bool:
    if facts.barred_until is not None and facts.applied_on < facts.barred_until:
        return False
    held = facts.registration
    if held is None or held.cancelled_on is None:
        return True
    if held.cancellation_ground in facts.grounds_on_record:
        return True  # the penalty itself says until when: not reckoned from a late cancellation
    years = {
        "revoked": YEARS_AFTER_REVOCATION,
        "criminal": YEARS_AFTER_SENTENCE,
        "assessment-failed": AGAIN_AFTER_FAILED_ASSESSMENT_YEARS,
    }.get(held.cancellation_ground or "", 0)
    return facts.applied_on >= add_years(held.cancelled_on, years)


def _not_suspended(facts: Facts) -> bool:
    return facts.suspended_until is None or facts.today > facts.suspended_until


def _scopes_chosen(facts: Facts) -> bool | None:
    wanted = facts.physician.wanted
    if wanted is None or not wanted.scopes:
        return None
    kept = facts.registration is not None and wanted.scopes == facts.registration.scopes
    return kept or len(wanted.scopes) <= facts.physician.most_scopes


def _scopes_offered(facts: Facts) -> bool | None:
    """In the catalogue of the province; the old scopes stay inside it (Q49)."""
    wanted, held = facts.physician.wanted, facts.registration
    faults = facts.physician.scope_faults
    if wanted is None or not wanted.scopes or faults is None:
        return None
    stays = (
        held is not None
        and held.scopes == wanted.scopes
        and held.category == wanted.category
        and held.location[:2] == wanted.location[:2]
    )
    return stays or not faults


def _scopes_offered_or_settled(facts: Facts) -> bool | None:
    offered = _scopes_offered(facts)
    if offered is not False:
        return offered
    wanted, held = facts.physician.wanted, facts.registration
    same = wanted is not None and held is not None and held.scopes == wanted.scopes
    if not same or held is None or wanted is None or held.category != wanted.category:
        return False  # a scope that is new is chosen from the catalogue
    # Submitting it opens the case; an approval needs it settled.
    fine = ("settled",) if facts.deciding else (None, "open", "settled")
    return facts.physician.scope_case in fine


def _department_fits(facts: Facts) -> bool | None:
    department, offered = facts.declared.department, facts.physician.departments
    if department is None:
        return True  # whether it has to be filled in is another question
    return None if offered is None else department in offered


def _identical_elsewhere(facts: Facts) -> bool | None:
    """Category and scopes are the same in every location (Q11.3)."""
    wanted = facts.physician.wanted
    if wanted is None:
        return None
    return all(
        (other.level, other.category, other.scopes)
        == (wanted.level, wanted.category, wanted.scopes)
        for other in facts.physician.others
    )


def _identical_to_held(facts: Facts) -> bool | None:
    held, identical = facts.registration, _identical_elsewhere(facts)
    wanted = facts.physician.wanted
    if held is None or wanted is None:
        return None
    return identical is True and (held.category, held.scopes) == (wanted.category, wanted.scopes)


PHYSICIAN_QUALIFIED = Condition(
    "physician_qualified",
    Text("取得医师资格，且所选资格有效", "Qualified; the qualification chosen is in force"),
    "Law on Physicians (2021) art. 13; Q5.4, Q9",
    ("qualification",),
    _qualified,
    Text(
        "所选的医师资格不存在或已失效。", "The qualification chosen is not on record or not valid."
    ),
    Text(
        "请在您名下的资格中选择；缺失或有误的，请申请补录或修改资格信息（见答疑手册问题14）。",
        "Choose one of your qualifications; if it is missing or wrong, ask for its correction.",
    ),
    field="form.qualification_id",
)
CHOSEN_VALID = replace(
    PHYSICIAN_QUALIFIED,
    name="chosen_qualification_valid",
    text=Text("另选医师资格的，所选资格有效", "A qualification that is chosen is in force"),
    test=_chosen_valid,
)
IN_TIME_OR_TRAINED = Condition(
    "physician_in_time_or_trained",
    Text(
        "取得医师资格后2年内申请；超过的，应连续接受6个月以上培训并考核合格",
        "Within 2 years of qualifying; else 6 months' training in one go, passed",
    ),
    "Measures on Physician Registration (2017)",
    ("qualification", "training"),
    _in_time_or_trained,
    Text(
        "取得医师资格已超过2年，申报的培训不足6个月、尚未结束或未考核合格。",
        "Qualified over 2 years ago, and the training declared is under 6 months, not over yet or"
        " not passed.",
    ),
    Text(
        "请在省级以上卫生健康行政部门指定的机构接受6个月以上培训，考核合格后填写培训信息。",
        "Have 6 months' training at an institution that the province names, then declare it.",
    ),
    field="form.training",
)
PRACTISED_LATELY_OR_TRAINED = replace(
    IN_TIME_OR_TRAINED,
    name="physician_practised_lately_or_trained",
    text=Text(
        "中止执业活动未满2年；满2年的，应接受6个月以上培训并考核合格",
        "Not out of practice for over 2 years; else 6 months' training, passed",
    ),
    source="Law on Physicians (2021) art. 19; Measures on Physician Registration (2017)",
    needs=("registration", "training"),
    test=_practised_lately_or_trained,
    reason=Text(
        "中止执业活动已满2年，申报的培训不足6个月、尚未结束或未考核合格。",
        "Out of practice for over 2 years, and the training declared is under 6 months, not over"
        " yet or not passed.",
    ),
)
FULL_CAPACITY = replace(n.FULL_CAPACITY, source=_LAW_16)
NO_CRIMINAL_RECORD = Condition(
    "no_criminal_record",
    Text(
        "未受刑事处罚，或刑罚执行完毕已满2年，且未被依法禁止从事医师职业",
        "No criminal punishment, or served 2 years ago; not banned from the profession",
    ),
    _LAW_16,
    ("no_criminal_record",),
    lambda facts: facts.declared.no_criminal_record,
    Text("您没有声明不存在该情形。", "It is not declared that this is so."),
    Text(
        "请如实声明；期限未满的，请在期满后申请。",
        "Declare it truthfully; while the time runs, apply when it is over.",
    ),
    field="form.no_criminal_record",
)
NO_BAR = Condition(
    "no_bar",
    Text(
        "被吊销执业证书或刑罚执行完毕已满2年，因考核不合格被注销已满1年，不在禁业期内",
        "2 years after a revocation or a sentence served, 1 year after a failed assessment; no ban",
    ),
    _LAW_16,
    ("registration", "penalties"),
    _no_bar,
    Text(
        "法定期限未满，不予注册（限制至{barred_until}）。",
        "The time that the law sets is not over (until {barred_until}).",
    ),
    Text("请在期满后申请。", "Apply when it is over."),
)
NOT_SUSPENDED = Condition(
    "not_suspended",
    Text("未被暂停执业活动", "Not suspended from practice"),
    "Law on Physicians (2021) arts. 55, 56",
    ("penalties",),
    _not_suspended,
    Text("您被暂停执业活动至{suspended_until}。", "You are suspended until {suspended_until}."),
    Text("请在暂停期满后申请。", "Apply when the suspension is over."),
)
SCOPES_CHOSEN = Condition(
    "scopes_chosen",
    Text("选择了执业范围，且不超过规定个数", "Scopes are chosen, and not too many"),
    "Notice 2001/169 on scopes of practice; Q49",
    ("scopes",),
    _scopes_chosen,
    Text("执业范围最多可选{most_scopes}个。", "At most {most_scopes} scopes may be chosen."),
    Text("请按本省执业范围名录选择。", "Choose from the catalogue of the province."),
    field="form.scopes",
)
SCOPES_OFFERED = Condition(
    "scopes_offered",
    Text(
        "执业范围在拟执业地的执业范围名录内，与类别相符；省内变更可保留原范围",
        "The scopes are in the province's catalogue under the category; inside a province the old"
        " ones stay",
    ),
    "Q49",
    ("scopes", "institution_id"),
    _scopes_offered,
    Text("{scope_faults}", "{scope_faults}"),
    Text("请按该省执业范围名录选择。", "Choose from the catalogue of that province."),
    field="form.scopes",
)
SCOPES_OFFERED_OR_SETTLED = replace(
    SCOPES_OFFERED,
    name="scopes_offered_or_settled",
    text=Text(
        "执业范围在拟执业地的执业范围名录内；跨省不一致的，由两省协商",
        "The scopes are in the province's catalogue; where provinces differ, the two settle it",
    ),
    test=_scopes_offered_or_settled,
    next_step=Text(
        "两省协商结果见“执业范围协商”；未达成一致的，请改选该省名录内的范围后重新申请。",
        "See the scope case; if they did not agree, apply again with a scope of that catalogue.",
    ),
)
IDENTICAL_ELSEWHERE = Condition(
    "identical_elsewhere",
    Text(
        "在其他执业地点的资格和执业范围与此完全一致",
        "Qualification and scopes are the same in the other locations",
    ),
    "Q11.3",
    ("registration", "scopes"),
    _identical_elsewhere,
    Text(
        "您在其他执业地点的注册（{other_institutions}）与拟变更的类别、范围不一致。",
        "Registered elsewhere ({other_institutions}) with another category or other scopes.",
    ),
    Text(
        "请先注销其他执业地点的注册，变更后再增加执业地点。",
        "Cancel the other locations first, and add them again after the change.",
    ),
    field="form.scopes",
)
DEPARTMENT_FITS = Condition(
    "department_fits",
    Text("执业科室与执业类别、执业范围相符", "The department follows category and scopes"),
    "Q53",
    ("scopes", "department"),
    _department_fits,
    Text(
        "所选科室与执业类别、执业范围不符。",
        "The department does not go with the category and the scopes.",
    ),
    Text(
        "请在该类别、范围对应的科室中选择（见“可选执业科室”）。",
        "Choose one that is offered for them (see the practice options).",
    ),
    field="form.department",
)
IDENTICAL_TO_HELD = replace(
    IDENTICAL_ELSEWHERE,
    name="identical_to_held",
    needs=("registration",),
    test=_identical_to_held,
    next_step=Text(
        "请按原注册的范围增加执业地点；两省协商改用其他范围的，请改为办理变更注册。",
        "Add it with the scopes registered; if the provinces agree on others, apply for a change.",
    ),
)
