"""A staff list against the roster and the nationwide register (Q20, Q41): what does not agree, why,
and the one step that mends it.

A list must not be a way to walk through people. Of somebody who is not on the institution's own
roster nothing is told unless the list has the name as well as the number as they are recorded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from zhiye_contracts.identifiers import names_match
from zhiye_contracts.reasons import Text
from zhiye_registration.domain.finding import AGREES, FILED_HERE

STATES: Mapping[str, Text] = {
    "not_started": Text("未开始", "not started"),
    "started": Text("进行中", "started"),
    "settled": Text("已解决", "settled"),
}
OPEN_STATES = ("not_started", "started")


FILED_NOT_LISTED = "filed_not_on_list"
OF_THE_ROSTER = ("not_on_list", "not_on_list_expired")
TO_COME = (
    *("registered_elsewhere", "never_registered", "cancelled", "off_post", "moving_out"),
    "not_on_record",
)
"""Settled as well by a filing at this institution."""
HIDDEN = ("not_on_record", "name_unconfirmed", "line_invalid", "listed_twice")
"""Lines beside which nothing of the register is shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """The institution whose list it is."""

    id: str
    name: str
    region: str


_NOT_IN_FORCE = {"filed": "off_post", "moving_out": "moving_out"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the register has of a person: the registration here, else one in force, else the newest.
    ``filed_here`` tells of a physician's filing at the institution that is in force (Q10)."""

    name: str
    status: str
    valid_until: date | None
    institution_id: str
    institution_name: str
    region: str
    filed_here: bool = False

    @property
    def in_force(self) -> bool:
        return self.status == "registered"

    def at(self, place: Place) -> bool:
        return self.in_force and self.institution_id == place.id

    def known_to(self, place: Place) -> bool:
        """Whether it is one of the institution's own people."""
        return self.at(place) or self.is_filed

    @property
    def is_filed(self) -> bool:
        return self.in_force and self.filed_here

    def expired(self, today: date) -> bool:
        return self.valid_until is not None and self.valid_until < today


def finding_of(
    name: str,
    recorded: Recorded | None,
    qualified_as: str | None,
    place: Place,
    today: date,
    *,
    differs: bool,
) -> str:
    """What a line of the list comes to. ``qualified_as`` is the name on the qualification,
    ``differs`` tells of the information besides the name."""
    known_as = recorded.name if recorded else qualified_as
    if known_as is None:
        return "not_on_record"
    same_name = names_match(name, known_as) != "different"
    if recorded is None or not recorded.known_to(place):
        if not same_name:
            return "name_unconfirmed"
        if recorded is None:
            return "never_registered"
        if not recorded.in_force:
            return _NOT_IN_FORCE.get(recorded.status, "cancelled")
        other_name = is_other_name(recorded.institution_name, recorded.region, place)
        return "registered_under_other_name" if other_name else "registered_elsewhere"
    if not same_name:
        return "name_differs"
    if not recorded.at(place):
        return FILED_HERE
    if recorded.expired(today):
        return "expired"
    return "information_differs" if differs else AGREES


def of_roster(valid_until: date | None, today: date) -> str:
    """What somebody on the roster comes to who is not on the list (Q20.3, Q41.3)."""
    expired = valid_until is not None and valid_until < today
    return "not_on_list_expired" if expired else "not_on_list"


def is_settled(
    finding: str,
    name: str,
    recorded: Recorded | None,
    place: Place,
    today: date,
    *,
    differs: bool,
) -> bool:
    """Whether a difference is gone. ``differs`` tells whether any of the information in which list
    and register differed still does."""
    here = recorded is not None and recorded.at(place)
    if finding == "not_on_list_expired":
        # Who has renewed is not to be cancelled; the next list says whether she is on it.
        return not here or (recorded is not None and not recorded.expired(today))
    if finding == FILED_NOT_LISTED:
        return recorded is None or not recorded.is_filed
    if finding in OF_THE_ROSTER:
        return not here
    if finding == "name_unconfirmed":
        return recorded is not None and names_match(name, recorded.name) != "different"
    if finding == "name_differs":
        known = recorded is not None and recorded.known_to(place)
        return known and recorded is not None and names_match(name, recorded.name) != "different"
    if finding in TO_COME and recorded is not None and recorded.is_filed:
        return True
    if recorded is None or not here:
        return False
    if finding == "expired":
        return not recorded.expired(today)
    if finding == "information_differs":
        return not differs
    return finding not in HIDDEN or finding == "not_on_record"


def is_other_name(name: str, region: str, place: Place) -> bool:
    """Whether a name may be a non-standard one of an institution: the same county, and one name
    holds the other. The authority decides (Q41.4.2)."""
    if region != place.region:
        return False
    other, own = plain_name(name), plain_name(place.name)
    shorter, longer = sorted((other, own), key=len)
    return len(shorter) >= _SHORTEST and shorter in longer


_SHORTEST = 4
"""Characters of a name that tell something: 医院 is in every other."""


def plain_name(name: str) -> str:
    """A name for comparing: without blanks, brackets and punctuation, full-width forms folded."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name)).lower()
