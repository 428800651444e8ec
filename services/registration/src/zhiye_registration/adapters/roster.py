"""Reads of rosters: a page, the numbers beside it, one of the people.

Everything goes by the institution first: each sort with an index of its own costs the same however
many nurses the country has. Narrowing further reads the institution's rows, never others'.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    RowMapping,
    Select,
    and_,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_registration.adapters.record_tables import practice_interruption
from zhiye_registration.adapters.tables import account, institution, registration
from zhiye_registration.domain.roster import (
    TO_CONFIRM,
    Filters,
    Order,
    Retirement,
    SortName,
    born_until,
    last_due,
)

_r = registration.c
_NAMES = (
    *("id", "version", "name", "gender", "birth_date", "sealed_id_number", "person_key"),
    *("sealed_certificate_number", "status", "last_change", "registered_on", "valid_from"),
    *("valid_until", "title", "department", "work_category", "education", "cancelled_on"),
    *("employment", "employment_confirmed_on", "name_pinyin"),
)


def _newest_account(of: FromClause) -> Select[tuple[str]]:
    return (
        select(account.c.status)
        .where(account.c.person_key == of.c.person_key, account.c.status != "revoked")
        .order_by(account.c.id.desc())
        .limit(1)
        .correlate(of)
    )


def _going_on(of: FromClause) -> Select[tuple[date]]:
    going_on = practice_interruption.c
    return (
        select(going_on.began_on)
        .where(going_on.registration_id == of.c.id, going_on.ended_on.is_(None))
        .correlate(of)
    )


def _beside(of: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What is shown beside each line, and kept elsewhere: a look into an index each. A join could
    read all accounts that there are."""
    return (
        _newest_account(of).scalar_subquery().label("account_status"),
        _going_on(of).scalar_subquery().label("interrupted_since"),
    )


_KEYS: dict[SortName, ColumnElement[Any]] = {
    "valid_until": _r.valid_until,
    "name": _r.name_pinyin,
    "birth_date": _r.birth_date,
    "department": func.coalesce(_r.department, ""),
    "title": func.coalesce(_r.title, ""),
}
_PROFESSION = "nurse"


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
    """At most ``limit`` people of an institution; ``after`` is sort key and id of the last one of
    the page before."""
    key = _KEYS[sort]
    inner = (
        select(*(_r[name] for name in _NAMES), key.label("sort_key"))
        .where(*_at(institution_id), *_narrowed(filters, today, retirement))
        .limit(limit)
    )
    if after is not None:
        place, last = tuple_(key, _r.id), tuple_(*after)
        inner = inner.where(place < last if order == "desc" else place > last)
    # First the page, then what stands beside it: not for everybody whom a sort goes through.
    people = inner.order_by(*_ordered(key, _r.id, order)).subquery("people")
    statement = select(*(people.c[name] for name in _NAMES), *_beside(people)).order_by(
        *_ordered(people.c.sort_key, people.c.id, order)
    )
    return (await connection.execute(statement)).mappings().all()


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
    columns = [
        func.count().filter(*_listed(Filters(list_name), today)).label(list_name)
        for list_name in ("registered", "all", "due", "expired", "due_or_expired", "cancelled")
    ]
    plain = filters == Filters(filters.list_name)
    if not plain and total is None:
        left = (
            select(func.count())
            .select_from(registration)
            .where(*_at(institution_id), *_narrowed(filters, today, retirement))
            .correlate(None)
        )
        columns.append(left.scalar_subquery().label("total"))
    statement = select(*columns).select_from(registration).where(*_at(institution_id))
    found = dict((await connection.execute(statement)).mappings().one())
    known = found[filters.list_name] if plain else total
    return found if known is None else found | {"total": known}


