"""The one door: every request comes in here, is checked, and goes to its service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from zhiye_chassis import texts
from zhiye_chassis.middleware import Telemetry
from zhiye_chassis.problems import problem_response, refusal_response
from zhiye_chassis.security import TOKEN_INVALID, Principal, TokenVerifier
from zhiye_chassis.telemetry import log
from zhiye_contracts.reasons import Refused
from zhiye_gateway import refusals, requests
from zhiye_gateway.exchange import Exchange
from zhiye_gateway.headers import SecurityHeaders
from zhiye_gateway.limiting import Limits
from zhiye_gateway.live.ended import EndedAccess
from zhiye_gateway.live.endpoint import LiveUpdates
from zhiye_gateway.live.hub import Hub
from zhiye_gateway.openapi import Document, load_openapi
from zhiye_gateway.own import Handler, OwnPages
from zhiye_gateway.routes import OwnRoute, Route, RouteTable
from zhiye_gateway.settings import GatewaySettings, LimitClass
from zhiye_gateway.upstreams import ClientGone, Upstreams

CLIENT_GONE = 499
"""Told to logs and metrics only: the client is no longer there to read it."""


class Door:
    """Pure ASGI, HTTP only."""

    def __init__(
        self,
        upstreams: Upstreams,
        verifier: TokenVerifier,
        own: OwnPages,
        settings: GatewaySettings,
        table: RouteTable,
        ended: EndedAccess,
    ) -> None:
        self._upstreams = upstreams
        self._verifier = verifier
        self._own = own.table
        self._limits = Limits(settings)
        self._hops = settings.trusted_proxy_hops
        self._table = table
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] not in requests.METHODS:
                await self._method_not_allowed(", ".join(sorted(requests.METHODS)), scope, send)
            elif own := self._own.get(scope["path"]):
                await self._answer(*own, scope, receive, send)
            else:
                requests.require_clean_path(scope)
                route = self._table.find(scope["path"])
                if route is None:
                    raise refusals.not_found()
                await self._pass_on(route, scope, receive, send)
        except Refused as refusal:
            await refusal_response(refusal)(scope, receive, send)

    async def _answer(
        self, own: OwnRoute, handler: Handler, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["method"] not in (own.method, "HEAD"):
            await self._method_not_allowed(f"{own.method}, HEAD", scope, send)
            return
        if own.limit is not None:
            address = requests.client_address(scope, self._hops)
            await self._check(own.limit, address, scope, check_token=bool(own.access.roles))
        scope["route"] = own
        await handler(scope, receive, send)

    async def _check(
        self, limit: LimitClass, address: str, scope: Scope, *, check_token: bool
    ) -> None:
        """Limits and token. An address is counted first: checking a signature costs more."""
        await self._limits.hit("address", limit, requests.network_of(address))
        if not check_token:
            return
        token = requests.bearer_token(scope["headers"])
        if token is not None:
            principal: Principal = self._verifier.verify(token)
            if self._ended.holds(principal):
                raise Refused(TOKEN_INVALID, status=401)
            await self._limits.hit("account", limit, principal.account_id)

    async def _pass_on(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope["headers"]
        address = requests.client_address(scope, self._hops)
        limit = route.limit_of(scope["method"])
        inner = {
            **scope,
            "headers": requests.headers_for_service(headers, address),
            "client": (address, 0),
        }
        scope["route"] = route
        await self._check(limit, address, scope, check_token=route.check_token)
        length = requests.content_length(headers)
        body_limit = route.body_limit
        if body_limit is not None and length is not None and length > body_limit:
            raise refusals.body_too_large(body_limit)
        deadline = asyncio.timeout(route.timeout)
        exchange = Exchange(receive, send, route, deadline)
        refusal = await self._carry(route, inner, exchange, deadline)
        if body_limit is not None and exchange.too_large:
            raise refusals.body_too_large(body_limit)
        if refusal is not None:
            raise refusal

    async def _carry(
        self, route: Route, scope: Scope, exchange: Exchange, deadline: asyncio.Timeout
    ) -> Refused | None:
        """Have the service answer; what to say instead when it did not begin to."""
        try:
            async with deadline:
                await self._upstreams(route.service, scope, exchange.receive, exchange.send)
            return None
        except ClientGone:
            if not exchange.started:
                await exchange.send(
                    {"type": "http.response.start", "status": CLIENT_GONE, "headers": []}
                )
            return None
        except Exception as error:
            if exchange.finished or exchange.too_large:
                return None  # the service has answered and logged it, or is not to be heard
            if exchange.started:
                raise  # the server closes the connection, so that the client notices
            if isinstance(error, Refused):
                return error
            if deadline.expired():
                slow_client = exchange.waits_for_client
                return refusals.body_too_slow() if slow_client else refusals.upstream_timeout()
            log.error("upstream_failed", upstream=route.service, error=type(error).__name__)
            return refusals.failed()

    @staticmethod
    async def _method_not_allowed(allow: str, scope: Scope, send: Send) -> None:
        response = problem_response([texts.of_status(405)], 405)
        response.headers["Allow"] = allow

        async def nothing() -> dict[str, str]:
            return {"type": "http.disconnect"}

        await response(scope, nothing, send)


def create_gateway(
    upstreams: Upstreams,
    verifier: TokenVerifier,
    hub: Hub,
    settings: GatewaySettings,
    *,
    openapi: Callable[[], Document | None] = load_openapi,
    table: RouteTable | None = None,
) -> ASGIApp:
    """The gateway as an ASGI application. It has no life of its own: see ``service``."""
    own = OwnPages(upstreams, LiveUpdates(hub, verifier, settings), openapi, settings)
    table = table or RouteTable(development=settings.development)
    app: ASGIApp = Door(upstreams, verifier, own, settings, table, hub.ended)
    if settings.cors_origins:
        app = CORSMiddleware(
            app,
            allow_origins=settings.cors_origins,
            allow_methods=sorted(requests.METHODS),
            allow_headers=[
                "Accept-Language",
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "If-Match",
                "Last-Event-ID",
                "X-Request-Id",
            ],
            expose_headers=[
                "ETag",
                "Idempotency-Replayed",
                "Location",
                "Retry-After",
                "X-Request-Id",
            ],
            max_age=600,
        )
    http = Telemetry(SecurityHeaders(app), service="gateway")

    async def gateway(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if scope["method"] not in requests.METHODS:
                scope = {**scope, "method": "OTHER"}  # a label of metrics: not the client's choice
            await http(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _lifespan(receive, send)

    return gateway


async def _lifespan(receive: Receive, send: Send) -> None:
    """Whoever runs the gateway starts and closes it; the server needs no more than a yes."""
    while True:
        event = (await receive())["type"].removeprefix("lifespan.")
        await send({"type": f"lifespan.{event}.complete"})
        if event == "shutdown":
            return
