"""A filing (机构登记业务申请) and its steps through the workflow, under the legal clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_institutions.domain.filing_policy import KINDS, Kind
from zhiye_institutions.domain.filing_workflow import Action, Actor, State, move


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing as it stands after ``version`` steps.

    ``proposed`` are the fields to be set, ``materials`` tells how each is handed in,
    ``materials_seen`` is what the officer ticked. ``days_kept`` are the days that were left when
    it was returned: the clock stops then, and goes on with them.
    """

    id: str
    number: str
    kind: str
    institution_id: str
    region: str
    state: State
    version: int
    proposed: Mapping[str, Any]
    materials: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    materials_seen: Sequence[str] = ()
    reasons: Sequence[Mapping[str, str]] = ()
    authority_id: str | None = None
    submitted_at: datetime | None = None
    received_on: date | None = None
    deadline: date | None = None
    days_kept: int | None = None
    decided_at: datetime | None = None

    @property
    def row(self) -> Kind:
        return KINDS[self.kind]

    def days_left(self, today: date) -> int | None:
        """Days until the deadline, negative when late; what is kept while the clock is stopped."""
        return (self.deadline - today).days if self.deadline else self.days_kept


RETURN_USED_UP = Reason(
    "return_used_up",
    Text(
        "此申请已退回补正过；需要补正的全部内容应一次告知。",
        "It was returned before; everything missing has to be told at once.",
    ),
    Text("请作出同意或不同意的决定。", "Decide: approve or refuse."),
    field="decision",
    source="Administrative Licensing Law art. 32; Q59.9",
)


def take_step(
    filing: Filing,
    action: Action,
    actor: Actor,
    now: datetime,
    today: date,
    days: int,
    reasons: Sequence[Mapping[str, str]] = (),
    *,
    returned_before: bool = False,
) -> Filing:
    """The filing after a step; ``days`` are those that the authority has for its kind.

    Raises ``Refused`` (409): ``filing_<state>`` for an illegal step, ``return_used_up``.
    """
    state = move(filing.state, action, actor)
    if action == "return" and returned_before:
        raise Refused(RETURN_USED_UP, status=409)
    after = replace(filing, state=state, version=filing.version + 1, updated_at=now)
    if action == "revise":
        return after
    after = replace(after, reasons=tuple(reasons))
    if action == "submit":
        has = filing.days_kept if filing.days_kept is not None else days
        return replace(
            after,
            submitted_at=filing.submitted_at or now,
            received_on=today,
            deadline=today + timedelta(days=has),
            days_kept=None,
        )
    if action == "return":
        left = (filing.deadline - today).days if filing.deadline else days
        return replace(after, deadline=None, days_kept=max(0, left))
    decided = now if actor == "authority" else None
    return replace(after, deadline=None, days_kept=None, decided_at=decided)
