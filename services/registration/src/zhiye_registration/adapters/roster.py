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
_account = (
    select(account.c.status)
    .where(account.c.person_key == _r.person_key, account.c.status != "revoked")
    .order_by(account.c.id.desc())
    .limit(1)
    .lateral("newest_account")
)
"""One look into the index for each row: a join could read every account there is."""
_open = practice_interruption.alias("open_interruption")
_SHOWN = registration.outerjoin(_account, true()).outerjoin(
    _open, and_(_open.c.registration_id == _r.id, _open.c.ended_on.is_(None))
)
_COLUMNS = (
    *(
        _r[name]
        for name in (
            *("id", "version", "name", "gender", "birth_date", "sealed_id_number"),
            *("sealed_certificate_number", "status", "last_change", "registered_on", "valid_from"),
            *("valid_until", "title", "department", "work_category", "education", "cancelled_on"),
            *("employment", "employment_confirmed_on", "name_pinyin"),
        )
    ),
    _account.c.status.label("account_status"),
    _open.c.began_on.label("interrupted_since"),
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
    statement = (
        select(*_COLUMNS)
        .select_from(_SHOWN)
        .where(*_at(institution_id), *_narrowed(filters, today, retirement))
        .limit(limit)
    )
    if order == "desc":
        statement = statement.order_by(key.desc(), _r.id.desc())
    else:
        statement = statement.order_by(key, _r.id)
    if after is not None:
        place, last = tuple_(key, _r.id), tuple_(*after)
        statement = statement.where(place < last if order == "desc" else place > last)
    return (await connection.execute(statement)).mappings().all()


async def counts(
    connection: AsyncConnection,
    institution_id: str,
    filters: Filters,
    today: date,
    retirement: Retirement,
) -> dict[str, int]:
    """How many are on each list of the roster, and ``total`` of those that the filters leave."""
    columns = [
        func.count().filter(*_listed(Filters(list_name), today)).label(list_name)
        for list_name in ("registered", "all", "due", "expired", "due_or_expired", "cancelled")
    ]
    plain = filters == Filters(filters.list_name)
    if not plain:
        joined = filters.account is not None or filters.interrupted is not None
        source: FromClause = _SHOWN if joined else registration
        total = (
            select(func.count())
            .select_from(source)
            .where(*_at(institution_id), *_narrowed(filters, today, retirement))
            .correlate(None)
        )
        columns.append(total.scalar_subquery().label("total"))
    statement = select(*columns).select_from(registration).where(*_at(institution_id))
    found = dict((await connection.execute(statement)).mappings().one())
    return found | {"total": found[filters.list_name]} if plain else found


async def one(connection: AsyncConnection, registration_id: str) -> RowMapping | None:
    """A registration whole, with its institution's name."""
    statement = (
        select(
            *registration.columns,
            institution.c.name.label("institution_name"),
            _account.c.status.label("account_status"),
            _open.c.began_on.label("interrupted_since"),
        )
        .select_from(_SHOWN.outerjoin(institution, institution.c.id == _r.institution_id))
        .where(_r.id == registration_id)
    )
    return (await connection.execute(statement)).mappings().first()


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
        going_on = _open.c.began_on.is_not(None)
        wanted.append(going_on if filters.interrupted else ~going_on)
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
    status = _account.c.status
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
