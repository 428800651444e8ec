"""After the story: no secret of its people in clear text in any log, table or message.

The development message sink (table ``development_message``) is what a phone would show, exists in
development only, and is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import aio_pika
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.journeys.databases import all_is_well
from tests.journeys.story import RecordingSession, tell
from tests.journeys.system import System

from zhiye_chassis.bus.rabbitmq import EXCHANGE
from zhiye_launcher import registry

pytestmark = pytest.mark.timeout(300)
KINDS = {
    "access_token",
    "activation_code",
    "admission_number",
    "captcha_answer",
    "certificate_number",
    "client_secret",
    "code",
    "email",
    "id_number",
    "password",
    "phone",
    "refresh_token",
}
_FRACTIONS = re.compile(r"(:\d\d)\.\d+")
_SINKS = {"development_message"}
_TABLES = text(
    "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name), table_name"
    " FROM information_schema.tables"
    " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
)


async def secrets_of_a_story(system: System) -> dict[str, set[str]]:
    class Recording(RecordingSession):
        known = defaultdict(set)

    await tell(system.address, Recording)
    assert Recording.known.keys() == KINDS
    assert len(Recording.known["id_number"]) > 350, "those of the exam centre's file as well"
    assert len(Recording.known["code"]) == 5
    return dict(Recording.known)


def words(content: str) -> set[str]:
    """Everything in a text that could be a secret: whole words, so that six digits in a long
    number or in the fraction of a second are none."""
    return set(re.findall(r"[\w.@+-]+", _FRACTIONS.sub(r"\1", content)))


def find(secrets: dict[str, set[str]], place: str, content: str) -> list[str]:
    """Where secrets are, without repeating them."""
    there = words(content)
    found = []
    for kind, values in secrets.items():
        if there & values or any(v in content for v in values if len(v) > 10):
            found.append(f"{kind} in {place}")
        if any(value.encode().hex() in content for value in values if len(value) > 5):
            found.append(f"{kind} in bytes of {place}")
    return found


async def tables_of(system: System, service: str) -> Iterable[tuple[str, str]]:
    """Each table with its rows as text."""
    engine = create_async_engine(system.database(service), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            tables = (await connection.execute(_TABLES)).all()
            return [
                (name, "\n".join(await connection.scalars(text(f"SELECT t::text FROM {table} t"))))
                for table, name in tables
                if name not in _SINKS
            ]
    finally:
        await engine.dispose()


async def places_with_secrets(system: System, secrets: dict[str, set[str]]) -> list[str]:
    found: list[str] = []
    seen = set()
    for service in registry.SERVICES:
        for table, rows in await tables_of(system, service):
            found += find(secrets, f"{service}.{table}", rows)
            seen.add(table)
    assert {"account", "outgoing", "in_app_message", "registration", "qualification"} <= seen
    assert {"outbox", "inbox", "failed_event", "idempotency_key"} <= seen
    logs = system.logs()
    for log in logs:
        content = log.read_text()
        found += find(secrets, f"the log {log.name}", content)
    assert any('"event":"request"' in log.read_text() for log in logs)
    return found


def test_the_search_finds_what_it_looks_for() -> None:
    secrets = {"code": {"482913"}, "phone": {"13800138000"}, "password": {"Zhiye2026demo"}}
    assert find(secrets, "x", 'a "482913" b') == ["code in x"]
    assert find(secrets, "x", "10:00:01.482913 1482913 ab482913") == []
    assert find(secrets, "x", "+8613800138000") == ["phone in x"]
    assert find(secrets, "x", "\\x" + b"..Zhiye2026demo".hex()) == ["password in bytes of x"]


async def test_no_secret_of_the_story_is_in_a_log_or_a_table(embedded: System) -> None:
    secrets = await secrets_of_a_story(embedded)
    assert await places_with_secrets(embedded, secrets) == []


@pytest.mark.rabbitmq
async def test_no_secret_of_the_story_is_in_a_message_of_the_bus_either(
    distributed: System, amqp_url: str
) -> None:
    messages: list[str] = []
    connection = await aio_pika.connect(amqp_url)
    async with connection, connection.channel() as channel:
        spy = await channel.declare_queue(exclusive=True)
        await spy.bind(EXCHANGE, "#")

        async def hear(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            messages.append(f"{message.headers} {message.body.decode()}")

        await spy.consume(hear, no_ack=True)
        secrets = await secrets_of_a_story(distributed)
        await all_is_well(distributed)
    heard = "\n".join(messages)
    for kind in (
        "qualifications-recorded",
        "account-changed",
        "message-requested",
        "application-changed",
    ):
        assert kind in heard
    assert find(secrets, "a message", heard) == []
    assert await places_with_secrets(distributed, secrets) == []
