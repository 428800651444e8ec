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
    union_all,
)

from zhiye_institutions.adapters.frequencies import Frequencies
from zhiye_institutions.adapters.tables import institution, other_name, within
from zhiye_institutions.domain.regions import level_of, prefix
from zhiye_institutions.domain.search import Term, category_key, other_name_key

NUMBER, BEGINS, CONTAINS, ELSEWHERE = range(4)
ENDED = ("merged", "cancelled")
_UNKNOWN = 1_000_000.0
"""Institutions, as long as the database has not counted."""
MOST_KEYS = 4
"""That are looked up: the others of a long name would narrow it down no further."""
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
        self.keys = [category_key(filters.category)] if filters.category else []
        """What everything that is left has."""
        self._rare = bool(self.keys and frequencies.rows) and (
            frequencies.of_all(self.keys) < self.many
        )

    @property
    def local(self) -> bool:
        """Whether it is one city, or less."""
        region = self._filters.region
        return region is not None and level_of(region) in ("city", "county")

    @property
    def small(self) -> bool:
        """Whether so little is left that sorting it is nothing."""
        return bool(self._rare or self._filters.campus_of or self.local)

    def in_order(self, after: Key, limit: int) -> Select[Any]:
        """Everything that is left."""
        columns = institution.c
        keys = self.keys if self._rare else []
        left = select(columns.id, columns.name).where(
            *self.passes(columns), *_has(keys), _beyond(columns, after)
        )
        if self.small:  # then it is read whole, and not looked for along all names
            left = select(rows := left.offset(0).subquery()).order_by(rows.c.name, rows.c.id)
        else:
            left = left.order_by(columns.name, columns.id)
        return _whole(left.limit(limit).subquery(), NUMBER)

    def passes(self, columns: Any) -> list[ColumnElement[bool]]:
        filters = self._filters
        found = self.inside(columns)
        if not filters.status:
            found.append(columns.status.not_in(ENDED))
        if filters.category:
            found.append(columns.category.startswith(filters.category, autoescape=True))
        if filters.campus_of:
            found.append(columns.standard_id == filters.campus_of)
        return found

    def inside(self, columns: Any) -> list[ColumnElement[bool]]:
        """The filters by region and status, as indexes have them."""
        digits = prefix(self._filters.region or "")
        found = [columns.status == self._filters.status] if self._filters.status else []
        if len(digits) == 2:
            found.append(func.left(columns.region, literal_column("2")) == digits)
        elif digits:
            found.append(within(columns.region, digits))
        return found


class Search:
    def __init__(self, term: Term, scope: Scope, frequencies: Frequencies) -> None:
        self._term = term
        self._scope = scope
        self._keys = frequencies.rarest(term.name_keys, MOST_KEYS)
        self.one_character = len(term.text) == 1
        often = not frequencies.rows or frequencies.of_all(self._keys) > scope.many
        self.frequent = self.one_character or (often and term.plain and not scope.small)
        self._local = often and scope.local

    def beginning(self, after: Key, limit: int) -> Select[Any]:
        """Whose name begins with the term, from the index of names."""
        text_ = self._term.text
        # One lower bound only: of two, PostgreSQL may begin at the lower.
        start = institution.c.name >= text_
        hits = (
            select(institution.c.id)
            .where(
                _beyond(institution.c, after) if after[1] >= text_ else start,
                institution.c.name < text_ + _LAST,
                *self._scope.passes(institution.c),
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
        term = self._term
        begins, contains = self._names(institution.c.name)
        number = institution.c.registration_number
        # What is frequent is best looked for among all of the same city.
        keys = [] if self._local else [*self._keys, *self._scope.keys]
        ways = [
            self._way(case((begins, BEGINS), else_=CONTAINS), keys, contains),
            self._way(
                literal(ELSEWHERE), list(map(other_name_key, self._keys)), self._otherwise_named()
            ),
        ]
        if term.initials_key:
            ways.append(self._way(literal(ELSEWHERE), [term.initials_key, *self._scope.keys]))
        if term.number:
            begun = and_(number >= term.number, number < term.number + _LAST)
            ways.append(self._way(literal(NUMBER), [], begun))
        every = union_all(*ways).subquery()
        best = (
            select(every.c.id, every.c.name, func.min(every.c.how).label("how"))
            .group_by(every.c.id, every.c.name)
            .subquery()
        )
        place = (best.c.how, best.c.name, best.c.id)
        hits = select(best).where(tuple_(*place) > after).order_by(*place).limit(limit).subquery()
        return (
            select(institution, hits.c.how)
            .join(hits, hits.c.id == institution.c.id)
            .order_by(hits.c.how, institution.c.name, institution.c.id)
        )

    def _way(
        self, how: ColumnElement[int], keys: list[str], *conditions: ColumnElement[bool]
    ) -> Select[Any]:
        columns = institution.c
        return select(columns.id, columns.name, how.label("how")).where(
            *_has(keys), *conditions, *self._scope.passes(columns)
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
