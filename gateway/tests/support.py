"""Helpers of these tests: clients in process and over real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import httpx
import uvicorn
from starlette.types import ASGIApp, Message

from zhiye_chassis.security import Principal
from zhiye_gateway.routes import SERVICES
from zhiye_gateway.service import Gateway

NURSE = Principal("01JD0000000000000000ACC001", "practitioner", person_key="pk")
OTHER = Principal("01JD0000000000000000ACC002", "practitioner")

Sign = Callable[..., str]
MakeGateway = Callable[..., Awaitable[Gateway]]


def client_of(gateway: Gateway, peer: str = "203.0.113.7") -> httpx.AsyncClient:
    """A client in process whose socket address is ``peer``."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(gateway.app, client=(peer, 4711)), base_url="http://test"
    )


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The application on a real socket; its base address."""
    config = uvicorn.Config(
        app, log_config=None, lifespan="off", proxy_headers=False, http="httptools",
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    port = bound.getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def over_http(
    make_gateway: MakeGateway, service: ASGIApp, **settings: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway on a socket, before one service on another socket."""
    async with served(service) as url:
        gateway = await make_gateway(urls=dict.fromkeys(SERVICES, url), **settings)
        async with (
            served(gateway.app) as address,
            httpx.AsyncClient(base_url=address, timeout=20) as client,
        ):
            yield client


async def ask(
    app: ASGIApp, method: str, path: str, *headers: tuple[bytes, bytes]
) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request without a body at ASGI level, with nothing normalised: status, headers, body."""
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": list(headers),
        "client": ("203.0.113.7", 4711),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message["body"] for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


async def eventually(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until the condition holds; ``TimeoutError`` if it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)
