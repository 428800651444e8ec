"""An application (业务申请) and its steps through the workflow, under the statutory clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.domain import workflow
from zhiye_registration.domain.business_type import BusinessType, Review
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import Action, Actor, State

Source = Literal["person", "institution", "authority"]


@dataclass(frozen=True, slots=True)
class Application:
    """One application as it stands after ``version`` steps.

    ``review`` is the number of the review in the business type's order that is, or was last, at
    work; ``received_on`` is when it got the application, ``deadline`` the last working day it has,
    ``days_kept`` the working days it had left when it returned the application (the clock stops),
    ``returns`` how often it did. ``region`` is the institution's division code. ``source`` tells
    who filed it: the person, an institution about one of its own people (deck 7.1), or the deciding
    authority (依职权, Q50). ``registration_id`` is which registration of a physician it is about.
    The origin is the army's or armed police's institution (Q33).
    """

    id: str
    number: str
    business_type: str
    state: State
    version: int
    account_id: str
    person_key: str
    sealed_id_number: str
    name: str
    institution_id: str
    institution_name: str
    region: str
    form: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    authority_id: str | None = None
    authority_name: str | None = None
    review: int = 0
    received_on: date | None = None
    deadline: date | None = None
    days_kept: int | None = None
    returns: int = 0
    reasons: Sequence[Mapping[str, str]] = ()
    submitted_at: datetime | None = None
    institution_decision: str | None = None
    institution_reviewed_at: datetime | None = None
    authority_decision: str | None = None
    decided_at: datetime | None = None
    source: Source = "person"
    registration_id: str | None = None
    origin_institution_id: str | None = None
    origin_institution_name: str | None = None
    origin_decision: str | None = None
    origin_reviewed_at: datetime | None = None
    confirmed_at: datetime | None = None

    @property
    def row(self) -> BusinessType:
        return BUSINESS_TYPES[self.business_type]


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and how working days are counted and set."""

    now: datetime
    today: date
    add_working_days: Callable[[date, int], date]
    working_days_left: Callable[[date, date], int]
    institution_review_days: int

    def days_of(self, review: Review) -> int:
        """Working days that a review has: the law's, or the setting's."""
        return self.institution_review_days if review.setting else review.days


def take_step(
    application: Application,
    action: Action,
    actor: Actor,
    at: Moment,
    reasons: Sequence[Mapping[str, str]] = (),
) -> Application:
    """The application after a step of the workflow.

    Raises ``Refused`` (409): ``application_<state>`` for an illegal step, ``return_too_late`` and
    ``return_used_up`` where the law limits returns.
    """
    row = application.row
    state, review = workflow.move(row.stages, application.state, application.review, action, actor)
    filed = action == "submit" and application.source != "person"
    if filed and state == "awaiting_institution":
        # Filing it is the institution's review; an authority needs none.
        state, review = workflow.move(row.stages, state, review, "approve", "institution")
    if action == "return":
        _check_return(application, row.reviews[application.review], at)
    after = replace(
        application,
        state=state,
        review=review,
        version=application.version + 1,
        reasons=tuple(reasons),
        updated_at=at.now,
    )
    if action == "revise":
        return replace(after, reasons=application.reasons)
    if action == "submit" and application.submitted_at is None:
        after = replace(after, submitted_at=at.now)
    if filed and application.source == "institution":
        after = _note_review(after, "approve", "institution", at)
    return _note_review(_run_clock(application, after, at), action, actor, at)


def _run_clock(before: Application, after: Application, at: Moment) -> Application:
    if after.state in workflow.AWAITING:
        again = before.state == "returned" and before.days_kept is not None
        review = after.row.reviews[after.review]
        days = before.days_kept if again else at.days_of(review)
        return replace(
            after,
            received_on=at.today,
            deadline=at.add_working_days(at.today, days or 0),
            days_kept=None,
            returns=before.returns if again else 0,
        )
    if after.state == "returned" and before.deadline is not None:
        return replace(
            after,
            deadline=None,
            days_kept=max(0, at.working_days_left(at.today, before.deadline)),
            returns=before.returns + 1,
        )
    return replace(after, deadline=None, days_kept=None)


def _note_review(after: Application, action: Action, actor: Actor, at: Moment) -> Application:
    if actor == "institution":
        return replace(after, institution_decision=action, institution_reviewed_at=at.now)
    if actor == "origin" and after.row.reviews[after.review].state == "awaiting_confirmation":
        return replace(after, confirmed_at=at.now if action == "approve" else None)
    if actor == "origin":
        return replace(after, origin_decision=action, origin_reviewed_at=at.now)
    if actor == "authority":
        decided_at = None if action == "return" else at.now
        return replace(after, authority_decision=action, decided_at=decided_at)
    return after


def _check_return(application: Application, review: Review, at: Moment) -> None:
    if review.return_times is not None and application.returns >= review.return_times:
        raise Refused(
            Reason(
                "return_used_up",
                Text(
                    "此申请已退回补正过；需要补正的全部内容应一次告知。",
                    "It was returned before; everything missing has to be told at once.",
                ),
                Text("请作出同意或不同意的决定。", "Decide: approve or refuse."),
                source=review.return_source,
            ),
            status=409,
        )
    received = application.received_on
    if (
        review.return_within is not None
        and received is not None
        and at.today > at.add_working_days(received, review.return_within)
    ):
        raise Refused(
            Reason(
                "return_too_late",
                Text(
                    f"收到申请已超过{review.return_within}个工作日，不能再退回补正。",
                    f"It was received more than {review.return_within} working days ago and can"
                    " no longer be returned.",
                ),
                Text("请作出同意或不同意的决定。", "Decide: approve or refuse."),
                source=review.return_source,
            ),
            status=409,
        )
