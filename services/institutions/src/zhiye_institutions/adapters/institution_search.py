"""The statements that find institutions: see ``application.find_institutions``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)

from zhiye_institutions.adapters.frequencies import Frequencies
from zhiye_institutions.adapters.tables import institution, other_name, within
from zhiye_institutions.domain.regions import level_of, prefix
from zhiye_institutions.domain.search import Term, category_key

NUMBER, BEGINS, CONTAINS, ELSEWHERE = range(4)
ENDED = ("merged", "cancelled")
_UNKNOWN = 1_000_000.0
"""Institutions, as long as the database has not counted."""
LEAST_STEPS = 1_000
"""Names that are gone through at least, before the search looks up."""
_LAST = "\U0010ffff"

Key = tuple[int, str, str]
"""Place in the order: how it was found, name, id."""


@dataclass(frozen=True, slots=True)
class Filters:
    """``region`` is a subtree, ``category`` how the code begins. Without a ``status``, what is
    merged or cancelled is left out."""

    region: str | None = None
    category: str | None = None
    status: str | None = None
    campus_of: str | None = None


class Scope:
    """What the filters leave."""

    def __init__(self, filters: Filters, frequencies: Frequencies) -> None:
        self._filters = filters
        self.rows = frequencies.rows or _UNKNOWN
        self.many = 2 / math.sqrt(self.rows)
        """Going through names until 20 are found takes 20 / share steps, looking up takes
        share * rows, and a look-up costs about ten steps: from this share on, names are gone
        through."""
        self.keys: list[str] = []
        """Of a category that is looked up."""
        if filters.category and frequencies.rows:
            key = category_key(filters.category)
            self.keys = [key] if frequencies.of_all([key]) < self.many else []

    @property
    def small(self) -> bool:
        """Whether so little is left that sorting it is nothing."""
        filters = self._filters
        return bool(
            self.keys
            or filters.campus_of
            or filters.status not in (None, "in_force")
            or (filters.region and level_of(filters.region) == "county")
        )

    def in_order(self, after: Key, limit: int) -> Select[Any]:
        """Everything that is left."""
        columns = institution.c
        return (
            select(institution)
            .where(*self.passes(columns), *_has(self.keys), _beyond(columns, after))
            .order_by(columns.name, columns.id)
            .limit(limit)
        )

    def passes(self, columns: Any) -> list[ColumnElement[bool]]:
        filters = self._filters
        found = self.inside(columns)
        if filters.status:
            found.append(columns.status == filters.status)
        else:
            found.append(columns.status.not_in(ENDED))
        if filters.category:
            found.append(columns.category.startswith(filters.category, autoescape=True))
        if filters.campus_of:
            found.append(columns.standard_id == filters.campus_of)
        return found

    def inside(self, columns: Any) -> list[ColumnElement[bool]]:
        """The filter by region; one below a province names the province too, for its index."""
        if not self._filters.region or not (digits := prefix(self._filters.region)):
            return []
        province = func.left(columns.region, literal_column("2")) == digits[:2]
        return [province, *([within(columns.region, digits)] if len(digits) > 2 else [])]


class Search:
    def __init__(self, term: Term, scope: Scope, frequencies: Frequencies) -> None:
        self._term = term
        self._scope = scope
        self._keys = term.name_keys
        self.one_character = len(term.text) == 1
        known = not frequencies.rows or frequencies.of_all(self._keys) > scope.many
        self.frequent = self.one_character or (known and term.plain and not scope.small)

    def beginning(self, after: Key, limit: int) -> Select[Any]:
        """Whose name begins with the term, from the index of names."""
        hits = (
            select(institution.c.id)
            .where(
                institution.c.name >= self._term.text,
                institution.c.name < self._term.text + _LAST,
                *self._scope.passes(institution.c),
                _beyond(institution.c, after),
            )
            .order_by(institution.c.name, institution.c.id)
            .limit(limit)
            .subquery()
        )
        return _whole(hits, BEGINS)

    def gone_through(self, after: Key, limit: int) -> Select[Any]:
        """Whose name contains the term, as far as a bounded number of names goes."""
        columns = (institution.c[name] for name in ("id", "name", "region", "category", "status"))
        walked = (
            select(*columns)
            .where(_beyond(institution.c, after), *self._scope.inside(institution.c))
            .order_by(institution.c.name, institution.c.id)
            .limit(max(LEAST_STEPS, round(16 * math.sqrt(self._scope.rows))))
            .subquery()
        )
        begins, contains = self._names(walked.c.name)
        hits = (
            select(walked.c.id)
            .where(contains, ~begins, *self._scope.passes(walked.c))
            .order_by(walked.c.name, walked.c.id)
            .limit(limit)
            .subquery()
        )
        return _whole(hits, CONTAINS)

    def looked_up(self, after: Key, limit: int) -> Select[Any]:
        """Everybody who has the keys, sorted."""
        term, narrow = self._term, self._scope.keys
        begins, contains = self._names(institution.c.name)
        ways = [
            and_(*_has([*self._keys, *narrow]), contains),
            and_(*_has([*term.other_name_keys, *narrow]), self._otherwise_named()),
        ]
        hows: list[tuple[ColumnElement[bool], int]] = [(begins, BEGINS), (contains, CONTAINS)]
        if term.initials_key:
            ways += _has([term.initials_key, *narrow])
        if term.number:
            number = institution.c.registration_number
            begun = and_(number >= term.number, number < term.number + _LAST)
            ways.append(begun)
            hows.insert(0, (begun, NUMBER))
        hits = (
            select(institution, case(*hows, else_=ELSEWHERE).label("how"))
            .where(or_(*ways), *self._scope.passes(institution.c))
            .subquery()
        )
        return (
            select(hits)
            .where(tuple_(hits.c.how, hits.c.name, hits.c.id) > after)
            .order_by(hits.c.how, hits.c.name, hits.c.id)
            .limit(limit)
        )

    def _names(self, name: ColumnElement[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """Whether a name begins with the term, and whether it contains it."""
        at = func.strpos(name if self._term.plain else _folded(name), self._term.text)
        return at == 1, at > 0

    def _otherwise_named(self) -> ColumnElement[bool]:
        """Whether another name, or the standard name of what it is part of, contains the term."""
        standard = institution.alias("standard")
        return or_(
            exists().where(
                other_name.c.institution_id == institution.c.id,
                func.strpos(_folded(other_name.c.name), self._term.text) > 0,
            ),
            exists().where(
                standard.c.id == institution.c.standard_id,
                func.strpos(_folded(standard.c.name), self._term.text) > 0,
            ),
        )


def _whole(hits: Any, how: int) -> Select[Any]:
    return (
        select(institution, literal(how).label("how"))
        .join(hits, hits.c.id == institution.c.id)
        .order_by(institution.c.name, institution.c.id)
    )


def _has(keys: list[str]) -> list[ColumnElement[bool]]:
    return [institution.c.search_keys.op("@>")(literal(keys, ARRAY(Text)))] if keys else []


def _beyond(columns: Any, after: Key) -> ColumnElement[bool]:
    return tuple_(columns.name, columns.id) > after[1:]


def _folded(name: ColumnElement[Any]) -> ColumnElement[str]:
    """As ``domain.search.fold`` has it."""
    return func.lower(func.normalize(name, text("NFKC")))
