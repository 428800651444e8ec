"""The gateway put together, as the launcher runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from fastapi import FastAPI
from starlette.types import ASGIApp

from zhiye_chassis.security import TokenVerifier
from zhiye_gateway.app import create_gateway
from zhiye_gateway.live.hub import Hub
from zhiye_gateway.openapi import load_openapi
from zhiye_gateway.over_http import OverHttp
from zhiye_gateway.settings import GatewaySettings
from zhiye_gateway.upstreams import InProcess, Upstreams


class Listening(Protocol):
    """The side of a carrier that tells of events as they pass."""

    async def listen(
        self,
        types: Sequence[str],
        listener: Callable[[bytes], None],
        missed: Callable[[], None] = ...,
    ) -> None: ...


@dataclass
class Gateway:
    """``app`` answers once ``start`` has run.

    Call ``stop_streams`` before a server is told to shut down: it waits for open connections, and
    live updates stay open for as long as a token lasts.
    """

    app: ASGIApp
    hub: Hub
    upstreams: Upstreams
    bus: Listening

    async def start(self) -> None:
        await self.upstreams.start()
        await self.bus.listen(self.hub.types, self.hub.told, self.hub.missed)

    def stop_streams(self) -> None:
        self.hub.end_all()

    async def close(self) -> None:
        self.stop_streams()
        await self.upstreams.close()


def build_in_process(
    apps: Mapping[str, FastAPI],
    bus: Listening,
    verifier: TokenVerifier,
    settings: GatewaySettings | None = None,
) -> Gateway:
    """The gateway of the embedded profile: the services run in the same process."""
    settings = settings or GatewaySettings()
    upstreams = InProcess(apps)
    hub = Hub(settings)
    app = create_gateway(upstreams, verifier, hub, settings, openapi=partial(load_openapi, apps))
    return Gateway(app, hub, upstreams, bus)


def build_over_http(
    urls: Mapping[str, str],
    bus: Listening,
    verifier: TokenVerifier,
    settings: GatewaySettings | None = None,
) -> Gateway:
    """The gateway before services of their own processes; ``urls`` are their base addresses."""
    settings = settings or GatewaySettings()
    upstreams = OverHttp(
        urls,
        connections=settings.upstream_connections,
        connect_seconds=settings.upstream_connect_seconds,
    )
    hub = Hub(settings)
    return Gateway(create_gateway(upstreams, verifier, hub, settings), hub, upstreams, bus)
