"""The scopes of practice (执业范围) that a province offers in a year: its catalogue (Q49)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zhiye_contracts.codes import (
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_SCOPES,
)
from zhiye_contracts.codes.scopes import SCOPE_CATEGORIES, SCOPE_DEPARTMENTS, scopes_in
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain import scope_reasons as why

NATIONAL = "00"
"""Stands for the province in the catalogue that holds where a province has published none."""
MOST_SCOPES = 3
"""More than these one physician may have nowhere."""
FIRST_YEAR = 2001
"""Of the notice that lists the scopes (卫医发〔2001〕169号)."""
YEARS_AHEAD = 1
"""A catalogue may be published in the year before it holds."""
LONGEST_LABEL = 60
"""Characters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One scope of a category that is offered: under which name, and in which departments (Q53)."""

    category: str
    scope: str
    label: Text
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a province offers (执业范围名录, Q49), as of the year in which it began to hold.

    ``province`` has two digits, ``NATIONAL`` where none has published; ``most_scopes`` is how many
    scopes one physician may have there; ``version`` is of the year, 0 of the national one.
    """

    province: str
    year: int
    entries: tuple[Entry, ...]
    most_scopes: int = 1
    version: int = 0

    def entry(self, category: str, scope: str) -> Entry | None:
        found = (e for e in self.entries if (e.category, e.scope) == (category, scope))
        return next(found, None)

    def in_category(self, category: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.category == category)

    def label(self, scope: str) -> Text:
        """How the province calls a scope; one that it does not offer by its national name."""
        category = SCOPE_CATEGORIES.get(scope, "")
        entry = self.entry(category, scope)
        return entry.label if entry else scope_name(scope)

    def has(self, category: str, scopes: Iterable[str]) -> bool:
        """Whether every scope is in it; how many one physician may have is another question."""
        return all(self.entry(category, scope) is not None for scope in scopes)

    def offers(self, category: str, scopes: Sequence[str]) -> bool:
        """Whether a physician of the category can be registered with these scopes here."""
        return not self.faults(category, scopes)

    def departments(self, category: str, scopes: Iterable[str]) -> tuple[str, ...]:
        """The departments that follow from category and scopes (Q53), in the national order. A
        scope that is kept although the province does not offer it brings its national ones."""
        offered: set[str] = set()
        for scope in scopes:
            if SCOPE_CATEGORIES.get(scope) == category:
                entry = self.entry(category, scope)
                offered |= set(entry.departments if entry else SCOPE_DEPARTMENTS[scope])
        return tuple(code for code in PHYSICIAN_DEPARTMENTS if code in offered)

    def faults(self, category: str, scopes: Sequence[str], field: str = "scopes") -> list[Reason]:
        """Every reason why these scopes of the category are not to be had here: which is not
        offered, and what is."""
        if not scopes:
            return [why.nothing_chosen(field)]
        reasons = [
            self._not_offered(category, scope, field)
            for scope in dict.fromkeys(scopes)
            if self.entry(category, scope) is None
        ]
        if len(set(scopes)) < len(scopes):
            reasons.append(why.twice(field))
        if len(set(scopes)) > self.most_scopes:
            reasons.append(why.too_many(self.most_scopes, field))
        return reasons

    def _not_offered(self, category: str, scope: str, field: str) -> Reason:
        group = PHYSICIAN_CATEGORIES.get(category, Text("该", "this"))
        name = scope_name(scope)
        if SCOPE_CATEGORIES.get(scope) != category:
            return Reason(
                "scope_of_another_category",
                Text(
                    f"“{name.zh}”不属于{group.zh}类别。",
                    f"The scope “{name.en}” does not belong to the category {group.en}.",
                ),
                self._what_is(category),
                field,
                why.NOTICE,
            )
        return Reason(
            "scope_not_offered",
            Text(
                f"执业地点所在省份的执业范围名录中没有“{name.zh}”。",
                f"The province's catalogue does not offer the scope “{name.en}”.",
            ),
            self._what_is(category),
            field,
            why.SOURCE,
        )

    def _what_is(self, category: str) -> Text:
        offered = self.in_category(category)
        if not offered:
            return Text(
                "该省名录中没有此类别的执业范围，请联系该省卫生健康部门。",
                "It offers no scope of this category; speak to the province's health authority.",
            )
        zh = "、".join(entry.label.zh for entry in offered)
        en = ", ".join(entry.label.en for entry in offered)
        return Text(f"可以选择：{zh}。", f"These are offered: {en}.")


def scope_name(scope: str) -> Text:
    """A scope by its national name; an unknown code as it is."""
    return PHYSICIAN_SCOPES.get(scope) or Text("所选范围", "chosen")


def national_catalogue() -> Catalogue:
    """Every scope of the notice of 2001, one to a physician; it holds where a province has
    published nothing."""
    return Catalogue(
        NATIONAL,
        FIRST_YEAR,
        tuple(
            Entry(category, scope, PHYSICIAN_SCOPES[scope], SCOPE_DEPARTMENTS[scope])
            for category in PHYSICIAN_CATEGORIES
            for scope in scopes_in(category)
        ),
    )


def as_published(
    province: str, year: int, entries: Iterable[Entry], most_scopes: int, version: int
) -> Catalogue:
    """A province's catalogue with its entries and their departments in the national order."""
    ranks = {scope: rank for rank, scope in enumerate(PHYSICIAN_SCOPES)}
    ordered = sorted(entries, key=lambda e: (e.category, ranks.get(e.scope, -1)))
    return Catalogue(
        province,
        year,
        tuple(
            Entry(
                e.category,
                e.scope,
                e.label,
                tuple(code for code in PHYSICIAN_DEPARTMENTS if code in e.departments),
            )
            for e in ordered
        ),
        most_scopes,
        version,
    )


def publication_faults(year: int, entries: Sequence[Entry], this_year: int) -> list[Reason]:
    """Every reason why a province cannot publish these entries for a year, with the entry's place
    in ``field``."""
    reasons = []
    if not FIRST_YEAR <= year <= this_year + YEARS_AHEAD:
        reasons.append(why.year_out_of_range(FIRST_YEAR, this_year + YEARS_AHEAD))
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        if SCOPE_CATEGORIES.get(entry.scope) != entry.category:
            reasons.append(why.wrong_category(place))
        if entry.scope in seen:
            reasons.append(why.entry_twice(place))
        seen.add(entry.scope)
        if not entry.departments:
            reasons.append(why.no_department(place))
    return reasons
