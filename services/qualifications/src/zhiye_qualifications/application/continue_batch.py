"""Continuing a batch whose body broke off."""

from __future__ import annotations

from sqlalchemy import RowMapping, update

from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Reason, Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters.tables import batch
from zhiye_qualifications.application.batches import find_batch
from zhiye_qualifications.application.feed import Feed, Upload
from zhiye_qualifications.domain import file_reasons as why
from zhiye_qualifications.kit import Kit


async def continue_batch(kit: Kit, caller: Principal, batch_id: str, upload: Upload) -> None:
    """Read the lines after those that were read, to the end; line numbers go on.

    No line at all completes the batch: it broke off after its last one. ``Refused``: 404; 409 when
    it is being read, was read to its end, or cancelled; otherwise as a new batch.
    """
    async with kit.database.reading() as connection:
        found = await find_batch(connection, caller, batch_id)
    if (reason := _hindrance(found, upload)) is not None:
        raise Refused(reason, status=409)
    async with kit.database.transaction() as tx:
        taken = await tx.execute(
            update(batch)
            .where(batch.c.id == batch_id, batch.c.state == "interrupted")
            .values(
                state="reading",
                attempt=batch.c.attempt + 1,
                bytes_read=0,
                bytes_expected=upload.length,
                progressed_at=kit.clock.now(),
            )
            .returning(batch)
        )
        row = taken.mappings().first()
    if row is None:  # of two requests at once this is the later one
        raise Refused(why.BATCH_BEING_READ, status=409)
    await Feed.resume(kit, row, upload).run(upload.source.records(row["lines"]))


def _hindrance(row: RowMapping, upload: Upload) -> Reason | None:
    if row["format"] == "cloudevents":
        return why.BATCH_NOT_A_FILE
    if row["format"] != upload.format:
        return about(why.FORMAT_DIFFERS, "Content-Type")
    hindrances = {"reading": why.BATCH_BEING_READ, "cancelled": why.BATCH_CANCELLED}
    return None if row["state"] == "interrupted" else hindrances.get(row["state"], why.BATCH_ENDED)
