"""What lines of imports have in common, of nurses and of physicians."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from zhiye_contracts.identifiers import IdNumber
from zhiye_contracts.reasons import Reason
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.facts import Practice
from zhiye_registration.domain.information import COLUMNS as OF_REGISTRATION

PAST = ("graduated_on", "work_began_on")
"""Days that are no column of their own."""
_LONGEST = {
    **{"study_experience": 1_000, "work_experience": 1_000},
    **{"study_length": 20, "position": 50},
}
"""As in the application forms."""
_USUAL_LENGTH = 100
_TEXTS = (
    *("school", "major", "study_length", "position", "nationality"),
    *("study_experience", "work_experience"),
)
_VALUES = ("department", "work_category", "title", "education", "degree", "ethnic_group")
"""Codes without a place of their own in the record."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a line says. ``valid_from`` begins the present period; ``values`` has those of the
    other columns that were filled in; ``upgraded`` is of an ID number with 15 digits.

    ``serial`` has year, province and serial of a nurse's number that has them. A physician's has a
    ``practice`` instead of an end, without its location: that follows from the institution.
    ``qualification_number`` is a physician's qualification certificate as it was written,
    ``qualification_id`` one that is known already, ``institution_name`` and ``location_name`` say
    where it is registered."""

    name: str
    person: IdNumber
    certificate_number: str
    valid_from: date
    valid_until: date | None
    registered_on: date | None
    status: str = "registered"
    cancelled_on: date | None = None
    cancellation_ground: str | None = None
    last_change: str = "imported"
    values: Mapping[str, Any] = field(default_factory=dict)
    upgraded: bool = False
    serial: tuple[int, str, int] | None = None
    practice: Practice | None = None
    qualification_number: str | None = None
    qualification_id: str | None = None
    institution_name: str | None = None
    location_name: str | None = None
    filed_on: date | None = None
    filing_ground: str | None = None

    @property
    def profession(self) -> str:
        return "nurse" if self.practice is None else "physician"

    def of_registration(self) -> dict[str, Any]:
        """Values that have a place of their own."""
        return {name: self.values.get(name) for name in OF_REGISTRATION}

    def details(self) -> dict[str, Any]:
        return {name: v for name, v in self.values.items() if name not in OF_REGISTRATION}


def unwanted(cells: Mapping[str, str], required: Sequence[str]) -> list[Reason]:
    """What no cell may be, whatever it is about."""
    formulas = [name for name, cell in cells.items() if cell.startswith(("=", "@", "+", "-"))]
    long = [name for name, cell in cells.items() if len(cell) > _LONGEST.get(name, _USUAL_LENGTH)]
    missing = [name for name in required if not cells.get(name)]
    return [
        replace(reason, field=name)
        for reason, names in ((why.FORMULA, formulas), (why.TOO_LONG, long), (why.MISSING, missing))
        for name in names
    ]


def past_untimely(days: Mapping[str, date | None], born: date, today: date) -> Iterator[Reason]:
    for name in PAST:
        if (day := days[name]) and not born < day <= today:
            yield replace(why.DATE_ORDER, field=name)


def said_otherwise(
    cells: Mapping[str, str], gender: str | None, person: IdNumber
) -> Iterator[Reason]:
    """Gender and birth date, where the list has them; of 出生年月, the month may be all."""
    if gender in ("1", "2") and gender != person.gender:
        yield replace(why.ID_SAYS_OTHERWISE, field="gender")
    digits = re.findall(r"\d+", cells.get("birth_date", ""))
    born = "".join(part.zfill(2) for part in digits[:3])[:8]
    if not f"{person.birth_date:%Y%m%d}".startswith(born):
        yield replace(why.ID_SAYS_OTHERWISE, field="birth_date")


@dataclass(frozen=True, slots=True)
class Dated:
    """A status that has a day and a ground, and no other has: their columns, and what is said."""

    status: str
    on: str
    ground: str
    reason: Reason


CANCELLED = Dated("cancelled", "cancelled_on", "cancellation_ground", why.CANCELLED_HOW)


def dated_wrongly(
    of: Dated,
    status: str,
    cells: Mapping[str, str],
    days: Mapping[str, date | None],
    today: date,
) -> Iterator[Reason]:
    """What is there of another status, and what is missing or untimely of this one."""
    needed = status == of.status
    on, registered_on = days[of.on], days["registered_on"]
    if bool(cells.get(of.on)) != needed or (
        on and needed and not (registered_on or on) <= on <= today
    ):
        yield replace(of.reason, field=of.on)
    if bool(cells.get(of.ground)) != needed:
        yield replace(of.reason, field=of.ground)


def values_of(
    cells: Mapping[str, str], codes: Mapping[str, str | None], days: Mapping[str, date | None]
) -> dict[str, Any]:
    return {
        **{name: cells[name] for name in _TEXTS if cells.get(name)},
        **{name: code for name, code in codes.items() if code and name in _VALUES},
        **{name: day.isoformat() for name in PAST if (day := days[name])},
    }
