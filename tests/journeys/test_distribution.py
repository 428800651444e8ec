"""A batch arrives although the registration service is away while it is fed: over both carriers."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from tests.journeys.caller import Caller, Staff
from tests.journeys.databases import query
from tests.journeys.system import System

from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.database import Database
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service, create_app, running
from zhiye_chassis.settings import Settings
from zhiye_launcher import registry
from zhiye_launcher.generator import generate_nurse_exam_results, write

FEED = "/api/v1/qualification-batches"
NDJSON = {"Content-Type": "application/x-ndjson"}
RECORDS = 1200


def body(seed: int) -> bytes:
    stream = io.StringIO(newline="")
    write(generate_nurse_exam_results(RECORDS, seed, 2026, dirty=0), stream, "ndjson")
    return stream.getvalue().encode()


async def arrived(read: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while (batch := await read())["state"] != "completed":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return batch


async def test_in_one_process_the_batch_waits_in_the_outbox(
    make_database: Callable[..., Awaitable[Database]],
    settings_for: Callable[..., Settings],
    token_for: Callable[[Principal], str],
) -> None:
    services: dict[str, Service] = {}
    for name, detached in registry.detached(("qualifications", "registration")).items():
        database = await make_database(detached.metadata, service=name)
        services[name] = registry.build(name, settings_for(database.url))
    qualifications, registration = services["qualifications"], services["registration"]
    bus = InProcessCarrier()
    await bus.declare(registration.subscriptions)
    headers = {"Authorization": token_for(Principal("CENTRE", "exam_centre", "考试中心"))}
    transport = httpx.ASGITransport(create_app(qualifications))
    async with (
        running(qualifications, bus),
        httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client,
    ):
        batch = (await client.post(FEED, content=body(1), headers=NDJSON)).json()

        async def read() -> dict[str, Any]:
            found: dict[str, Any] = (await client.get(f"{FEED}/{batch['id']}")).json()
            return found

        await asyncio.sleep(0.5)
        assert ((await read())["state"], (await read())["kept"]) == ("distributing", 0)
        async with running(registration, bus):
            assert (await arrived(read))["kept"] == RECORDS
            async with registration.database.reading() as connection:
                held = await connection.scalar(text("SELECT count(*) FROM qualification"))
            assert held == RECORDS


@pytest.mark.rabbitmq
@pytest.mark.parametrize("killed", [False, True], ids=["stands still", "is killed"])
async def test_over_rabbitmq_the_batch_waits_in_the_queue(
    distributed: System, killed: bool
) -> None:
    async def held() -> int:
        counted = "SELECT count(*) FROM qualification"
        return (await query(distributed, "registration", {"held": counted}))["held"]

    before = await held()
    process = distributed.child("registration")
    async with httpx.AsyncClient(base_url=distributed.address, timeout=60) as http:
        centre = await Staff(lambda: Caller(http, "203.0.113.77"))("examcentre")
        process.suspend()
        try:
            batch = await centre.post(FEED, content=body(2 + killed), headers=NDJSON)
            await asyncio.sleep(1)
            found = await centre.get(f"{FEED}/{batch['id']}")
            assert (found["state"], found["kept"]) == ("distributing", 0)
            assert await held() == before
        finally:
            end = process.kill if killed else process.resume
            end()
        done = await arrived(lambda: centre.get(f"{FEED}/{batch['id']}"))
    assert done["kept"] == done["counts"]["recorded"] == RECORDS
    assert await held() == before + RECORDS
