"""What the feed is measured by: the same rows by ``COPY`` into one table, on the same server."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine
from tests.bench.surroundings import database_url, drop_databases, fresh_databases

from zhiye_qualifications.adapters.tables import qualification

DATABASE = "zhiye_bench_copy"
_COLUMNS = [column.name for column in qualification.columns]


async def take_out(database: str, file: Path) -> int:
    """Write the register's rows to a file, as PostgreSQL writes them; how many there are."""
    connection = await asyncpg.connect(database)
    try:
        told: str = await connection.copy_from_table(
            qualification.name, output=file, columns=_COLUMNS
        )
    finally:
        await connection.close()
    return int(told.split()[1])


async def put_in(file: Path) -> float:
    """Seconds that ``COPY`` takes into the register's table, empty, with its keys and indexes."""
    await fresh_databases(DATABASE)
    engine = create_async_engine(database_url(DATABASE, "+asyncpg"))
    async with engine.begin() as making:
        await making.run_sync(qualification.create)
    await engine.dispose()
    connection = await asyncpg.connect(database_url(DATABASE))
    try:
        begun = perf_counter()
        await connection.copy_to_table(qualification.name, source=file, columns=_COLUMNS)
        seconds = perf_counter() - begun
    finally:
        await connection.close()
    await drop_databases(DATABASE)
    return seconds
