"""Rules of filings without a database: the table, the workflow, the clock, every boundary."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from zhiye_contracts.codes import FILING_KINDS, INSTITUTION_CATEGORIES
from zhiye_contracts.identifiers import institution_number, parse_institution_number
from zhiye_contracts.reasons import Refused
from zhiye_institutions.domain.filing import Filing, take_step
from zhiye_institutions.domain.filing_conditions import (
    Facts,
    changes,
    number_refusals,
    refusals,
    unknown_materials,
    unseen,
)
from zhiye_institutions.domain.filing_policy import FIELDS, KINDS
from zhiye_institutions.domain.filing_workflow import (
    WORKFLOW,
    Action,
    Actor,
    State,
    allowed,
    move,
)
from zhiye_institutions.domain.lifecycle import STATUSES, next_check

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "name": "北京示例医院",
    "address": "西城区示例路 1 号",
    "person_in_charge": "李明",
    "level": "ungraded",
    "beds": 99,
    "departments": ["内科"],
    "subjects": ["内科"],
}


def facts(kind: str, **changed: Any) -> Facts:
    """A filing of this kind with which nothing is wrong, but for what is changed."""
    proposed: dict[str, Any] = {
        "change": {"beds": 120},
        "closure": {"closed_from": "2026-11-23", "closed_until": "2027-05-31", "reason": "改造"},
        "cancellation": {"reason": "终止执业"},
    }.get(kind, {})
    row = KINDS[kind]
    return Facts(
        **{
            "today": TODAY,
            "status": row.from_status[0],
            "category": "A100",
            "current": RECORD,
            "proposed": proposed,
            "materials": {one.code: "paper" for one in row.materials},
        }
        | changed
    )


def codes(kind: str, **changed: Any) -> list[str]:
    return [reason.code for reason in refusals(KINDS[kind], facts(kind, **changed))]


def test_the_kinds_are_those_of_the_code_table() -> None:
    assert list(KINDS) == list(FILING_KINDS)
    for row in KINDS.values():
        assert set(row.fields) <= set(FIELDS)
        assert set(row.from_status) <= set(STATUSES)
        assert len({one.code for one in row.materials}) == len(row.materials)


@pytest.mark.parametrize("kind", KINDS)
def test_with_everything_in_order_nothing_is_refused(kind: str) -> None:
    assert codes(kind) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", STATUSES)
def test_each_kind_starts_from_its_statuses_only(kind: str, status: str) -> None:
    refused = "filing_status" in codes(kind, status=status)
    assert refused == (status not in KINDS[kind].from_status)


def test_a_practice_licence_takes_the_seven_materials_of_the_handbook() -> None:
    names = [
        one.name.zh
        for one in KINDS["practice-licence"].materials_for("A100")
        if one.required and one.source == "Q48"
    ]
    assert names == [
        "《医疗机构执业登记申请书》",
        "《设置医疗机构批准书》或《设置医疗机构备案回执》",
        "医疗机构用房产权证明或者使用证明",
        "医疗机构建筑设计平面图",
        "验资证明、资产评估报告",
        "医疗机构规章制度",
        "法定代表人或者主要负责人名录和有关资格证书、执业证书复印件",
    ]


@pytest.mark.parametrize("category", INSTITUTION_CATEGORIES)
def test_outpatient_departments_clinics_and_posts_bring_drug_and_staff_lists(
    category: str,
) -> None:
    own = {one.code for one in KINDS["practice-licence"].materials_for(category) if one.required}
    assert ({"drugs", "staff"} <= own) == category.startswith("D")
    assert len(own) == (9 if category.startswith("D") else 7)


def test_a_change_takes_the_materials_of_the_handbook() -> None:
    materials = KINDS["change"].materials
    assert [(one.required, one.source) for one in materials] == [
        (True, "Q48"),
        (True, "Q48"),
        (False, "Q48"),
    ]


def test_each_required_material_that_is_missing_is_named() -> None:
    found = refusals(KINDS["practice-licence"], facts("practice-licence", materials={}))
    assert [reason.code for reason in found] == ["material_missing"] * 7
    assert "《医疗机构执业登记申请书》" in found[0].reason.zh
    assert found[3].field == "materials.floor-plan"
    assert all(not re.search("[\u4e00-\u9fff]", r.reason.en + r.next_step.en) for r in found)


def test_each_required_material_that_was_not_seen_is_named() -> None:
    row = KINDS["change"]
    found = unseen(row, "A100", ["change-form"])
    assert [reason.field for reason in found] == ["materials_seen.change-reason"]
    assert unseen(row, "A100", ["change-form", "change-reason"]) == []


def test_a_material_that_is_not_on_the_list_is_known_as_such() -> None:
    row = KINDS["practice-licence"]
    assert unknown_materials(row, "A100", ["drugs"])
    assert not unknown_materials(row, "D211", ["drugs", "premises"])
    assert unknown_materials(row, "D211", ["magic"])


def test_a_licence_needs_what_it_states() -> None:
    bare = {**RECORD, "address": None, "person_in_charge": None, "beds": None, "subjects": []}
    assert codes("practice-licence", current=bare) == ["filing_field_missing"] * 4
    proposed = {"address": "路 1 号", "person_in_charge": "李明", "beds": 0, "subjects": ["内科"]}
    assert codes("practice-licence", current=bare, proposed=proposed) == []


def test_what_a_kind_does_not_concern_is_refused() -> None:
    assert codes("reopening", proposed={"beds": 3}) == ["filing_field_not_used"]
    assert codes("change", proposed={"beds": 3, "closed_from": "2026-12-01"}) == [
        "filing_field_not_used"
    ]


@pytest.mark.parametrize("proposed", [{}, {"beds": 99}, {"name": RECORD["name"], "beds": 99}])
def test_a_change_that_changes_nothing_is_refused(proposed: dict[str, Any]) -> None:
    assert codes("change", proposed=proposed) == ["filing_changes_nothing"]


def test_only_what_differs_is_a_change() -> None:
    given = facts("change", proposed={"beds": 99, "name": "新名", "departments": []})
    assert changes(KINDS["change"], given) == {"name": "新名", "departments": []}


def test_a_level_outside_the_table_is_refused() -> None:
    assert codes("change", proposed={"level": "best"}) == ["institution_level_unknown"]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-11-23", "2026-11-23", []),
        ("2026-11-22", "2026-12-23", ["closure_past"]),
        ("2026-12-01", "2026-11-30", ["closure_backwards"]),
        ("2026-12-01", "2027-11-30", []),
        ("2026-12-01", "2027-12-01", ["closure_too_long"]),
        ("2028-02-29", "2029-02-27", []),
        ("2028-02-29", "2029-02-28", ["closure_too_long"]),
        ("2026-11-01", "2028-01-01", ["closure_past", "closure_too_long"]),
    ],
)
def test_a_closure_begins_today_or_later_and_lasts_a_year_at_most(
    first: str, last: str, expected: list[str]
) -> None:
    proposed = {"closed_from": first, "closed_until": last, "reason": "改造"}
    assert codes("closure", proposed=proposed) == expected


def test_a_closure_without_its_dates_says_each_that_is_missing() -> None:
    assert codes("closure", proposed={}) == ["filing_field_missing"] * 3


def test_without_anybody_who_decides_nothing_is_submitted() -> None:
    assert codes("change", authority=False) == ["no_deciding_authority"]


def test_every_reason_is_told_at_once() -> None:
    found = codes(
        "change", status="closed", proposed={"reason": "x"}, materials={}, authority=False
    )
    assert found == [
        "filing_status",
        "filing_field_not_used",
        "filing_changes_nothing",
        "material_missing",
        "material_missing",
        "no_deciding_authority",
    ]


def test_a_number_fits_region_category_and_ownership() -> None:
    number = parse_institution_number(institution_number("40000002", "110102", "11", "A100", "1"))

    def found(region: str, category: str = "A100", ownership: str = "11") -> list[str]:
        reasons = number_refusals(number, region=region, category=category, ownership=ownership)
        return [reason.code for reason in reasons]

    assert found("110102") == []
    assert found("110105") == ["institution_region_differs"]
    assert found("130102", "B100", "17") == [
        "institution_region_differs",
        "institution_category_differs",
        "institution_ownership_differs",
    ]


@pytest.mark.parametrize(
    ("category", "expected"),
    [("A100", ["institution_number_missing"]), ("F110", []), ("F200", [])],
)
def test_only_blood_and_plasma_stations_may_have_no_number(
    category: str, expected: list[str]
) -> None:
    found = number_refusals(None, region="110102", category=category, ownership="11")
    assert [reason.code for reason in found] == expected


@pytest.mark.parametrize(("beds", "years"), [(None, 1), (0, 1), (99, 1), (100, 3), (2_000, 3)])
def test_fewer_than_100_beds_are_checked_each_year_others_every_three(
    beds: int | None, years: int
) -> None:
    assert next_check(TODAY, beds) == TODAY.replace(year=TODAY.year + years)
    assert next_check(date(2028, 2, 29), beds) == date(2028 + years, 2, 28)


STEPS = list(itertools.product(get_args(State), get_args(Action), get_args(Actor)))


@pytest.mark.parametrize(("state", "action", "actor"), STEPS)
def test_a_step_that_the_table_does_not_have_names_the_state(
    state: State, action: Action, actor: Actor
) -> None:
    if (state, action, actor) in WORKFLOW:
        assert move(state, action, actor) == WORKFLOW[state, action, actor]
        assert action in allowed(state, actor)
        return
    assert action not in allowed(state, actor)
    with pytest.raises(Refused) as refusal:
        move(state, action, actor)
    (reason,) = refusal.value.reasons
    assert (refusal.value.status, reason.code) == (409, f"filing_{state}")
    assert not re.search("[\u4e00-\u9fff]", reason.reason.en + reason.next_step.en)


def draft(**more: Any) -> Filing:
    values: dict[str, Any] = {
        "id": "F",
        "number": "J202611230000001",
        "kind": "change",
        "institution_id": "I",
        "region": "110102",
        "state": "draft",
        "version": 1,
        "proposed": {},
        "materials": {},
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Filing(**values | more)


def step(one: Filing, action: Action, actor: Actor, day: int = 0, **more: Any) -> Filing:
    later = timedelta(days=day)
    return take_step(one, action, actor, NOW + later, TODAY + later, 30, **more)


def test_the_deadline_counts_calendar_days_from_receipt() -> None:
    one = step(draft(), "submit", "institution")
    assert one.deadline == date(2026, 12, 23)
    assert [one.days_left(TODAY + timedelta(days=n)) for n in (0, 30, 31)] == [30, 0, -1]


def test_the_clock_stops_while_returned_and_goes_on_with_what_was_left() -> None:
    submitted = step(draft(), "submit", "institution")
    returned = step(submitted, "return", "authority", 12)
    assert (returned.deadline, returned.days_kept) == (None, 18)
    assert returned.days_left(TODAY + timedelta(days=300)) == 18
    again = step(returned, "submit", "institution", 40)
    assert again.deadline == TODAY + timedelta(days=58)
    assert again.days_kept is None
    assert again.submitted_at == NOW


def test_a_late_return_keeps_no_days() -> None:
    returned = step(step(draft(), "submit", "institution"), "return", "authority", 31)
    assert returned.days_kept == 0
    again = step(returned, "submit", "institution", 50)
    assert again.days_left(TODAY + timedelta(days=50)) == 0


def test_it_is_returned_once() -> None:
    submitted = step(draft(), "submit", "institution")
    with pytest.raises(Refused) as refusal:
        step(submitted, "return", "authority", returned_before=True)
    assert refusal.value.reasons[0].code == "return_used_up"
    assert step(submitted, "refuse", "authority", returned_before=True).state == "refused"


def test_what_is_decided_or_withdrawn_has_no_deadline() -> None:
    submitted = step(draft(), "submit", "institution")
    approved = step(submitted, "approve", "authority", 3)
    assert (approved.deadline, approved.decided_at) == (None, NOW + timedelta(days=3))
    withdrawn = step(submitted, "withdraw", "institution")
    assert (withdrawn.deadline, withdrawn.decided_at) == (None, None)
