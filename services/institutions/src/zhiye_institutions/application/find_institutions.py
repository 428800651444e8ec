"""Search for institutions, in the whole country, whatever is typed.

The order: whose number begins with what was typed, then whose name begins with it, whose name
contains it, who has another name that does or initials that begin so; each by name, then id.

There are two ways to find them. What is rare is looked up by its keys and sorted. Of what is
frequent, such as 卫生室, that would be hundreds of thousands: there, names are gone through in
their order until the page is full, reading an index alone. How frequent something is, the
database's statistics tell; the answers are the same either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.pinyin import initials
from zhiye_institutions.adapters.frequencies import Frequencies
from zhiye_institutions.adapters.institution_search import (
    BEGINS,
    CONTAINS,
    ELSEWHERE,
    NUMBER,
    Filters,
    Key,
    Scope,
    Search,
)
from zhiye_institutions.adapters.tables import institution, other_name
from zhiye_institutions.domain.search import Term, matched_name


@dataclass(frozen=True, slots=True)
class Found:
    row: RowMapping
    how: int
    matched_name: str | None

    @property
    def key(self) -> Key:
        return self.how, self.row["name"], self.row["id"]


async def find_institutions(
    connection: AsyncConnection,
    frequencies: Frequencies,
    term: Term | None,
    filters: Filters,
    after: Key | None,
    limit: int,
) -> list[Found]:
    """The next ``limit`` institutions that fit, after the place ``after``."""
    await frequencies.refresh(connection)
    scope = Scope(filters, frequencies)
    start = after or (NUMBER, "", "")
    if term is None:
        rows = await _fetch(connection, scope.in_order(start, limit))
        return [Found(row, NUMBER, None) for row in rows]
    rows = await _page(connection, Search(term, scope, frequencies), start, limit)
    names = await _other_names(connection, [r["id"] for r in rows if r["how"] == ELSEWHERE])
    return [
        Found(
            row,
            row["how"],
            matched_name(term, row["name"], row["region"], names.get(row["id"], []), initials),
        )
        for row in rows
    ]


async def _fetch(connection: AsyncConnection, statement: Select[Any]) -> list[RowMapping]:
    return list((await connection.execute(statement)).mappings())


async def _page(
    connection: AsyncConnection, search: Search, after: Key, limit: int
) -> list[RowMapping]:
    if not search.frequent:
        return await _fetch(connection, search.looked_up(after, limit))
    found = []
    if after[0] <= BEGINS:
        found = await _fetch(connection, search.beginning(after, limit))
    if search.one_character or not (missing := limit - len(found)):
        return found
    after = max(after, (CONTAINS, "", ""))
    if after[0] == CONTAINS:
        through = await _fetch(connection, search.gone_through(after, missing))
        if len(through) == missing:
            return found + through
    return found + await _fetch(connection, search.looked_up(after, missing))


async def _other_names(connection: AsyncConnection, ids: list[str]) -> dict[str, list[str]]:
    """What institutions may have been found by beside their own name."""
    if not ids:
        return {}
    standard = institution.alias("standard")
    rows = await connection.execute(
        select(other_name.c.institution_id, other_name.c.name)
        .where(other_name.c.institution_id.in_(ids))
        .union_all(
            select(institution.c.id, standard.c.name)
            .join(standard, standard.c.id == institution.c.standard_id)
            .where(institution.c.id.in_(ids))
        )
        .order_by(text("2"))
    )
    names: dict[str, list[str]] = {}
    for id_, name in rows:
        names.setdefault(id_, []).append(name)
    return names
