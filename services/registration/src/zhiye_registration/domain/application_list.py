"""The lists of applications and what they are narrowed to (deck 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

ListName = Literal["waiting_for_me", "in_progress", "completed"]
Sort = Literal["newest", "deadline"]
Due = Literal["late", "today", "soon"]
"""Where the pending review stands (限时办结, Q59.9): its last day is over, is today, or is one of
the next working days. An application is in one of them at most."""
Result = Literal["approved", "refused"]
_REFUSED = ("institution_refused", "refused")

SOON_DAYS = 3
"""Working days that are soon, unless the reader says otherwise."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; ``soon_until`` is the last day that is soon. ``valid_until`` is
    of the applicant's registration: everybody whose registration expires on one day."""

    business_type: str | None = None
    profession: str | None = None
    state: str | None = None
    result: Result | None = None
    source: str | None = None
    institution_id: str | None = None
    number: str | None = None
    name: str | None = None
    applied_from: date | None = None
    applied_to: date | None = None
    decided_from: date | None = None
    decided_to: date | None = None
    due: Due | None = None
    soon_until: date | None = None
    valid_until: date | None = None

    @property
    def states(self) -> tuple[str, ...] | None:
        """The states that are asked for, unless all are."""
        if self.result is None:
            return None if self.state is None else (self.state,)
        of_result = ("approved",) if self.result == "approved" else _REFUSED
        return of_result if self.state is None else tuple({self.state} & {*of_result})

    def leaves(self, state: str) -> bool:
        """Whether there can be any in a state."""
        states = self.states
        return states is None or state in states
