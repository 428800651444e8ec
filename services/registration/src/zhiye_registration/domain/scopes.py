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

NATIONAL = "00"
"""Stands for the province in the catalogue that holds where a province has published none."""
MOST_SCOPES = 3
"""More than these one physician may have nowhere."""
FIRST_YEAR = 2001
"""Of the notice that lists the scopes (卫医发〔2001〕169号)."""
_NOTICE = "Notice 2001/169 on scopes of practice"
YEARS_AHEAD = 1
"""A catalogue may be published in the year before it holds."""
LONGEST_LABEL = 60
"""Characters."""
_SOURCE = "Q49"


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
            return [_nothing_chosen(field)]
        reasons = [
            self._not_offered(category, scope, field)
            for scope in dict.fromkeys(scopes)
            if self.entry(category, scope) is None
        ]
        if len(set(scopes)) < len(scopes):
            reasons.append(_twice(field))
        if len(set(scopes)) > self.most_scopes:
            reasons.append(_too_many(self.most_scopes, field))
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
                _NOTICE,
            )
        return Reason(
            "scope_not_offered",
            Text(
                f"执业地点所在省份的执业范围名录中没有“{name.zh}”。",
                f"The province's catalogue does not offer the scope “{name.en}”.",
            ),
            self._what_is(category),
            field,
            _SOURCE,
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
        reasons.append(_year_out_of_range(this_year + YEARS_AHEAD))
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        if SCOPE_CATEGORIES.get(entry.scope) != entry.category:
            reasons.append(_wrong_category(place))
        if entry.scope in seen:
            reasons.append(_entry_twice(place))
        seen.add(entry.scope)
        if not entry.departments:
            reasons.append(_no_department(place))
    return reasons


def _nothing_chosen(field: str) -> Reason:
    return Reason(
        "scopes_missing",
        Text("尚未选择执业范围。", "No scope of practice is chosen."),
        Text("请至少选择一个执业范围。", "Choose at least one."),
        field,
        _SOURCE,
    )


def _twice(field: str) -> Reason:
    return Reason(
        "scope_twice",
        Text("同一执业范围选择了两次。", "A scope is chosen twice."),
        Text("请删除重复的选项。", "Leave one of them out."),
        field,
    )


def _too_many(most: int, field: str) -> Reason:
    return Reason(
        "too_many_scopes",
        Text(
            f"该省每名医师最多注册 {most} 个执业范围。",
            f"In this province a physician may have at most {most} scope(s).",
        ),
        Text("请减少所选执业范围。", "Choose fewer."),
        field,
        _SOURCE,
    )


def _year_out_of_range(last: int) -> Reason:
    return Reason(
        "year_out_of_range",
        Text(
            f"名录年度应在 {FIRST_YEAR} 至 {last} 之间。",
            f"The year of a catalogue lies between {FIRST_YEAR} and {last}.",
        ),
        Text("请更正年度。", "Correct the year."),
        "year",
        _SOURCE,
    )


def _wrong_category(place: int) -> Reason:
    return Reason(
        "scope_of_another_category",
        Text("该执业范围不属于所填类别。", "The scope does not belong to the category given."),
        Text(
            "请按国家执业范围代码填写类别：11–26 临床，31 口腔，41 公共卫生，51–57 中医。",
            "11 to 26 are clinical, 31 dentistry, 41 public health, 51 to 57 traditional Chinese"
            " medicine.",
        ),
        f"entries.{place}.category",
        _NOTICE,
    )


def _entry_twice(place: int) -> Reason:
    return Reason(
        "entry_twice",
        Text("该执业范围在名录中出现了两次。", "The catalogue has this scope twice."),
        Text("请删除重复的条目。", "Leave one of them out."),
        f"entries.{place}.scope",
    )


def _no_department(place: int) -> Reason:
    return Reason(
        "departments_missing",
        Text("没有可以选择的科室。", "The scope has no department to work in."),
        Text("请至少列出一个科室。", "Give at least one department."),
        f"entries.{place}.departments",
        "Q53",
    )