async def one(connection: AsyncConnection, registration_id: str) -> RowMapping | None:
    """A registration whole, with its institution's name."""
    statement = (
        select(
            *registration.columns,
            institution.c.name.label("institution_name"),
            *_beside(registration),
        )
        .select_from(registration.outerjoin(institution, institution.c.id == _r.institution_id))
        .where(_r.id == registration_id)
    )
    return (await connection.execute(statement)).mappings().first()


def _ordered(
    key: ColumnElement[Any], last: ColumnElement[str], order: Order
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return (key.desc(), last.desc()) if order == "desc" else (key, last)


def _at(institution_id: str) -> tuple[ColumnElement[bool], ...]:
    return (_r.institution_id == institution_id, _r.profession == _PROFESSION)


def _listed(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    """The list and the mark that are asked for, by status and last day alone."""
    registered = _r.status == "registered"
    due = _r.valid_until.between(today, last_due(today))
    expired = _r.valid_until < today
    wanted: list[ColumnElement[bool]] = []
    match filters.list_name:
        case "registered":
            wanted.append(registered)
        case "due":
            wanted += (registered, due)
        case "expired":
            wanted += (registered, expired)
        case "due_or_expired":
            wanted += (registered, _r.valid_until <= last_due(today))
        case "cancelled":
            wanted.append(~registered)
    if filters.mark is not None:
        wanted += (registered, due if filters.mark == "blue" else expired)
    return wanted or [true()]


def _narrowed(filters: Filters, today: date, retirement: Retirement) -> list[ColumnElement[bool]]:
    wanted = _listed(filters, today)
    for column, value in (
        (_r.department, filters.department),
        (_r.work_category, filters.work_category),
        (_r.title, filters.title),
        (_r.education, filters.education),
        (_r.gender, filters.gender),
        (_r.last_change, filters.business_type),
        (_r.person_key, filters.person_key),
    ):
        if value is not None:
            wanted.append(column == value)
    if filters.age_from is not None:
        wanted.append(_r.birth_date <= born_until(today, filters.age_from))
    if filters.age_to is not None:
        wanted.append(_r.birth_date > born_until(today, filters.age_to + 1))
    if filters.valid_from is not None:
        wanted.append(_r.valid_until >= filters.valid_from)
    if filters.valid_to is not None:
        wanted.append(_r.valid_until <= filters.valid_to)
    if filters.employment == TO_CONFIRM:
        wanted += _to_confirm(today, retirement)
    elif filters.employment is not None:
        wanted.append(_r.employment == filters.employment)
    if filters.account is not None:
        wanted.append(_account_is(filters.account))
    if filters.interrupted is not None:
        since = _going_on(registration).scalar_subquery()
        wanted.append(since.is_not(None) if filters.interrupted else since.is_(None))
    return [*wanted, *_found(filters)]


def _to_confirm(today: date, retirement: Retirement) -> tuple[ColumnElement[bool], ...]:
    women = born_until(today, retirement.women)
    men = born_until(today, retirement.men)
    confirmed = _r.employment_confirmed_on
    return (
        _r.status == "registered",
        _r.birth_date <= max(women, men),  # for the index; then each by their own age
        or_(
            and_(_r.gender == "2", _r.birth_date <= women),
            and_(_r.gender != "2", _r.birth_date <= men),
        ),
        or_(confirmed.is_(None), confirmed <= retirement.confirmed_after(today)),
    )


def _account_is(wanted: str) -> ColumnElement[bool]:
    status = _newest_account(registration).scalar_subquery()
    if wanted == "none":
        return status.is_(None)
    return status == "active" if wanted == "active" else status != "active"


def _found(filters: Filters) -> tuple[ColumnElement[bool], ...]:
    term = filters.term
    if term is None:
        return ()
    match term.kind:
        case "name":
            return (_r.name.contains(term.value, autoescape=True),)
        case "pinyin":
            return (
                or_(
                    _r.name_pinyin.startswith(term.value, autoescape=True),
                    _r.name_initials.startswith(term.value, autoescape=True),
                ),
            )
        case "certificate":
            return (_r.certificate_key == term.value,)
