"""The people of an institution and the state of their accounts, live (Q21, Q42, deck 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_accounts.adapters.tables import account, activation_code, registration
from zhiye_accounts.domain.desk import Status
from zhiye_contracts.identifiers import normalise_name

_r, _a = registration.c, account.c
_code = (
    select(activation_code)
    .where(activation_code.c.account_id == _a.id, activation_code.c.void_at.is_(None))
    .limit(1)
    .lateral("code")
)
"""One that is not void waits or was used to activate the account: there is one at most. Looked up
for each person, whatever the planner believes about the number of codes."""
_c = _code.c
_STATUS = case(
    (_a.id.is_(None), "no_account"),
    (_a.status == "active", "active"),
    (_a.status == "registered", "not_verified"),
    (_c.id.is_not(None), "code_issued"),
    (_r.region_online, "awaiting_code"),
    else_="by_approval",
).label("desk_status")
_PEOPLE = registration.outerjoin(
    account, and_(_a.person_key == _r.person_key, _a.status != "revoked")
).outerjoin(_code, true())
_COLUMNS = (
    _r.id,
    _r.profession,
    _r.name,
    func.coalesce(_r.sealed_id_number, _a.sealed_id_number).label("sealed_id_number"),
    _STATUS,
    _a.id.label("account_id"),
    _a.created_at,
    _a.identity,
    _a.phone_verified_at,
    _a.email_verified_at,
    _a.activated_at,
    _c.issued_at,
    _c.used_at,
    _c.sealed_code,
    _c.institution_id.label("code_of"),
)


async def list_people(
    connection: AsyncConnection,
    institution_id: str | None,
    *,
    limit: int,
    after: str = "",
    status: Status | None = None,
    name: str | None = None,
) -> Sequence[Any]:
    """At most ``limit`` registrations in force at the institution, each with the account of its
    holder; ``after`` is the registration the page before ended with."""
    statement = (
        select(*_COLUMNS)
        .select_from(_PEOPLE)
        .where(_r.institution_id == institution_id, _r.status == "registered", _r.id > after)
    )
    if status is not None:
        statement = statement.where(_STATUS.in_([status]))
    if name is not None:
        part = normalise_name(name)
        statement = statement.where(
            or_(func.strpos(_r.name, part) > 0, func.strpos(_a.name, part) > 0)
        )
    return (await connection.execute(statement.order_by(_r.id).limit(limit))).all()
