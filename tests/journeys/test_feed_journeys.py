"""The exam centre's feed through the gateway, over real connections: broken off, continued,
cancelled, compressed."""

from __future__ import annotations

import asyncio
import io
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import zstandard
from tests.journeys.caller import Caller, Staff
from tests.journeys.system import System

from zhiye_launcher.generator import Profession, generate_exam_results, write

FEED = "/api/v1/qualification-batches"
NDJSON = {"Content-Type": "application/x-ndjson"}


def file_of(count: int, profession: Profession = "nurse") -> list[bytes]:
    """Lines of records that nobody else has."""
    out = io.StringIO()
    seed = time.time_ns()
    write(generate_exam_results(count, seed, 2026, dirty=0, profession=profession), out, "ndjson")
    return out.getvalue().encode().splitlines(keepends=True)


@pytest.fixture
async def centre(staff: Staff) -> Caller:
    return await staff("examcentre")


class Producer:
    """A connection that a body is written to, chunk by chunk."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, system: System, token: str) -> Producer:
        url = urlsplit(system.address)
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        head = (
            f"POST {FEED} HTTP/1.1\r\nHost: zhiye\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
            "X-Forwarded-For: 203.0.113.51\r\n\r\n"
        )
        writer.write(head.encode())
        return cls(reader, writer)

    async def send(self, data: bytes) -> None:
        self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self._writer.drain()

    async def status(self) -> int:
        """Of the answer, which may come before the body's end."""
        return int((await asyncio.wait_for(self._reader.readline(), 30)).split()[1])

    def vanish(self) -> None:
        self._writer.transport.abort()


async def newest(centre: Caller, state: str, lines: int = 0) -> dict[str, Any]:
    """The centre's newest batch, once it is in this state."""
    async with asyncio.timeout(30):
        while True:
            items = (await centre.get(f"{FEED}?limit=1"))["items"]
            if items and items[0]["state"] == state and items[0]["lines"] >= lines:
                found: dict[str, Any] = items[0]
                return found
            await asyncio.sleep(0.1)


async def test_a_producer_that_vanishes_continues_where_it_was(
    embedded: System, centre: Caller
) -> None:
    lines = file_of(1500)
    producer = await Producer.connect(embedded, centre.token)
    await producer.send(b"".join(lines[:1200]) + lines[1200][:100])
    await newest(centre, "reading", 500)
    producer.vanish()
    batch = await newest(centre, "interrupted")
    assert batch["lines"] == 1200
    rest = b"".join(lines[batch["continue_at"] - 1 :])
    path = f"{FEED}/{batch['id']}/continuation"
    done = await centre.post(path, content=rest, headers=NDJSON)
    assert (done["lines"], done["counts"]["recorded"]) == (1500, 1500)
    done = await newest(centre, "completed")
    assert (done["id"], done["kept"]) == (batch["id"], 1500)


async def test_a_producer_is_told_at_once_that_its_batch_was_cancelled(
    embedded: System, centre: Caller
) -> None:
    lines = file_of(3000)
    producer = await Producer.connect(embedded, centre.token)
    await producer.send(b"".join(lines[:1100]))
    batch = await newest(centre, "reading", 500)
    cancelled = await centre.post(f"{FEED}/{batch['id']}/cancellation")
    accepted = cancelled["counts"]["recorded"]
    for start in range(1100, 3000, 100):
        await producer.send(b"".join(lines[start : start + 100]))
        await asyncio.sleep(0.01)
    assert await producer.status() == 409
    producer.vanish()
    batch = await centre.get(f"{FEED}/{batch['id']}")
    assert (batch["state"], batch["counts"]["recorded"]) == ("cancelled", accepted)


async def test_physicians_come_compressed_and_are_complete_when_they_have_arrived(
    centre: Caller,
) -> None:
    content = zstandard.ZstdCompressor().compress(b"".join(file_of(800, "physician")))
    headers = NDJSON | {"Content-Encoding": "zstd"}
    batch = await centre.post(FEED, content=content, headers=headers)
    assert batch["counts"]["recorded"] == 800, batch["rejects"][:3]
    done = await newest(centre, "completed")
    assert (done["id"], done["kept"], done["percent"]) == (batch["id"], 800, 100)
