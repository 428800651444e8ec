"""Imports under way: claimed by one process at a time, and taken over when that one dies."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import RowMapping, delete, func, or_, select, update

from zhiye_chassis.database import Transaction
from zhiye_institutions.adapters.tables import import_seen
from zhiye_institutions.adapters.tables import institution_import as job

TAKEN_OVER_AFTER = timedelta(seconds=60)
"""A process that has said nothing for so long is taken for dead. If it is not, it notices at its
next chunk, and does nothing more."""


async def claim(tx: Transaction, now: datetime) -> RowMapping | None:
    """The oldest import that nobody works on, now ours; ``None`` if there is none."""
    free = (
        select(job.c.id)
        .where(
            or_(
                job.c.state == "waiting",
                (job.c.state == "running") & (job.c.alive_at < now - TAKEN_OVER_AFTER),
            )
        )
        .order_by(job.c.created_at, job.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = await tx.execute(
        update(job)
        .where(job.c.id == free.scalar_subquery())
        .values(state="running", alive_at=now, started_at=func.coalesce(job.c.started_at, now))
        .returning(job)
    )
    claimed: RowMapping | None = found.mappings().first()
    return claimed


async def hold(tx: Transaction, id_: str, lines_done: int) -> bool:
    """Keep an import from being cancelled or taken over until the transaction ends; ``False`` if
    it was already, or somebody else has gone on with it."""
    found = await tx.execute(
        select(job.c.id)
        .where(job.c.id == id_, job.c.state == "running", job.c.lines_done == lines_done)
        .with_for_update()
    )
    return found.first() is not None


async def advance(
    tx: Transaction,
    id_: str,
    now: datetime,
    *,
    lines_done: int,
    bytes_read: int,
    recorded: int,
    unchanged: int,
    rejected: int,
) -> None:
    """Tell how far an import is that is held."""
    await tx.execute(
        update(job)
        .where(job.c.id == id_)
        .values(
            alive_at=now,
            lines_done=lines_done,
            bytes_read=bytes_read,
            recorded=job.c.recorded + recorded,
            unchanged=job.c.unchanged + unchanged,
            rejected=job.c.rejected + rejected,
        )
    )


async def finish(
    tx: Transaction, id_: str, lines_done: int, now: datetime, error: str | None = None
) -> int:
    """An import is done, or has failed; unless somebody else has gone on with it. How many it
    recorded."""
    if not await hold(tx, id_, lines_done):
        return 0
    over = {"state": "failed", "error": error} if error else {"state": "done"}
    found = await tx.execute(
        update(job)
        .where(job.c.id == id_)
        .values(**over, finished_at=now, bytes_read=job.c.bytes_read if error else job.c.bytes)
        .returning(job.c.recorded)
    )
    return int(found.scalar_one())


async def tidy(tx: Transaction) -> list[str]:
    """Let go of what imports that are over have left; their files, which are to be deleted."""
    found = await tx.execute(
        select(job.c.id, job.c.object)
        .where(job.c.state.in_(("done", "failed", "cancelled")), job.c.object.is_not(None))
        .with_for_update(skip_locked=True)
    )
    over = found.all()
    ids = [row.id for row in over]
    if ids:
        await tx.execute(delete(import_seen).where(import_seen.c.import_id.in_(ids)))
        await tx.execute(update(job).where(job.c.id.in_(ids)).values(object=None))
    return [row.object for row in over]
