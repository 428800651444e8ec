"""A case (更正、补录) about a qualification, and its steps under the clock of working days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from zhiye_contracts.reasons import Text
from zhiye_qualifications.domain import case_workflow
from zhiye_qualifications.domain.case_workflow import Action, Actor, Path, State

Kind = Literal["correction", "addition", "id_upgrade"]
KINDS: dict[Kind, Text] = {
    "correction": Text("资格信息更正", "correction of a qualification"),
    "addition": Text("资格信息补录", "addition of a missing qualification"),
    "id_upgrade": Text("15位身份证号升位", "upgrade of a 15-digit ID number"),
}
FiledBy = Literal["practitioner", "institution", "authority", "system"]

Values = Mapping[str, object]
"""Fields of a record and their values."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands after ``version`` steps.

    ``asked`` are the values asked for, ``recorded`` those on record when it was filed (of an
    upgrade the record as it was fed). ``person_key`` is the person's, ``former_person_key`` that
    of the record so far where the case is about the ID number itself. ``deadline`` is the last
    working day of the pending decision, ``days_kept`` the working days that were left when it was
    returned: the clock stops.
    """

    id: str
    number: str
    kind: Kind
    state: State
    version: int
    profession: str
    route: str
    province: str
    fingerprint: str
    filed_by: FiledBy
    name: str
    asked: Values
    recorded: Values
    created_at: datetime
    updated_at: datetime
    qualification_id: str | None = None
    person_key: str | None = None
    former_person_key: str | None = None
    account_id: str | None = None
    institution_id: str | None = None
    batch_id: str | None = None
    deadline: date | None = None
    days_kept: int | None = None
    reasons: Sequence[Mapping[str, str]] = ()
    submitted_at: datetime | None = None
    forwarded_at: datetime | None = None
    decided_at: datetime | None = None

    @property
    def path(self) -> Path:
        """The exam centre has the last word on exams (Q14), the province on upgrades (Q47)."""
        if self.kind == "id_upgrade":
            return "upgrade"
        return "exam_centre" if self.route == "exam" else "province"


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, how working days are counted, and how many each decision has."""

    now: datetime
    today: date
    add_working_days: Callable[[date, int], date]
    working_days_left: Callable[[date, date], int]
    province_days: int
    exam_centre_days: int


def take_step(
    case: Case,
    action: Action,
    actor: Actor,
    at: Moment,
    reasons: Sequence[Mapping[str, str]] = (),
) -> Case:
    """The case after a step. Raises ``Refused`` (409, ``case_<state>``) for an illegal one."""
    state = case_workflow.move(case.path, case.state, action, actor)
    after = replace(
        case,
        state=state,
        version=case.version + 1,
        reasons=case.reasons if action == "revise" else tuple(reasons),
        updated_at=at.now,
        submitted_at=case.submitted_at or (at.now if action == "submit" else None),
        forwarded_at=at.now if action == "forward" else case.forwarded_at,
        decided_at=at.now if state in ("approved", "refused") else None,
    )
    return after if action == "revise" else _run_clock(case, after, at)


def _run_clock(before: Case, after: Case, at: Moment) -> Case:
    if after.state == "returned" and before.deadline is not None:
        left = max(0, at.working_days_left(at.today, before.deadline))
        return replace(after, deadline=None, days_kept=left)
    if after.state not in case_workflow.AWAITING:
        return replace(after, deadline=None, days_kept=None)
    days = at.exam_centre_days if after.state == "forwarded" else at.province_days
    if before.state == "returned" and before.days_kept is not None:
        days = before.days_kept
    return replace(after, deadline=at.add_working_days(at.today, days), days_kept=None)
