"""The workflow table, exhaustively: every state × action × actor."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest

from zhiye_chassis.calendar import add_working_days, working_days_left
from zhiye_contracts.reasons import Refused
from zhiye_registration.domain.application import Application, Moment, take_step
from zhiye_registration.domain.workflow import (
    ACTIONS,
    ACTORS,
    AWAITING,
    CLOSED,
    OPEN,
    STATES,
    WORKFLOW,
    Action,
    Actor,
    State,
    allowed_actions,
    move,
)

REVIEWS: list[State] = [
    "awaiting_origin",
    "awaiting_institution",
    "awaiting_authority",
    "awaiting_confirmation",
]
LEGAL = {
    ("draft", "revise", "applicant"): "draft",
    ("draft", "submit", "applicant"): "awaiting_origin",
    ("draft", "withdraw", "applicant"): "withdrawn",
    ("awaiting_origin", "approve", "origin"): "awaiting_institution",
    ("awaiting_origin", "return", "origin"): "returned",
    ("awaiting_origin", "refuse", "origin"): "institution_refused",
    ("awaiting_origin", "withdraw", "applicant"): "withdrawn",
    ("awaiting_institution", "approve", "institution"): "awaiting_authority",
    ("awaiting_institution", "return", "institution"): "returned",
    ("awaiting_institution", "refuse", "institution"): "institution_refused",
    ("awaiting_institution", "withdraw", "applicant"): "withdrawn",
    ("returned", "revise", "applicant"): "returned",
    ("returned", "submit", "applicant"): "awaiting_origin",
    ("returned", "withdraw", "applicant"): "withdrawn",
    ("awaiting_authority", "approve", "authority"): "awaiting_confirmation",
    ("awaiting_authority", "return", "authority"): "returned",
    ("awaiting_authority", "refuse", "authority"): "refused",
    ("awaiting_authority", "withdraw", "applicant"): "withdrawn",
    ("awaiting_confirmation", "approve", "origin"): "approved",
    ("awaiting_confirmation", "refuse", "origin"): "institution_refused",
}
EVERY = list(itertools.product(get_args(State), get_args(Action), get_args(Actor)))


@pytest.mark.parametrize(("state", "action", "actor"), EVERY)
def test_a_step_leads_where_the_table_says_or_is_refused(state, action, actor):
    review = REVIEWS.index(state) if state in REVIEWS else 0
    if (state, action, actor) in LEGAL:
        assert move(REVIEWS, state, review, action, actor)[0] == LEGAL[state, action, actor]
        return
    with pytest.raises(Refused) as refusal:
        move(REVIEWS, state, review, action, actor)
    (reason,) = refusal.value.reasons
    assert refusal.value.status == 409
    assert reason.code == f"application_{state}"
    assert STATES[state].zh in reason.reason.zh
    assert ACTORS[actor].en in reason.reason.en
    assert reason.next_step.zh
    assert reason.next_step.en


def test_the_table_has_no_row_twice_and_none_from_a_closed_state():
    keys = [(row.state, row.action, row.actor) for row in WORKFLOW]
    assert len(keys) == len(set(keys)) == len(LEGAL)
    assert not {row.state for row in WORKFLOW} & set(CLOSED)
    assert set(OPEN) | set(CLOSED) == set(STATES)


def test_what_the_authority_returned_comes_back_to_the_authority():
    assert move(REVIEWS, "returned", 2, "submit", "applicant") == ("awaiting_authority", 2)


def test_without_a_military_side_the_authority_has_the_last_word():
    reviews: list[State] = ["awaiting_institution", "awaiting_authority"]
    step = move(reviews, "draft", 0, "submit", "applicant")
    assert step == ("awaiting_institution", 0)
    assert move(reviews, *step, "approve", "institution") == ("awaiting_authority", 1)
    assert move(reviews, "awaiting_authority", 1, "approve", "authority") == ("approved", 1)


def test_nobody_is_offered_what_the_table_does_not_have():
    for state, actor in itertools.product(STATES, ACTORS):
        offered = allowed_actions(state, actor)
        assert offered == [a for a in ACTIONS if (state, a, actor) in LEGAL]


# --- the statutory clock -------------------------------------------------------------------------

MONDAY = date(2026, 11, 23)


def at(day: date) -> Moment:
    now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    return Moment(now, day, add_working_days, working_days_left, institution_review_days=5)


def draft() -> Application:
    return Application(
        id="A",
        number="N1",
        business_type="nurse-first",
        state="draft",
        version=1,
        account_id="ACC",
        person_key="p",
        sealed_id_number="s",
        name="王芳",
        institution_id="H",
        institution_name="医院",
        region="110102",
        form={},
        created_at=at(MONDAY).now,
        updated_at=at(MONDAY).now,
        authority_id="X",
    )


REASONS = [{"code": "other", "text": "x"}]


def with_authority(day: date) -> Application:
    one = take_step(draft(), "submit", "applicant", at(MONDAY))
    return take_step(one, "approve", "institution", at(day))


def test_an_institution_has_five_working_days_by_the_setting():
    one = take_step(draft(), "submit", "applicant", at(MONDAY))
    assert one.deadline == date(2026, 11, 30)
    assert one.submitted_at == at(MONDAY).now


def test_the_authority_has_twenty_working_days_from_receipt():
    assert with_authority(date(2026, 11, 24)).deadline == date(2026, 12, 22)


def test_the_clock_stops_while_it_is_returned_and_goes_on_with_what_was_left():
    one = take_step(draft(), "submit", "applicant", at(MONDAY))
    returned = take_step(one, "return", "institution", at(date(2026, 11, 25)), REASONS)
    assert (returned.deadline, returned.days_kept, returned.reasons) == (None, 3, tuple(REASONS))
    back = take_step(returned, "submit", "applicant", at(date(2026, 12, 7)))
    assert (back.state, back.deadline) == ("awaiting_institution", date(2026, 12, 10))
    assert (back.days_kept, back.submitted_at) == (None, one.submitted_at)


def test_a_review_that_was_late_already_is_due_at_once_when_it_comes_back():
    one = take_step(draft(), "submit", "applicant", at(MONDAY))
    returned = take_step(one, "return", "institution", at(date(2026, 12, 21)), REASONS)
    assert returned.days_kept == 0
    back = take_step(returned, "submit", "applicant", at(date(2026, 12, 22)))
    assert back.deadline == date(2026, 12, 22)


def test_a_correction_leaves_the_reasons_to_be_read_until_it_is_submitted():
    one = take_step(draft(), "submit", "applicant", at(MONDAY))
    returned = take_step(one, "return", "institution", at(MONDAY), REASONS)
    revised = take_step(returned, "revise", "applicant", at(MONDAY))
    assert revised.reasons == tuple(REASONS)
    assert revised.days_kept == returned.days_kept
    assert take_step(revised, "submit", "applicant", at(MONDAY)).reasons == ()


def test_the_authority_may_return_on_the_fifth_working_day():
    one = take_step(with_authority(MONDAY), "return", "authority", at(date(2026, 11, 30)), REASONS)
    assert one.state == "returned"
    assert one.days_kept == 15


def test_the_authority_may_not_return_after_the_fifth_working_day():
    with pytest.raises(Refused) as refusal:
        take_step(with_authority(MONDAY), "return", "authority", at(date(2026, 12, 1)), REASONS)
    assert refusal.value.reasons[0].code == "return_too_late"
    assert "art. 32" in (refusal.value.reasons[0].source or "")


def test_the_authority_tells_what_is_missing_once():
    one = take_step(with_authority(MONDAY), "return", "authority", at(MONDAY), REASONS)
    back = take_step(one, "submit", "applicant", at(MONDAY))
    assert back.state == "awaiting_authority"
    with pytest.raises(Refused) as refusal:
        take_step(back, "return", "authority", at(MONDAY), REASONS)
    assert refusal.value.reasons[0].code == "return_used_up"


def test_returns_of_the_institution_are_not_counted_against_the_authority():
    one = take_step(draft(), "submit", "applicant", at(MONDAY))
    for _ in range(3):
        one = take_step(one, "return", "institution", at(MONDAY), REASONS)
        one = take_step(one, "submit", "applicant", at(MONDAY))
    one = take_step(one, "approve", "institution", at(MONDAY))
    assert take_step(one, "return", "authority", at(MONDAY), REASONS).state == "returned"


def test_a_closed_application_has_no_deadline_and_knows_when_it_was_decided():
    one = take_step(with_authority(MONDAY), "approve", "authority", at(MONDAY + timedelta(days=1)))
    assert one.deadline is None
    assert one.decided_at == at(MONDAY + timedelta(days=1)).now
    assert one.state not in AWAITING


def test_each_step_raises_the_version_by_one():
    one = draft()
    for action, actor in (
        ("revise", "applicant"),
        ("submit", "applicant"),
        ("approve", "institution"),
        ("refuse", "authority"),
    ):
        after = take_step(one, action, actor, at(MONDAY), REASONS)
        assert after.version == one.version + 1
        one = after
    assert one.state == "refused"
    assert replace(one, version=1).id == "A"
