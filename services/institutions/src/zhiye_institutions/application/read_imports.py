"""Looking at imports: how far they are, and what was rejected; and cancelling them."""

from __future__ import annotations

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.imports.reasons import INTERNAL
from zhiye_chassis.security import Principal
from zhiye_chassis.sheets import reasons as sheets
from zhiye_contracts.reasons import Reason
from zhiye_institutions.adapters.import_jobs import JOBS
from zhiye_institutions.adapters.tables import institution_import as job
from zhiye_institutions.application.access import not_found
from zhiye_institutions.domain import import_reasons as why
from zhiye_institutions.kit import Kit

_REASONS = {
    **{one.code: one for one in vars(sheets).values() if isinstance(one, Reason)},
    **why.OF_LINES,
}


def reason_of(code: str) -> Reason:
    """Why a line was rejected, or an import failed."""
    return _REASONS.get(code, INTERNAL)


def _own(caller: Principal) -> Select[tuple[object, ...]]:
    """The caller's own imports; everybody's for the operator."""
    statement = select(job)
    if caller.role != "operator":
        statement = statement.where(job.c.created_by == caller.account_id)
    return statement


async def own_imports(
    connection: AsyncConnection, caller: Principal, before: str | None, limit: int
) -> list[RowMapping]:
    """The newest first."""
    statement = _own(caller).order_by(job.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(job.c.id < before)
    return list((await connection.execute(statement)).mappings())


async def find_import(connection: AsyncConnection, caller: Principal, import_id: str) -> RowMapping:
    """``Refused`` (404) when it is not the caller's."""
    found = await connection.execute(_own(caller).where(job.c.id == import_id))
    row = found.mappings().first()
    if row is None:
        raise not_found()
    return row


async def cancel_import(tx: Transaction, kit: Kit, caller: Principal, import_id: str) -> None:
    """Stop it where it is; what it recorded stays. ``Refused``: 404, 409 ``import_over``."""
    await find_import(tx.connection, caller, import_id)
    await JOBS.cancel(tx, import_id, kit.clock.now())
