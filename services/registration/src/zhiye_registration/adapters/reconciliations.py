"""Staff lists and what they are compared with, a thousand people at a time, never the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    String,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters.physician_tables import practice_filing
from zhiye_registration.adapters.projection_tables import institution, qualification
from zhiye_registration.adapters.record_tables import (
    reconciliation,
    reconciliation_line,
    verification,
)
from zhiye_registration.adapters.tables import IS_OPEN, application, registration
from zhiye_registration.domain.reconciliation import OPEN_STATES, Place

AT_ONCE = 1_000
"""People in one query."""
_THE_PROFESSION = bindparam("profession", type_=String)


@dataclass(frozen=True, slots=True)
class Whose:
    """The institution that compares, of which profession, on which day."""

    profession: str
    place: Place
    today: date

    @property
    def given(self) -> dict[str, Any]:
        return {
            "profession": self.profession,
            "institution": self.place.id,
            "region": self.place.region,
            "today": self.today,
        }


_r, _q, _a, _v = registration.c, qualification.c, application.c, verification.c
_f = practice_filing.c
_l = reconciliation_line.c
_KEYS = bindparam("keys", type_=ARRAY(String))
IS_OPEN_LINE = _l.step_state.in_(OPEN_STATES)

_IS_FILED = (
    (_f.institution_id == bindparam("institution"))
    & text("practice_filing.status = 'in_force'")
    & (_f.from_on <= bindparam("today"))
    & (_f.until_on >= bindparam("today"))
)
_FILED_HERE = and_(
    _THE_PROFESSION == "physician", exists().where(_f.person_key == _r.person_key, _IS_FILED)
)
_SHOWN = (
    _r.id,
    _r.person_key,
    _r.sealed_id_number,
    _r.name,
    _r.status,
    _r.valid_until,
    _r.certificate_key,
    _r.sealed_certificate_number,
    _r.department,
    _r.work_category,
    _r.title,
    _r.level,
    _r.category,
    _r.scopes,
    _r.institution_id,
    _r.region,
    func.coalesce(institution.c.name, "").label("institution_name"),
)
_WITH_PLACE = registration.outerjoin(institution, institution.c.id == _r.institution_id)
_IN_FORCE = _r.status == "registered"
_REGISTER = (
    select(*_SHOWN, _FILED_HERE.label("filed_here"))
    .select_from(_WITH_PLACE)
    .where(_r.person_key == any_(_KEYS), _r.profession == _THE_PROFESSION)
    .ext(distinct_on(_r.person_key))
    # Those in force go before all others, whatever is newer: the one here, the one in the location
    # of here, any other.
    .order_by(
        _r.person_key,
        _IN_FORCE.desc(),
        (_IN_FORCE & (_r.institution_id == bindparam("institution"))).desc(),
        (_IN_FORCE & func.starts_with(bindparam("region"), _r.location)).desc(),
        _r.id.desc(),
    )
)
_ROSTER = (
    select(*_SHOWN)
    .select_from(_WITH_PLACE)
    .where(
        _r.institution_id == bindparam("institution"),
        _r.profession == _THE_PROFESSION,
        _r.status == "registered",
    )
    .order_by(_r.id)
)
_FILED_PEOPLE = (
    select(_f.id.label("filing_id"), _r.id, _r.person_key, _r.sealed_id_number, _r.name)
    .select_from(practice_filing.join(registration, _r.id == _f.registration_id))
    .where(_IS_FILED)
    .order_by(_f.id)
)
_QUALIFIED = (
    select(_q.person_key, _q.name)
    .where(_q.person_key == any_(_KEYS), _q.profession == _THE_PROFESSION, _q.in_force)
    .ext(distinct_on(_q.person_key))
    .order_by(_q.person_key, _q.passed_on.desc(), _q.id.desc())
)
_LOOKED_UP = (
    select(
        _v.person_key,
        func.bool_or(_v.found).label("found"),
        func.count().filter(~_v.found).label("misses"),
        func.min(_v.at).label("first"),
    )
    .where(
        _v.organisation_id == bindparam("organisation"),
        _v.at > bindparam("since"),
        _v.purpose == "reconciliation",
    )
    .group_by(_v.person_key)
)
_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:organisation, 3))")
_STARTED = (
    select(
        _l.person_key,
        _l.finding,
        _l.step_ref,
        _l.step_started_at,
        _l.step_started_by,
        _l.step_started_by_name,
        _l.step_note,
    )
    .select_from(
        reconciliation_line.join(reconciliation, reconciliation.c.id == _l.reconciliation_id)
    )
    .where(
        _l.person_key == any_(_KEYS),
        _l.step_state == "started",
        reconciliation.c.institution_id == bindparam("institution"),
        reconciliation.c.profession == _THE_PROFESSION,
    )
    .order_by(_l.reconciliation_id)
)
_FILED = (
    select(_a.id, _a.number, _a.business_type, _a.state, _a.person_key, _a.created_at)
    .where(
        _a.person_key == any_(_KEYS),
        _a.institution_id == bindparam("institution"),
        text(IS_OPEN),
        func.split_part(_a.business_type, "-", 1) == _THE_PROFESSION,
        or_(_a.submitted_at.is_not(None), _a.source == "institution"),
    )
    .order_by(_a.id)
)


async def hold(tx: Transaction, organisation: str) -> None:
    """Lists of one organisation are compared one after the other: what they look up is counted."""
    await tx.execute(_HOLD, {"organisation": organisation})


async def register_of(
    connection: AsyncConnection, whose: Whose, keys: Sequence[str]
) -> dict[str, RowMapping]:
    """The registration of each person who has one: that at the institution, else one in force,
    else the newest."""
    rows = await connection.execute(_REGISTER, whose.given | {"keys": list(keys)})
    return {row["person_key"]: row for row in rows.mappings()}


async def roster_of(connection: AsyncConnection, whose: Whose) -> Sequence[RowMapping]:
    """Everybody on the register at an institution."""
    return (await connection.execute(_ROSTER, whose.given)).mappings().all()


async def filed_here(connection: AsyncConnection, whose: Whose) -> dict[str, RowMapping]:
    """Physicians with a filing at the institution that is in force (Q10), by blind index: the
    registration that it is under, and the filing."""
    if whose.profession != "physician":
        return {}
    rows = (await connection.execute(_FILED_PEOPLE, whose.given)).mappings()
    return {row["person_key"]: row for row in rows}


async def qualified(
    connection: AsyncConnection, whose: Whose, keys: Sequence[str]
) -> dict[str, str]:
    """The name on the newest qualification in force of each person who has one."""
    rows = await connection.execute(_QUALIFIED, whose.given | {"keys": list(keys)})
    return {row.person_key: row.name for row in rows}


async def looked_up(
    connection: AsyncConnection, organisation: str, since: datetime
) -> dict[str, RowMapping]:
    """Whom the lists of an organisation have asked for since then; found or not, first when."""
    rows = await connection.execute(_LOOKED_UP, {"organisation": organisation, "since": since})
    return {row["person_key"]: row for row in rows.mappings()}


async def started_before(
    connection: AsyncConnection, whose: Whose, keys: Sequence[str]
) -> dict[tuple[str, str], RowMapping]:
    """Steps that earlier lists of the institution have started, by person and finding."""
    rows = await connection.execute(_STARTED, whose.given | {"keys": list(keys)})
    return {(row["person_key"], row["finding"]): row for row in rows.mappings()}


async def filed(
    connection: AsyncConnection, whose: Whose, keys: Sequence[str]
) -> dict[str, list[RowMapping]]:
    """The open applications of each person that the institution may see."""
    rows = await connection.execute(_FILED, whose.given | {"keys": list(keys)})
    found: dict[str, list[RowMapping]] = {}
    for row in rows.mappings():
        found.setdefault(row["person_key"], []).append(row)
    return found


async def add_lines(tx: Transaction, lines: Iterable[Mapping[str, Any]]) -> None:
    names = [column.name for column in reconciliation_line.columns]
    await tx.copy(
        reconciliation_line,
        (
            [
                orjson.dumps(line[name]).decode() if name == "differences" else line.get(name)
                for name in names
            ]
            for line in lines
        ),
    )


async def place_of(connection: AsyncConnection, institution_id: str) -> RowMapping | None:
    rows = await connection.execute(select(institution).where(institution.c.id == institution_id))
    return rows.mappings().first()


async def find(
    connection: AsyncConnection, institution_id: str, reconciliation_id: str
) -> RowMapping | None:
    """One of the institution's own."""
    found = await connection.execute(
        select(reconciliation).where(
            reconciliation.c.id == reconciliation_id,
            reconciliation.c.institution_id == institution_id,
        )
    )
    return found.mappings().first()


