"""Which registration a physician's application is about, and what it changes (变更事项). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhiye_contracts.reasons import Language, Text
from zhiye_registration.domain.facts import Facts, HeldRegistration, Practice, Qualification
from zhiye_registration.domain.physician_grounds import report_by
from zhiye_registration.domain.practice import LABELS as PRACTICE_LABELS
from zhiye_registration.domain.practice import label_of
from zhiye_registration.domain.wanted import changed_items

INSTITUTION = "institution"
ITEMS: dict[str, Text] = {
    "location": PRACTICE_LABELS["location"],
    INSTITUTION: Text("主要执业机构", "main institution"),
    "level": PRACTICE_LABELS["level"],
    "category": PRACTICE_LABELS["category"],
    "scopes": PRACTICE_LABELS["scopes"],
}
"""Every item that a change can have, in the order in which the form has them."""


@dataclass(frozen=True, slots=True)
class Side:
    """A value before or after a change; of an institution its id, with its name."""

    value: str | list[str]
    name: str | None = None

    def label(self, item: str, language: Language) -> str:
        if item == INSTITUTION:
            return self.name or "—"
        return label_of(item, self.value, language) or "—"


@dataclass(frozen=True, slots=True)
class Change:
    item: str
    before: Side
    after: Side


@dataclass(frozen=True, slots=True)
class OffPost:
    """When who left is reported (Q20.3.2): ``by`` is the last day of the thirty. Being late is
    shown and refused to nobody: who left has to be filed all the same."""

    left_on: date
    by: date
    reported_on: date

    @property
    def late(self) -> bool:
        return self.reported_on > self.by

    @property
    def days(self) -> int:
        """From the last day at work to the report."""
        return (self.reported_on - self.left_on).days


@dataclass(frozen=True, slots=True)
class About:
    """``registration`` is as it is now, of whoever may see that; ``changes`` is ``None`` where it
    is no change, or cannot be told; ``practice`` is what the registration would say, or says since,
    and ``qualification`` by which."""

    registration: HeldRegistration | None = None
    practice: Practice | None = None
    qualification: Qualification | None = None
    changes: tuple[Change, ...] | None = None
    off_post: OffPost | None = None

    def changed(self, item: str) -> bool | None:
        """Whether an item changes: 是否变更执业地点, 是否变更主要执业机构 (Q7, Q8)."""
        if self.changes is None:
            return None
        return any(one.item == item for one in self.changes)


def changes_wanted(
    held: HeldRegistration, after: Practice, institution_id: str, institution_name: str
) -> tuple[Change, ...]:
    """What an application would change, derived from the rule of locations and not asked for."""
    before = {
        INSTITUTION: Side(held.institution_id or "", held.institution_name),
        **{name: _side(getattr(held, name)) for name in PRACTICE_LABELS},
    }
    wanted = {
        INSTITUTION: Side(institution_id, institution_name),
        **{name: _side(getattr(after, name)) for name in PRACTICE_LABELS},
    }
    return tuple(
        Change(item, before[item], wanted[item])
        for item in changed_items(held, after, institution_id)
    )


def changes_made(entry: Mapping[Any, Any]) -> tuple[Change, ...]:
    """What an approval changed, from its entry in the history of the registration."""
    values = entry["values"] or {}
    found = {
        name: Change(name, _side(values[name]["before"]), _side(values[name]["after"]))
        for name in PRACTICE_LABELS
        if name in values
    }
    if entry["from_institution_id"] not in (None, entry["institution_id"]):
        found[INSTITUTION] = Change(
            INSTITUTION,
            Side(entry["from_institution_id"], entry["from_institution_name"]),
            Side(entry["institution_id"], entry["institution_name"]),
        )
    return tuple(found[item] for item in ITEMS if item in found)


def off_post(known: Facts, reported_on: date) -> OffPost | None:
    """``None`` while it is not told when somebody left."""
    left_on = known.declared.left_on
    if left_on is None:
        return None
    finished = known.physician.trainee_finished_on
    by = report_by(known.declared.ground, finished or left_on)
    return OffPost(left_on, by, reported_on)


def _side(value: Any) -> Side:
    return Side(value if isinstance(value, str) else sorted(value or ()))
