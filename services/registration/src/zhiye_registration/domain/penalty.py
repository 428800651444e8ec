"""A penalty (处罚): a measure against somebody's practice, or a judgement, and what it bars.

Physicians: Law on Physicians (2021) art. 16 says who is not registered, art. 17 who is cancelled.
Nurses: Nurses Regulation art. 32. What was rescinded counts as if it had never been.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from zhiye_contracts.codes import PENALTY_GROUNDS
from zhiye_registration.domain.periods import add_years

Kind = Literal["warning", "fine", "suspension", "revocation", "ban", "criminal"]
Source = Literal["http", "bus"]

YEARS_AFTER_REVOCATION: Final = 2
"""Law on Physicians art. 16 (3); Nurses Regulation art. 32."""
YEARS_AFTER_SENTENCE: Final = 2
"""After a physician's sentence was served (Law on Physicians art. 16 (2))."""
FOR_EVER: Final = date.max
"""Until when somebody is barred who is so for life, or whose sentence is not served yet."""
ENDING: Final = frozenset({"suspension", "ban", "criminal"})
"""Kinds that may have an end: of a suspension or ban the last day, of a sentence the day on which
it was served. Of a suspension it is needed; without one, a ban is for life."""

_BRACKETS = str.maketrans("[](){}【】", "〔〕〔〕〔〕〔〕")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Penalty:
    """One penalty as it stands at ``version``. The person need not be on record here.

    ``ends_on`` is as in ``ENDING``. ``reported_by_id`` is the authority that told of it, which need
    not be the body that decided it.
    """

    id: str
    version: int
    person_key: str
    sealed_id_number: str
    name: str
    profession: str
    kind: str
    decided_on: date
    ends_on: date | None
    deciding_body: str
    document_number: str
    document_key: str
    note: str
    source: str
    reported_by_id: str
    reported_by_name: str
    reported_by_officer: str
    reported_at: datetime
    updated_at: datetime
    rescinded_on: date | None = None
    rescinded_by_officer: str | None = None
    rescission_note: str = ""

    @property
    def ground(self) -> str | None:
        """On which it is a ground to cancel a registration; ``None``: it is none."""
        return PENALTY_GROUNDS.get(self.profession, {}).get(self.kind)


@dataclass(frozen=True, slots=True)
class Bar:
    """A penalty keeps somebody from being registered before the day ``until``."""

    penalty: Penalty
    until: date


def bars_registration(penalties: Iterable[Penalty], today: date) -> list[Bar]:
    """Which penalties bar a registration today, each until when; the longest first."""
    bars = [Bar(one, until) for one in penalties if (until := bars_until(one)) and today < until]
    return sorted(bars, key=lambda bar: (bar.until, bar.penalty.id), reverse=True)


def barred_until(penalties: Iterable[Penalty], today: date) -> date | None:
    """The first day on which no penalty bars a registration; ``None``: that is today."""
    return max((bar.until for bar in bars_registration(penalties, today)), default=None)


def bars_until(one: Penalty) -> date | None:
    """The first day on which this penalty bars nothing any more; ``None``: it never did."""
    if one.rescinded_on is not None:
        return None
    if one.kind == "revocation":
        return add_years(one.decided_on, YEARS_AFTER_REVOCATION)
    if one.kind == "ban":
        return one.ends_on + timedelta(days=1) if one.ends_on else FOR_EVER
    if one.kind == "criminal" and one.profession == "physician":
        return add_years(one.ends_on, YEARS_AFTER_SENTENCE) if one.ends_on else FOR_EVER
    return None


def suspended(penalties: Iterable[Penalty], today: date) -> date | None:
    """The last day of a suspension that runs today; ``None``: practice is not suspended."""
    running = (
        one.ends_on
        for one in penalties
        if one.kind == "suspension" and one.rescinded_on is None and one.decided_on <= today
        if one.ends_on is not None and today <= one.ends_on
    )
    return max(running, default=None)


def calls_for_cancellation(one: Penalty, in_force_since: date) -> bool:
    """Whether a registration that came into force on a day has to be cancelled for it (art. 17).
    One that was given after the penalty had ceased to bar it stands."""
    until = bars_until(one)
    return one.ground is not None and until is not None and in_force_since < until


def grounds_since(penalties: Iterable[Penalty], in_force_since: date | None) -> frozenset[str]:
    """Grounds to cancel a registration that penalties gave since it came into force."""
    return frozenset(
        one.ground
        for one in penalties
        if in_force_since is not None and in_force_since <= one.decided_on
        if one.ground is not None and one.rescinded_on is None
    )


def document_key(number: str) -> str:
    """A document number as it is compared: 京卫罚〔2026〕17号 is typed with many brackets."""
    folded = unicodedata.normalize("NFKC", number).translate(_BRACKETS)
    return _SPACE.sub("", folded).upper()