async def own(
    connection: AsyncConnection,
    institution_id: str,
    profession: str | None,
    before: str | None,
    limit: int,
) -> Sequence[RowMapping]:
    """The newest first, of one profession or of both."""
    query = (
        select(reconciliation)
        .where(reconciliation.c.institution_id == institution_id)
        .order_by(reconciliation.c.id.desc())
        .limit(limit)
    )
    if profession is not None:
        query = query.where(reconciliation.c.profession == profession)
    if before is not None:
        query = query.where(reconciliation.c.id < before)
    return (await connection.execute(query)).mappings().all()


async def lines_of(
    connection: AsyncConnection,
    reconciliation_id: str,
    *wanted: ColumnElement[bool],
    after: int = 0,
    limit: int,
    lock: bool = False,
) -> Sequence[RowMapping]:
    query = (
        select(reconciliation_line)
        .where(and_(_l.reconciliation_id == reconciliation_id, _l.line > after, *wanted))
        .order_by(_l.line)
        .limit(limit)
    )
    if lock:
        query = query.with_for_update()
    return (await connection.execute(query)).mappings().all()


async def progress(connection: AsyncConnection, reconciliation_id: str) -> Sequence[RowMapping]:
    """How many lines there are of each finding in each state."""
    found = await connection.execute(
        select(_l.finding, _l.step_state, func.count().label("count"))
        .where(_l.reconciliation_id == reconciliation_id)
        .group_by(_l.finding, _l.step_state)
    )
    return found.mappings().all()


async def change_lines(
    tx: Transaction, reconciliation_id: str, lines: Sequence[int], values: Mapping[str, Any]
) -> None:
    """Write the same to lines whose step is open still."""
    if lines:
        await tx.execute(
            update(reconciliation_line)
            .where(
                _l.reconciliation_id == reconciliation_id,
                _l.line == any_(literal(list(lines), ARRAY(Integer))),
                IS_OPEN_LINE,
            )
            .values(**values)
        )


async def compared(tx: Transaction, reconciliation_id: str, now: datetime) -> None:
    await tx.execute(
        update(reconciliation)
        .where(reconciliation.c.id == reconciliation_id)
        .values(compared_at=now)
    )
