"""``GET /api/v1/events``: one's own account and applications, as server-sent events.

The token comes in the ``Authorization`` header (a client on ``fetch``), never in the address. A
client opens the stream first and reads the data then, so that nothing falls in between; it comes
back with ``Last-Event-ID``; on ``reset`` it reads everything again.
"""

from __future__ import annotations

import asyncio
import time

import jwt
from starlette.types import Receive, Scope, Send

from zhiye_chassis import texts
from zhiye_chassis.security import ANYONE, TokenVerifier, check
from zhiye_chassis.telemetry import log
from zhiye_contracts.reasons import Refused
from zhiye_gateway.live.hub import Hub, Stream
from zhiye_gateway.requests import bearer_token
from zhiye_gateway.settings import GatewaySettings

RETRY_MILLISECONDS = 3000
"""After which a client should come back; told at the start of a stream."""

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class LiveUpdates:
    def __init__(self, hub: Hub, verifier: TokenVerifier, settings: GatewaySettings) -> None:
        self._hub = hub
        self._verifier = verifier
        self._heartbeat = settings.heartbeat_seconds
        self._send_seconds = settings.stream_send_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = bearer_token(scope["headers"])
        if token is None:
            raise Refused(texts.of_status(401), status=401)
        principal = self._verifier.verify(token)
        check(ANYONE, principal)
        # The signature was checked just now; the verifier does not tell when the token expires.
        expires = float(jwt.decode(token, options={"verify_signature": False})["exp"])
        last = dict(scope["headers"]).get(b"last-event-id")
        stream = self._hub.open(principal, last.decode("latin-1") if last is not None else None)
        watcher = asyncio.create_task(_end_on_disconnect(receive, stream))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await self._write(b"retry: %d\n\n" % RETRY_MILLISECONDS, send)
            await self._tell(stream, expires, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            log.info("stream_stuck")  # takes nothing any more; the server closes the connection
        finally:
            watcher.cancel()
            self._hub.close(stream)

    async def _tell(self, stream: Stream, expires: float, send: Send) -> None:
        while (left := expires - time.time()) > 0:
            chunk = await stream.take(min(self._heartbeat, left))
            if not chunk and stream.ended:
                return
            await self._write(chunk or self._hub.here(), send)
        await self._write(b": the token has expired\n\n", send)

    async def _write(self, chunk: bytes, send: Send) -> None:
        async with asyncio.timeout(self._send_seconds):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _end_on_disconnect(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end(at_once=True)
