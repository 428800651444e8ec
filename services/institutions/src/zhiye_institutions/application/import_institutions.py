"""Importing institutions in the background, some thousands of lines in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import RowMapping, delete, text

from zhiye_chassis.database import Transaction
from zhiye_chassis.imports.working import Importer
from zhiye_chassis.sheets import Columns, Line
from zhiye_institutions.adapters.import_jobs import JOBS
from zhiye_institutions.adapters.tables import import_seen
from zhiye_institutions.application.import_chunk import Chunk, read_chunk
from zhiye_institutions.application.record_chunk import Recording
from zhiye_institutions.application.record_queries import assigned_zones
from zhiye_institutions.application.rehearse_chunk import Rehearsal
from zhiye_institutions.domain.imports import COLUMNS, REQUIRED, Places
from zhiye_institutions.kit import Kit

CHUNK = 2_000
"""Lines in one transaction."""
MANY = 10_000
"""Recorded by one import, the statistics that searches go by are made anew at once."""


class Institutions:
    """What is imported: institutions."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def layout(self, job: RowMapping) -> tuple[Columns, Sequence[str]]:
        return COLUMNS, REQUIRED

    async def prepare(self, job: RowMapping) -> Places:
        async with self._kit.database.reading() as connection:
            zones = await assigned_zones(connection)
        return Places(zones, self._kit.clock.today())

    def read(
        self, job: RowMapping, known: Places, lines: Iterator[Line], after: int, offset: int
    ) -> Chunk:
        return read_chunk(self._kit, lines, after, offset, job["region"], known)

    async def record(self, tx: Transaction, job: RowMapping, chunk: Chunk) -> dict[str, int]:
        kind = Rehearsal if job["dry_run"] else Recording
        return await kind(tx, self._kit, job, chunk).run()

    async def over(self, tx: Transaction, imports: Sequence[str]) -> None:
        await tx.execute(delete(import_seen).where(import_seen.c.import_id.in_(imports)))

    async def recorded(self, job: RowMapping, count: int) -> None:
        if count < MANY:
            return
        async with self._kit.database.reading() as connection:
            await connection.execute(text("SET statement_timeout = 0"))
            try:
                await connection.execute(text("VACUUM (ANALYZE) institution"))
            finally:
                await connection.execute(text("RESET statement_timeout"))


def importer(kit: Kit, chunk: int = CHUNK) -> Importer[Chunk]:
    """Works on imports as long as the service runs."""
    return Importer(Institutions(kit), JOBS, kit.database, kit.objects, kit.clock, chunk)
