"""What follows from what other systems stated about a person: a title, a ground, a sum of credits.

Pure functions over records as they stand: whichever order they came in, the same follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from zhiye_registration.domain.record_feeds import TITLES


@dataclass(frozen=True, slots=True)
class Promotion:
    """One title that somebody obtained (职称晋升)."""

    title: str
    obtained_on: date


@dataclass(frozen=True, slots=True)
class Assessment:
    """One periodic assessment (医师定期考核)."""

    record_id: str
    assessed_on: date
    passed: bool
    after_suspension: bool


@dataclass(frozen=True, slots=True)
class FailedAssessments:
    """A ground to cancel a physician's registration: assessments failed last, oldest first."""

    ground: Literal["failed-twice", "failed-after-suspension"]
    assessments: Sequence[Assessment]

    @property
    def since(self) -> date:
        """The day of the assessment that made it a ground."""
        return self.assessments[-1].assessed_on


@dataclass(frozen=True, slots=True)
class Residency:
    """A physician's residency training as stated last (住院医师规范化培训, Q52). Of the base, what
    the training system knows of it."""

    record_id: str
    state: Literal["began", "finished", "left"]
    specialty: str
    began_on: date
    finished_on: date | None
    base_institution_id: str | None
    base_institution_number: str | None
    base_institution_name: str | None

    def is_base(self, institution_id: str, institution_name: str) -> bool:
        """Whether an institution is the training base: by its id, else by its whole name."""
        if self.base_institution_id is not None:
            return self.base_institution_id == institution_id
        return self.base_institution_name == institution_name


def title_after(
    profession: str,
    current: str | None,
    promotions: Sequence[Promotion],
    taken_back: Collection[str] = (),
    before: str | None = None,
) -> str | None:
    """The title that a registration with the title ``current`` has, given every promotion of its
    holder. Lower codes are higher titles (GB/T 8561).

    An older promotion that is stated late lowers no title. ``taken_back`` are titles that were
    stated and then corrected away: who has one only by that statement gets the last of the others,
    or the one that they had ``before``.
    """
    newest = max(promotions, key=lambda one: (one.obtained_on, _height(one.title)), default=None)
    if current in taken_back and all(one.title != current for one in promotions):
        return newest.title if newest else before
    if newest is None:
        return current
    lower = current is None or current not in TITLES[profession] or newest.title < current
    return newest.title if lower else current


def _height(title: str) -> int:
    return -int(title)


def failed_again(assessments: Iterable[Assessment]) -> FailedAssessments | None:
    """Whether the last assessments are a ground: failed twice in a row, or failed again after a
    suspension. A later passed one ends it."""
    failed: list[Assessment] = []
    for one in sorted(assessments, key=lambda one: (one.assessed_on, one.record_id)):
        failed = [] if one.passed else [*failed, one]
    if failed and failed[-1].after_suspension:
        return FailedAssessments("failed-after-suspension", failed)
    return FailedAssessments("failed-twice", failed) if len(failed) > 1 else None


def credits_by_year(
    credits: Iterable[tuple[int, int, int]],
) -> list[tuple[int, int, int]]:
    """Year, class I and class II in tenths of a credit: summed by year, newest first."""
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for year, first, second in credits:
        sums[year][0] += first
        sums[year][1] += second
    return [(year, *sums[year]) for year in sorted(sums, reverse=True)]  # type: ignore[misc]
