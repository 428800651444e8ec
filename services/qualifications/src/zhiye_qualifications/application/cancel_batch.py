"""Cancelling a batch that is being read, or was interrupted."""

from __future__ import annotations

from sqlalchemy import RowMapping, update

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Refused, Text
from zhiye_qualifications.adapters.tables import batch
from zhiye_qualifications.application.batches import find_batch
from zhiye_qualifications.domain import file_reasons as why
from zhiye_qualifications.kit import Kit

CANCELLED = Text(
    "批次已取消：已接收的 {} 条记录保留，其余内容不再读取。",
    "The batch is cancelled: {} records that were accepted stay, the rest is not read.",
)


async def cancel_batch(kit: Kit, tx: Transaction, caller: Principal, batch_id: str) -> RowMapping:
    """The batch as it ends. What was accepted stays; a chunk that is being written waits for the
    row or is rolled back, so that nothing is added afterwards. Cancelling twice is no fault.

    ``Refused``: 404; 409 when it was read to its end already.
    """
    found = await find_batch(tx.connection, caller, batch_id)
    if found["day"] is not None:
        raise Refused(why.BATCH_OF_THE_DAY, status=409)
    ended = await tx.execute(
        update(batch)
        .where(batch.c.id == batch_id, batch.c.state.in_(("reading", "interrupted")))
        .values(state="cancelled", attempt=batch.c.attempt + 1, completed_at=kit.clock.now())
        .returning(batch)
    )
    row: RowMapping | None = ended.mappings().first()
    if row is None:
        row = await find_batch(tx.connection, caller, batch_id)
        if row["state"] != "cancelled":
            raise Refused(why.BATCH_ENDED, status=409)
    return row
