"""Bodies of 50 MB: refused, or taken as they come; never kept in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from tests.journeys.caller import Staff, check_problem
from tests.journeys.people import Nurse, People
from tests.journeys.system import System

MB = 1024 * 1024
MEMORY_MAY_GROW = 24 * MB
APPLICATIONS = "/api/v1/applications"


@pytest.fixture(scope="module")
async def nurse(people: People) -> Nurse:
    return await people.active()


_MEDIA_TYPES = {
    "/api/v1/qualification-batches": b"application/x-ndjson",
    "/api/v1/oauth/token": b"application/x-www-form-urlencoded",
}


async def send_50_mb(caller_token: str, system: System, path: str, announced: bool) -> int:
    """The status that a body of 50 MB gets; it is written until somebody stops taking it."""
    url = urlsplit(system.address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    length = b"Content-Length: %d" % (50 * MB) if announced else b"Transfer-Encoding: chunked"
    writer.write(
        b"POST %b HTTP/1.1\r\nHost: zhiye\r\nAuthorization: Bearer %b\r\n%b\r\n"
        b"Content-Type: %b\r\nX-Forwarded-For: 203.0.113.50\r\n\r\n"
        % (
            path.encode(),
            caller_token.encode(),
            length,
            _MEDIA_TYPES.get(path, b"application/json"),
        )
    )
    piece = b"x" * 65536 if announced else b"10000\r\n" + b"x" * 65536 + b"\r\n"

    async def write() -> None:
        try:
            for _ in range(50 * MB // 65536):
                writer.write(piece)
                await writer.drain()
            if not announced:
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        except ConnectionError:
            pass

    writing = asyncio.create_task(write())
    try:
        async with asyncio.timeout(60):
            status = int((await reader.readline()).split()[1])
    finally:
        writing.cancel()
        writer.close()
        await asyncio.gather(writing, return_exceptions=True)
    return status


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "streamed"])
@pytest.mark.parametrize("path", [APPLICATIONS, "/api/v1/oauth/token", "/api/v1/accounts"])
async def test_a_body_of_50_mb_is_refused_and_never_kept_in_memory(
    embedded: System, nurse: Nurse, path: str, announced: bool
) -> None:
    before = embedded.process.memory_info().rss
    status = await send_50_mb(nurse.caller.token, embedded, path, announced)
    assert status == 413
    assert embedded.process.memory_info().rss - before < MEMORY_MAY_GROW


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "streamed"])
async def test_a_line_of_50_mb_in_the_feed_is_one_rejected_record(
    embedded: System, staff: Staff, announced: bool
) -> None:
    centre = await staff("examcentre")
    before = embedded.process.memory_info().rss
    path = "/api/v1/qualification-batches"
    assert await send_50_mb(centre.token, embedded, path, announced) == 201
    assert embedded.process.memory_info().rss - before < MEMORY_MAY_GROW
    newest = (await centre.get(f"{path}?limit=1"))["items"][0]
    assert (newest["counts"]["received"], newest["counts"]["rejected"]) == (1, 1)


async def test_a_body_over_the_limit_is_refused_with_the_limit(nurse: Nurse) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 65536

    answer = await nurse.caller.ask("POST", APPLICATIONS, content=body())
    assert "1 MB" in check_problem(answer, 413, "zh")["detail"]
