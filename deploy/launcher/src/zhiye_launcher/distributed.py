"""The local profile: every service a process of its own, on a PostgreSQL and a RabbitMQ."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from sqlalchemy import make_url

from zhiye_chassis import migrate
from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_chassis.security import TokenVerifier
from zhiye_chassis.service import create_app, running
from zhiye_chassis.settings import ProcessSettings
from zhiye_chassis.telemetry import configure_logging
from zhiye_gateway.service import build_over_http
from zhiye_launcher import demo_data, registry, secrets_file
from zhiye_launcher.database_server import create_databases
from zhiye_launcher.serving import bind, serve

READY_SECONDS = 60


async def serve_service(name: str, host: str, port: int) -> None:
    """One service as this process; database and broker from ``ZHIYE_DATABASE_URL`` and
    ``ZHIYE_AMQP_URL``."""
    settings = registry.settings_for(os.environ["ZHIYE_DATABASE_URL"])
    configure_logging(settings.log_level)
    service = registry.build(name, settings)
    bus = await RabbitCarrier.connect(settings.amqp_url, f"zhiye-{name}")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bus.close)
        await stack.enter_async_context(running(service, bus))
        await serve(create_app(service), bind(host, port))


async def serve_gateway(host: str, port: int) -> None:
    """The gateway as this process; services from ``ZHIYE_UPSTREAMS`` (JSON: name → URL)."""
    settings = ProcessSettings()
    configure_logging(settings.log_level)
    bus = await RabbitCarrier.connect(settings.amqp_url, "zhiye-gateway")
    upstreams: dict[str, str] = json.loads(os.environ["ZHIYE_UPSTREAMS"])
    gateway = build_over_http(upstreams, bus, TokenVerifier(settings.jwks))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bus.close)
        await gateway.start()
        stack.push_async_callback(gateway.close)
        await serve(gateway.app, bind(host, port), gateway.stop_streams)


async def migrate_all(postgres: str) -> dict[str, str]:
    """Create and migrate every service's database on a server; their URLs by database name."""
    urls = await create_databases(
        postgres, [registry.database_name(name) for name in registry.SERVICES]
    )
    for name, service in registry.detached().items():
        await migrate.upgrade(urls[registry.database_name(name)], service.migrations)
    return urls


async def declare_topology(amqp: str) -> None:
    """Create every queue and binding, so that no event is published before its readers' queues
    exist. Idempotent; to be run before the services of a release start."""
    bus = await RabbitCarrier.connect(amqp, "zhiye-topology")
    try:
        for service in registry.detached().values():
            await service.declare(bus)
    finally:
        await bus.close()


_NOT_FOR = {
    "accounts": (),
    "gateway": ("ZHIYE_JWT_PRIVATE_KEY", "ZHIYE_FIELD_KEYS", "ZHIYE_BLIND_INDEX_KEY"),
}
"""Secrets a process has no use for. The private key is for accounts alone."""


class Child:
    """A process that is started again when it dies."""

    def __init__(self, name: str, arguments: Sequence[str], environment: dict[str, str]) -> None:
        self.name = name
        self._arguments = [sys.executable, "-m", "zhiye_launcher.cli", *arguments]
        self._environment = {**os.environ, **environment}
        for secret in _NOT_FOR.get(name, ("ZHIYE_JWT_PRIVATE_KEY",)):
            self._environment.pop(secret, None)
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    async def keep_running(self, log: Path) -> None:
        while not self._stopping:
            with log.open("ab") as out:
                self._process = await asyncio.create_subprocess_exec(
                    *self._arguments,
                    env=self._environment,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
            code = await self._process.wait()
            if not self._stopping:
                print(f"{self.name}: exit {code}, again in 1 s ({log})", file=sys.stderr)
                await asyncio.sleep(1)

    async def stop(self) -> None:
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()


async def _wait_until_ready(urls: Sequence[str]) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(READY_SECONDS):
        for url in urls:
            while True:
                try:
                    async with http.get(f"{url}/readyz") as answer:
                        if answer.status == 200:
                            break
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)


def _free_port() -> int:
    with bind("127.0.0.1", 0) as bound:
        port: int = bound.getsockname()[1]
        return port


async def up(
    postgres: str, amqp: str, var: Path, host: str, port: int, *, demo: bool, started: float
) -> None:
    """Run every service and the gateway as processes until interrupted."""
    registry.use_secrets(secrets_file.load_or_create(var / "secrets.json"))
    os.environ["ZHIYE_AMQP_URL"] = amqp
    os.environ.setdefault("ZHIYE_DATA_DIR", str(var))
    if demo:
        os.environ.setdefault("ZHIYE_DEVELOPMENT", "true")
    logs = var / "log"
    logs.mkdir(parents=True, exist_ok=True)
    urls = await migrate_all(make_url(postgres).render_as_string(hide_password=False))
    await declare_topology(amqp)
    upstreams = {name: f"http://127.0.0.1:{_free_port()}" for name in registry.SERVICES}
    children = [
        Child(
            name,
            ["serve", name, "--port", url.rpartition(":")[2]],
            {"ZHIYE_DATABASE_URL": urls[registry.database_name(name)]},
        )
        for name, url in upstreams.items()
    ]
    children.append(
        Child(
            "gateway",
            ["serve", "gateway", "--host", host, "--port", str(port)],
            {"ZHIYE_UPSTREAMS": json.dumps(upstreams)},
        )
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [
        asyncio.create_task(child.keep_running(logs / f"{child.name}.log")) for child in children
    ]
    try:
        address = f"http://{host}:{port}"
        await _wait_until_ready([*upstreams.values(), address])
        if demo:
            await demo_data.seed(registry.build_all(urls))
        demo_data.announce(address, seconds=time.time() - started, demo=demo, log=logs)
        await stop.wait()
    finally:
        await asyncio.gather(*(child.stop() for child in children))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
