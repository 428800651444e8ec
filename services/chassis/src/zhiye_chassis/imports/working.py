"""Importing in the background: chunk by chunk, each in one transaction.

A chunk moves the import's place in the file together with what it records. So a crash anywhere
doubles nothing, another process goes on where this one ended, and when two believe that an import
is theirs, the second finds the place moved and stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, Generic, Protocol, TypeVar, cast

from sqlalchemy import RowMapping

from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Database, Transaction, is_transient
from zhiye_chassis.imports.jobs import Jobs
from zhiye_chassis.imports.reasons import INTERNAL
from zhiye_chassis.objects import Objects
from zhiye_chassis.sheets import Columns, Format, Line, open_sheet
from zhiye_chassis.telemetry import log
from zhiye_contracts.reasons import Refused

IDLE_SECONDS = 1.0


class Chunk(Protocol):
    """Lines that are recorded together: the last one's number, and where it ends in the file."""

    last: int
    end: int


C = TypeVar("C", bound=Chunk)


class Plan(Protocol[C]):
    """What a service imports."""

    def layout(self, job: RowMapping) -> tuple[Columns, Sequence[str]]:
        """The columns that a file may have, and those that it has to have."""

    async def prepare(self, job: RowMapping) -> Any:
        """What reading lines needs to know, asked once an import."""

    def read(
        self, job: RowMapping, known: Any, lines: Iterator[Line], after: int, offset: int
    ) -> C:
        """Read lines. It takes a while and needs no database: it is done in a thread."""

    async def record(self, tx: Transaction, job: RowMapping, chunk: C) -> dict[str, int]:
        """How many were ``recorded``, ``unchanged`` and ``rejected``."""

    async def over(self, tx: Transaction, imports: Sequence[str]) -> None:
        """Let go of what these imports have left besides their files."""

    async def recorded(self, job: RowMapping, count: int) -> None:
        """After an import that recorded so many."""


class Importer(Generic[C]):
    """Works on imports, one at a time, as long as the service runs."""

    def __init__(
        self,
        plan: Plan[C],
        jobs: Jobs,
        database: Database,
        objects: Objects,
        clock: Clock,
        chunk: int,
    ) -> None:
        self._plan, self._jobs = plan, jobs
        self._database, self._objects, self._clock = database, objects, clock
        self._chunk = chunk

    async def run(self) -> None:
        while True:
            if not await self.work():
                await asyncio.sleep(IDLE_SECONDS)

    async def work(self) -> bool:
        """Work on one import until it is over; whether there was one."""
        async with self._database.transaction() as tx:
            job = await self._jobs.claim(tx, self._clock.now())
        if job is not None:
            await self.finish(job)
        async with self._database.transaction() as tx:
            over = await self._jobs.let_go(tx)
            if over:
                await self._plan.over(tx, list(over))
            for path in over.values():
                await self._objects.delete(path)
        return job is not None

    async def finish(self, job: RowMapping) -> None:
        """Import it from where it is to its end, or say what made it fail."""
        log.info("import_begun", import_id=job["id"], after_line=job["lines_done"])
        place = _Place(job["lines_done"])
        error = None
        try:
            if not await self._import(job, place):
                return
        except Refused as refusal:
            error = refusal.reasons[0].code
        except Exception as fault:
            if is_transient(fault):
                raise  # somebody goes on with it in a while
            log.error("import_failed", import_id=job["id"], error=type(fault).__name__)
            error = INTERNAL.code
        async with self._database.transaction() as tx:
            now = self._clock.now()
            count = await self._jobs.finish(tx, job["id"], place.after, now, error)
        log.info("import_ended", import_id=job["id"], recorded=count, code=error)
        if not job["dry_run"]:
            await self._plan.recorded(job, count)

    async def _import(self, job: RowMapping, place: _Place) -> bool:
        """Whether it came to the end of the file; else it was cancelled, or taken over."""
        known = await self._plan.prepare(job)
        with await asyncio.to_thread(self._objects.open, job["object"]) as file:
            lines = await asyncio.to_thread(self._lines_of, file, job)

            def read(after: int, offset: int) -> asyncio.Task[C]:
                some = islice(lines, self._chunk)
                return asyncio.create_task(
                    asyncio.to_thread(self._plan.read, job, known, some, after, offset)
                )

            reading = read(place.after, job["bytes_read"])
            try:
                while (chunk := await reading).last > place.after:
                    # While this one is recorded, the next is read.
                    reading = read(chunk.last, chunk.end)
                    if not await self._record(job, chunk, place):
                        return False
            finally:
                # No thread may read from a file that was closed.
                await asyncio.gather(reading, return_exceptions=True)
        return True

    def _lines_of(self, file: BinaryIO, job: RowMapping) -> Iterator[Line]:
        """The lines that are left."""
        file_format = cast(Format, job["format"])
        sheet = open_sheet(file, file_format, job["bytes"], *self._plan.layout(job))
        return sheet.lines(job["lines_done"], job["bytes_read"])

    async def _record(self, job: RowMapping, chunk: C, place: _Place) -> bool:
        """Whether the import was still ours."""
        id_ = job["id"]
        async with self._database.transaction() as tx:
            if not await self._jobs.hold(tx, id_, place.after):
                return False
            counts = await self._plan.record(tx, job, chunk)
            now = self._clock.now()
            await self._jobs.advance(
                tx, id_, now, lines_done=chunk.last, bytes_read=chunk.end, **counts
            )
        place.after = chunk.last
        return True


class _Place:
    """The last line that was worked on."""

    def __init__(self, after: int) -> None:
        self.after = after
