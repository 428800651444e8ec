"""Reads of rosters: a page, the numbers beside it, one of the people.

Everything goes by institution and profession first: each sort with an index of its own costs the
same however many nurses and physicians the country has. Narrowing further reads the institution's
rows, never others'.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    RowMapping,
    Select,
    Subquery,
    Text,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_registration.adapters import roster_conditions as conditions
from zhiye_registration.adapters.physician_tables import practice_filing
from zhiye_registration.adapters.projection_tables import institution, qualification
from zhiye_registration.adapters.roster_conditions import FILED, MAIN, Side
from zhiye_registration.adapters.tables import registration
from zhiye_registration.domain.roster import (
    LISTS,
    Filters,
    Order,
    Profession,
    Retirement,
    SortName,
)

_r, _f = registration.c, practice_filing.c
_SHARED = (
    *("id", "version", "name", "gender", "birth_date", "sealed_id_number", "person_key"),
    *("sealed_certificate_number", "status", "last_change", "registered_on", "valid_from"),
    *("valid_until", "title", "education", "cancelled_on", "name_pinyin"),
)
_OWN: dict[Profession, tuple[str, ...]] = {
    "nurse": ("work_category", "employment", "employment_confirmed_on"),
    "physician": (
        *("level", "category", "location", "qualification_id", "institution_id"),
        *("filed_on", "filing_ground"),
    ),
}


def _beside(of: Any, profession: Profession) -> list[ColumnElement[Any]]:
    """What is shown beside each line, and kept elsewhere: a look into an index each. A join could
    read all accounts that there are."""
    columns: list[ColumnElement[Any]] = [
        conditions.newest_account(of).scalar_subquery().label("account_status")
    ]
    if profession == "nurse":
        since = conditions.going_on(of).scalar_subquery()
        return [*columns, since.label("interrupted_since")]
    of_place = select(institution.c.name).where(institution.c.id == of.c.institution_id)
    return [
        *columns,
        of_place.correlate(of).scalar_subquery().label("institution_name"),
        _qualification_number(of),
    ]


def _qualification_number(of: Any) -> ColumnElement[Any]:
    found = select(qualification.c.sealed_certificate_number).where(
        qualification.c.id == of.c.qualification_id
    )
    return found.correlate(of).scalar_subquery().label("sealed_qualification_number")


def _key(side: Side, sort: SortName) -> ColumnElement[Any]:
    keys: dict[SortName, ColumnElement[Any]] = {
        "valid_until": _r.valid_until,
        "name": _r.name_pinyin,
        "birth_date": _r.birth_date,
        "department": func.coalesce(side.department, ""),
        "title": func.coalesce(_r.title, ""),
    }
    return keys[sort]


def key_of(row: RowMapping, sort: SortName) -> str:
    """What a row is sorted by, as a cursor holds it."""
    value = row["name_pinyin" if sort == "name" else sort]
    return value.isoformat() if isinstance(value, date) else value or ""


def read_key(sort: SortName, key: str) -> Any:
    """Raises ``ValueError`` for what is no date where one belongs."""
    return date.fromisoformat(key) if sort in ("valid_until", "birth_date") else key


async def page(
    connection: AsyncConnection,
    institution_id: str,
    filters: Filters,
    today: date,
    retirement: Retirement,
    *,
    sort: SortName,
    order: Order,
    after: tuple[Any, str] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """At most ``limit`` people of an institution; ``after`` is sort key and ``row_id`` of the last
    one of the page before. Of a filing the ``row_id`` is the filing's."""
    statement = page_statement(
        institution_id, filters, today, retirement, sort, order, after, limit
    )
    rows: Sequence[RowMapping] = (await connection.execute(statement)).mappings().all()
    return rows


