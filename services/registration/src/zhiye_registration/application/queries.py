"""Lists of applications: waiting for me, in progress, completed (deck 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_contracts.codes.divisions import prefix
from zhiye_registration.adapters.tables import application
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import AWAITING, CLOSED, OPEN, WITH_APPLICANT

ListName = Literal["waiting_for_me", "in_progress", "completed"]

_a = application.c
_COLUMNS = (
    _a.id,
    _a.number,
    _a.version,
    _a.business_type,
    _a.state,
    _a.name,
    _a.sealed_id_number,
    _a.institution_id,
    _a.institution_name,
    _a.authority_id,
    _a.authority_name,
    _a.created_at,
    _a.submitted_at,
    _a.institution_decision,
    _a.institution_reviewed_at,
    _a.authority_decision,
    _a.decided_at,
    _a.deadline,
    _a.days_kept,
    _a.reasons,
    _a.source,
    _a.origin_institution_id,
    _a.origin_institution_name,
    _a.origin_decision,
    _a.origin_reviewed_at,
    _a.confirmed_at,
)
_LISTED_UNASKED = [row.slug for row in BUSINESS_TYPES.values() if row.listed_unasked]


def _own(caller: Principal, name: ListName) -> ColumnElement[bool]:
    states = {
        "waiting_for_me": WITH_APPLICANT,
        "in_progress": AWAITING,
        "completed": CLOSED,
    }[name]
    mine = and_(_a.person_key == caller.person_key, _a.state.in_(states))
    # Nobody has seen yet who holds an account that is not active: its own only.
    return mine if caller.active else and_(mine, _a.account_id == caller.account_id)


def _of_institution(caller: Principal, name: ListName) -> ColumnElement[bool]:
    """An institution's list shows its own people's business; a stranger's application appears
    once it was found by ID number and reviewed (deck 7)."""
    known = or_(_a.institution_reviewed_at.is_not(None), _a.business_type.in_(_LISTED_UNASKED))
    states = {
        "waiting_for_me": _a.state == "awaiting_institution",
        "in_progress": _a.state.in_(("returned", "awaiting_authority")),
        "completed": _a.state.in_(CLOSED),
    }[name]
    return and_(
        _a.institution_id == caller.institution_id, _a.submitted_at.is_not(None), known, states
    )


def _of_authority(caller: Principal, name: ListName) -> ColumnElement[bool]:
    mine = _a.authority_id == caller.authority_id
    if name == "waiting_for_me":
        return and_(mine, _a.state == "awaiting_authority")
    inside = _a.region.like(f"{prefix(caller.region)}%") if caller.region else false()
    states = _a.state.in_(OPEN if name == "in_progress" else CLOSED)
    return and_(or_(mine, inside), _a.submitted_at.is_not(None), states)


async def list_applications(
    connection: AsyncConnection,
    caller: Principal,
    name: ListName,
    *,
    limit: int,
    before: str | None = None,
    business_type: str | None = None,
) -> Sequence[Any]:
    """At most ``limit`` applications of one of the caller's lists, the newest first; ``before`` is
    the id of the last one of the page before."""
    of_role = {
        "practitioner": _own,
        "institution": _of_institution,
        "authority": _of_authority,
    }[caller.role]
    statement = select(*_COLUMNS).where(of_role(caller, name))
    if before is not None:
        statement = statement.where(_a.id < before)
    if business_type is not None:
        statement = statement.where(_a.business_type == business_type)
    return (await connection.execute(statement.order_by(_a.id.desc()).limit(limit))).all()


async def applications_of_person(
    connection: AsyncConnection, caller: Principal, person_key: str
) -> Sequence[Any]:
    """The submitted applications of one person that are addressed to the caller's institution,
    the newest first."""
    statement = (
        select(*_COLUMNS)
        .where(
            _a.person_key == person_key,
            _a.institution_id == caller.institution_id,
            _a.submitted_at.is_not(None),
        )
        .order_by(_a.id.desc())
        .limit(100)
    )
    return (await connection.execute(statement)).all()


async def count_by_state(connection: AsyncConnection) -> Sequence[Any]:
    statement = select(_a.state, _a.business_type, func.count().label("count"))
    return (await connection.execute(statement.group_by(_a.state, _a.business_type))).all()
