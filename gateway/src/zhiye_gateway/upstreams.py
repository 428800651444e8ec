"""How a request reaches its service: within this process, or over HTTP (see ``over_http``)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zhiye_gateway import refusals

READY_SECONDS = 2.0
"""How long a service may think about whether it is ready."""


class ClientGone(Exception):  # noqa: N818
    """The client closed the connection; there is nobody to answer."""


class Upstreams(Protocol):
    """The services behind the gateway. ``Refused`` when one cannot be reached or breaks off."""

    @property
    def services(self) -> tuple[str, ...]: ...

    async def __call__(self, service: str, scope: Scope, receive: Receive, send: Send) -> None: ...

    async def ready(self, service: str) -> bool: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...


class InProcess:
    """Awaits the service's application with the same path, body and sender."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = dict(apps)

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(self._apps)

    async def __call__(self, service: str, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._apps.get(service)
        if app is None:
            raise refusals.unavailable()
        await app(scope, receive, send)

    async def ready(self, service: str) -> bool:
        status = 503
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/readyz",
            "raw_path": b"/readyz",
            "root_path": "",
            "query_string": b"",
            "headers": [],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 0),
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]

        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._apps[service](scope, receive, send)
        except Exception:
            return False
        return status == 200

    async def start(self) -> None:
        """Nothing: the services have their own lives."""

    async def close(self) -> None:
        """Nothing."""
