"""The server's own bounds: a request's head is neither endless nor awaited for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from zhiye_launcher import http_protocol
from zhiye_launcher.http_protocol import BoundedHttpProtocol

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body and tells its length."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    names = b" ".join(name for name, _ in scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d bytes %b" % (length, names)})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(_app, log_config=None, lifespan="off", http=BoundedHttpProtocol)
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: BoundedHttpProtocol(config, state, {}), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1]
        for connection in list(state.connections):
            connection.shutdown()


async def _send(port: int, *parts: bytes) -> bytes:
    """Send until the server hangs up; what it answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("head", [GET + b"A: ", b"GET /", GET + b"A", POST + b"0\r\nA: "])
async def test_a_head_or_a_trailer_without_end_is_cut_off(port: int, head: bytes) -> None:
    answer = await _send(port, head, *[b"a" * 65_536] * 100)
    assert b"200 OK" not in answer


async def test_many_small_headers_are_cut_off_too(port: int) -> None:
    answer = await _send(port, GET, *[b"a: b\r\n" * 10_000] * 100)
    assert b"200 OK" not in answer


async def test_a_large_body_in_tiny_chunks_is_no_head(port: int) -> None:
    close = POST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answer = await _send(port, close, *[b"1\r\na\r\n" * 10_000] * 20, b"0\r\n\r\n")
    assert b"200000 bytes" in answer


async def test_a_trailer_does_not_pass_for_a_header(port: int) -> None:
    """A proxy in front has dealt with the headers, not with what comes after the body."""
    close = POST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answer = await _send(port, close + b"1\r\na\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n")
    assert b"1 bytes host transfer-encoding connection" in answer
    assert b"x-forwarded-for" not in answer


async def test_requests_one_after_the_other_are_each_counted_anew(port: int) -> None:
    large = GET + b"A: " + b"a" * 30_000 + b"\r\n"
    answer = await _send(port, *[large + b"\r\n"] * 5, large + b"Connection: close\r\n\r\n")
    assert answer.count(b"200 OK") == 6


@pytest.mark.parametrize("sent", [b"", b"GET / HT", GET])
async def test_a_connection_that_sends_no_whole_head_is_closed(
    port: int, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.1)
    assert await _send(port, sent) == b""


async def test_a_body_may_take_longer_than_a_head(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(GET.replace(b"GET", b"POST") + b"Connection: close\r\nContent-Length: 2\r\n\r\na")
    await asyncio.sleep(0.3)
    writer.write(b"b")
    assert b"2 bytes" in await reader.read()
    writer.close()
