"""Lists of applications: waiting for me, in progress, completed (deck 7)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    false,
    func,
    literal_column,
    not_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.security import Principal
from zhiye_registration.adapters.regions import within
from zhiye_registration.adapters.tables import application, registration
from zhiye_registration.application.list_scope import of_one_person, pieces_of
from zhiye_registration.domain.application_list import Filters, ListName, Sort
from zhiye_registration.kit import Kit

_EXPORT_PAGE = 1_000
_a = application.c
_r = registration.c
_NEVER: ColumnElement[date] = literal_column("date '9999-12-31'")
_KEYS: dict[Sort, ColumnElement[Any]] = {
    "newest": _a.id,
    "deadline": func.coalesce(_a.deadline, _NEVER),
}
_PROFESSION = func.split_part(_a.business_type, "-", 1)
_held = (
    select(_r.sealed_certificate_number)
    .where(_r.person_key == _a.person_key, _r.profession == _PROFESSION)
    .order_by((_r.status == "registered").desc(), _r.id.desc())
    .limit(1)
    .lateral("held")
)
_SHOWN = application.outerjoin(_held, true())
_COLUMNS = (
    *(
        _a[name]
        for name in (
            *("id", "number", "version", "business_type", "state", "name", "sealed_id_number"),
            *("institution_id", "institution_name", "authority_id", "authority_name"),
            *("created_at", "submitted_at", "institution_decision", "institution_reviewed_at"),
            *("authority_decision", "decided_at", "deadline", "days_kept", "reasons", "source"),
            *("origin_institution_id", "origin_institution_name", "origin_decision"),
            *("origin_reviewed_at", "confirmed_at"),
        )
    ),
    _held.c.sealed_certificate_number,
)


async def list_applications(
    connection: AsyncConnection,
    caller: Principal,
    name: ListName,
    filters: Filters,
    today: date,
    *,
    limit: int,
    sort: Sort = "newest",
    after: tuple[date | None, str] | None = None,
) -> Sequence[Any]:
    """At most ``limit`` applications of one of the caller's lists: the newest first, or the
    oldest deadline first and what has none last. ``after`` is deadline and id of the last one of
    the page before."""
    key = _KEYS[sort]
    if sort == "deadline" and caller.role == "authority":
        key = _a.deadline  # always set there, and the index has it
    narrowed = conditions(filters, today)
    if after is not None:
        narrowed.append(_behind(key, sort, after))
    order = (_a.id.desc(),) if sort == "newest" else (key, _a.id)
    pieces = [
        select(_a.id).where(piece, *narrowed).order_by(*order).limit(limit)
        for piece in pieces_of(caller, name)
    ]
    # Each piece comes in order from its index; an application may be in two.
    found = union_all(*pieces).subquery()
    statement = (
        select(*_COLUMNS)
        .select_from(_SHOWN)
        .where(_a.id.in_(select(found.c.id)))
        .order_by(*order)
        .limit(limit)
    )
    return (await connection.execute(statement)).all()


async def whole_list(
    kit: Kit, caller: Principal, name: ListName, filters: Filters, today: date, sort: Sort
) -> AsyncIterator[Any]:
    """Everything on a list. Holds a connection only while it reads a thousand: who takes it away
    may be slow."""
    after = None
    while True:
        async with kit.database.reading() as connection:
            rows = await list_applications(
                connection,
                caller,
                name,
                filters,
                today,
                limit=_EXPORT_PAGE,
                sort=sort,
                after=after,
            )
        for row in rows:
            yield row
        if len(rows) < _EXPORT_PAGE:
            return
        after = (rows[-1].deadline, rows[-1].id)


async def applications_of_person(
    connection: AsyncConnection, caller: Principal, person_key: str
) -> Sequence[Any]:
    """One person's applications that are the caller's business, the newest first."""
    statement = (
        select(*_COLUMNS)
        .select_from(_SHOWN)
        .where(of_one_person(caller, person_key))
        .order_by(_a.id.desc())
        .limit(100)
    )
    return (await connection.execute(statement)).all()


async def count_lists(
    connection: AsyncConnection, caller: Principal, today: date, soon_until: date
) -> Sequence[Any]:
    """How many wait for the caller and how many are in progress, of each business type: one
    statement that reads what is open only."""
    count = func.count
    mine, others = true().label("waiting"), false().label("waiting")
    found = (
        union_all(
            *(
                select(_a.business_type, _a.deadline, mine).where(piece)
                for piece in pieces_of(caller, "waiting_for_me")
            ),
            *(select(_a.business_type, _a.deadline, others).where(one) for one in _apart(caller)),
        )
        .subquery()
        .c
    )
    waiting, deadline = found.waiting, found.deadline
    statement = (
        select(
            found.business_type,
            count().filter(waiting).label("waiting"),
            count().filter(waiting, deadline < today).label("late"),
            count().filter(waiting, deadline == today).label("due_today"),
            count().filter(waiting, deadline > today, deadline <= soon_until).label("due_soon"),
            count().filter(not_(waiting)).label("in_progress"),
        )
        .group_by(found.business_type)
        .order_by(found.business_type)
    )
    return (await connection.execute(statement)).all()


def _apart(caller: Principal) -> Sequence[ColumnElement[bool]]:
    """What is in progress, in pieces that have nothing in common."""
    pieces = pieces_of(caller, "in_progress")
    if caller.role != "authority":
        return pieces
    half = len(pieces) // 2  # its own first, then its region's
    outside = not_(within(_a.region, caller.region))
    return [and_(piece, outside) for piece in pieces[:half]] + pieces[half:]


async def count_by_state(connection: AsyncConnection) -> Sequence[Any]:
    statement = select(_a.state, _a.business_type, func.count().label("count"))
    return (await connection.execute(statement.group_by(_a.state, _a.business_type))).all()


def conditions(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    """What an application must meet to be left by the filters."""
    wanted: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (_a.business_type, filters.business_type),
            (_a.state, filters.state),
            (_a.source, filters.source),
            (_a.institution_id, filters.institution_id),
            (_a.number, filters.number),
        )
        if value is not None
    ]
    if filters.result is not None:
        refused = _a.state.in_(("refused", "institution_refused"))
        wanted.append(_a.state == "approved" if filters.result == "approved" else refused)
    if filters.name is not None:
        wanted.append(_a.name.contains(filters.name, autoescape=True))
    wanted += _between(_a.submitted_at, filters.applied_from, filters.applied_to)
    wanted += _between(_a.decided_at, filters.decided_from, filters.decided_to)
    match filters.due:
        case "late":
            wanted.append(_a.deadline < today)
        case "today":
            wanted.append(_a.deadline == today)
        case "soon":
            wanted += (_a.deadline > today, _a.deadline <= filters.soon_until)
    if filters.valid_until is not None:
        wanted.append(
            exists().where(
                _r.person_key == _a.person_key,
                _r.profession == _PROFESSION,
                _r.status == "registered",
                _r.valid_until == filters.valid_until,
            )
        )
    return wanted


def _between(
    column: ColumnElement[Any], first: date | None, last: date | None
) -> list[ColumnElement[bool]]:
    """Calendar days of China, both included."""
    wanted = []
    if first is not None:
        wanted.append(column >= _midnight(first))
    if last is not None:
        wanted.append(column < _midnight(last) + timedelta(days=1))
    return wanted


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _behind(
    key: ColumnElement[Any], sort: Sort, after: tuple[date | None, str]
) -> ColumnElement[bool]:
    deadline, last = after
    if sort == "newest":
        return _a.id < last
    return tuple_(key, _a.id) > tuple_(deadline or date.max, last)
