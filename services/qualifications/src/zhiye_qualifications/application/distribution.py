"""A batch has arrived when the registration service has what it brought (Q4: who looks for a
result after that finds it there)."""

from __future__ import annotations

from sqlalchemy import RowMapping, update

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import QualificationBatchCompleted, QualificationsKept
from zhiye_qualifications.adapters import exam_centre_events
from zhiye_qualifications.adapters.tables import batch
from zhiye_qualifications.kit import Kit


async def count_kept(kit: Kit, tx: Transaction, events: list[QualificationsKept]) -> None:
    """Count what the registration service says it keeps; the last of a batch completes it.

    Answers may come before the batch has been read to its end, and in any order. Batches in one
    order, so that two deliveries cannot deadlock.
    """
    for event in sorted(events, key=lambda event: event.aggregate_id):
        counted = await tx.execute(
            update(batch)
            .where(batch.c.id == event.aggregate_id)
            .values(kept=batch.c.kept + event.records)
            .returning(batch)
        )
        if (row := counted.mappings().first()) is not None:
            await complete_if_kept(kit, tx, row)


async def complete_if_kept(kit: Kit, tx: Transaction, row: RowMapping) -> None:
    """Complete a batch, whose row this transaction holds, if nothing of it is on its way any
    more; its sender is told."""
    if row["state"] != "distributing" or row["kept"] < row["recorded"] + row["updated"]:
        return
    now = kit.clock.now()
    await tx.execute(
        update(batch)
        .where(batch.c.id == row["id"])
        .values(state="completed", completed_at=now, progressed_at=now)
    )
    tx.emit(
        QualificationBatchCompleted(
            aggregate_id=row["id"],
            version=1,
            occurred_at=now,
            account_id=row["account_id"],
            received=row["received"],
            recorded=row["recorded"] + row["updated"],
            unchanged=row["unchanged"] + row["ignored_older"],
            rejected=row["rejected"],
        )
    )
    if row["format"] == "cloudevents":
        tx.emit(exam_centre_events.batch_result(now, row))
