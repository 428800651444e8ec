"""Reading special zones outside the official divisions, and their codes (Q56)."""

from __future__ import annotations

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_contracts.codes.divisions import prefix
from zhiye_institutions.adapters.tables import within, zone


async def is_zone(tx: Transaction, region: str) -> bool:
    """Whether this code was assigned to a special zone."""
    found = await tx.execute(select(zone.c.id).where(zone.c.code == region))
    return found.first() is not None


async def find_zones(
    connection: AsyncConnection,
    *,
    assigned_only: bool,
    region: str | None = None,
    parent: str | None = None,
    code: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 200,
) -> list[RowMapping]:
    """Zones inside a region, directly in a division, or with a code; by parent, then id."""
    statement = select(zone).order_by(zone.c.parent, zone.c.id).limit(limit)
    if region is not None:
        statement = statement.where(within(zone.c.parent, prefix(region)))
    if parent is not None:
        statement = statement.where(zone.c.parent == parent)
    if code is not None:
        statement = statement.where(zone.c.code == code)
    if assigned_only:
        statement = statement.where(zone.c.state == "assigned")
    if after is not None:
        statement = statement.where(tuple_(zone.c.parent, zone.c.id) > after)
    return list((await connection.execute(statement)).mappings())
