"""Services that are down, slow, full or break off; clients that leave."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from gateway.tests.fakes import FakeService
from gateway.tests.support import MakeGateway, over_http, served
from starlette.types import Receive, Scope, Send

from zhiye_gateway.routes import ROUTES, SERVICES, Route, RouteTable

MB = 1024 * 1024


@pytest.fixture
def upstream() -> FakeService:
    return FakeService("upstream")


@pytest.fixture
async def remote(
    make_gateway: MakeGateway, upstream: FakeService
) -> AsyncIterator[httpx.AsyncClient]:
    async with over_http(make_gateway, upstream) as client:
        yield client


async def test_a_service_that_is_down_is_a_502_with_a_next_step(make_gateway: MakeGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    gateway = await make_gateway(urls=dict.fromkeys(SERVICES, f"http://127.0.0.1:{port}"))
    async with served(gateway.app) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.post("/api/v1/applications", json={})
        assert answer.status_code == 502
        assert answer.json()["code"] == "upstream_unreachable"
        assert answer.json()["next_step"]
        assert (await client.get("/readyz")).status_code == 503


async def test_a_service_that_hangs_up_is_a_502_that_promises_nothing(
    make_gateway: MakeGateway,
) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    gateway = await make_gateway(urls=dict.fromkeys(SERVICES, f"http://127.0.0.1:{port}"))
    async with server, served(gateway.app) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.post("/api/v1/applications", json={})
    assert answer.status_code == 502
    assert answer.json()["code"] == "upstream_broke_off"


async def test_a_service_that_takes_no_more_connections_is_a_503(
    make_gateway: MakeGateway, upstream: FakeService
) -> None:
    settings: dict[str, float] = {"upstream_connections": 1, "upstream_connect_seconds": 0.2}
    async with over_http(make_gateway, upstream, **settings) as client:
        busy = asyncio.create_task(client.get("/api/v1/codes/slow"))
        await upstream.asked.wait()
        answer = await client.get("/api/v1/codes")
        busy.cancel()
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_a_slow_service_is_a_504_and_its_work_is_stopped(
    make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        stopped.set()

    quick = [Route(r.path, r.service, timeout=0.2) for r in ROUTES]
    monkeypatch.setattr(RouteTable.__init__, "__defaults__", (quick,))
    async with over_http(make_gateway, slow) as client:
        answer = await client.get("/api/v1/codes")
        assert answer.status_code == 504
        async with asyncio.timeout(5):
            await stopped.wait()


async def test_a_client_that_leaves_cancels_the_request_to_the_service(
    make_gateway: MakeGateway,
) -> None:
    began, stopped = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        began.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        stopped.set()

    async with over_http(make_gateway, slow) as client:
        request = asyncio.create_task(client.post("/api/v1/applications", json={}))
        async with asyncio.timeout(5):
            await began.wait()
            request.cancel()
            await stopped.wait()


async def test_a_broken_off_answer_is_not_passed_on_as_a_whole_one(
    remote: httpx.AsyncClient,
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await remote.get("/api/v1/codes/half")
