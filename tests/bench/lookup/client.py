"""Load on one address: keep-alive connections, each with one request at a time.

Raw HTTP/1.1 on asyncio: it takes a fraction of a server's time for a request, so that the server
and not the client is what is measured.
"""

from __future__ import annotations

import asyncio
import random
import statistics
from dataclasses import dataclass
from time import perf_counter

from tests.bench.figures import percentile
from tests.bench.processes import Link


@dataclass(frozen=True)
class Load:
    """What to ask for: each path once in random order, then again. With ``bodies``, one for each
    path, they are posted as JSON."""

    host: str
    port: int
    paths: list[str]
    headers: dict[str, str]
    connections: int
    seconds: float
    warm_up: float = 1.0
    bodies: list[bytes] | None = None


@dataclass(frozen=True)
class Answered:
    rate: float
    """Answers a second."""
    median: float
    """Milliseconds."""
    p95: float
    p99: float


class WrongAnswer(Exception):  # noqa: N818
    """Something else than 200 came back; carries the first bytes."""


class _Connection(asyncio.Protocol):
    def __init__(
        self, requests: list[bytes], latencies: list[float], failed: asyncio.Future[None]
    ) -> None:
        self._requests = requests
        self._next = random.randrange(len(requests))
        self._latencies = latencies
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self._failed = failed

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._next = (self._next + 1) % len(self._requests)
        self._sent = perf_counter()
        if self._transport is not None:
            self._transport.write(self._requests[self._next])

    def data_received(self, data: bytes) -> None:
        self._buffer = buffer = self._buffer + data if self._buffer else data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        start = buffer.lower().find(b"\r\ncontent-length:", 0, end + 2)
        length = int(buffer[start + 17 : buffer.index(b"\r\n", start + 17)]) if start >= 0 else 0
        if len(buffer) < end + 4 + length:
            return
        if not buffer.startswith(b"HTTP/1.1 200"):
            self._fail(WrongAnswer(buffer[:500].decode(errors="replace")))
            return
        self._latencies.append(perf_counter() - self._sent)
        self._buffer = b""
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(ConnectionResetError("the server closed the connection"))

    def _fail(self, error: Exception) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def put(load: Load) -> Answered:
    """Put the load on; ``WrongAnswer`` or ``OSError`` when something is not as it should be."""
    loop = asyncio.get_running_loop()
    requests = _requests(load)
    random.shuffle(requests)
    latencies: list[float] = []
    failed: asyncio.Future[None] = loop.create_future()
    connections: list[_Connection] = []
    try:
        for _ in range(load.connections):
            _, connection = await loop.create_connection(
                lambda: _Connection(requests, latencies, failed), load.host, load.port
            )
            connections.append(connection)
        await _pass(failed, load.warm_up)
        latencies.clear()
        begun = perf_counter()
        await _pass(failed, load.seconds)
        seconds = perf_counter() - begun
        found = latencies.copy()
    finally:
        failed.cancel()
        for connection in connections:
            connection.close()
    if not found:
        raise TimeoutError(f"no answer within {load.seconds} s")
    milliseconds = [latency * 1000 for latency in found]
    return Answered(
        len(found) / seconds,
        statistics.median(milliseconds),
        percentile(milliseconds, 0.95),
        percentile(milliseconds, 0.99),
    )


def _requests(load: Load) -> list[bytes]:
    headers = {"Host": f"{load.host}:{load.port}", **load.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if load.bodies is None:
        return [f"GET {path} HTTP/1.1\r\n{head}\r\n".encode() for path in load.paths]
    head += "Content-Type: application/json\r\n"
    return [
        f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        for path, body in zip(load.paths, load.bodies, strict=True)
    ]


async def _pass(failed: asyncio.Future[None], seconds: float) -> None:
    """Let the time pass; raise what failed meanwhile."""
    done, _ = await asyncio.wait([failed], timeout=seconds)
    if done:
        failed.result()


async def client(link: Link, _: object) -> None:
    """The role: puts each load that it hears of."""
    link.tell("ready")
    while (load := await link.hear()) is not None:
        link.tell(await put(load))
