"""A duty (职责): what has to be done about a registration, by whom and by when (Q50, Q52).

The main institution acts within 30 days; when they are over, the duty is the authority's. A duty is
done when the registration says so, never by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.business_type import BusinessType
from zhiye_registration.domain.physician_grounds import NOT_BY_THE_PERSON
from zhiye_registration.domain.registration import Registration

Kind = Literal["cancel", "file-off-post"]
Cause = Literal["penalty", "trainee", "other_location"]
State = Literal["open", "overdue", "escalated", "done", "lapsed"]
Change = Literal["opened", "moved", "escalated", "done", "lapsed"]
Responsible = Literal["institution", "authority"]

DAYS: Final = 30
"""Calendar days within which the institution reports (Law on Physicians (2021) art. 17; Q20.3,
Q52)."""
SOON_DAYS: Final = 7
OPEN: Final = ("open", "escalated")
"""Stored states of duties that have still to be done."""
ON_REGISTER: Final = frozenset({"registered", "filed"})
"""Statuses of registrations that can be cancelled."""
OF_THE_PERSON: Final = frozenset(
    {
        *("death", "criminal", "revoked", "banned", "assessment-failed"),
        *("incapacity", "unfit-health"),
    }
)
"""Grounds on which the registrations in all locations are cancelled, not just one."""

STATES: dict[State, Text] = {
    "open": Text("待机构办理", "the institution is to act"),
    "overdue": Text("机构逾期未办理", "overdue at the institution"),
    "escalated": Text("已转审批机关办理", "the authority is to act"),
    "done": Text("已办结", "done"),
    "lapsed": Text("已失效", "lapsed"),
}
RESPONSIBLE: dict[Responsible, Text] = {
    "institution": Text("主要执业机构", "the main institution"),
    "authority": Text("核准注册的机关", "the authority of the registration"),
}
BUSINESS: dict[str, str] = {"cancel": "cancellation", "file-off-post": "off-post"}
"""By which business a duty is done; with the profession before it."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty as it stands at ``version``; ``due_on`` is the last day of the institution.

    ``ground`` is the code on which the business is done. ``state`` is never ``overdue``: that is
    told by the day, until the duty is the authority's (``standing``).
    """

    id: str
    version: int
    kind: str
    cause: str
    ground: str | None
    penalty_id: str | None
    profession: str
    person_key: str
    registration_id: str
    institution_id: str
    institution_name: str
    region: str
    authority_id: str | None
    authority_name: str | None
    opened_on: date
    due_on: date
    state: str
    updated_at: datetime
    escalated_on: date | None = None
    closed_on: date | None = None

    def standing(self, today: date) -> State:
        """The state as it is shown."""
        if self.state == "open":
            return "overdue" if today > self.due_on else "open"
        state: State = self.state  # type: ignore[assignment]
        return state

    def responsible(self, today: date) -> Responsible | None:
        """Who must act; ``None`` once it is over."""
        standing = self.standing(today)
        if standing in ("done", "lapsed"):
            return None
        return "institution" if standing == "open" else "authority"

    @property
    def business_type(self) -> str:
        return f"{self.profession}-{BUSINESS[self.kind]}"


def may_file(business: BusinessType, ground: str | None) -> list[str]:
    """Who may file the business by which a duty is done; some grounds others have to give."""
    sides = [] if ground in NOT_BY_THE_PERSON else ["person"]
    if business.by_institution:
        sides.append("institution")
    if business.by_authority:
        sides.append("authority")
    return sides


def due_on(counts_from: date) -> date:
    """The last of 30 calendar days after the day from which they count."""
    return counts_from + timedelta(days=DAYS)


def settled(
    duty: Duty, after: Registration, institution_name: str, now: datetime, today: date
) -> tuple[Duty, Change] | None:
    """What a change of its registration makes of an open duty; ``None``: nothing.

    Who moves out of the regions that are online is nobody's to cancel here: that duty lapses.
    """
    moved = after.institution_id != duty.institution_id
    if after.status == "cancelled":
        return closed(duty, "done", now, today), "done"
    if duty.kind == "file-off-post" and (after.status not in ("registered",) or moved):
        return closed(duty, "done", now, today), "done"
    if after.status not in ON_REGISTER:
        return closed(duty, "lapsed", now, today), "lapsed"
    if not moved and after.authority_id == duty.authority_id:
        return None
    there: dict[str, Any] = {
        "institution_id": after.institution_id,
        "institution_name": institution_name,
        "region": after.region,
        "authority_id": after.authority_id,
        "authority_name": after.authority_name,
    }
    return replace(duty, version=duty.version + 1, updated_at=now, **there), "moved"


def closed(duty: Duty, state: Literal["done", "lapsed"], now: datetime, today: date) -> Duty:
    return replace(duty, state=state, closed_on=today, version=duty.version + 1, updated_at=now)


def escalated(duty: Duty, now: datetime, today: date) -> Duty:
    """The days of the institution are over: the authority has to act."""
    return replace(
        duty, state="escalated", escalated_on=today, version=duty.version + 1, updated_at=now
    )
