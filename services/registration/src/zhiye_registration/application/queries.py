"""Lists of applications: waiting for me, in progress, completed (deck 7)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    column,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.security import Principal
from zhiye_registration.adapters.regions import bounds
from zhiye_registration.adapters.tables import application, registration
from zhiye_registration.application.list_scope import (
    Pieces,
    in_progress_apart,
    of_one_person,
    pieces_of,
    spread,
    with_others,
)
from zhiye_registration.domain.application_list import Filters, ListName, Sort
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import State
from zhiye_registration.kit import Kit

_EXPORT_PAGE = 1_000
_a = application.c
_r = registration.c
_NEVER: ColumnElement[date] = literal_column("date '9999-12-31'")
_NO_DAY: ColumnElement[date | None] = literal_column("NULL::date")
_KEYS: dict[Sort, ColumnElement[Any]] = {
    "newest": _a.id,
    "deadline": func.coalesce(_a.deadline, _NEVER),
}
_PROFESSION = func.split_part(_a.business_type, "-", 1)
_ABOUT = or_(_a.registration_id.is_(None), _r.id == _a.registration_id)
"""Of the several that a physician may have, the one that it is about."""
_held = (
    select(_r.sealed_certificate_number)
    .where(_r.person_key == _a.person_key, _r.profession == _PROFESSION, _ABOUT)
    .order_by((_r.status == "registered").desc(), _r.id.desc())
    .limit(1)
    .lateral("held")
)
_held_until = (
    # Looked up for each application: what it is equal to must not tempt to read a whole day's.
    select(_r.valid_until)
    # A physician's is never over, and so never on the list of one day.
    .where(_r.person_key == _a.person_key, _r.profession == _PROFESSION, _r.status == "registered")
    .where(_ABOUT)
    .limit(1)
    .correlate(application)
    .scalar_subquery()
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
            *("origin_reviewed_at", "confirmed_at", "registration_id"),
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
    pieces: list[Any] = [
        select(_a.id, key.label("key")).where(piece, *narrowed).order_by(*order).limit(limit)
        for piece in left(pieces_of(caller, name), filters)
    ]
    states = [state for state in spread(caller, name) if filters.leaves(state)]
    if states and caller.region:
        others = [*narrowed, with_others(caller)]
        pieces.append(await _of_counties(connection, caller.region, states, others, limit))
    if not pieces:
        return []
    # Each piece comes in order from its index; an application may be in two.
    found = union_all(*pieces).subquery("found")
    first = select(found.c.id, found.c.key).distinct().limit(limit)
    if sort == "newest":
        first = first.order_by(found.c.id.desc())
    else:
        first = first.order_by(found.c.key, found.c.id)
    chosen = first.subquery("chosen")
    statement = (
        select(*_COLUMNS)
        .select_from(chosen.join(application, _a.id == chosen.c.id).outerjoin(_held, true()))
        .order_by(*order)
    )
    return (await connection.execute(statement)).all()


async def _of_counties(
    connection: AsyncConnection,
    region: str,
    states: Sequence[State],
    narrowed: Sequence[ColumnElement[bool]],
    limit: int,
) -> Any:
    """The newest of a region from the newest of each of its counties in each state: however many
    the region has, a page of each is read at most."""
    known = await regions_of_applications(connection, region)
    county = (
        func.unnest(literal(known, ARRAY(Text)))
        .table_valued(column("code", Text), name="county")
        .render_derived()
    )
    each = (
        func.unnest(literal(list(states), ARRAY(Text)))
        .table_valued(column("code", Text), name="each_state")
        .render_derived()
    )
    newest = (
        select(_a.id)
        .where(_a.region == county.c.code, _a.state == each.c.code, *narrowed)
        .where(or_(_a.state != "withdrawn", _a.submitted_at.is_not(None)))
        .order_by(_a.id.desc())
        .limit(limit)
        .lateral("newest")
    )
    everything = county.join(each, true()).join(newest, true())
    return (
        select(newest.c.id, newest.c.id.label("key"))
        .select_from(everything)
        .order_by(newest.c.id.desc())
        .limit(limit)
    )


_REGIONS = text(
    "WITH RECURSIVE known AS ((SELECT region FROM application"
    " WHERE region ~>=~ :first AND region ~<~ :behind ORDER BY region USING ~<~ LIMIT 1)"
    " UNION ALL SELECT (SELECT a.region FROM application a WHERE a.region ~>~ known.region"
    " AND a.region ~<~ :behind ORDER BY a.region USING ~<~ LIMIT 1)"
    " FROM known WHERE known.region IS NOT NULL)"
    " SELECT region FROM known WHERE region IS NOT NULL"
)


async def regions_of_applications(connection: AsyncConnection, region: str) -> list[str]:
    """The counties and zones of a region that have any application: one look into the index for
    each of them."""
    first, behind = bounds(region) or ("0", ":")
    found = await connection.execute(_REGIONS, {"first": first, "behind": behind})
    return list(found.scalars())


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
    statement that reads what is open only, and of a region's an index alone."""
    count = func.count
    mine, others = true().label("waiting"), false().label("waiting")
    found = (
        union_all(
            *(
                select(_a.business_type, _a.deadline, mine).where(piece)
                for _, piece in pieces_of(caller, "waiting_for_me")
            ),
            *(
                select(_a.business_type, _NO_DAY, others).where(piece)
                for _, piece in in_progress_apart(caller)
            ),
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


async def count_by_state(connection: AsyncConnection) -> Sequence[Any]:
    statement = select(_a.state, _a.business_type, func.count().label("count"))
    return (await connection.execute(statement.group_by(_a.state, _a.business_type))).all()


def left(pieces: Pieces, filters: Filters) -> list[ColumnElement[bool]]:
    """The pieces that have a state which the filters leave; to be narrowed by ``conditions``."""
    return [piece for states, piece in pieces if any(map(filters.leaves, states))]


def conditions(filters: Filters, today: date) -> list[Any]:
    """What an application must meet to be left by the filters."""
    wanted: list[Any] = [
        column == value
        for column, value in (
            (_a.business_type, filters.business_type),
            (_a.institution_id, filters.institution_id),
            (_a.number, filters.number),
        )
        if value is not None
    ]
    if filters.profession is not None:
        slugs = [s for s, row in BUSINESS_TYPES.items() if row.profession == filters.profession]
        wanted.append(_a.business_type.in_(slugs))
    if filters.states is not None:
        wanted.append(_a.state.in_(filters.states))
    if filters.source == "institution":
        wanted.append(text("application.source = 'institution'"))  # as the partial index has it
    elif filters.source is not None:
        wanted.append(_a.source == filters.source)
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
        wanted.append(_held_until == filters.valid_until)
    return wanted


def _between(
    column: ColumnElement[Any], first: date | None, last: date | None
) -> list[ColumnElement[bool]]:
    """Calendar days of China, both included."""
    wanted = []
    if first is not None:
        wanted.append(column >= midnight(first))
    if last is not None:
        wanted.append(column < midnight(last) + timedelta(days=1))
    return wanted


def midnight(day: date) -> datetime:
    """When a day begins in China."""
    return datetime.combine(day, time.min, SHANGHAI)


def _behind(
    key: ColumnElement[Any], sort: Sort, after: tuple[date | None, str]
) -> ColumnElement[bool]:
    deadline, last = after
    if sort == "newest":
        return _a.id < last
    return tuple_(key, _a.id) > tuple_(deadline or date.max, last)
