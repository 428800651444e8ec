"""Reading batches and their results; closing those whose producer vanished."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from sqlalchemy import RowMapping, Select, bindparam, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis import texts
from zhiye_chassis.database import Database, Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.adapters.register_store import Superseded
from zhiye_qualifications.adapters.tables import batch, batch_result
from zhiye_qualifications.application.distribution import complete_if_kept
from zhiye_qualifications.domain.codes import Outcome
from zhiye_qualifications.kit import Kit

ABANDONED = timedelta(minutes=1)
"""Without a sign of life for so long, the process that reads a body is gone."""
SILENT = timedelta(minutes=15)
"""Without a record for so long, a batch on the bus has lost its sender, or a record."""
_DOWNLOAD_PAGE = 1_000


async def own_batches(
    connection: AsyncConnection, caller: Principal, limit: int, before: str | None
) -> Sequence[RowMapping]:
    """The newest batches first: an exam centre's own, for an operator everybody's."""
    query = select(batch).order_by(batch.c.id.desc()).limit(limit)
    if caller.role != "operator":
        query = query.where(batch.c.account_id == caller.account_id)
    if before is not None:
        query = query.where(batch.c.id < before)
    return (await connection.execute(query)).mappings().all()


async def find_batch(connection: AsyncConnection, caller: Principal, batch_id: str) -> RowMapping:
    """One batch; ``Refused`` (404) when there is none or it is somebody else's."""
    found = (
        (await connection.execute(select(batch).where(batch.c.id == batch_id))).mappings().first()
    )
    if found is None or (caller.role != "operator" and found["account_id"] != caller.account_id):
        raise Refused(texts.of_status(404), status=404)
    return found


async def results_of(
    connection: AsyncConnection, batch_id: str, outcome: Outcome | None, limit: int, after: int = 0
) -> Sequence[RowMapping]:
    """Results kept of a batch, by line. A record without one was plainly recorded."""
    return (await connection.execute(_results(batch_id, outcome, limit, after))).mappings().all()


def _results(
    batch_id: str, outcome: Outcome | None, limit: int, after: int
) -> Select[tuple[object, ...]]:
    table = batch_result.c
    query = select(batch_result).where(table.batch_id == batch_id, table.line > after)
    if outcome is not None:
        # In the statement's text, so that the planner sees that the partial index answers it.
        query = query.where(table.outcome == bindparam("outcome", outcome, literal_execute=True))
    return query.order_by(table.line).limit(limit)


async def rejects(database: Database, batch_id: str) -> AsyncIterator[Sequence[RowMapping]]:
    """Every rejected record of a batch, a page at a time."""
    after = 0
    while True:
        async with database.reading() as connection:
            page = await results_of(connection, batch_id, "rejected", _DOWNLOAD_PAGE, after)
        if not page:
            return
        after = page[-1]["line"]
        yield page


async def complete(kit: Kit, tx: Transaction, batch_id: str, attempt: int) -> None:
    """The batch was read to its end; it is ``completed`` once what it brought has arrived.
    ``Superseded`` when it was not ours."""
    ended = await tx.execute(
        update(batch)
        .where(batch.c.id == batch_id, batch.c.attempt == attempt)
        .values(state="distributing", progressed_at=kit.clock.now())
        .returning(batch)
    )
    row = ended.mappings().first()
    if row is None:
        raise Superseded
    await complete_if_kept(kit, tx, row)


async def close_days(kit: Kit) -> None:
    """What came over the bus without a batch is counted by the day; a day that is over is
    complete."""
    async with kit.database.transaction() as tx:
        over = await tx.execute(
            select(batch.c.id, batch.c.attempt)
            .where(batch.c.state == "reading", batch.c.day < kit.clock.today())
            .order_by(batch.c.id)
            .with_for_update()
        )
        for row in over.all():
            await complete(kit, tx, row.id, row.attempt)


async def close_abandoned(kit: Kit) -> None:
    """A batch that makes no progress any more is interrupted."""
    now = kit.clock.now()
    over_bus = batch.c.format == "cloudevents"
    limit = case((over_bus, now - SILENT), else_=now - ABANDONED)
    async with kit.database.transaction() as tx:
        await tx.execute(
            update(batch)
            .where(batch.c.state == "reading", batch.c.day.is_(None))
            .where(batch.c.progressed_at < limit)
            .values(state="interrupted")
        )
