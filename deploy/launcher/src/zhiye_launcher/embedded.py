"""The embedded profile: one process, a real PostgreSQL beside it, the bus in process."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from zhiye_chassis import migrate
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.service import Service, create_app, running
from zhiye_chassis.telemetry import configure_logging
from zhiye_gateway.service import Gateway, build_in_process
from zhiye_launcher import demo_data, registry, secrets_file
from zhiye_launcher.database_server import DatabaseServer, create_databases
from zhiye_launcher.serving import bind, serve


@dataclass
class Embedded:
    services: dict[str, Service]
    apps: dict[str, FastAPI]
    gateway: Gateway


@asynccontextmanager
async def assembled(urls: dict[str, str]) -> AsyncIterator[Embedded]:
    """Every service and the gateway, running in this process on migrated databases."""
    services = registry.build_all(urls)
    for service in services.values():
        await migrate.upgrade(service.database.url, service.migrations)
    bus = InProcessCarrier()
    for service in services.values():
        await service.declare(bus)
    async with AsyncExitStack() as stack:
        for service in services.values():
            await stack.enter_async_context(running(service, bus))
        apps = {name: create_app(service) for name, service in services.items()}
        verifier = next(iter(services.values())).verifier
        gateway = build_in_process(apps, bus, verifier)
        await gateway.start()
        stack.push_async_callback(gateway.close)
        yield Embedded(services, apps, gateway)


async def run(var: Path, host: str, port: int, *, demo: bool, started: float) -> None:
    """Run until interrupted; says when it is ready, and where to go."""
    var.mkdir(parents=True, exist_ok=True)
    bound = bind(host, port)
    registry.use_secrets(secrets_file.load_or_create(var / "secrets.json"))
    os.environ.setdefault("ZHIYE_DATABASE_POOL", "8")
    os.environ.setdefault("ZHIYE_DATA_DIR", str(var))
    if demo:
        os.environ.setdefault("ZHIYE_DEVELOPMENT", "true")
    (var / "log").mkdir(exist_ok=True)
    with (var / "log" / "zhiye.log").open("ab", buffering=0) as log_file:
        configure_logging(stream=log_file)
        with DatabaseServer(var / "postgres") as server:
            urls = await create_databases(
                server.url(), [registry.database_name(name) for name in registry.SERVICES]
            )
            async with assembled(urls) as system:
                if demo:
                    await demo_data.seed(system.services)

                serving = asyncio.create_task(
                    serve(system.gateway.app, bound, system.gateway.stop_streams)
                )
                demo_data.announce(
                    f"http://{host}:{bound.getsockname()[1]}",
                    seconds=time.time() - started,
                    demo=demo,
                    log=var / "log" / "zhiye.log",
                )
                await serving
