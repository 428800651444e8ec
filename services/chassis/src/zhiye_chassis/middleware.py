"""What every HTTP request goes through: ids, language, metrics, one log line."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zhiye_chassis import telemetry
from zhiye_chassis.telemetry import language_var, log, request_id_var, traceparent_var
from zhiye_chassis.web import language_of

_QUIET = frozenset({"/livez", "/readyz", "/metrics"})


class Telemetry:
    """Pure ASGI. Takes over the caller's request id and trace, or starts new ones."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        found = {
            name: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in (b"x-request-id", b"traceparent", b"accept-language")
        }
        request_id = telemetry.accept_request_id(found.get(b"x-request-id", ""))
        request_id_var.set(request_id)
        traceparent_var.set(telemetry.new_traceparent(found.get(b"traceparent", "")))
        language_var.set(language_of(found.get(b"accept-language", "")))
        status = 500
        started = time.perf_counter()

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [h for h in message["headers"] if h[0] != b"x-request-id"]
                headers.append((b"x-request-id", request_id.encode()))
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, tell)
        finally:
            seconds = time.perf_counter() - started
            path = scope["path"]
            if path not in _QUIET:
                route = getattr(scope.get("route"), "path", "other")
                telemetry.REQUESTS.labels(self._service, scope["method"], route, str(status)).inc()
                telemetry.REQUEST_SECONDS.labels(self._service, route).observe(seconds)
                log.info(
                    "request",
                    service=self._service,
                    method=scope["method"],
                    route=route,
                    status=status,
                    ms=round(seconds * 1000, 1),
                )
