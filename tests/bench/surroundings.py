"""What the measurements run on: PostgreSQL, RabbitMQ, and the machine, named without its name."""

from __future__ import annotations

import asyncio
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import aio_pika
import asyncpg

POSTGRES = os.environ.get("ZHIYE_BENCH_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
"""Base URL, without a database; the user may create databases."""
AMQP = os.environ.get("ZHIYE_BENCH_AMQP", "amqp://guest:guest@127.0.0.1:5672/")


class NotThere(Exception):  # noqa: N818
    """A server that a measurement needs does not answer. Says which and how to name another."""


@dataclass(frozen=True)
class Surroundings:
    postgres: str
    """Version of the server."""
    rabbitmq: str
    """Version of the broker; empty when there is none."""

    def line(self) -> str:
        """One line for the report: enough to judge the figures, nothing that names a host."""
        cores = os.cpu_count()
        parts = [
            f"{cores} cores shared by clients, services, database and broker",
            f"Python {platform.python_version()}",
            f"PostgreSQL {self.postgres}",
            f"RabbitMQ {self.rabbitmq}" if self.rabbitmq else "no RabbitMQ",
            f"{datetime.now(UTC):%Y-%m-%d}",
        ]
        return ", ".join(parts)


def database_url(name: str, driver: str = "") -> str:
    """The URL of one database; ``driver`` such as ``+asyncpg``."""
    scheme, rest = POSTGRES.rstrip("/").split("://", 1)
    return f"{scheme}{driver}://{rest}/{name}"


async def look() -> Surroundings:
    try:
        connection = await asyncpg.connect(database_url("postgres"), timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise NotThere(
            f"PostgreSQL does not answer ({type(error).__name__}): set ZHIYE_BENCH_POSTGRES"
        ) from error
    version = re.split(r"\s", await connection.fetchval("SHOW server_version"))[0]
    await connection.close()
    return Surroundings(version, await _broker_version())


async def _broker_version() -> str:
    try:
        connection = await aio_pika.connect(AMQP, timeout=5)
    except (OSError, TimeoutError, aio_pika.exceptions.AMQPError):
        return ""
    transport = connection.transport
    properties = transport.connection.server_properties if transport is not None else {}
    version = properties.get("version", b"")
    await connection.close()
    return version.decode() if isinstance(version, bytes) else str(version)


async def fresh_databases(*names: str) -> None:
    """Empty databases, and a checkpoint so that no contender pays for another's writes."""
    connection = await asyncpg.connect(database_url("postgres"))
    try:
        for name in names:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def drop_databases(*names: str) -> None:
    connection = await asyncpg.connect(database_url("postgres"))
    try:
        for name in names:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def drop_queues(names: Sequence[str]) -> None:
    connection = await aio_pika.connect(AMQP)
    try:
        channel = await connection.channel()
        for name in names:
            await channel.queue_delete(name)
    finally:
        await connection.close()
        await asyncio.sleep(0)
