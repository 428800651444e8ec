"""Feeding a batch: streamed lines in, chunks of records into the register, a result for each.

A batch runs through several transactions, one a chunk: what was accepted before a connection
breaks stays accepted, and sending it again changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterable
from typing import Literal

from sqlalchemy import insert, update

from zhiye_chassis.ids import new_id
from zhiye_contracts.reasons import Reason, Refused
from zhiye_qualifications.adapters.lines import CsvReader, LineReader, NdjsonReader, lines
from zhiye_qualifications.adapters.tables import batch
from zhiye_qualifications.application.batches import complete
from zhiye_qualifications.application.record_chunk import Chunk, candidate_of, record_chunk
from zhiye_qualifications.domain import reasons as why
from zhiye_qualifications.domain.records import read_record
from zhiye_qualifications.kit import Kit

Format = Literal["ndjson", "csv"]

CHUNK = 500
"""Records in one transaction."""


class Disconnected(Exception):  # noqa: N818
    """The producer went away before the end of the body."""


async def feed_batch(
    kit: Kit, account_id: str, file_format: Format, stream: AsyncIterable[bytes]
) -> str:
    """Read a whole body and return the batch's id.

    ``Refused``: no record at all, a CSV header with faults (422, nothing was processed), or a
    body that broke off (400, the batch is ``interrupted``): ``stream`` raises ``Disconnected``.
    """
    reader: LineReader | None = NdjsonReader() if file_format == "ndjson" else None
    feed: _Feed | None = None
    try:
        async for number, line in lines(stream):
            if reader is None:
                if line is None:
                    raise Refused(why.about(why.LINE_TOO_LONG, "header"))
                reader = CsvReader(line)
                continue
            if feed is None:
                feed = await _Feed.begin(kit, account_id, file_format)
            await feed.take(number, line, reader)
    except Disconnected:
        if feed is not None:
            await feed.interrupt()
        raise Refused(why.BODY_TRUNCATED, status=400) from None
    if feed is None:
        raise Refused(why.BODY_EMPTY)
    await feed.complete()
    return feed.id


class _Feed:
    """One batch under way. While a chunk is being written, the next one is read and checked."""

    def __init__(self, kit: Kit) -> None:
        self.id = new_id()
        self._kit = kit
        self._attempt = 1
        self._today = kit.clock.today()
        self._chunk = Chunk()
        self._writing: asyncio.Task[Counter[str]] | None = None

    @classmethod
    async def begin(cls, kit: Kit, account_id: str, file_format: Format) -> _Feed:
        feed, now = cls(kit), kit.clock.now()
        async with kit.database.transaction() as tx:
            await tx.execute(
                insert(batch).values(
                    id=feed.id,
                    account_id=account_id,
                    format=file_format,
                    state="reading",
                    started_at=now,
                    progressed_at=now,
                )
            )
        return feed

    async def take(self, number: int, line: bytes | None, reader: LineReader) -> None:
        """Read and check one line; pass the chunk on when it is full."""
        chunk = self._chunk
        chunk.received += 1
        chunk.last_line = number
        fields = why.LINE_TOO_LONG if line is None else reader.fields(line)
        if isinstance(fields, Reason):
            chunk.result(number, "rejected", (fields,))
        elif (reading := read_record(fields, self._today)).record is None:
            numbers = fields.get("certificate_number"), fields.get("admission_number")
            chunk.result(number, "rejected", reading.reasons, *numbers)
        else:
            candidate = candidate_of(self._kit, number, reading.record, reading.reasons)
            chunk.candidates.append(candidate)
        if chunk.received >= CHUNK:
            await self._pass_on()

    async def complete(self) -> None:
        """Write what is left and say that the batch was read to its end."""
        await self._write_rest()
        async with self._kit.database.transaction() as tx:
            await complete(self._kit, tx, self.id, self._attempt)

    async def interrupt(self) -> None:
        """Keep what was read whole; the line that broke off is not among it."""
        await self._write_rest()
        async with self._kit.database.transaction() as tx:
            await tx.execute(update(batch).where(batch.c.id == self.id).values(state="interrupted"))

    async def _write_rest(self) -> None:
        await self._pass_on()
        await self._written()

    async def _pass_on(self) -> None:
        await self._written()
        if self._chunk.received:
            self._writing = asyncio.create_task(
                record_chunk(self._kit, self.id, self._attempt, self._chunk)
            )
            self._chunk = Chunk()

    async def _written(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing
