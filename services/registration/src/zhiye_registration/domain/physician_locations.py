"""The named conditions of physicians about locations: main and further institutions, level."""

from __future__ import annotations

from dataclasses import replace

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.conditions import Condition
from zhiye_registration.domain.facts import Facts
from zhiye_registration.domain.registration import ASSISTANT, PHYSICIAN


def _location_free(facts: Facts) -> bool | None:
    wanted = facts.physician.wanted
    if wanted is None:
        return None
    return all(other.location != wanted.location for other in facts.physician.others)


def _other_location(facts: Facts) -> bool | None:
    wanted, held = facts.physician.wanted, facts.registration
    if wanted is None or held is None:
        return None
    taken = {held.location, *(other.location for other in facts.physician.others)}
    return wanted.location not in taken


def _is_physician(facts: Facts) -> bool | None:
    return facts.registration.level == PHYSICIAN if facts.registration else None


def _is_assistant(facts: Facts) -> bool | None:
    return facts.registration.level == ASSISTANT if facts.registration else None


def _something_changes(facts: Facts) -> bool | None:
    wanted, held, to = facts.physician.wanted, facts.registration, facts.institution
    if wanted is None or held is None or to is None:
        return None
    return not to.is_own or (wanted.level, wanted.category, wanted.scopes, wanted.location) != (
        held.level,
        held.category,
        held.scopes,
        held.location,
    )


def _level_stays(facts: Facts) -> bool | None:
    wanted, held = facts.physician.wanted, facts.registration
    return None if wanted is None or held is None else wanted.level == held.level


def _level_rises(facts: Facts) -> bool | None:
    chosen = facts.physician.chosen
    if chosen is None:
        return False if facts.qualifications else None
    return chosen.level == PHYSICIAN and chosen.in_force


def _registered_in_location(facts: Facts) -> bool | None:
    held, to = facts.registration, facts.institution
    if held is None:
        return False
    if to is None:
        return None
    return held.status == "registered" and to.region.startswith(held.location)


def _same_location(facts: Facts) -> bool | None:
    held, to = facts.registration, facts.institution
    if held is None or to is None:
        return None
    return to.region.startswith(held.location)


def _has_main(facts: Facts) -> bool:
    return facts.registration is not None and facts.registration.institution_id is not None


def _not_main(facts: Facts) -> bool | None:
    to = facts.institution
    return None if to is None else not to.is_own


def _not_filed_there(facts: Facts) -> bool | None:
    to, declared = facts.institution, facts.declared
    if to is None or declared.from_on is None or declared.until_on is None:
        return None
    return not any(
        filing.institution_id == to.id
        and filing.from_on <= declared.until_on
        and declared.from_on <= filing.until_on
        for filing in facts.physician.filings
    )


def _period(facts: Facts) -> bool | None:
    declared = facts.declared
    if declared.from_on is None or declared.until_on is None:
        return None
    in_order = facts.applied_on <= declared.from_on <= declared.until_on
    return in_order and facts.today <= declared.until_on  # an approval may come after the end


def _scopes_within(facts: Facts) -> bool | None:
    held = facts.registration
    return None if held is None else set(facts.declared.scopes) <= set(held.scopes)


