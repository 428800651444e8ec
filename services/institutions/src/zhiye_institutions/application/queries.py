"""Reading authorities and institutions: public, no personal data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_contracts.codes.divisions import prefix
from zhiye_institutions.adapters.tables import authority, deciding_authority, institution, within


async def find_authorities(
    connection: AsyncConnection, region: str | None, after: tuple[str, str] | None, limit: int
) -> list[RowMapping]:
    """Authorities inside a region's subtree, by region, then id."""
    statement = select(authority).order_by(authority.c.region, authority.c.id).limit(limit)
    if region is not None:
        statement = statement.where(within(authority.c.region, prefix(region)))
    if after is not None:
        statement = statement.where(tuple_(authority.c.region, authority.c.id) > after)
    return list((await connection.execute(statement)).mappings())


async def get_authority(connection: AsyncConnection, authority_id: str) -> RowMapping | None:
    found = await connection.execute(select(authority).where(authority.c.id == authority_id))
    return found.mappings().first()


async def get_institution(connection: AsyncConnection, institution_id: str) -> RowMapping | None:
    found = await connection.execute(select(institution).where(institution.c.id == institution_id))
    return found.mappings().first()


async def deciding_authorities(
    connection: AsyncConnection, institution_id: str
) -> tuple[int, list[dict[str, Any]]] | None:
    """The institution's version, and for each business type who decides and whether that was
    set, is the default, or nobody (``None`` without such an institution)."""
    default = authority.alias("default_authority")
    chosen = authority.alias("chosen")
    rows = (
        await connection.execute(
            select(
                institution.c.version,
                deciding_authority.c.business_type,
                chosen.c.id.label("chosen_id"),
                chosen.c.name.label("chosen_name"),
                default.c.id.label("default_id"),
                default.c.name.label("default_name"),
            )
            .select_from(institution)
            .outerjoin(default, default.c.id == institution.c.default_authority_id)
            .outerjoin(deciding_authority, deciding_authority.c.institution_id == institution.c.id)
            .outerjoin(chosen, chosen.c.id == deciding_authority.c.authority_id)
            .where(institution.c.id == institution_id)
        )
    ).all()
    if not rows:
        return None
    chosen_by_type = {row.business_type: row for row in rows}
    found: list[dict[str, Any]] = []
    for business in BUSINESS_TYPES:
        row = chosen_by_type.get(business)
        if row is not None:
            who, origin = {"id": row.chosen_id, "name": row.chosen_name}, "set"
        elif rows[0].default_id is not None:
            who, origin = {"id": rows[0].default_id, "name": rows[0].default_name}, "default"
        else:
            who, origin = None, "none"
        found.append({"business_type": business, "authority": who, "origin": origin})
    return rows[0].version, found
