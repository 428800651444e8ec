"""The qualifications service on a database of its own, records to feed it, and who may ask."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import date
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.clock import FixedClock
from zhiye_chassis.database import Database
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service
from zhiye_chassis.settings import Settings
from zhiye_contracts.events import Event, QualificationsKept
from zhiye_contracts.identifiers import make_id_number
from zhiye_qualifications.adapters.tables import metadata
from zhiye_qualifications.kit import Kit
from zhiye_qualifications.service import build

Record = dict[str, Any]

FEED = "/api/v1/qualification-batches"
NDJSON = "application/x-ndjson"


def make_record(number: int = 1, **changes: Any) -> Record:
    """A clean nurse exam result; another number is another person with another certificate."""
    born = date(2000 + number // 300 % 5, 1 + number // 25 % 12, 1 + number % 25)
    return {
        "certificate_number": f"2026111{number:08d}",
        "name": "王芳",
        "gender": "2",
        "birth_date": born.isoformat(),
        "id_type": "01",
        "id_number": make_id_number("110105", born, 2 * (number // 1500) + 2),
        "profession": "nurse",
        "category": "nurse",
        "level": "nurse",
        "school": "北京护士学校",
        "education": "40",
        "major": "护理",
        "exam_year": 2026,
        "passed_on": "2026-06-15",
        "province": "110000",
        "admission_number": f"2026110{number:08d}",
        "route": "exam",
        "version": 1,
    } | changes


def as_ndjson(records: Iterable[Record]) -> bytes:
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def as_csv(records: list[Record], columns: list[str] | None = None) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, columns or list(records[0]))
    table.writeheader()
    table.writerows(records)
    return out.getvalue().encode()


class World:
    """The service, and short ways to feed it and to see what it did."""

    def __init__(
        self, service: Service, kit: Kit, client: Callable[..., httpx.AsyncClient]
    ) -> None:
        self.service = service
        self.kit = kit
        self.client = client
        self.record = make_record

    async def send(
        self, content: Any, content_type: str = NDJSON, *, account: str = "exam-centre", **more: Any
    ) -> httpx.Response:
        client = self.client("exam_centre", account_id=account, **more)
        return await client.post(FEED, content=content, headers={"Content-Type": content_type})

    async def feed(self, *records: Record, **more: Any) -> dict[str, Any]:
        """Feed records as NDJSON and return the batch; it must have been read."""
        response = await self.send(as_ndjson(records), **more)
        assert response.status_code == 201, response.text
        return dict(response.json())

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.kit.database.reading() as connection:
            result = await connection.execute(text(statement), parameters)
            return [dict(row) for row in result.mappings()]

    async def published(self, what: str = "") -> list[dict[str, Any]]:
        """Data of the events in the outbox whose type ends like this, in order; by default every
        qualification that the batches told of."""
        rows = await self.rows(
            "SELECT event FROM outbox WHERE type LIKE :type ORDER BY id",
            type=f"%.{what or 'qualifications-recorded'}.v1",
        )
        data = [orjson.loads(row["event"])["data"] for row in rows]
        if what:
            return data
        tables = [event["qualifications"] for event in data]
        return [
            dict(zip(table, one, strict=True))
            for table in tables
            for one in zip(*table.values(), strict=True)
        ]

    async def deliver(self, *events: Event) -> None:
        """Deliver events as another service's outbox, or the exam centre, would."""
        for read in (self.service.subscriptions, *self.service.outside):
            consumer = Consumer(self.service.database, read, self.kit.clock)
            mine = [event for event in events if event.type in read.types]
            await consumer.consume([to_cloudevent(event, "/elsewhere") for event in mine])

    async def keep(self) -> None:
        """Answer as the registration service does, once it has what the outbox tells."""
        await self.deliver(
            *(
                QualificationsKept(
                    aggregate_id=told["aggregate_id"],
                    version=told["version"],
                    occurred_at=self.kit.clock.now(),
                    records=len(told["qualifications"]["aggregate_id"]),
                )
                for told in await self.published("qualifications-recorded")
            )
        )


@pytest.fixture
async def world(
    make_database: Callable[..., Awaitable[Database]],
    settings_for: Callable[..., Settings],
    token_for: Callable[[Principal], str],
    client_for: Callable[..., httpx.AsyncClient],
    clock: FixedClock,
) -> AsyncIterator[World]:
    database = await make_database(metadata, service="qualifications")
    settings = settings_for(database.url)
    service = build(settings, clock)

    def client(role: str | None = None, language: str = "", **scope: Any) -> httpx.AsyncClient:
        scope = {"account_id": f"account-{role}"} | scope
        token = token_for(Principal(role=role, **scope)) if role else ""  # type: ignore[arg-type]
        return client_for(service, token, language)

    yield World(service, Kit(settings, clock, service.database), client)
    await service.database.close()


@pytest.fixture
def record() -> Callable[..., Record]:
    return make_record


@pytest.fixture
def ndjson() -> Callable[[Iterable[Record]], bytes]:
    return as_ndjson


@pytest.fixture
def csv_of() -> Callable[..., bytes]:
    return as_csv
