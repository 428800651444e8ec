"""Many people on record: some thousands that came as people do, and all the others by SQL.

Those that are asked for are fed and taken over in the usual way, so that their keys and sealed
numbers are right; then the tables are written anew with them scattered among the others.
"""

from __future__ import annotations

import asyncpg
from sqlalchemy import make_url
from tests.journeys.system import System

_SLICES = 200
_KEYS = {
    "id": "'01J' || upper(lpad(to_hex(n), 23, '0'))",
    "person_key": "md5('person' || n)",
    "certificate_key": "md5('certificate' || n)",
    "admission_key": "md5('admission' || n)",
    "name": "'王' || chr(19968 + n % 20000) || chr(19968 + n / 20000 % 20000)",
    "province": "(11 + n % 5) || '0000'",
}
"""What differs from one of the others to the next; the rest is as in one of those asked for."""
TABLES = (
    ("qualifications", "qualification"),
    ("registration", "qualification"),
    ("registration", "registration"),
)


async def fill(system: System, people: int) -> None:
    """Have this many people in each of the tables."""
    for service, table in TABLES:
        url = make_url(system.database(service))
        connection = await asyncpg.connect(
            host=url.query.get("host") or url.host,
            port=url.port or 5432,
            user=url.username,
            password=url.password,
            database=url.database,
        )
        try:
            await _fill(connection, table, people)
        finally:
            await connection.close()


async def _fill(connection: asyncpg.Connection, table: str, people: int) -> None:
    columns = [row["attname"] for row in await connection.fetch(_COLUMNS, table)]
    listed = ", ".join(columns)
    others = ", ".join(_KEYS.get(column, f"sample.{column}") for column in columns)
    await connection.execute("SET maintenance_work_mem = '1GB'")
    await connection.execute(
        f"CREATE TABLE asked AS SELECT row_number() OVER (ORDER BY id) AS place, * FROM {table}"
    )
    there = await connection.fetchval("SELECT count(*) FROM asked")
    indexes = await connection.fetch(_INDEXES, table)
    for index in indexes:
        await connection.execute(index["drop"])
    await connection.execute(f"DELETE FROM {table}")
    each = -(-(people - there) // _SLICES)
    for number in range(_SLICES):
        first, last = number * each + 1, min((number + 1) * each, people - there)
        await connection.execute(
            f"INSERT INTO {table} ({listed}) SELECT {others} FROM generate_series({first}, {last})"
            " AS n, (SELECT * FROM asked WHERE place = 1) AS sample"
        )
        await connection.execute(
            f"INSERT INTO {table} ({listed}) SELECT {listed} FROM asked"
            f" WHERE place % {_SLICES} = {number}"
        )
    await connection.execute("DROP TABLE asked")
    for index in indexes:
        await connection.execute(index["make"])
    await connection.execute(f"VACUUM ANALYZE {table}")
    await connection.execute("CHECKPOINT")
    if (found := await connection.fetchval(f"SELECT count(*) FROM {table}")) != people:
        raise AssertionError(f"{table} has {found:,} rows, not {people:,}")


_COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = CAST($1 AS text)::regclass"
    " AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_INDEXES = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
              pg_get_constraintdef(oid)) AS make
FROM pg_constraint WHERE conrelid = CAST($1 AS text)::regclass AND contype IN ('p', 'u')
UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = CAST($1 AS text)::regclass AND indexrelid NOT IN
       (SELECT conindid FROM pg_constraint WHERE conrelid = CAST($1 AS text)::regclass)
"""
