"""Pages, health and metrics."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from gateway.tests.fakes import FakeService
from gateway.tests.support import MakeGateway, client_of

from zhiye_gateway import openapi


async def test_the_document_is_served_and_missing_is_a_404(
    make_gateway: MakeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openapi, "files", lambda _: tmp_path)
    gateway = await make_gateway(urls={})
    async with client_of(gateway) as client:
        assert (await client.get("/openapi.json")).status_code == 404
        assert (await client.get("/docs/openapi.json")).status_code == 404
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated" / "openapi.json").write_text('{"openapi":"3.1.0"}')
    async with client_of(await make_gateway(urls={})) as client:
        answer = await client.get("/openapi.json")
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == {"openapi": "3.1.0"}
        assert (await client.get("/docs/openapi.json")).json() == {"openapi": "3.0.3"}


async def test_the_docs_page_loads_everything_from_here_and_may_not_elsewhere(
    client: httpx.AsyncClient,
) -> None:
    page = await client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http" not in page.text.replace("https://www.w3.org", "")
    assert "<script>" not in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self'" in policy
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        part = await client.get(address)
        assert part.status_code == 200
        assert "max-age" in part.headers["cache-control"]
        assert len(part.content) > 100
    assert (await client.get("/docs/index.html")).status_code == 404


async def test_the_front_page_reads_chinese_or_english_and_links_the_sink_in_development(
    client: httpx.AsyncClient, make_gateway: MakeGateway
) -> None:
    chinese = await client.get("/")
    assert "接口文档" in chinese.text
    assert 'lang="zh-CN"' in chinese.text
    assert "/development" not in chinese.text
    english = await client.get("/", headers={"Accept-Language": "en"})
    assert "API documentation" in english.text
    async with client_of(await make_gateway(development=True)) as developer:
        assert 'href="/development"' in (await developer.get("/")).text


async def test_the_gateway_is_ready_when_every_service_is(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    assert (await client.get("/livez")).text == "ok"
    assert (await client.get("/readyz")).status_code == 200
    services["accounts"].ready = False
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "accounts")
    assert (await client.get("/livez")).status_code == 200


async def test_many_who_ask_at_once_whether_it_is_ready_cost_each_service_one_look(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    answers = await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert max(service.looks for service in services.values()) < 10


async def test_metrics_count_by_prefix_and_can_be_switched_off(
    client: httpx.AsyncClient, make_gateway: MakeGateway
) -> None:
    await client.get("/api/v1/applications/01JD-secret")
    metrics = (await client.get("/metrics")).text
    assert 'route="/api/v1/applications",service="gateway",status="200"' in metrics
    assert "01JD-secret" not in metrics
    async with client_of(await make_gateway(metrics=False)) as closed:
        assert (await closed.get("/metrics")).status_code == 404
