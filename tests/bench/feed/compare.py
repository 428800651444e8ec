"""Part "feed": a file of exam results sent to the gateway until the registration service has it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

import aiohttp
import asyncpg
from tests.bench.feed import copying
from tests.bench.feed.memory import Peaks, watched
from tests.bench.figures import ratios, spread, table
from tests.bench.lookup.compare import LIMITS
from tests.bench.surroundings import AMQP, database_url
from tests.journeys.system import System, clean_postgres, clean_rabbitmq, zhiye

from zhiye_launcher import registry
from zhiye_launcher.demo_data import PASSWORD
from zhiye_launcher.generator import generate_nurse_exam_results, write

RECORDS = int(os.environ.get("ZHIYE_BENCH_RECORDS", "1_000_000"))
MOST_TIMES = 8
MOST_MEGABYTES = 300
_PIECE = 262_144
_POLL_SECONDS = 0.1
_PATH = "/api/v1/qualification-batches"


@dataclass
class Measured:
    seconds: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    """Seconds until the gateway had the whole body and answered."""
    copied: list[float] = field(default_factory=list)
    peaks: list[Peaks] = field(default_factory=list)


def measure(rounds: int, quick: bool) -> str:
    """The section of the report."""
    records = RECORDS // 20 if quick else RECORDS
    whole, tenth = Measured(), Measured()
    with tempfile.TemporaryDirectory(prefix="zhiye-") as folder:
        Path(folder).chmod(0o711)
        files = {count: Path(folder) / f"{count}.ndjson" for count in (records, records // 10)}
        for count, file in files.items():
            with file.open("w", encoding="utf-8", newline="") as stream:
                write(generate_nurse_exam_results(count, 7, 2026, dirty=0), stream, "ndjson")
        for number in range(rounds):
            for count, measured in ((records, whole), (records // 10, tenth)):
                asyncio.run(_round(files[count], count, measured, Path(folder) / "var"))
                print(
                    f"  round {number + 1}: {count:,} in {measured.seconds[-1]:.1f} s, COPY"
                    f" {measured.copied[-1]:.1f} s, {max(measured.peaks[-1].values()):.0f} MB",
                    file=sys.stderr,
                )
    return _report(records, rounds, whole, tenth)


async def _round(file: Path, count: int, measured: Measured, folder: Path) -> None:
    """Feed a fresh system, then ``COPY`` the rows that it recorded."""
    rows = folder.with_name("rows")
    async with _fresh(folder) as system:
        with watched(system) as peaks:
            read, seconds = await send(system, file, count)
        if (kept := await _count(system)) != count:
            raise AssertionError(f"the registration service has {kept:,} of {count:,} records")
        register = registry.database_name("qualifications")
        if (taken := await copying.take_out(database_url(register), rows)) != count:
            raise AssertionError(f"the register has {taken:,} of {count:,} records")
    measured.read.append(read)
    measured.seconds.append(seconds)
    measured.peaks.append(peaks)
    measured.copied.append(await copying.put_in(rows))
    rows.unlink()


@contextlib.asynccontextmanager
async def _fresh(var: Path) -> AsyncIterator[System]:
    """``zhiye up`` on empty databases and queues of the PostgreSQL and the RabbitMQ there are."""
    server = database_url("postgres", "+asyncpg")
    async with clean_postgres(server), clean_rabbitmq(AMQP):
        given = ("--postgres", server, "--amqp", AMQP, "--demo")
        with zhiye("up", *given, var=var, postgres=server, **LIMITS) as system:
            yield system


async def send(system: System, file: Path, count: int) -> tuple[float, float]:
    """Send the file in one request; seconds until the answer, and until the batch has arrived."""

    async def pieces() -> AsyncIterator[bytes]:
        with file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece

    unlimited = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(system.address, timeout=unlimited) as http:
        headers = await _log_in(http)
        sent = headers | {"Content-Type": "application/x-ndjson"}
        begun = perf_counter()
        async with http.post(_PATH, data=pieces(), headers=sent) as answer:
            batch = await answer.json()
        read = perf_counter() - begun
        headers = await _log_in(http)
        while batch.get("state") == "distributing":
            await asyncio.sleep(_POLL_SECONDS)
            async with http.get(f"{_PATH}/{batch['id']}", headers=headers) as answer:
                batch = await answer.json()
        seconds = perf_counter() - begun
    if batch.get("state") != "completed" or batch["counts"]["recorded"] != count:
        raise AssertionError(f"the batch ended otherwise: {batch}")
    return read, seconds


async def _log_in(http: aiohttp.ClientSession) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": "examcentre"}
    async with http.post("/api/v1/oauth/token", data=form | {"client_secret": PASSWORD}) as answer:
        answer.raise_for_status()
        return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


async def _count(system: System) -> int:
    name = registry.database_name("registration")
    connection = await asyncpg.connect(database_url(name))
    try:
        found: int = await connection.fetchval("SELECT count(*) FROM qualification")
        return found
    finally:
        await connection.close()


def _report(records: int, rounds: int, whole: Measured, tenth: Measured) -> str:
    times = ratios(whole.seconds, whole.copied)
    rates = [records / seconds for seconds in whole.seconds]
    largest = max(max(peaks.values()) for peaks in whole.peaks)
    before = max(max(peaks.values()) for peaks in tenth.peaks)
    headline = (
        f"**{median(times):.1f}× the time of a bare `COPY`** (aim: at most {MOST_TIMES}×),"
        f" {median(rates):,.0f} records/s; **no process over {largest:.0f} MB** (aim:"
        f" {MOST_MEGABYTES} MB), with a tenth of the records {before:.0f} MB."
    )
    explanation = (
        f"{records:,} generated exam results as one NDJSON body through the gateway of `zhiye up`"
        " (a process for the gateway and for each service), on RabbitMQ and PostgreSQL: read,"
        " checked, sealed, recorded in the register, told by events, and kept by the registration"
        " service and by accounts. The clock runs from the first byte until the batch says"
        " `completed`, which it does when the registration service has committed the last record;"
        " then both databases are counted. Beside it a single `COPY` of the register's rows, as"
        " they were recorded, from a file into an empty table of the same shape on the same"
        " server: its primary key, its unique constraints and its other indexes. The two take"
        f" turns in {rounds} rounds, each on fresh databases after a checkpoint; median and"
        " extremes, ratios formed round by round. Memory is the largest resident size of a"
        " process, looked at ten times a second."
    )
    counts = {f"{records:,} records": whole, f"{records // 10:,} records": tenth}
    speed = [
        [
            name,
            spread(measured.seconds, 1),
            spread(measured.read, 1),
            spread(measured.copied, 1),
            spread(ratios(measured.seconds, measured.copied), 1),
        ]
        for name, measured in counts.items()
    ]
    memory = [
        [name, *(spread([peaks[name] for peaks in each.peaks]) for each in (whole, tenth))]
        for name in ("gateway", *registry.SERVICES)
    ]
    head = ["", "arrived, s", "of that until read, s", "`COPY`, s", "× `COPY`"]
    peak_head = ["peak memory, MB", *counts]
    return "\n\n".join([headline, explanation, table(head, speed), table(peak_head, memory)])