def page_statement(
    institution_id: str,
    filters: Filters,
    today: date,
    retirement: Retirement,
    sort: SortName,
    order: Order,
    after: tuple[Any, str] | None,
    limit: int,
) -> Select[Any]:
    pages = []
    for side in conditions.sides(filters):
        key = _key(side, sort)
        inner = (
            select(*_columns(side, filters.profession), key.label("sort_key"))
            .select_from(side.rows)
            .where(
                *conditions.at(side, institution_id, filters.profession, today),
                *conditions.narrowed(filters, today, retirement, side),
            )
        )
        if after is not None:
            place, last = tuple_(key, side.id), tuple_(*after)
            inner = inner.where(place < last if order == "desc" else place > last)
        pages.append(inner.order_by(*_ordered(key, side.id, order)).limit(limit))
    # First the page, then what stands beside it: not for everybody whom a sort goes through.
    people: Subquery
    if len(pages) == 1:
        people = pages[0].subquery("people")
    else:  # a page of each, and of these the first: neither is read any further
        either = union_all(*(one.subquery().select() for one in pages)).subquery("either")
        people = (
            select(either)
            .order_by(*_ordered(either.c.sort_key, either.c.row_id, order))
            .limit(limit)
            .subquery("people")
        )
    shown = [column for column in people.c if column.key != "sort_key"]
    return select(*shown, *_beside(people, filters.profession)).order_by(
        *_ordered(people.c.sort_key, people.c.row_id, order)
    )


def _columns(side: Side, profession: Profession) -> list[ColumnElement[Any]]:
    columns: list[ColumnElement[Any]] = [
        *(_r[name] for name in (*_SHARED, *_OWN[profession])),
        side.id.label("row_id"),
        side.department.label("department"),
    ]
    if profession == "nurse":
        return columns
    filed = side.place == "filed"
    return [
        *columns,
        side.scopes.label("scopes"),
        cast(literal(side.place), Text).label("place"),
        *(
            (_f[name] if filed else cast(null(), Date)).label(name)
            for name in ("from_on", "until_on")
        ),
    ]


async def counts(
    connection: AsyncConnection,
    institution_id: str,
    filters: Filters,
    today: date,
    retirement: Retirement,
    total: int | None = None,
) -> dict[str, int]:
    """How many are on each list of the roster, and ``total`` of those that the filters leave: read
    again only where it is not known yet."""
    profession = filters.profession
    at_main = conditions.at(MAIN, institution_id, profession, today)
    lists = LISTS[profession]
    columns = [
        func.count()
        .filter(*conditions.listed(Filters(name, profession=profession), today))
        .label(name)
        for name in lists
        if name != "filed"
    ]
    plain = filters == Filters(filters.list_name, profession=profession)
    if not plain and total is None:
        left = [
            select(func.count())
            .select_from(side.rows)
            .where(
                *conditions.at(side, institution_id, profession, today),
                *conditions.narrowed(filters, today, retirement, side),
            )
            .correlate(None)
            .scalar_subquery()
            for side in conditions.sides(filters)
        ]
        columns.append(sum(left[1:], start=left[0]).label("total"))
    if "filed" in lists:
        filed = (
            select(func.count())
            .select_from(FILED.rows)
            .where(*conditions.at(FILED, institution_id, profession, today))
            .correlate(None)
        )
        columns.append(filed.scalar_subquery().label("filed"))
    statement = select(*columns).select_from(registration).where(*at_main)
    found = dict((await connection.execute(statement)).mappings().one())
    if "filed" in lists:
        found |= {name: found[name] + found["filed"] for name in ("both", "all")}
    known = found[filters.list_name] if plain else total
    return found if known is None else found | {"total": known}


async def one(connection: AsyncConnection, registration_id: str) -> RowMapping | None:
    """A registration whole, with its institution's name."""
    statement = (
        select(
            *registration.columns,
            institution.c.name.label("institution_name"),
            conditions.newest_account(registration).scalar_subquery().label("account_status"),
            conditions.going_on(registration).scalar_subquery().label("interrupted_since"),
            _qualification_number(registration),
        )
        .select_from(registration.outerjoin(institution, institution.c.id == _r.institution_id))
        .where(_r.id == registration_id)
    )
    return (await connection.execute(statement)).mappings().first()


def _ordered(
    key: ColumnElement[Any], last: ColumnElement[str], order: Order
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return (key.desc(), last.desc()) if order == "desc" else (key, last)
