"""Who may look at whose qualification, and the record of it, which only grows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.adapters.case_tables import qualification_access
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.application.case_access import not_found
from zhiye_qualifications.domain import reasons as why
from zhiye_qualifications.domain.access import AccessKind
from zhiye_qualifications.kit import Kit


def region_of(caller: Principal) -> str | None:
    """The region a caller is confined to; ``None`` for the exam centre. Qualifications belong to
    provinces: ``Refused`` (403) for an authority below one."""
    if caller.role != "authority":
        return None
    region = caller.region or ""
    if not region.endswith("0000"):
        raise Refused(why.REGION_TOO_SMALL, status=403)
    return region


def in_scope(caller: Principal, row: Mapping[str, Any] | RowMapping) -> bool:
    """Whether a qualification is the caller's business: the exam centre's always, an authority's
    in its province or nation. Raises as ``region_of``."""
    region = region_of(caller)
    return region is None or divisions.is_within(row["province"], region)


async def find_in_scope(
    connection: AsyncConnection, caller: Principal, qualification_id: str
) -> RowMapping:
    """A qualification of the caller's own, or in scope; else ``Refused`` (404)."""
    found = await connection.execute(
        select(qualification).where(qualification.c.id == qualification_id)
    )
    row = found.mappings().first()
    if caller.role == "practitioner":
        mine = row is not None and row["person_key"] == caller.person_key
    else:
        mine = row is not None and in_scope(caller, row)
    if row is None or not mine:
        raise not_found()
    return row


async def record_accesses(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    rows: Iterable[RowMapping],
    kind: AccessKind,
    purpose: str | None = None,
    note: str | None = None,
) -> None:
    """Write down that the caller saw these qualifications."""
    now = kit.clock.now()
    seen = [
        {
            "qualification_id": row["id"],
            "person_key": row["person_key"],
            "kind": kind,
            "purpose": purpose,
            "note": note,
            "account_id": caller.account_id,
            "role": caller.role,
            "region": caller.region,
            "at": now,
        }
        for row in rows
    ]
    if seen:
        await tx.execute(insert(qualification_access), seen)


async def accesses_of(
    connection: AsyncConnection, person_key: str | None, limit: int, before: int | None
) -> Sequence[RowMapping]:
    """Who looked at a person's qualifications, the newest first."""
    table = qualification_access.c
    query = select(qualification_access).where(table.person_key == person_key)
    if before is not None:
        query = query.where(table.id < before)
    rows = await connection.execute(query.order_by(table.id.desc()).limit(limit))
    return rows.mappings().all()
