"""Records that were asked for: one's own requests, and those the exam centre has to answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_qualifications.adapters.case_tables import record_request
from zhiye_qualifications.application.request_record import owners_of

State = Literal["waiting", "on_record", "under_another_identity", "not_found"]


async def own_requests(
    connection: AsyncConnection, caller: Principal, limit: int, before: str | None
) -> Sequence[tuple[RowMapping, State]]:
    """What the account asked for, the newest first, and how it stands."""
    table = record_request.c
    query = select(record_request).where(table.account_id == caller.account_id)
    if before is not None:
        query = query.where(table.id < before)
    rows = (await connection.execute(query.order_by(table.id.desc()).limit(limit))).mappings().all()
    owners = await owners_of(connection, [row["number_key"] for row in rows])

    def state(row: RowMapping) -> State:
        if found := owners.get(row["number_key"]):
            return "on_record" if caller.person_key in found else "under_another_identity"
        return "not_found" if row["answer"] == "not_found" else "waiting"

    return [(row, state(row)) for row in rows]


async def open_requests(
    connection: AsyncConnection, limit: int, after: str | None
) -> Sequence[RowMapping]:
    """What the exam centre has still to look for, the oldest first."""
    table = record_request.c
    query = select(record_request).where(table.answer.is_(None))
    if after is not None:
        query = query.where(table.id > after)
    rows = await connection.execute(query.order_by(table.id).limit(limit))
    return rows.mappings().all()
