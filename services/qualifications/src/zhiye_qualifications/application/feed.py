"""A batch under way: numbered records in, chunks of them into the register, a result for each.

A batch runs through several transactions, one a chunk: what was accepted before a connection
breaks stays accepted, and sending it again changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import RowMapping, insert, select, update

from zhiye_chassis.ids import new_id
from zhiye_chassis.tasks import stop
from zhiye_chassis.telemetry import log
from zhiye_contracts.reasons import Reason, Refused
from zhiye_qualifications.adapters.body import BodyBroken, Metered
from zhiye_qualifications.adapters.lines import Fields, Source
from zhiye_qualifications.adapters.register_store import Superseded
from zhiye_qualifications.adapters.tables import batch
from zhiye_qualifications.application.batches import complete
from zhiye_qualifications.application.check_record import check_record
from zhiye_qualifications.application.record_chunk import Chunk, record_chunk
from zhiye_qualifications.domain import file_reasons as why
from zhiye_qualifications.kit import Kit

Format = Literal["ndjson", "csv", "xlsx"]

CHUNK = 1_000
"""Records in one transaction."""
TURN = 50
"""Records after which the chunk that is being written, and other requests, get their turn."""
BEAT = 2.0
"""Seconds between two signs of life of a batch that is being read."""


@dataclass
class Upload:
    """A body that is being received."""

    format: Format
    source: Source
    meter: Metered
    length: int | None
    """Bytes of the body, if it was said beforehand."""


class Feed:
    """One attempt to read a batch. While a chunk is being written, the next is read and checked."""

    def __init__(self, kit: Kit, batch_id: str, attempt: int, meter: Metered) -> None:
        self.id = batch_id
        self._kit = kit
        self._attempt = attempt
        self._meter = meter
        self._today = kit.clock.today()
        self._chunk = Chunk()
        self._writing: asyncio.Task[Counter[str]] | None = None
        self._superseded = False

    @classmethod
    async def begin(cls, kit: Kit, account_id: str, upload: Upload) -> Feed:
        """A new batch of an account."""
        batch_id, now = new_id(), kit.clock.now()
        async with kit.database.transaction() as tx:
            await tx.execute(
                insert(batch).values(
                    id=batch_id,
                    account_id=account_id,
                    format=upload.format,
                    encoding=upload.source.encoding,
                    state="reading",
                    bytes_expected=upload.length,
                    started_at=now,
                    progressed_at=now,
                )
            )
        return cls(kit, batch_id, 1, upload.meter)

    @classmethod
    def resume(cls, kit: Kit, row: RowMapping, upload: Upload) -> Feed:
        """Another attempt at a batch, whose row was just taken over."""
        return cls(kit, row["id"], row["attempt"], upload.meter)

    async def run(self, records: AsyncIterator[tuple[int, Fields | Reason]]) -> None:
        """Read to the end. ``Refused``: 400 when the body breaks off (the batch is
        ``interrupted``), 409 when it was cancelled or is continued by another request."""
        beating = asyncio.create_task(self._beat())
        try:
            try:
                async for number, fields in records:
                    await self._take(number, fields)
                    if not self._chunk.received % TURN:
                        await asyncio.sleep(0)
                await self._write_rest()
            except BodyBroken as broken:
                await self._write_rest()
                await self._set_interrupted()
                raise Refused(broken.reason, status=400) from None
            await self._sign_of_life()
            async with self._kit.database.transaction() as tx:
                await complete(self._kit, tx, self.id, self._attempt)
        except Superseded:
            raise Refused(await self._why_superseded(), status=409) from None
        except BaseException:
            await self._leave()
            raise
        finally:
            await stop([beating])
            with contextlib.suppress(Exception):
                await self._written()

    async def _take(self, number: int, fields: Fields | Reason) -> None:
        """Check one record; pass the chunk on when it is full."""
        if self._superseded:
            raise Superseded
        check_record(self._kit, self._chunk, number, fields, self._today)
        if self._chunk.received >= CHUNK:
            await self._pass_on()

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

    async def _beat(self) -> None:
        """Tell how far the body was read, and hear whether the batch is still ours."""
        while not self._superseded:
            await asyncio.sleep(BEAT)
            try:
                self._superseded = not await self._sign_of_life()
            except Exception as error:
                log.warning("batch_progress_untold", error=type(error).__name__)

    async def _sign_of_life(self) -> bool:
        """Whether the batch is still ours, even if somebody took us for dead."""
        now, read = self._kit.clock.now(), self._meter.read
        alive = {"state": "reading", "progressed_at": now, "bytes_read": read}
        return await self._update(("reading", "interrupted"), alive)

    async def _set_interrupted(self) -> None:
        ended = {"state": "interrupted", "bytes_read": self._meter.read}
        await self._update(("reading",), ended)

    async def _leave(self) -> None:
        """Something failed, or we are told to stop: what is being written may still be kept."""
        with contextlib.suppress(Exception):
            await self._written()
        with contextlib.suppress(Exception):
            await self._set_interrupted()

    async def _update(self, states: Sequence[str], values: dict[str, object]) -> bool:
        mine = (batch.c.id == self.id, batch.c.attempt == self._attempt)
        async with self._kit.database.transaction() as tx:
            changed = await tx.execute(
                update(batch).where(*mine, batch.c.state.in_(states)).values(**values)
            )
            return bool(changed.rowcount)

    async def _why_superseded(self) -> Reason:
        async with self._kit.database.reading() as connection:
            state = await connection.scalar(select(batch.c.state).where(batch.c.id == self.id))
        return why.BATCH_CANCELLED if state == "cancelled" else why.BATCH_CONTINUED
