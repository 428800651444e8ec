"""One service: what it is made of, its application, and its background work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import MetaData, text
from starlette.routing import Route

from zhiye_chassis import problems, telemetry
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.relay import Carrier, Relay
from zhiye_chassis.bus.subscriptions import Outlet, Subscriptions
from zhiye_chassis.database import Database
from zhiye_chassis.middleware import Telemetry
from zhiye_chassis.security import TokenVerifier
from zhiye_chassis.tasks import stop
from zhiye_chassis.telemetry import log
from zhiye_chassis.web import Routes

HOUSEKEEPING_SECONDS = 5.0
BACKGROUND_CONNECTIONS = 4
"""For relay, consumer, retries and a little room; opened when needed, then kept."""
INBOX_DAYS = 30
IDEMPOTENCY_HOURS = 24


class Bus(Carrier, Protocol):
    """A carrier that can also deliver."""

    async def declare(self, subscriptions: Subscriptions) -> None: ...

    async def open(self, outlet: Outlet) -> None: ...

    async def attach(self, consumer: Consumer) -> None: ...

    async def detach(self, consumer: Consumer) -> None: ...

    async def measure(self, queue: str) -> int:
        """Messages ready in a queue; also told as a metric."""
        ...


@dataclass
class Service:
    """Everything that makes up one service; built by ``zhiye_<name>.service.build``."""

    name: str
    title: str
    database: Database
    verifier: TokenVerifier
    routes: Sequence[Routes]
    subscriptions: Subscriptions
    metadata: MetaData
    migrations: str
    """Package of the service's alembic revisions, such as ``zhiye_accounts.migrations``."""
    outside: Sequence[Subscriptions] = ()
    """What others than our services tell it, each over an exchange of their own."""
    outlets: Sequence[Outlet] = ()
    """Where others than our services find what it tells."""
    kit: Any = None
    """What its use cases work with: the launcher's way in, for set-up and import."""
    periodic: Sequence[Callable[[], Awaitable[None]]] = field(default_factory=tuple)
    """Small jobs run with the housekeeping, every few seconds; each bounded in time."""
    background: Sequence[Callable[[], Awaitable[None]]] = field(default_factory=tuple)
    """Loops that run as long as the service; one that fails is started again a second later."""
    on_close: Sequence[Callable[[], Awaitable[None]]] = field(default_factory=tuple)

    async def declare(self, bus: Bus) -> None:
        """Create every queue and binding of this service; idempotent."""
        for subscriptions in (self.subscriptions, *self.outside):
            await bus.declare(subscriptions)
        for outlet in self.outlets:
            await bus.open(outlet)

    async def housekeep(self) -> None:
        """Refresh gauges, forget old inbox rows and idempotency keys."""
        async with self.database.reading() as connection:
            row = (
                await connection.execute(
                    text(
                        "SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) o)"
                        " AS pending,"
                        " (SELECT extract(epoch FROM now() - created_at) FROM outbox"
                        " ORDER BY id LIMIT 1) AS age,"
                        " (SELECT count(*) FROM failed_event WHERE state = 'dead') AS dead,"
                        " (SELECT count(*) FROM failed_event WHERE state = 'retry') AS waiting"
                    )
                )
            ).one()
            telemetry.OUTBOX_PENDING.labels(self.name).set(row.pending)
            telemetry.OUTBOX_AGE.labels(self.name).set(float(row.age or 0))
            telemetry.DEAD_LETTERS.labels(self.name).set(row.dead)
            telemetry.RETRIES_WAITING.labels(self.name).set(row.waiting)
            for table, column, kept in (
                ("inbox", "received_at", f"{INBOX_DAYS} days"),
                ("idempotency_key", "created_at", f"{IDEMPOTENCY_HOURS} hours"),
            ):
                await connection.execute(
                    text(
                        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table}"  # noqa: S608
                        f" WHERE {column} < now() - interval '{kept}' LIMIT 5000))"
                    )
                )


def create_app(service: Service) -> FastAPI:
    """The HTTP application of a service. It serves behind the gateway, but trusts it with
    nothing: tokens and access are checked here."""
    app = FastAPI(
        title=service.title,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.database = service.database
    app.state.verifier = service.verifier
    problems.install(app)
    for routes in service.routes:
        app.include_router(routes)

    async def live(_: object) -> Response:
        return Response("ok")

    async def ready(_: object) -> Response:
        try:
            async with asyncio.timeout(2), service.database.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:
            log.warning("not_ready", service=service.name, error=type(error).__name__)
            return Response("database", status_code=503)
        return Response("ok")

    async def metrics(_: object) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.router.routes.extend(
        [Route("/livez", live), Route("/readyz", ready), Route("/metrics", metrics)]
    )
    app.add_middleware(Telemetry, service=service.name)
    return app


async def _forever(service: Service, bus: Bus) -> None:
    async def measure() -> None:
        for subscriptions in (service.subscriptions, *service.outside):
            await bus.measure(subscriptions.queue)

    while True:
        for job in (service.housekeep, measure, *service.periodic):
            try:
                await job()
            except Exception as error:
                log.warning("job_failed", service=service.name, error=type(error).__name__)
        await asyncio.sleep(HOUSEKEEPING_SECONDS)


async def _keep_running(service: Service, loop: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await loop()
        except Exception as error:
            log.warning("loop_failed", service=service.name, error=type(error).__name__)
        await asyncio.sleep(1)


@asynccontextmanager
async def running(service: Service, bus: Bus) -> AsyncIterator[None]:
    """The background work of a service: relay, consumer, retries, housekeeping."""
    database = service.database.companion(BACKGROUND_CONNECTIONS)
    left_out = [type_ for outside in service.outside for type_ in outside.types]
    consumers = [
        Consumer(database, service.subscriptions, left_out=left_out),
        *(Consumer(database, outside) for outside in service.outside),
    ]
    for outlet in service.outlets:
        await bus.open(outlet)
    for consumer in consumers:
        await bus.attach(consumer)
    tasks = [
        asyncio.create_task(Relay(database, bus).run(), name=f"relay {service.name}"),
        *(
            asyncio.create_task(consumer.run_retries(), name=f"retries {service.name}")
            for consumer in consumers
        ),
        asyncio.create_task(_forever(service, bus), name=f"housekeeping {service.name}"),
        *(asyncio.create_task(_keep_running(service, loop)) for loop in service.background),
    ]
    try:
        yield
    finally:
        await stop(tasks)
        for consumer in consumers:
            with contextlib.suppress(Exception):
                await bus.detach(consumer)
        for close in service.on_close:
            await close()
        await database.close()
        await service.database.close()
