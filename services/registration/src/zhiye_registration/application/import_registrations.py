"""Importing the present people of an institution in the background, hundreds in a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from sqlalchemy import RowMapping

from zhiye_chassis.database import Transaction
from zhiye_chassis.imports.working import Importer
from zhiye_chassis.sheets import Columns, Line, open_sheet
from zhiye_registration.adapters.import_jobs import JOBS
from zhiye_registration.application.import_chunk import Chunk, Known, read_chunk
from zhiye_registration.application.record_chunk import Recording
from zhiye_registration.domain.import_lists import list_of
from zhiye_registration.kit import Kit

CHUNK = 500
"""Lines in one transaction."""


class Registrations:
    """What is imported: people with their present registrations, or filings."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def layout(self, job: RowMapping) -> tuple[Columns, Sequence[str]]:
        of = list_of(job["profession"], job["subject"])
        return of.columns, of.required

    async def prepare(self, job: RowMapping) -> Known:
        of = list_of(job["profession"], job["subject"])
        known = Known(self._kit, self._kit.clock.today(), of)
        if job["lines_done"]:
            await asyncio.to_thread(self._recall, job, known)
        return known

    def _recall(self, job: RowMapping, known: Known) -> None:
        with self._kit.objects.open(job["object"]) as file:
            sheet = open_sheet(file, job["format"], job["bytes"], *self.layout(job))
            known.recall(sheet.lines(0, 0), job["lines_done"])

    def read(
        self, job: RowMapping, known: Known, lines: Iterator[Line], after: int, offset: int
    ) -> Chunk:
        return read_chunk(known, lines, after, offset)

    async def record(self, tx: Transaction, job: RowMapping, chunk: Chunk) -> dict[str, int]:
        return await Recording(tx, self._kit, job, chunk).run()

    async def over(self, tx: Transaction, imports: Sequence[str]) -> None:
        """They leave nothing but their files."""

    async def recorded(self, job: RowMapping, count: int) -> None:
        """Nothing has to be made anew."""


def importer(kit: Kit, chunk: int = CHUNK) -> Importer[Chunk]:
    """Works on imports as long as the service runs."""
    return Importer(Registrations(kit), JOBS, kit.database, kit.objects, kit.clock, chunk)
