"""The services over HTTP: a streaming reverse proxy with a pool of connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote

import aiohttp
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from zhiye_chassis.telemetry import log
from zhiye_gateway import refusals
from zhiye_gateway.requests import Headers
from zhiye_gateway.upstreams import READY_SECONDS, ClientGone

IDLE_SECONDS = 30.0
"""How long an unused connection is kept: less than the services' 75 s, so that it is never the
service that closes it just when a request is on its way."""
READ_SECONDS = 900.0
"""Longest pause before an answer or in the middle of it; most routes have less until it begins."""

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_NOT_TO_SERVICE = _HOP_BY_HOP | {b"expect"}
_NOT_TO_CLIENT = _HOP_BY_HOP | {b"date", b"server"}  # ours are added by the server


def end_to_end(headers: Headers, dropped: frozenset[bytes]) -> Headers:
    """The headers that are meant for the other end: without those of this one connection."""
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for token in value.split(b",")
    }
    # A client must not have the gateway's own headers dropped by naming them.
    named -= {b"x-forwarded-for", b"x-request-id", b"traceparent", b"authorization", b"host"}
    named -= {b"content-length"}
    return [
        (lower, value)
        for name, value in headers
        if (lower := name.lower()) not in dropped and lower not in named
    ]


def _text(value: bytes) -> str:
    """A header value as aiohttp wants it: it will encode it as UTF-8 again."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


class OverHttp:
    """Passes requests on, streaming both ways. Redirects go to the client; cookies are not kept."""

    def __init__(
        self,
        urls: Mapping[str, str],
        *,
        connections: int = 100,
        connect_seconds: float = 5.0,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._urls = {service: url.rstrip("/") for service, url in urls.items()}
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=connect_seconds, sock_read=read_seconds
        )
        self._session: aiohttp.ClientSession | None = None

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(self._urls)

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, limit_per_host=self._connections, keepalive_timeout=IDLE_SECONDS
            ),
            timeout=self._timeout,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            max_field_size=65_536,
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ready(self, service: str) -> bool:
        if self._session is None:
            return False
        try:
            async with (
                asyncio.timeout(READY_SECONDS),
                self._session.get(f"{self._urls[service]}/readyz", allow_redirects=False) as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, OSError):
            return False

    async def __call__(self, service: str, scope: Scope, receive: Receive, send: Send) -> None:
        session = self._session
        if session is None or service not in self._urls:
            raise refusals.unavailable()
        body_read = asyncio.Event()
        leash = asyncio.timeout(None)

        async def body() -> AsyncIterator[bytes]:
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                more = message.get("more_body", False)
                if chunk := message.get("body", b""):
                    yield chunk
            body_read.set()

        async def watch() -> None:
            """Pull the leash when the client goes away."""
            await body_read.wait()
            while (await receive())["type"] != "http.disconnect":
                pass
            leash.reschedule(0)

        has_body = any(
            name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0"))
            for name, value in scope["headers"]
        )
        if not has_body:
            body_read.set()
        try:
            async with leash:
                watcher = asyncio.create_task(watch())
                try:
                    await self._exchange(
                        session, service, scope, body() if has_body else None, send
                    )
                finally:
                    watcher.cancel()
        except TimeoutError:
            if not leash.expired():
                raise
            raise ClientGone from None

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        service: str,
        scope: Scope,
        body: AsyncIterator[bytes] | None,
        send: Send,
    ) -> None:
        target = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("ascii")
        if query := scope["query_string"]:
            target += "?" + quote(query, safe="!$%&'()*+,-./:;<=>?@[\\]^_`{|}~\"")
        try:
            async with session.request(
                scope["method"],
                URL(self._urls[service] + target, encoded=True),
                headers=[
                    (name.decode("latin-1"), _text(value))
                    for name, value in end_to_end(scope["headers"], _NOT_TO_SERVICE)
                    if body is not None or name != b"content-length"
                ],
                data=body,
                allow_redirects=False,
            ) as answer:
                start: Message = {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": end_to_end(list(answer.raw_headers), _NOT_TO_CLIENT),
                }
                await send(start)
                async for chunk in answer.content.iter_any():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except aiohttp.ConnectionTimeoutError as error:
            self._tell(service, error)
            raise refusals.unavailable() from error
        except aiohttp.ClientConnectorError as error:
            self._tell(service, error)
            raise refusals.upstream_unreachable() from error
        except aiohttp.SocketTimeoutError as error:
            self._tell(service, error)
            raise refusals.upstream_timeout() from error
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error.__cause__, ClientGone):
                raise ClientGone from error
            self._tell(service, error)
            raise refusals.upstream_broke_off() from error

    @staticmethod
    def _tell(service: str, error: BaseException) -> None:
        log.warning("upstream_failed", upstream=service, error=type(error).__name__)
