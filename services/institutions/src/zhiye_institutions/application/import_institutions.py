"""Importing institutions in the background: chunk by chunk, each in one transaction.

A chunk moves the import's place in the file together with what it records. So a crash anywhere
doubles nothing, another process goes on where this one ended, and when two believe that an import
is theirs, the second finds the place moved and stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, cast

from sqlalchemy import RowMapping, text

from zhiye_chassis.database import is_transient
from zhiye_chassis.sheets import Format, Line, open_sheet
from zhiye_chassis.telemetry import log
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters import import_jobs as jobs
from zhiye_institutions.application.import_chunk import Chunk, read_chunk
from zhiye_institutions.application.record_chunk import Recording
from zhiye_institutions.application.record_queries import assigned_zones
from zhiye_institutions.application.rehearse_chunk import Rehearsal
from zhiye_institutions.domain import import_reasons as why
from zhiye_institutions.domain.imports import COLUMNS, REQUIRED, Places
from zhiye_institutions.kit import Kit

CHUNK = 2_000
"""Lines in one transaction."""
IDLE_SECONDS = 1.0
MANY = 10_000
"""Recorded by one import, the statistics that searches go by are made anew at once."""


class Importer:
    """Works on imports, one at a time, as long as the service runs."""

    def __init__(self, kit: Kit, chunk: int = CHUNK) -> None:
        self._kit = kit
        self._chunk = chunk

    async def run(self) -> None:
        while True:
            if not await self.work():
                await asyncio.sleep(IDLE_SECONDS)

    async def work(self) -> bool:
        """Work on one import until it is over; whether there was one."""
        kit = self._kit
        async with kit.database.transaction() as tx:
            job = await jobs.claim(tx, kit.clock.now())
        if job is not None:
            await _Run(kit, job, self._chunk).finish()
        async with kit.database.transaction() as tx:
            for path in await jobs.tidy(tx):
                await kit.objects.delete(path)
        return job is not None


class _Run:
    """One import, from where it is to its end."""

    def __init__(self, kit: Kit, job: RowMapping, chunk: int) -> None:
        self._kit = kit
        self._job = job
        self._chunk = chunk
        self._after: int = job["lines_done"]

    async def finish(self) -> None:
        """Import it, or say what made it fail."""
        job = self._job
        log.info("import_begun", import_id=job["id"], after_line=self._after)
        error = None
        try:
            if not await self._import():
                return
        except Refused as refusal:
            error = refusal.reasons[0].code
        except Exception as fault:
            if is_transient(fault):
                raise  # somebody goes on with it in a while
            log.error("import_failed", import_id=job["id"], error=type(fault).__name__)
            error = why.INTERNAL.code
        async with self._kit.database.transaction() as tx:
            now = self._kit.clock.now()
            recorded = await jobs.finish(tx, job["id"], self._after, now, error)
        log.info("import_ended", import_id=job["id"], recorded=recorded, code=error)
        if recorded >= MANY and not job["dry_run"]:
            await self._count_anew()

    async def _import(self) -> bool:
        """Whether it came to the end of the file; else it was cancelled, or taken over."""
        async with self._kit.database.reading() as connection:
            zones = await assigned_zones(connection)
        places = Places(zones, self._kit.clock.today())
        with await asyncio.to_thread(self._kit.objects.open, self._job["object"]) as file:
            lines = await asyncio.to_thread(_lines_of, file, self._job)
            reading = self._read(lines, self._after, self._job["bytes_read"], places)
            try:
                while (chunk := await reading).last > self._after:
                    # While this one is recorded, the next is read.
                    reading = self._read(lines, chunk.last, chunk.end, places)
                    if not await self._record(chunk):
                        return False
            finally:
                # No thread may read from a file that was closed.
                await asyncio.gather(reading, return_exceptions=True)
        return True

    def _read(
        self, lines: Iterator[Line], after: int, offset: int, places: Places
    ) -> asyncio.Task[Chunk]:
        some, region = islice(lines, self._chunk), self._job["region"]
        return asyncio.create_task(
            asyncio.to_thread(read_chunk, self._kit, some, after, offset, region, places)
        )

    async def _record(self, chunk: Chunk) -> bool:
        """Whether the import was still ours."""
        kind = Rehearsal if self._job["dry_run"] else Recording
        id_ = self._job["id"]
        async with self._kit.database.transaction() as tx:
            if not await jobs.hold(tx, id_, self._after):
                return False
            counts = await kind(tx, self._kit, self._job, chunk).run()
            now = self._kit.clock.now()
            await jobs.advance(tx, id_, now, lines_done=chunk.last, bytes_read=chunk.end, **counts)
        self._after = chunk.last
        return True

    async def _count_anew(self) -> None:
        async with self._kit.database.reading() as connection:
            await connection.execute(text("SET statement_timeout = 0"))
            try:
                await connection.execute(text("VACUUM (ANALYZE) institution"))
            finally:
                await connection.execute(text("RESET statement_timeout"))


def _lines_of(file: BinaryIO, job: RowMapping) -> Iterator[Line]:
    """The lines that are left."""
    file_format = cast(Format, job["format"])
    sheet = open_sheet(file, file_format, job["bytes"], COLUMNS, REQUIRED)
    return sheet.lines(job["lines_done"], job["bytes_read"])
