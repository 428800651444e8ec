"""Every condition of first registration at its boundary."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from zhiye_contracts.codes import BUSINESS_TYPES as NAMES
from zhiye_contracts.reasons import read_source
from zhiye_registration.domain.business_type import conditions, refusals
from zhiye_registration.domain.conditions import STATUS_CONDITIONS
from zhiye_registration.domain.facts import (
    STATUSES,
    ChosenInstitution,
    Declared,
    Facts,
    HeldRegistration,
    OpenApplication,
    PhysicianFacts,
    Practice,
    Qualification,
    Training,
    registration_status,
)
from zhiye_registration.domain.policy import BUSINESS_TYPES

FIRST = BUSINESS_TYPES["nurse-first"]
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
DECLARED = Declared(
    full_capacity=True,
    health_standard=True,
    health_checked_on=date(2026, 11, 2),
    filled=frozenset({"department", "work_category"}),
)
GOOD = Facts(
    today=TODAY,
    applied_on=TODAY,
    qualifications=(Qualification(date(2026, 6, 15)),),
    institution=ChosenInstitution(in_force=True, authority_set=True),
    declared=DECLARED,
)


def codes(facts: Facts) -> list[str]:
    return [reason.code for reason in refusals(FIRST, facts)]


def declaring(**changes: object) -> Facts:
    return replace(GOOD, declared=replace(DECLARED, **changes))


def passed(*days: date, **changes: object) -> Facts:
    return replace(GOOD, qualifications=tuple(map(Qualification, days)), **changes)


def test_who_meets_everything_is_not_refused():
    assert refusals(FIRST, GOOD) == []
    assert {one.outcome for one in conditions(FIRST, GOOD)} == {"met"}


def test_every_reason_is_told_at_once():
    nobody = Facts(today=TODAY, applied_on=TODAY)
    assert codes(nobody) == [
        "nurse_exam_passed_not_met",
        "qualified_after_may_2008_unknown",
        "within_three_years_or_trained_unknown",
        "full_capacity_unknown",
        "health_standard_unknown",
        "health_check_recent_unknown",
        "institution_in_force_unknown",
        "authority_set_unknown",
        "field_missing",
        "field_missing",
    ]
    for reason in refusals(FIRST, nobody):
        assert reason.source
        assert reason.next_step.zh
        assert reason.next_step.en


def test_a_pass_that_is_no_longer_in_force_does_not_count():
    facts = replace(GOOD, qualifications=(Qualification(date(2026, 6, 15), in_force=False),))
    assert "nurse_exam_passed_not_met" in codes(facts)


@pytest.mark.parametrize(
    ("status", "valid_until", "code"),
    [
        ("registered", TODAY, "not_registered_now_not_met"),
        ("registered", TODAY - DAY, "not_expired_not_met"),
        ("cancelled", TODAY, "not_cancelled_not_met"),
    ],
)
def test_who_was_registered_before_is_sent_to_the_right_business(status, valid_until, code):
    facts = replace(GOOD, registration=HeldRegistration(status, valid_until))
    reasons = refusals(FIRST, facts)
    assert [reason.code for reason in reasons] == [code]
    right = {
        "not_registered_now_not_met": ("延续注册", "变更注册"),
        "not_expired_not_met": ("延续注册",),
        "not_cancelled_not_met": ("重新注册",),
    }[code]
    assert all(name in reasons[0].next_step.zh for name in right)


def test_a_registration_expires_on_the_day_after_its_last():
    assert registration_status(HeldRegistration("registered", TODAY), TODAY) == "registered"
    assert registration_status(HeldRegistration("registered", TODAY - DAY), TODAY) == "expired"
    assert registration_status(HeldRegistration("cancelled", TODAY), TODAY) == "cancelled"
    assert registration_status(None, TODAY) == "never_registered"


@pytest.mark.parametrize("row", BUSINESS_TYPES.values(), ids=lambda row: row.slug)
@pytest.mark.parametrize("status", STATUSES)
def test_a_business_starts_only_from_the_statuses_of_its_row(row, status):
    held = {
        "never_registered": None,
        "registered": HeldRegistration("registered", TODAY),
        "expired": HeldRegistration("registered", TODAY - DAY),
        "cancelled": HeldRegistration("cancelled", TODAY),
        "filed": HeldRegistration("filed", None),
        "moving_out": HeldRegistration("moving_out", None),
    }[status]
    own = STATUS_CONDITIONS[row.profession]
    if status not in own:  # the profession has no such status
        return
    facts = replace(GOOD, registration=held)
    barred = set(own.values())
    refused = any(
        one.outcome == "not_met" and one.condition in barred for one in conditions(row, facts)
    )
    assert refused == (status not in row.from_status)


def test_exactly_three_years_after_the_exam_is_in_time():
    assert codes(passed(date(2023, 11, 23))) == []


def test_three_years_and_a_day_after_the_exam_needs_training():
    assert codes(passed(date(2023, 11, 22))) == ["within_three_years_or_trained_unknown"]


def test_the_latest_exam_counts():
    assert codes(passed(date(2015, 6, 1), date(2025, 6, 1))) == []


def test_three_years_are_kept_by_applying_however_long_the_decision_takes():
    facts = passed(date(2023, 11, 23), today=TODAY + timedelta(days=30))
    assert codes(facts) == []


LATE = date(2020, 6, 1)
TRAINING = Training("北京示例医院", date(2026, 8, 1), date(2026, 10, 31), passed=True)


def late_with(training: Training) -> list[str]:
    declared = replace(DECLARED, training=training)
    return codes(passed(LATE, declared=declared))


def test_three_full_months_of_training_make_up_for_being_late():
    assert late_with(TRAINING) == []


@pytest.mark.parametrize(
    "training",
    [
        replace(TRAINING, ended_on=date(2026, 10, 30)),
        replace(TRAINING, passed=False),
        replace(TRAINING, institution_name=" "),
        replace(TRAINING, began_on=TODAY - timedelta(days=100), ended_on=TODAY + DAY),
        replace(TRAINING, began_on=date(9999, 12, 1)),
    ],
    ids=["a day short", "not passed", "no institution", "not over yet", "begins after its end"],
)
def test_training_that_does_not_suffice_is_refused(training):
    assert late_with(training) == ["within_three_years_or_trained_not_met"]


def test_training_may_end_on_the_day_of_applying():
    training = replace(TRAINING, began_on=date(2026, 8, 1), ended_on=TODAY)
    assert late_with(training) == []


def test_who_qualified_on_31_may_2008_goes_to_the_province_first():
    facts = passed(date(2008, 5, 31), declared=replace(DECLARED, training=TRAINING))
    assert codes(facts) == ["qualified_after_may_2008_not_met"]
    assert refusals(FIRST, facts)[0].source == "Q29.3"


def test_who_qualified_on_1_june_2008_may_apply_here():
    assert codes(passed(date(2008, 6, 1), declared=replace(DECLARED, training=TRAINING))) == []


def test_the_old_way_is_only_for_those_who_never_registered():
    held = HeldRegistration("cancelled", TODAY)
    facts = passed(date(2008, 5, 31), registration=held)
    assert "qualified_after_may_2008_not_met" not in codes(facts)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(True, []), (False, ["full_capacity_not_met"]), (None, ["full_capacity_unknown"])],
)
def test_full_capacity_has_to_be_declared(answer, expected):
    assert codes(declaring(full_capacity=answer)) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(True, []), (False, ["health_standard_not_met"]), (None, ["health_standard_unknown"])],
)
def test_the_health_standard_has_to_be_met(answer, expected):
    assert codes(declaring(health_standard=answer)) == expected


@pytest.mark.parametrize(
    ("checked_on", "expected"),
    [
        (date(2026, 5, 23), []),
        (date(2026, 5, 22), ["health_check_recent_not_met"]),
        (TODAY, []),
        (TODAY + DAY, ["health_check_recent_not_met"]),
        (date.max, ["health_check_recent_not_met"]),
        (None, ["health_check_recent_unknown"]),
    ],
)
def test_a_health_check_counts_for_six_months_and_not_from_the_future(checked_on, expected):
    assert codes(declaring(health_checked_on=checked_on)) == expected


def test_a_health_check_made_while_correcting_counts():
    facts = replace(
        declaring(health_checked_on=TODAY + 3 * DAY), today=TODAY + 3 * DAY, applied_on=TODAY
    )
    assert codes(facts) == []


def test_an_open_application_is_named_by_its_number():
    facts = replace(GOOD, open_applications=(OpenApplication("N202611230000017", "nurse-first"),))
    (reason,) = refusals(FIRST, facts)
    assert reason.code == "no_open_application_not_met"
    assert "N202611230000017" in reason.reason.zh
    assert "N202611230000017" in reason.reason.en


def test_no_other_nurse_business_may_be_open_at_the_same_time():
    assert FIRST.excludes == {slug for slug in NAMES if slug.startswith("nurse-")}
    alone = {slug for slug, row in BUSINESS_TYPES.items() if slug not in row.excludes}
    assert alone == {"physician-multi-institution"}  # several institutions at once (Q10)


@pytest.mark.parametrize(
    ("institution", "expected"),
    [
        (ChosenInstitution(in_force=False, authority_set=True), ["institution_in_force_not_met"]),
        (ChosenInstitution(in_force=True, authority_set=False), ["authority_set_not_met"]),
    ],
)
def test_the_institution_is_in_force_and_has_set_its_authority(institution, expected):
    assert codes(replace(GOOD, institution=institution)) == expected


def test_a_revoked_account_cannot_apply():
    assert codes(replace(GOOD, account_revoked=True)) == ["account_in_use_not_met"]


@pytest.mark.parametrize("field", ["department", "work_category"])
def test_information_that_is_missing_is_named_by_its_field(field):
    (reason,) = refusals(FIRST, declaring(filled=DECLARED.filled - {field}))
    assert (reason.code, reason.field) == ("field_missing", f"form.{field}")


def test_reviews_their_order_and_days_are_those_of_the_law():
    institution, authority = FIRST.reviews
    assert (institution.by, institution.days, institution.setting) == ("institution", 5, True)
    assert (authority.by, authority.days, authority.setting) == ("authority", 20, False)
    assert authority.source == "Nurses Regulation art. 8"
    assert (authority.return_within, authority.return_times) == (5, 1)


def test_only_the_institution_of_the_location_that_is_wanted_is_said_to_be_in_the_way():
    beijing = HeldRegistration("registered", None, institution_name="北京示例医院", location="11")
    hebei = HeldRegistration("registered", None, institution_name="石家庄示例医院", location="13")
    wanted = Practice("1", "1", ("11",), "13")
    physician = PhysicianFacts(others=(beijing, hebei), wanted=wanted)
    words = Facts(today=TODAY, applied_on=TODAY, physician=physician).words("zh")
    assert words["institutions_there"] == "石家庄示例医院"
    assert words["other_institutions"] == "北京示例医院、石家庄示例医院"


def test_every_source_is_told_in_chinese():
    for row in BUSINESS_TYPES.values():
        for cited in (*row.conditions, *row.reviews):
            assert not re.search("[A-Za-z]{2}", read_source(cited.source, "zh")), cited.source


def test_every_condition_cites_its_source_and_says_how_to_meet_it():
    for row in BUSINESS_TYPES.values():
        names = [condition.name for condition in row.conditions]
        assert len(names) == len(set(names))
        for condition in row.conditions:
            assert condition.source
            assert condition.text.zh
            assert condition.next_step.zh
            assert condition.next_step.en
