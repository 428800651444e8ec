"""What every HTTP request goes through: ids, language, metrics, one log line."""

from __future__ import annotations

import time
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zhiye_chassis import telemetry
from zhiye_chassis.telemetry import language_var, log, request_id_var, traceparent_var
from zhiye_chassis.web import language_of

_QUIET = frozenset({"/livez", "/readyz", "/metrics"})


_OUTER = "zhiye.telemetry"

# Finding a labelled metric costs more than counting with it.
_count = lru_cache(maxsize=2_000)(telemetry.REQUESTS.labels)
_time = lru_cache(maxsize=500)(telemetry.REQUEST_SECONDS.labels)


class Telemetry:
    """Pure ASGI. Takes over the caller's request id and trace, or starts new ones.

    Where the gateway and a service share a process, the service finds the gateway's already at
    work: then it counts the request, and the gateway logs it, with the service and its route.
    """

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        outer: dict[str, str] | None = scope.get(_OUTER)
        request_id = ""
        if outer is None:
            inner = scope[_OUTER] = {}
            request_id = self._begin(scope)
        status = 500
        started = time.perf_counter()

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if request_id:
                    headers = [h for h in message["headers"] if h[0] != b"x-request-id"]
                    headers.append((b"x-request-id", request_id.encode()))
                    message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, tell)
        finally:
            if scope["path"] not in _QUIET:
                seconds = time.perf_counter() - started
                route = getattr(scope.get("route"), "path", "other")
                _count(self._service, scope["method"], route, str(status)).inc()
                _time(self._service, route).observe(seconds)
                if outer is not None:
                    outer |= {"upstream": self._service, "route": route}
                else:
                    told = {"service": self._service, "route": route} | inner
                    ms = round(seconds * 1000, 1)
                    log.info("request", method=scope["method"], status=status, ms=ms, **told)

    @staticmethod
    def _begin(scope: Scope) -> str:
        """Set the ids and the language of this request; the request id."""
        found = {
            name: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in (b"x-request-id", b"traceparent", b"accept-language")
        }
        request_id = telemetry.accept_request_id(found.get(b"x-request-id", ""))
        request_id_var.set(request_id)
        traceparent_var.set(telemetry.new_traceparent(found.get(b"traceparent", "")))
        language_var.set(language_of(found.get(b"accept-language", "")))
        return request_id
