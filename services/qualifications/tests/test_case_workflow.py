"""The workflow of cases and its clock, decided without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import get_args

import pytest
from pydantic import ValidationError

from zhiye_chassis.calendar import add_working_days, working_days_left
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.domain.case_workflow import (
    ACTIONS,
    ACTORS,
    STATES,
    WORKFLOW,
    Action,
    Actor,
    Path,
    State,
    allowed_actions,
    move,
)
from zhiye_qualifications.domain.cases import Case, Moment, take_step
from zhiye_qualifications.domain.corrections import (
    CORRECTABLE,
    EVIDENCE_KINDS,
    EVIDENCE_NEEDED,
    needed_evidence,
)
from zhiye_qualifications.settings import CaseSettings

PATHS: tuple[Path, ...] = get_args(Path)
LEGAL = {(path, row.state, row.action, row.actor) for row in WORKFLOW for path in row.paths}
EVERY = list(product(PATHS, STATES, ACTIONS, ACTORS))


@pytest.mark.parametrize(("path", "state", "action", "actor"), EVERY)
def test_every_step_that_is_not_in_the_table_is_refused_with_what_to_do(
    path: Path, state: State, action: Action, actor: Actor
) -> None:
    if (path, state, action, actor) in LEGAL:
        assert move(path, state, action, actor) in STATES
        assert action in allowed_actions(path, state, actor)
        return
    with pytest.raises(Refused) as no:
        move(path, state, action, actor)
    (reason,) = no.value.reasons
    assert (no.value.status, reason.code, reason.source) == (409, f"case_{state}", "Q14")
    assert action not in allowed_actions(path, state, actor)


def test_only_the_exam_centre_approves_exams_and_only_a_province_anything_else() -> None:
    approving = {
        (path, row.actor) for row in WORKFLOW if row.action == "approve" for path in row.paths
    }
    assert approving == {
        ("exam_centre", "exam_centre"),
        ("province", "province"),
        ("upgrade", "province"),
    }


@pytest.fixture
def moment() -> Moment:
    """Monday 23 November 2026; ten days for the province, five for the exam centre."""
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)
    return Moment(now, date(2026, 11, 23), add_working_days, working_days_left, 10, 5)


@pytest.fixture
def draft(moment: Moment) -> Case:
    return Case(
        id="C",
        number="Z1",
        kind="correction",
        state="draft",
        version=1,
        profession="nurse",
        route="exam",
        province="110000",
        fingerprint="f",
        filed_by="practitioner",
        name="王芳",
        asked={"name": "王芬"},
        recorded={},
        created_at=moment.now,
        updated_at=moment.now,
    )


def test_each_decision_has_its_own_days(draft: Case, moment: Moment) -> None:
    submitted = take_step(draft, "submit", "applicant", moment)
    assert submitted.deadline == date(2026, 12, 7)
    later = replace(moment, today=date(2026, 12, 3))
    forwarded = take_step(submitted, "forward", "province", later)
    assert forwarded.deadline == date(2026, 12, 10)
    assert forwarded.forwarded_at == moment.now
    approved = take_step(forwarded, "approve", "exam_centre", later)
    assert (approved.deadline, approved.decided_at) == (None, moment.now)


def test_the_clock_stops_while_a_case_is_returned(draft: Case, moment: Moment) -> None:
    submitted = take_step(draft, "submit", "applicant", moment)
    last_day = replace(moment, today=date(2026, 12, 7))
    returned = take_step(submitted, "return", "province", last_day)
    assert (returned.deadline, returned.days_kept) == (None, 0)
    revised = take_step(returned, "revise", "applicant", last_day)
    assert revised.days_kept == 0
    later = replace(moment, today=date(2027, 1, 4))
    again = take_step(revised, "submit", "applicant", later)
    assert (again.deadline, again.days_kept) == (date(2027, 1, 4), None)
    late = take_step(again, "return", "province", replace(moment, today=date(2027, 1, 20)))
    assert late.days_kept == 0
    assert again.submitted_at == submitted.submitted_at


def test_every_correctable_field_has_its_evidence_and_every_kind_its_name() -> None:
    for name in (*CORRECTABLE, "addition", "id_upgrade"):
        assert EVIDENCE_NEEDED[name]
        assert set(EVIDENCE_NEEDED[name]) <= set(EVIDENCE_KINDS)
    needed = needed_evidence(EVIDENCE_NEEDED, "correction", ["school", "name"])
    assert needed == ["id_card", "household_register", "diploma"]


def test_a_province_may_ask_for_other_evidence() -> None:
    own = CaseSettings(case_evidence={"name": ["id_card", "other"], "title": []})
    assert needed_evidence(own.evidence_needed, "correction", ["name", "title"]) == [
        "id_card",
        "other",
    ]
    assert own.evidence_needed["school"] == ("diploma",)
    for wrong in ({"colour": ["id_card"]}, {"name": ["passport"]}):
        with pytest.raises(ValidationError):
            CaseSettings(case_evidence=wrong)
