"""The national tree through the import, and its rows by a bare COPY."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
from tests.bench.institutions.serving import Job, authorization, make_tables, serve
from tests.bench.processes import Child, child
from tests.bench.surroundings import database_url, fresh_databases

_ROWS = "rows"


@dataclass(frozen=True)
class Imported:
    records: int
    seconds: float
    peak: float
    """Megabytes of memory that the process had at most."""

    @property
    def rate(self) -> float:
        return self.records / self.seconds


def through_the_import(database: str, file: Path, secrets: dict[str, str]) -> Imported:
    """Upload the file to a service and wait until it is imported."""
    asyncio.run(fresh_databases(database))
    url = database_url(database, "+asyncpg")
    asyncio.run(make_tables(url))
    job = Job(url, secrets, str(file.parent / "data"), importing=True)
    with child(serve, job) as service:
        port = service.hear()
        headers = {"Authorization": authorization(secrets), "Content-Type": "text/csv"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as http:
            begun = time.monotonic()
            with file.open("rb") as content:
                answer = http.post("/api/v1/institution-imports", content=content)
            answer.raise_for_status()
            while (told := http.get(answer.headers["location"]).json())["state"] != "done":
                if told["state"] in ("failed", "cancelled"):
                    raise AssertionError(told)
                time.sleep(0.2)
            seconds = time.monotonic() - begun
        if told["rejected"] or told["unchanged"]:
            raise AssertionError(told)
        return Imported(told["recorded"], seconds, _peak(service))


def _peak(service: Child) -> float:
    """The high-water mark that the kernel keeps of a process's resident memory."""
    status = Path(f"/proc/{service.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    if found is None:
        raise AssertionError("no VmHWM")
    return int(found.group(1)) * 1024 / 1_000_000


def by_bare_copy(database: str, file: Path) -> float:
    """Seconds that one COPY takes of the very rows that the import made, from a file into a table
    with the same columns and the primary key, and nothing else."""
    return asyncio.run(_copy(database, file))


async def _copy(database: str, file: Path) -> float:
    connection = await asyncpg.connect(database_url(database))
    try:
        await connection.copy_from_table("institution", output=file)
        await connection.execute(f"DROP TABLE IF EXISTS {_ROWS}")
        await connection.execute(f"CREATE TABLE {_ROWS} (LIKE institution)")
        await connection.execute(f"ALTER TABLE {_ROWS} ADD PRIMARY KEY (id)")
        await connection.execute("CHECKPOINT")
        begun = time.monotonic()
        await connection.copy_to_table(_ROWS, source=file)
        seconds = time.monotonic() - begun
        await connection.execute(f"DROP TABLE {_ROWS}")
        return seconds
    finally:
        await connection.close()


async def vacuum(database: str) -> None:
    """What autovacuum does sooner or later, so that both sizes are measured after it."""
    connection = await asyncpg.connect(database_url(database))
    await connection.execute("VACUUM (ANALYZE) institution")
    await connection.execute("CHECKPOINT")
    await connection.close()
