"""The gateway before services on sockets, asked over a socket."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from gateway.tests.fakes import FakeService
from gateway.tests.support import MakeGateway, Sign, eventually, over_http, served
from starlette.types import Receive, Scope, Send

from zhiye_gateway.over_http import OverHttp
from zhiye_gateway.routes import ROUTES, SERVICES, RouteTable

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


async def test_method_path_query_headers_and_body_arrive_as_sent(
    remote: httpx.AsyncClient, upstream: FakeService
) -> None:
    answer = await remote.patch(
        "/api/v1/applications/%E7%8E%8B%20a?q=%2F%20+b&q=2",
        content=b"{}",
        headers={
            b"Content-Type": b"application/json",
            b"If-Match": b'"3"',
            b"X-Name": "值".encode(),
        },
    )
    seen = answer.json()
    assert (seen["method"], seen["received"]) == ("PATCH", 2)
    assert (seen["path"], seen["query"]) == ("/api/v1/applications/王 a", "q=%2F%20+b&q=2")
    assert upstream.header("if-match") == ['"3"']
    assert upstream.header("content-length") == ["2"]
    assert upstream.header("x-name") == ["值".encode().decode("latin-1")]
    assert upstream.header("x-request-id") == [answer.headers["x-request-id"]]


async def test_the_client_address_is_the_sockets_whatever_the_client_claims(
    remote: httpx.AsyncClient, upstream: FakeService
) -> None:
    forged = {"X-Forwarded-For": "1.1.1.1", "Connection": "x-forwarded-for, x-request-id"}
    await remote.get("/api/v1/codes", headers=forged)
    assert upstream.header("x-forwarded-for") == ["127.0.0.1"]
    assert len(upstream.header("x-request-id")) == 1


async def test_hop_by_hop_headers_are_dropped_in_both_directions(
    remote: httpx.AsyncClient, upstream: FakeService
) -> None:
    sent = {"Connection": "x-mine", "X-Mine": "1", "TE": "trailers", "Keep-Alive": "5"}
    answer = await remote.get("/api/v1/codes/redirect", headers=sent)
    for name in ("x-mine", "te", "keep-alive"):
        assert upstream.header(name) == []
    assert "x-hop" not in answer.headers


async def test_redirects_and_cookies_are_passed_on_and_not_acted_upon(
    remote: httpx.AsyncClient, upstream: FakeService
) -> None:
    answer = await remote.get("/api/v1/codes/redirect")
    assert answer.status_code == 307
    assert answer.headers["location"] == "/elsewhere"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    remote.cookies.clear()
    await remote.get("/api/v1/codes")
    assert upstream.header("cookie") == []
    assert len(upstream.seen) == 2


async def test_server_and_date_are_told_once(remote: httpx.AsyncClient) -> None:
    answer = await remote.get("/api/v1/codes")
    assert len(answer.headers.get_list("date")) == 1
    assert len(answer.headers.get_list("server")) == 1


async def test_a_large_batch_streams_through_in_small_pieces(
    remote: httpx.AsyncClient, upstream: FakeService
) -> None:
    block = b"0123456789abcdef" * 4096
    expected = hashlib.sha256(block * 320).hexdigest()

    async def twenty_megabytes() -> AsyncIterator[bytes]:
        for _ in range(320):
            yield block

    answer = await remote.post("/api/v1/qualification-batches", content=twenty_megabytes())
    assert answer.json()["received"] == 20 * MB
    assert upstream.digest == expected
    assert upstream.largest_chunk < 1 * MB


async def test_a_feed_that_takes_longer_than_the_service_may_think_streams_through(
    make_gateway: MakeGateway, upstream: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = [replace(r, timeout=0.3, idle=0.3 if r.idle else None) for r in ROUTES]
    monkeypatch.setattr(RouteTable.__init__, "__defaults__", (quick,))
    monkeypatch.setitem(OverHttp.__init__.__kwdefaults__, "read_seconds", 0.3)  # type: ignore[arg-type]

    async def steadily() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b"x" * 1000
            await asyncio.sleep(0.1)

    async def stops() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(30)

    async with over_http(make_gateway, upstream) as remote:
        answer = await remote.post("/api/v1/qualification-batches", content=steadily())
        assert (answer.status_code, answer.json()["received"]) == (200, 12_000)
        answer = await remote.post("/api/v1/qualification-batches", content=stops())
        assert (answer.status_code, answer.json()["code"]) == (408, "body_too_slow")
    await eventually(lambda: upstream.lost_client)


async def test_fifty_megabytes_without_a_length_are_cut_off_at_the_limit(
    remote: httpx.AsyncClient, upstream: FakeService
) -> None:
    async def fifty_megabytes() -> AsyncIterator[bytes]:
        for _ in range(800):
            yield b"x" * 65_536

    answer = await remote.post("/api/v1/applications", content=fifty_megabytes())
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert upstream.received <= 1 * MB
    assert (await remote.get("/api/v1/codes")).status_code == 200


async def test_fifty_megabytes_with_a_length_never_reach_the_service(
    remote: httpx.AsyncClient, upstream: FakeService
) -> None:
    answer = await remote.post("/api/v1/applications", content=b"x" * 50 * MB)
    assert answer.status_code == 413
    assert not upstream.seen


async def test_an_answer_before_the_end_of_the_request_is_passed_on(
    remote: httpx.AsyncClient,
) -> None:
    answer = await remote.post("/api/v1/applications/early", content=b"x" * 1000)
    assert answer.text == "early"


async def test_head_has_headers_and_no_body(remote: httpx.AsyncClient) -> None:
    answer = await remote.head("/api/v1/codes")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/accounts/..%2f..%2f..%2freadyz",
        "/api/v1/accounts/%2e%2e/%2e%2e/%2e%2e/readyz",
        "/api/v1//accounts",
    ],
)
async def test_a_path_with_two_readings_is_not_sent_on(
    remote: httpx.AsyncClient, upstream: FakeService, path: str
) -> None:
    answer = await remote.get(path)
    assert answer.status_code == 400
    assert not upstream.seen


async def test_a_compressed_answer_is_not_touched(make_gateway: MakeGateway) -> None:
    async def compressed(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-encoding", b"gzip"), (b"content-length", b"3")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"raw"})

    async with (
        over_http(make_gateway, compressed) as client,
        client.stream("GET", "/api/v1/codes") as answer,
    ):
        assert [chunk async for chunk in answer.aiter_raw()] == [b"raw"]
        assert answer.headers["content-encoding"] == "gzip"


async def test_readiness_is_that_of_every_service(
    remote: httpx.AsyncClient, upstream: FakeService
) -> None:
    assert (await remote.get("/readyz")).status_code == 200
    upstream.ready = False
    answer = await remote.get("/readyz")
    assert answer.status_code == 503
    assert answer.text == ", ".join(SERVICES)


async def test_live_updates_come_over_a_socket_and_end_with_the_client(
    make_gateway: MakeGateway, upstream: FakeService, sign: Sign
) -> None:
    gateway = await make_gateway(urls=dict.fromkeys(SERVICES, "http://127.0.0.1:9"))
    async with served(gateway.app) as url, httpx.AsyncClient(base_url=url) as client:
        async with client.stream(
            "GET", "/api/v1/events", headers={"Authorization": sign()}
        ) as answer:
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            lines = answer.aiter_lines()
            assert await anext(lines) == "retry: 3000"
            assert gateway.hub.open_streams == 1
        await eventually(lambda: gateway.hub.open_streams == 0)
