"""How much a client may send, how long a service may take, and what becomes of failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from gateway.tests.fakes import FakeService
from gateway.tests.support import MakeGateway, ask, client_of

from zhiye_gateway.routes import ROUTES, RouteTable
from zhiye_gateway.service import Gateway


async def test_a_body_announced_too_large_is_refused_before_a_byte_is_read(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    answer = await client.post("/api/v1/applications", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert "1 MB" in answer.json()["detail"]
    photo = await client.put("/api/v1/my/photo", content=b"x" * (200 * 1024 + 1))
    assert photo.status_code == 413
    assert "200 KB" in photo.json()["detail"]
    assert not services["registration"].seen


async def test_a_body_of_just_the_limit_is_taken(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    answer = await client.post("/api/v1/applications", content=b"x" * 1024 * 1024)
    assert answer.json()["received"] == 1024 * 1024


async def test_a_body_without_a_length_is_counted_as_it_comes_and_cut_off(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    sent = 0

    async def fifty_megabytes() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(50 * 16):
            sent += 65_536
            yield b"x" * 65_536

    answer = await client.post("/api/v1/applications", content=fifty_megabytes())
    assert answer.status_code == 413
    service: FakeService = services["registration"]
    assert service.lost_client
    assert service.received <= 1024 * 1024


@pytest.mark.parametrize(
    "values", [["-1"], ["1e3"], ["abc"], [""], ["+5"], ["1_0"], ["5", "5"], ["9" * 30]]
)
async def test_a_malformed_content_length_is_a_400_problem(
    gateway: Gateway, values: list[str]
) -> None:
    headers = [(b"content-length", value.encode()) for value in values]
    status, _, body = await ask(gateway.app, "POST", "/api/v1/applications", *headers)
    assert status == 400
    assert b'"field":"Content-Length"' in body


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [replace(r, timeout=0.2, idle=0.4 if r.idle else None) for r in ROUTES]
    monkeypatch.setattr(RouteTable.__init__, "__defaults__", (quick,))


@pytest.mark.usefixtures("impatient")
async def test_a_slow_service_is_a_504_problem_and_is_stopped(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    answer = await client.get("/api/v1/applications/slow")
    assert answer.status_code == 504
    assert answer.json()["code"] == "upstream_timeout"
    assert services["registration"].cancelled


@pytest.mark.usefixtures("impatient")
async def test_a_client_that_does_not_finish_its_request_is_told_so(
    client: httpx.AsyncClient,
) -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(30)

    answer = await client.post("/api/v1/applications", content=never())
    assert answer.status_code == 408
    assert answer.json()["code"] == "body_too_slow"


BATCHES = "/api/v1/qualification-batches"


async def test_a_feed_of_any_length_is_taken(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    async def seventy_megabytes() -> AsyncIterator[bytes]:
        for _ in range(70 * 16):
            yield b"x" * 65_536

    answer = await client.post(BATCHES, content=seventy_megabytes())
    assert answer.json()["received"] == 70 * 1024 * 1024
    length = {"Content-Length": str(100 * 1024**3)}
    answer = await client.post(BATCHES + "/early", content=seventy_megabytes(), headers=length)
    assert answer.status_code == 200


@pytest.mark.usefixtures("impatient")
async def test_a_feed_that_keeps_coming_may_take_longer_than_any_limit(
    client: httpx.AsyncClient,
) -> None:
    async def steadily() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x"
            await asyncio.sleep(0.15)

    answer = await client.post(BATCHES, content=steadily())
    assert (answer.status_code, answer.json()["received"]) == (200, 10)


@pytest.mark.usefixtures("impatient")
async def test_a_feed_that_stands_still_is_cut_off_as_the_clients_fault(
    client: httpx.AsyncClient,
) -> None:
    async def stops() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x"
            await asyncio.sleep(0.15)
        await asyncio.sleep(30)

    answer = await client.post(BATCHES, content=stops())
    assert (answer.status_code, answer.json()["code"]) == (408, "body_too_slow")


@pytest.mark.usefixtures("impatient")
async def test_a_service_that_stands_still_after_a_feed_is_cut_off_as_its_own_fault(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    answer = await client.post(BATCHES + "/slow", content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (504, "upstream_timeout")
    assert services["qualifications"].cancelled


async def test_a_crash_of_a_service_is_told_without_its_inside(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/applications/crash")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert "broken" not in answer.text


async def test_a_service_that_breaks_off_leaves_no_complete_answer(
    client: httpx.AsyncClient,
) -> None:
    with pytest.raises(RuntimeError, match="in the middle"):
        await client.get("/api/v1/applications/half")


async def test_a_service_that_is_not_there_is_unavailable(
    make_gateway: MakeGateway, services: dict[str, FakeService]
) -> None:
    del services["accounts"]
    async with client_of(await make_gateway()) as client:
        answer = await client.get("/api/v1/accounts/me")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


async def test_a_real_services_own_answer_to_a_cut_off_body_is_not_the_one_that_is_told(
    make_gateway: MakeGateway, services: dict[str, Any]
) -> None:
    app = FastAPI()

    @app.post("/api/v1/applications")
    async def create(body: dict[str, Any]) -> None: ...

    services["registration"] = app

    async def two_megabytes() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield b"x" * 65_536

    headers = {"Content-Type": "application/json"}
    async with client_of(await make_gateway()) as client:
        answer = await client.post("/api/v1/applications", content=two_megabytes(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
