"""Reading one institution whole: its names, campuses, history, and the merges it took part in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import RowMapping, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_contracts.codes.divisions import prefix
from zhiye_institutions.adapters.tables import (
    filing,
    institution,
    institution_history,
    institution_merge,
    other_name,
    within,
    zone,
)

_standard = institution.alias("standard")
_into = institution.alias("merged_into")


async def read_institution(connection: AsyncConnection, institution_id: str) -> RowMapping | None:
    """The row, with the names of what it is a campus of and what it was merged into."""
    found = await connection.execute(
        select(
            institution,
            _standard.c.name.label("standard_name"),
            _into.c.name.label("merged_into_name"),
        )
        .outerjoin(_standard, _standard.c.id == institution.c.standard_id)
        .outerjoin(_into, _into.c.id == institution.c.merged_into)
        .where(institution.c.id == institution_id)
    )
    return found.mappings().first()


async def names_of(connection: AsyncConnection, institution_id: str) -> Sequence[RowMapping]:
    found = await connection.execute(
        select(other_name.c.id, other_name.c.name, other_name.c.kind)
        .where(other_name.c.institution_id == institution_id)
        .order_by(other_name.c.added_at, other_name.c.id)
    )
    return found.mappings().all()


async def zones_of(connection: AsyncConnection, codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Name and parent of those codes that were assigned to special zones."""
    found = await connection.execute(
        select(zone.c.code, zone.c.name, zone.c.parent).where(zone.c.code.in_(list(codes)))
    )
    return {row.code: (row.name, row.parent) for row in found}


async def assigned_zones(connection: AsyncConnection) -> dict[str, tuple[str, str]]:
    """Name and parent of every assigned zone, by code."""
    found = await connection.execute(
        select(zone.c.code, zone.c.name, zone.c.parent).where(zone.c.state == "assigned")
    )
    return {row.code: (row.name, row.parent) for row in found}


async def campuses_of(
    connection: AsyncConnection, institution_id: str, after: tuple[str, str] | None, limit: int
) -> list[RowMapping]:
    """The campuses of an institution, by name, then id (Q57)."""
    statement = (
        select(institution)
        .where(institution.c.standard_id == institution_id)
        .order_by(institution.c.name, institution.c.id)
        .limit(limit)
    )
    if after is not None:
        name, id_ = after
        statement = statement.where(
            or_(institution.c.name > name, (institution.c.name == name) & (institution.c.id > id_))
        )
    return list((await connection.execute(statement)).mappings())


async def history_of(
    connection: AsyncConnection, institution_id: str, before: int | None, limit: int
) -> list[RowMapping]:
    """What became of an institution, the newest first."""
    statement = (
        select(institution_history, filing.c.number.label("filing_number"))
        .outerjoin(filing, filing.c.id == institution_history.c.filing_id)
        .where(institution_history.c.institution_id == institution_id)
        .order_by(institution_history.c.version.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(institution_history.c.version < before)
    return list((await connection.execute(statement)).mappings())


async def find_merges(
    connection: AsyncConnection,
    caller: Principal,
    *,
    merge_id: str | None = None,
    before: str | None = None,
    limit: int = 1,
) -> list[RowMapping]:
    """Merges in which an institution of the caller's region took part, the newest first; the
    operator sees all."""
    source, target = institution.alias("source"), institution.alias("target")
    statement: Any = (
        select(
            institution_merge,
            source.c.name.label("source_name"),
            source.c.region.label("source_region"),
            target.c.name.label("target_name"),
            target.c.region.label("target_region"),
        )
        .join(source, source.c.id == institution_merge.c.source_id)
        .join(target, target.c.id == institution_merge.c.target_id)
        .order_by(institution_merge.c.id.desc())
        .limit(limit)
    )
    if caller.role != "operator":
        if caller.region is None:
            return []
        inside = prefix(caller.region)
        statement = statement.where(
            or_(within(source.c.region, inside), within(target.c.region, inside))
        )
    if merge_id is not None:
        statement = statement.where(institution_merge.c.id == merge_id)
    if before is not None:
        statement = statement.where(institution_merge.c.id < before)
    return list((await connection.execute(statement)).mappings())
