"""Who is above an authority and who directly below: the tree that its region's digits make."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, Text, any_, exists, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_contracts.codes.divisions import prefix
from zhiye_institutions.adapters.tables import authority, within
from zhiye_institutions.domain.regions import above


async def authorities_above(connection: AsyncConnection, region: str) -> list[RowMapping]:
    """The authorities of every region that contains this one, from the nation down."""
    found = await connection.execute(
        select(authority)
        .where(authority.c.region.in_(above(region)))
        .order_by(func.length(func.rtrim(authority.c.region, "0")), authority.c.id)
    )
    return list(found.mappings())


async def authorities_below(
    connection: AsyncConnection, region: str, after: tuple[str, str] | None, limit: int
) -> list[RowMapping]:
    """Those inside a region with no other authority between, by region, then id: of a province
    its cities, zones, and the counties of cities that have no authority."""
    between = authority.alias("between")
    parts: list[Any] = [
        func.left(authority.c.region, 4) + literal("00", Text),
        func.left(authority.c.region, 2) + literal("0000", Text),
    ]
    rungs: array[str] = array(parts, type_=Text)
    statement = (
        select(authority)
        .where(
            within(authority.c.region, prefix(region)),
            authority.c.region != region,
            ~exists(
                select(between.c.id).where(
                    within(between.c.region, prefix(region)),
                    between.c.region.not_in([region, *above(region)]),
                    between.c.region != authority.c.region,
                    between.c.region == any_(rungs),
                )
            ),
        )
        .order_by(authority.c.region, authority.c.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(authority.c.region, authority.c.id) > after)
    return list((await connection.execute(statement)).mappings())
