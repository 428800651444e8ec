"""PostgreSQL's own rate for the statement: prepared, without any service."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from time import perf_counter

import asyncpg
from sqlalchemy import make_url
from tests.bench.lookup import bare, data
from tests.bench.processes import Link, child

SQL = str(bare.LOOKUP.compile()).replace(":number", "$1")
"""What the bare endpoint sends, with one parameter."""


@dataclass(frozen=True)
class Ask:
    database: str
    connections: int
    seconds: float


def tool() -> str:
    return "pgbench" if shutil.which("pgbench") else "asyncpg"


def rate(database: str, connections: int, seconds: float) -> float:
    """Statements a second over this many connections; by pgbench where it is installed, else by
    asyncpg in a process of its own."""
    if tool() == "asyncpg":
        with child(_by_asyncpg, Ask(database, connections, seconds)) as asking:
            found: float = asking.hear()
            return found
    url = make_url(database)
    script = (
        f"\\set n random({data.FIRST}, {data.FIRST + data.COUNT - 1})\n"
        f"{SQL.replace('$1', '(:n)::text')};\n"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        told = subprocess.run(
            [
                *("pgbench", "-n", "-M", "prepared", "-f", file.name),
                *("-c", str(connections), "-T", str(max(1, round(seconds)))),
                *("-h", str(url.query.get("host") or url.host), "-p", str(url.port or 5432)),
                *("-U", str(url.username), str(url.database)),
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    match = re.search(r"tps = ([0-9.]+)", told)
    if match is None:
        raise AssertionError(told)
    return float(match.group(1))


async def _by_asyncpg(link: Link, ask: Ask) -> None:
    url = make_url(ask.database)
    count = 0

    async def connection() -> None:
        nonlocal count
        one = await asyncpg.connect(
            host=url.query.get("host") or url.host,
            port=url.port or 5432,
            user=url.username,
            password=url.password,
            database=url.database,
        )
        prepared = await one.prepare(SQL)
        end = perf_counter() + ask.seconds
        while perf_counter() < end:
            number = data.FIRST + random.randrange(data.COUNT)
            await prepared.fetchrow(str(number))
            count += 1
        await one.close()

    await asyncio.gather(*(connection() for _ in range(ask.connections)))
    link.tell(count / ask.seconds)
    await link.hear()
