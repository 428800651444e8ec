"""Whose duties are on whose list: an institution's own, those of an authority and its region, and
those about oneself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_registration.adapters.duties import COLUMNS
from zhiye_registration.adapters.penalty_tables import IS_OPEN, duty
from zhiye_registration.adapters.regions import within
from zhiye_registration.adapters.tables import application, registration
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.duty import SOON_DAYS, State
from zhiye_registration.domain.workflow import OPEN as OPEN_STATES

_d, _r, _a = duty.c, registration.c, application.c
_SHOWN = select(*COLUMNS, _r.name, _r.sealed_id_number).select_from(
    duty.join(registration, _r.id == _d.registration_id)
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Duties that are still to be done. ``due_soon`` are those of ``open`` that are due within
    seven days."""

    open: int
    due_soon: int
    overdue: int
    escalated: int


async def list_duties(
    connection: AsyncConnection,
    caller: Principal,
    today: date,
    state: State | None,
    *,
    kind: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Sequence[RowMapping]:
    """The newest first; ``before`` is the last id of the page before."""
    query = _SHOWN.where(_visible(caller))
    if state is not None:
        query = query.where(_in_state(state, today))
    if kind is not None:
        query = query.where(_d.kind == kind)
    if before is not None:
        query = query.where(_d.id < before)
    return await _all(connection, query.order_by(_d.id.desc()).limit(limit))


async def count_duties(connection: AsyncConnection, caller: Principal, today: date) -> Counts:
    """What is still to be done on the caller's whole list."""
    soon = today + timedelta(days=SOON_DAYS)
    counted = await connection.execute(
        select(
            func.count().filter(_in_state("open", today)),
            func.count().filter(_in_state("open", today), _d.due_on <= soon),
            func.count().filter(_in_state("overdue", today)),
            func.count().filter(_d.state == "escalated"),
        ).where(_visible(caller), text(IS_OPEN))
    )
    return Counts(*counted.one())


async def read_duty(connection: AsyncConnection, caller: Principal, key: str) -> RowMapping:
    """One that the caller may see, with its person's name; else ``Refused`` (404)."""
    rows = await _all(connection, _SHOWN.where(_d.id == key, _visible(caller)))
    if not rows:
        raise not_found()
    return rows[0]


async def applications_of(
    connection: AsyncConnection, duties: Sequence[RowMapping], business_types: Mapping[str, str]
) -> dict[str, RowMapping]:
    """By duty: the application by which it is being done, once that was submitted.
    ``business_types`` tells of which type, by duty."""
    if not duties:
        return {}
    found = await connection.execute(
        select(_a.number, _a.state, _a.business_type, _a.person_key, _a.registration_id)
        .where(
            _a.person_key.in_({row["person_key"] for row in duties}),
            _a.business_type.in_(set(business_types.values())),
            _a.state.in_(OPEN_STATES),
            _a.submitted_at.is_not(None),
        )
        .order_by(_a.id)
    )
    under_way = found.mappings().all()
    return {
        row["id"]: one
        for row in duties
        for one in under_way
        if one["person_key"] == row["person_key"]
        and one["business_type"] == business_types[row["id"]]
        and one["registration_id"] in (None, row["registration_id"])
    }


def _visible(caller: Principal) -> ColumnElement[bool]:
    if caller.role == "practitioner" and caller.person_key is not None:
        return _d.person_key == caller.person_key
    if caller.role == "institution" and caller.institution_id is not None:
        return _d.institution_id == caller.institution_id
    if caller.role == "authority":
        inside = within(_d.region, caller.region)
        if caller.authority_id is None:
            return inside
        return or_(_d.authority_id == caller.authority_id, inside)
    raise not_found()


def _in_state(state: State, today: date) -> ColumnElement[bool]:
    if state == "open":
        return and_(_d.state == "open", _d.due_on >= today)
    if state == "overdue":
        return and_(_d.state == "open", _d.due_on < today)
    return _d.state == state


async def _all(connection: AsyncConnection, query: Select[Any]) -> Sequence[RowMapping]:
    rows: Sequence[RowMapping] = (await connection.execute(query)).mappings().all()
    return rows
