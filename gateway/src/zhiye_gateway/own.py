"""What the gateway answers itself: pages, the merged OpenAPI, health, metrics, live updates."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from zhiye_chassis.telemetry import language_var, log
from zhiye_gateway import refusals
from zhiye_gateway.openapi import Document
from zhiye_gateway.pages.docs import DOCS_PAGE, START_SCRIPT, docs_file
from zhiye_gateway.pages.downgrade import to_openapi_30
from zhiye_gateway.pages.landing import landing_page
from zhiye_gateway.routes import DOCS_FILES, GATEWAY_ROUTES, OwnRoute
from zhiye_gateway.settings import GatewaySettings
from zhiye_gateway.upstreams import Upstreams

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]
_A_DAY = {"Cache-Control": "public, max-age=86400"}


class OwnPages:
    """The handlers of ``GATEWAY_ROUTES``, by path."""

    def __init__(
        self,
        upstreams: Upstreams,
        live: Handler,
        load: Callable[[], Document | None],
        settings: GatewaySettings,
    ) -> None:
        self._upstreams = upstreams
        self._load = load
        self._settings = settings
        self._asking: asyncio.Task[list[str]] | None = None
        answers: dict[str, Callable[[], Awaitable[Response]]] = {
            "/": self._landing,
            "/openapi.json": self._openapi,
            "/docs": self._docs,
            "/docs/start.js": self._start_script,
            "/docs/openapi.json": self._openapi_30,
            "/livez": self._live,
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }
        answers |= {f"/docs/{name}": partial(self._docs_file, name) for name in DOCS_FILES}
        handlers: dict[str, Handler] = {path: _sending(a) for path, a in answers.items()}
        handlers["/api/v1/events"] = live
        self.table: Mapping[str, tuple[OwnRoute, Handler]] = {
            route.path: (route, handlers[route.path]) for route in GATEWAY_ROUTES
        }

    @cached_property
    def _document(self) -> Document | None:
        return self._load()

    @cached_property
    def _document_bytes(self) -> bytes:
        return orjson.dumps(self._document)

    @cached_property
    def _document_30_bytes(self) -> bytes:
        return orjson.dumps(to_openapi_30(self._document or {}))

    def _require_document(self) -> None:
        if self._document is None:
            raise refusals.not_found()

    async def _landing(self) -> Response:
        page = landing_page(language_var.get(), development=self._settings.development)
        return Response(page, media_type="text/html")

    async def _openapi(self) -> Response:
        self._require_document()
        return Response(self._document_bytes, media_type="application/json")

    async def _openapi_30(self) -> Response:
        self._require_document()
        return Response(self._document_30_bytes, media_type="application/json")

    async def _docs(self) -> Response:
        return Response(DOCS_PAGE, media_type="text/html")

    async def _start_script(self) -> Response:
        return Response(START_SCRIPT, media_type="text/javascript", headers=_A_DAY)

    async def _docs_file(self, name: str) -> Response:
        content, media_type = docs_file(name)
        return Response(content, media_type=media_type, headers=_A_DAY)

    async def _live(self) -> Response:
        return Response("ok")

    async def _missing(self) -> list[str]:
        services = self._upstreams.services
        ready = await asyncio.gather(*(self._upstreams.ready(service) for service in services))
        return [service for service, ok in zip(services, ready, strict=True) if not ok]

    async def _ready(self) -> Response:
        # Whoever asks meanwhile shares the answer: it costs every service a database connection.
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._missing())
        missing = await asyncio.shield(self._asking)
        if missing:
            log.warning("not_ready", service="gateway", missing=missing)
            return Response(", ".join(missing), status_code=503)
        return Response("ok")

    async def _metrics(self) -> Response:
        if not self._settings.metrics:
            raise refusals.not_found()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _sending(answer: Callable[[], Awaitable[Response]]) -> Handler:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        response = await answer()
        await response(scope, receive, send)

    return handle