LOCATION_FREE = Condition(
    "location_free",
    Text(
        "拟执业地点没有您的其他主要执业机构", "No other main institution of yours in the location"
    ),
    "Q7, Q8, Q10.5",
    ("registration", "institution_id"),
    _location_free,
    Text(
        "您在该执业地点已有主要执业机构（{institutions_there}），一个执业地点只能有一个。",
        "You have a main institution there already ({institutions_there}); a location has one.",
    ),
    Text(
        "请在该地点的注册上办理变更主要执业机构，或办理多执业机构备案。",
        "Change the main institution of that registration, or file a further institution.",
    ),
    field="institution_id",
)
OTHER_LOCATION = replace(
    LOCATION_FREE,
    name="other_location",
    text=Text("拟增加的执业地点没有您的有效注册", "Not registered in the location to be added"),
    source="Q11",
    test=_other_location,
    reason=Text("您在该执业地点已有有效注册。", "You are registered in this location already."),
)
LEVEL_OF_PHYSICIAN = Condition(
    "level_of_physician",
    Text(
        "级别为执业医师；执业助理医师只能有一个执业地点",
        "A physician; an assistant has one location",
    ),
    "Measures on Physician Registration (2017); Q8",
    ("registration",),
    _is_physician,
    Text("执业助理医师只能注册一个执业地点。", "An assistant can have one location only."),
    Text("请办理医师变更注册，变更执业地点。", "Apply for a change, of the location, instead."),
)
LEVEL_OF_ASSISTANT = Condition(
    "level_of_assistant",
    Text("现注册级别为执业助理医师", "Registered as an assistant physician"),
    "Q9",
    ("registration",),
    _is_assistant,
    Text("您已注册为执业医师。", "You are registered as a physician already."),
    Text("其他事项的变更请办理医师变更注册。", "For other changes, apply for a change."),
)
LEVEL_RISES = Condition(
    "level_rises",
    Text("拟依据的资格为执业医师资格且有效", "The qualification chosen is a physician's, in force"),
    "Q9",
    ("qualification",),
    _level_rises,
    Text(
        "所选资格不是有效的执业医师资格。",
        "The qualification chosen is not a physician's in force.",
    ),
    Text(
        "请选择执业医师资格；资格未到账的，请申请补录（见答疑手册问题14）。",
        "Choose the physician's qualification; if it is missing, ask for it to be added.",
    ),
    field="form.qualification_id",
)
LEVEL_STAYS = Condition(
    "level_stays",
    Text("变更类别所依据的资格与现级别相同", "The qualification chosen is of the present level"),
    "Q9",
    ("qualification", "registration"),
    _level_stays,
    Text("所选资格的级别与现注册级别不同。", "The qualification chosen is of another level."),
    Text("变更级别请办理变更执业级别。", "To change the level, apply for that."),
    field="form.qualification_id",
)
SOMETHING_CHANGES = Condition(
    "something_changes",
    Text("至少有一项注册内容发生变化", "Something changes"),
    "Q7, Q22",
    ("registration", "institution_id", "scopes"),
    _something_changes,
    Text("机构、类别、范围均与现注册一致，没有变更。", "Nothing differs from the registration."),
    Text("请选择要变更的事项。", "Choose what is to change."),
    field="form",
)
REGISTERED_IN_LOCATION = Condition(
    "registered_in_location",
    Text("在拟备案机构所在执业地点有有效注册", "Registered in the location of the institution"),
    "Q10.3, Q11.1",
    ("registration", "institution_id"),
    _registered_in_location,
    Text("您在该执业地点没有有效的执业注册。", "You are not registered in this location."),
    Text(
        "请先在该执业地点选择主要执业机构，办理增加执业地点。",
        "Add the location first, with a main institution there.",
    ),
    field="institution_id",
)
SAME_LOCATION = Condition(
    "same_location",
    Text("拟备案机构在执业地点内，不跨执业地点", "The institution is inside the location"),
    "Q10.1, Q10.2, Q10.4",
    ("registration", "institution_id"),
    _same_location,
    Text("拟备案机构不在您的执业地点内。", "The institution is outside your location."),
    Text(
        "执业医师请先在该省增加执业地点；执业助理医师请选择本县、区的机构。",
        "A physician adds the location first; an assistant chooses one of the own county.",
    ),
    field="institution_id",
)
HAS_MAIN_INSTITUTION = Condition(
    "has_main_institution",
    Text("在该执业地点已确定主要执业机构", "There is a main institution in the location"),
    "Q10.5",
    ("registration",),
    _has_main,
    Text("您在该执业地点尚未确定主要执业机构。", "There is no main institution in this location."),
    Text("请先确定主要执业机构。", "Have a main institution there first."),
)
NOT_MAIN_INSTITUTION = Condition(
    "not_main_institution",
    Text("拟备案机构不是主要执业机构", "The institution is not the main one"),
    "Q10",
    ("registration", "institution_id"),
    _not_main,
    Text(
        "所选机构就是您的主要执业机构，无需备案。", "It is your main institution; no need to file."
    ),
    Text("请选择其他机构。", "Choose another institution."),
    field="institution_id",
)
NOT_FILED_THERE = Condition(
    "not_filed_there",
    Text("在该机构没有期间重叠的备案", "No filing there at the same time"),
    "Q10",
    ("institution_id", "period"),
    _not_filed_there,
    Text("您在该机构的备案与此期间重叠。", "There is a filing at this institution in that time."),
    Text("请改选期间，或先终止原备案。", "Choose another time, or end that filing first."),
    field="form.from_on",
)
FILING_PERIOD = Condition(
    "filing_period",
    Text(
        "备案起止日期有效：不早于申请日，止不早于起，尚未届满",
        "From and to: from today on, in order",
    ),
    "Q10",
    ("period",),
    _period,
    Text("备案起止日期不合理。", "The dates do not fit."),
    Text("请填写今天或以后的起始日期和不早于它的终止日期。", "Give dates from today on, in order."),
    field="form.from_on",
)
FILING_SCOPES = Condition(
    "filing_scopes",
    Text("备案的执业范围在注册的范围之内", "The scopes are among those registered"),
    "Q10, Q11.3",
    ("registration", "scopes"),
    _scopes_within,
    Text("所选范围超出了您注册的执业范围。", "A scope is not among those registered."),
    Text("请在注册的执业范围内选择；留空即为全部。", "Choose among them; none is all."),
    field="form.scopes",
)
