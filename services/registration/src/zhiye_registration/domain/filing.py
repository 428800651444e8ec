"""A filing at a further institution (多执业机构备案, Q10, Q11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from zhiye_contracts.reasons import Text

Ended = Literal[
    "by_person",
    "by_institution",
    "registration_moved",
    "registration_left",
    "became_main",
    "scopes_changed",
    "person_corrected",
]
INSTITUTION_MERGED = "institution_merged"
"""Nobody is told that: the physician is filed at the institution all the same."""
ENDED: dict[str, Text] = {
    "by_person": Text("本人终止", "ended by the person"),
    "by_institution": Text("备案机构终止", "ended by the institution"),
    "registration_moved": Text("执业地点已变更", "the location of practice changed"),
    "registration_left": Text(
        "该执业地点的注册已备案、注销或转出", "no registration in force any more"
    ),
    "became_main": Text("该机构已成为主要执业机构", "it became the main institution"),
    "scopes_changed": Text("注册的执业范围已变更", "the registered scopes changed"),
    INSTITUTION_MERGED: Text(
        "机构合并，在该机构已有备案", "institutions were merged, and it is filed there already"
    ),
    "person_corrected": Text("随身份信息更正", "corrected with the identity"),
}
STATES: dict[str, Text] = {
    "waiting": Text("尚未开始", "has not begun"),
    "in_force": Text("有效", "in force"),
    "over": Text("已到期", "over"),
    "ended": Text("已终止", "ended"),
}


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing as it stands at ``version``; both days are included. It belongs to the
    registration in whose location it is, and ends with it; one that runs out is over by its date
    alone."""

    id: str
    version: int
    registration_id: str
    person_key: str
    institution_id: str
    institution_name: str
    region: str
    authority_id: str | None
    authority_name: str | None
    scopes: Sequence[str]
    department: str | None
    from_on: date
    until_on: date
    status: str
    application_id: str | None
    updated_at: datetime
    ended_on: date | None = None
    ended_because: str | None = None

    def state(self, today: date) -> str:
        """One of ``STATES``."""
        return state_of(self.status, self.from_on, self.until_on, today)


def state_of(status: str, from_on: date, until_on: date, today: date) -> str:
    """One of ``STATES``; both days are included."""
    if status == "ended":
        return "ended"
    if until_on < today:
        return "over"
    return "in_force" if from_on <= today else "waiting"


def ended(one: Filing, because: Ended, now: datetime, today: date) -> Filing:
    """The filing after it was ended before its last day."""
    return replace(
        one,
        status="ended",
        ended_on=today,
        ended_because=because,
        version=one.version + 1,
        updated_at=now,
    )
