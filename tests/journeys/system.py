"""A zhiye of its own for tests: started by its command, stopped at the end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import psutil
import pytest
from aio_pika.exceptions import ChannelNotFoundEntity
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from zhiye_launcher import registry
from zhiye_launcher.serving import bind

_READY = re.compile(r"http://127\.0\.0\.1:\d+")
_OURS = "made by the tests of zhiye"


@dataclass(frozen=True)
class System:
    """A running system."""

    address: str
    """Of the gateway, ``http://…``."""
    var: Path
    """Its folder: secrets, logs, data."""
    process: psutil.Process
    postgres: str
    """URL of its PostgreSQL, any database."""

    def child(self, service: str) -> psutil.Process:
        """The process of one service; ``LookupError`` while there is none."""
        for child in self.process.children():
            with contextlib.suppress(psutil.Error):
                command = child.cmdline()
                if "serve" in command and command[command.index("serve") + 1] == service:
                    return child
        raise LookupError(service)

    def database(self, service: str) -> str:
        """SQLAlchemy URL (asyncpg) of a service's database."""
        name = registry.database_name(service)
        url = make_url(self.postgres).set(drivername="postgresql+asyncpg", database=name)
        return url.render_as_string(hide_password=False)

    def logs(self) -> list[Path]:
        return sorted((self.var / "log").iterdir())


def free_port() -> int:
    with bind("127.0.0.1", 0) as bound:
        port: int = bound.getsockname()[1]
        return port


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without any setting of zhiye's, plus these."""
    return {k: v for k, v in os.environ.items() if not k.startswith("ZHIYE_")} | more


@contextlib.contextmanager
def zhiye(*arguments: str, var: Path, postgres: str = "", **environment: str) -> Iterator[System]:
    """Run the command until the block ends; yields once it has announced where it is.

    One proxy hop is trusted, so that each test can be a client of its own address.
    """
    options = ["--var", str(var), "--port", str(free_port())]
    process = subprocess.Popen(
        [sys.executable, "-m", "zhiye_launcher.cli", *arguments, *options],
        env=clean_environment(ZHIYE_GATEWAY_TRUSTED_PROXY_HOPS="1", LANG="en", **environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    try:
        address = None
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            address = address or (m.group() if (m := _READY.search(line)) else None)
            if "Ctrl-C" in line:
                break
        assert address, "".join(said)
        yield System(address, var, psutil.Process(process.pid), postgres or _own_postgres(var))
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            for child in (*children, psutil.Process(process.pid)):
                with contextlib.suppress(psutil.Error):
                    child.kill()
            process.wait()
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()


def _own_postgres(var: Path) -> str:
    """The embedded PostgreSQL's URL: its socket folder is in the first lines of its pid file."""
    socket_folder = (var / "postgres" / "postmaster.pid").read_text().splitlines()[4]
    return f"postgresql+asyncpg://postgres@/postgres?host={socket_folder}"


@contextlib.asynccontextmanager
async def clean_postgres(url: str) -> AsyncIterator[None]:
    """The services' databases, empty, for the time of the block.

    Their names are fixed. Databases of these names that no test made are somebody's data: the
    test fails instead of dropping them.
    """
    names = [registry.database_name(service) for service in registry.SERVICES]
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database")
        )
        foreign = {name for name, comment in rows if comment != _OURS}
        if taken := sorted(foreign.intersection(names)):
            pytest.fail(f"{', '.join(taken)}: not made by a test; give tests a server of their own")
        for name in names:
            await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            await connection.execute(text(f"CREATE DATABASE {name}"))
            await connection.execute(text(f"COMMENT ON DATABASE {name} IS '{_OURS}'"))
    try:
        yield
    finally:
        async with engine.connect() as connection:
            for name in names:
                await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        await engine.dispose()


@contextlib.asynccontextmanager
async def clean_rabbitmq(url: str) -> AsyncIterator[None]:
    """The services' queues, gone before and after the block. Queues that somebody reads are not
    ours: the test fails."""
    await _delete_queues(url)
    try:
        yield
    finally:
        await _delete_queues(url)


async def _delete_queues(url: str) -> None:
    connection = await aio_pika.connect(url)
    async with connection:
        for service in registry.detached().values():
            queues = [one.queue for one in (service.subscriptions, *service.outside)]
            outlets = [outlet.queue for outlet in service.outlets]
            for name in (*queues, *(f"{queue}.dead" for queue in queues), *outlets):
                async with connection.channel() as channel:
                    with contextlib.suppress(ChannelNotFoundEntity):
                        found = await channel.declare_queue(name, passive=True)
                        if found.declaration_result.consumer_count:
                            pytest.fail(f"{name} has readers; give tests a RabbitMQ of their own")
                        await channel.queue_delete(name)
