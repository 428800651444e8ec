"""Lists of filings: an institution's own, an authority's with the late ones first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_contracts.codes.divisions import prefix
from zhiye_institutions.adapters.filings import COLUMNS
from zhiye_institutions.adapters.tables import authority, filing, institution, within

NO_DEADLINE = date(9999, 12, 31)
"""Where a filing without a running clock stands in a list."""


async def find_filings(
    connection: AsyncConnection,
    caller: Principal,
    *,
    states: Sequence[str] = (),
    kind: str | None = None,
    waiting_for_me: bool = False,
    after: tuple[date, str] | None = None,
    limit: int,
) -> list[RowMapping]:
    """Filings with the names of institution and authority, by deadline, then id.

    An institution has its own; an authority what is addressed to it and what is inside its region,
    once it was submitted; with ``waiting_for_me`` only what it has to decide now.
    """
    due = func.coalesce(filing.c.deadline, literal(NO_DEADLINE))
    statement = (
        select(
            *COLUMNS,
            institution.c.name.label("institution_name"),
            institution.c.category,
            authority.c.name.label("authority_name"),
        )
        .join(institution, institution.c.id == filing.c.institution_id)
        .outerjoin(authority, authority.c.id == filing.c.authority_id)
        .order_by(due, filing.c.id)
        .limit(limit)
    )
    if caller.role == "institution":
        statement = statement.where(filing.c.institution_id == caller.institution_id)
        mine: ColumnElement[bool] = filing.c.state.in_(("draft", "returned"))
    else:
        addressed: ColumnElement[bool] = filing.c.authority_id == caller.authority_id
        mine = addressed & (filing.c.state == "awaiting_authority")
        if caller.region is not None:
            addressed = or_(addressed, within(filing.c.region, prefix(caller.region)))
        statement = statement.where(filing.c.submitted_at.is_not(None), addressed)
    if waiting_for_me:
        statement = statement.where(mine)
    if states:
        statement = statement.where(filing.c.state.in_(states))
    if kind is not None:
        statement = statement.where(filing.c.kind == kind)
    if after is not None:
        statement = statement.where(tuple_(due, filing.c.id) > after)
    return list((await connection.execute(statement)).mappings())


async def names_for(
    connection: AsyncConnection, institution_id: str, authority_id: str | None
) -> RowMapping:
    """Name and category of a filing's institution, and the name of its authority."""
    found = await connection.execute(
        select(
            institution.c.name.label("institution_name"),
            institution.c.category,
            authority.c.name.label("authority_name"),
        )
        .select_from(institution)
        .outerjoin(authority, authority.c.id == authority_id)
        .where(institution.c.id == institution_id)
    )
    return found.mappings().one()
