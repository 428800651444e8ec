"""Imports of nurses: taken in, looked at, cancelled."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.imports.reasons import INTERNAL
from zhiye_chassis.imports.taking import Taking
from zhiye_chassis.security import Principal
from zhiye_chassis.sheets import Format
from zhiye_chassis.sheets import reasons as sheets
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Reason
from zhiye_registration.adapters.import_jobs import JOBS
from zhiye_registration.adapters.record_tables import registration_import as job
from zhiye_registration.adapters.tables import authority, institution
from zhiye_registration.application.access import not_found
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.imports import COLUMNS, REQUIRED
from zhiye_registration.kit import Kit

MOST_BYTES = 64 * 1024 * 1024
_REASONS = {
    **{one.code: one for one in vars(sheets).values() if isinstance(one, Reason)},
    **why.OF_LINES,
}


def reason_of(code: str) -> Reason:
    """Why a line was rejected, or an import failed."""
    return _REASONS.get(code, INTERNAL)


async def start_import(
    kit: Kit,
    caller: Principal,
    institution_id: str,
    stream: AsyncIterator[bytes],
    *,
    declared: Format | None,
    dry_run: bool,
) -> str:
    """Keep the file of an institution's nurses and have it imported; the import's id.

    The authority over the institution brings it in, never the institution itself, which could
    make up registrations. ``Refused``: 404 for an institution that is not in the caller's region,
    every fault of the header at once, 415, 413.
    """
    place = await _institution(kit, caller, institution_id)
    taking = Taking(stream, MOST_BYTES)
    file_format = await taking.begin(declared)
    id_ = new_id()
    path = f"imports/{id_}"
    await taking.keep(kit.objects, path, file_format, COLUMNS, REQUIRED)
    try:
        async with kit.database.transaction() as tx:
            name = await tx.connection.scalar(
                select(authority.c.name).where(authority.c.id == caller.authority_id)
            )
            await JOBS.add(
                tx,
                caller,
                kit.clock.now(),
                id_=id_,
                path=path,
                file_format=file_format,
                size=taking.size,
                dry_run=dry_run,
                institution_id=institution_id,
                institution_name=place["name"],
                region=place["region"],
                authority_id=caller.authority_id,
                authority_name=name,
            )
    except BaseException:
        await kit.objects.delete(path)
        raise
    return id_


async def _institution(kit: Kit, caller: Principal, institution_id: str) -> RowMapping:
    async with kit.database.reading() as connection:
        found = await connection.execute(
            select(institution).where(institution.c.id == institution_id)
        )
        row = found.mappings().first()
    inside = caller.role == "operator" or (
        row is not None and divisions.is_within(row["region"], caller.region or "")
    )
    if row is None or not inside:
        raise not_found()
    return row


def _visible(caller: Principal) -> Select[tuple[object, ...]]:
    """An authority's are those of its region, an institution's those about itself."""
    query = select(job)
    if caller.role == "institution":
        return query.where(job.c.institution_id == caller.institution_id)
    if caller.role == "authority":
        inside = divisions.prefix(caller.region) if caller.region else "none"
        return query.where(job.c.region.like(f"{inside}%"))
    return query


async def list_imports(
    connection: AsyncConnection, caller: Principal, before: str | None, limit: int
) -> list[RowMapping]:
    """The newest first."""
    query = _visible(caller).order_by(job.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(job.c.id < before)
    return list((await connection.execute(query)).mappings())


async def find_import(connection: AsyncConnection, caller: Principal, import_id: str) -> RowMapping:
    """``Refused`` (404) when the caller may not see it."""
    found = await connection.execute(_visible(caller).where(job.c.id == import_id))
    row = found.mappings().first()
    if row is None:
        raise not_found()
    return row


async def cancel_import(tx: Transaction, kit: Kit, caller: Principal, import_id: str) -> None:
    """Stop it where it is; what it recorded stays. ``Refused``: 404, 409 ``import_over``."""
    await find_import(tx.connection, caller, import_id)
    await JOBS.cancel(tx, import_id, kit.clock.now())
