"""The route table, and that nothing gets round it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from gateway.tests.fakes import FakeService
from gateway.tests.support import MakeGateway, ask, client_of
from starlette.types import Message

from zhiye_chassis.security import ANYONE
from zhiye_gateway.own import OwnPages
from zhiye_gateway.routes import GATEWAY_ROUTES, ROUTES, SERVICES, Route, RouteTable
from zhiye_gateway.service import Gateway
from zhiye_gateway.settings import GatewaySettings


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.path)
def test_every_prefix_leads_to_its_service_and_no_further(route: Route) -> None:
    table = RouteTable()
    assert table.find(route.path) == route
    assert table.find(f"{route.path}/01JD/steps/1/2/3") == route
    assert table.find(f"{route.path}/") == route
    assert table.find(f"{route.path}x") != route
    assert table.find(route.path.upper()) is None


def test_every_service_has_a_route_and_prefixes_are_unique() -> None:
    assert {route.service for route in ROUTES} == set(SERVICES)
    assert len({route.path for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize(
    "path", ["", "/", "/api", "/api/v1", "/api/v1/my", "/api/v2/accounts", "/api/v1/nothing"]
)
def test_an_unknown_path_has_no_route(path: str) -> None:
    assert RouteTable().find(path) is None


def test_photos_and_batches_have_limits_of_their_own() -> None:
    by_path = {route.path: route for route in ROUTES}
    assert by_path["/api/v1/my/photo"].body_limit == 200 * 1024
    batches = by_path["/api/v1/qualification-batches"]
    assert (batches.body_limit, batches.idle, batches.timeout) == (None, 60, 900)
    assert by_path["/api/v1/applications"].body_limit == 1024 * 1024


@pytest.mark.parametrize(
    ("path", "megabytes"),
    [
        ("/api/v1/applications/01JD/evidence", 6),
        ("/api/v1/applications/01JD/evidence/", 6),
        ("/api/v1/applications/01JD", 1),
        ("/api/v1/applications/01JD/evidences", 1),
        ("/api/v1/applications/evidence", 1),
        ("/api/v1/applications/01JD/02JD/evidence", 1),
        ("/api/v1/my/01JD/evidence", None),
    ],
)
def test_only_the_evidence_of_an_application_may_be_long(path: str, megabytes: int | None) -> None:
    route = RouteTable().find(path)
    limit = route.body_limit if route else None
    assert limit == (megabytes and megabytes * 1024 * 1024)


def test_reading_ones_account_is_not_limited_like_logging_in() -> None:
    route = RouteTable().find("/api/v1/accounts/me")
    assert route is not None
    assert (route.limit_of("GET"), route.limit_of("POST")) == ("default", "authentication")


def test_every_gateway_route_has_a_declared_access_and_a_handler(gateway: Gateway) -> None:
    access = {route.path: route.access for route in GATEWAY_ROUTES}
    assert len(access) == len(GATEWAY_ROUTES)
    assert access["/api/v1/events"] == ANYONE
    assert [path for path, rule in access.items() if rule.roles] == ["/api/v1/events"]
    pages = OwnPages(gateway.upstreams, None, lambda: None, None)  # type: ignore[arg-type]
    assert pages.table.keys() == access.keys()


async def test_an_unknown_path_is_a_404_problem_in_the_readers_language(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "not_found"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["detail"] == "没有找到所请求的内容。"
    english = await client.get("/api/v1/nothing", headers={"Accept-Language": "en"})
    assert english.json()["next_step"] == "Check the address or the number."


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/accounts/../metrics",
        "/api/v1/accounts/%2e%2e/%2E%2E/%2e%2e/metrics",
        "/api/v1/accounts/..%2f..%2f..%2fmetrics",
        "/api/v1/accounts%2F..%2Fcodes",
        "/api/v1/accounts/%5c..%5cmetrics",
        "/api/v1//accounts",
        "//api/v1/accounts",
        "/api/v1/accounts//me",
        "/api/v1/accounts/./me",
        "/api/v1/accounts/..",
        "/api/v1/accounts/%00",
        "/api/v1/accounts/a%0d%0aHost:%20x",
        "/api/v1/accounts/x%2Fy",
    ],
)
async def test_a_path_with_two_readings_reaches_no_service(
    gateway: Gateway, services: dict[str, FakeService], path: str
) -> None:
    status, _, body = await ask(gateway.app, "GET", path)
    assert status == 400
    assert b'"code":"path_not_clean"' in body
    assert not any(service.seen for service in services.values())


@pytest.mark.parametrize("path", ["/metrics/", "/readyz/x", "/accounts/metrics", "/api/v1/metrics"])
async def test_metrics_and_health_of_a_service_cannot_be_reached(
    client: httpx.AsyncClient, services: dict[str, FakeService], path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert not any(service.seen for service in services.values())


async def test_an_encoded_name_goes_to_the_service_that_it_names(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    answer = await client.get("/api/v1/%61ccounts/%E7%8E%8B?q=%2F..")
    assert answer.json()["service"] == "accounts"
    assert answer.json()["path"] == "/api/v1/accounts/王"
    assert answer.json()["query"] == "q=%2F.."


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "BREW", "get"])
async def test_an_unknown_method_is_a_405_problem_that_names_the_known_ones(
    gateway: Gateway, method: str
) -> None:
    status, headers, body = await ask(gateway.app, method, "/api/v1/accounts")
    assert status == 405
    assert headers[b"allow"] == b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
    assert b'"code":"method_not_allowed"' in body


async def test_the_gateways_own_pages_are_read_only(client: httpx.AsyncClient) -> None:
    answer = await client.post("/docs")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


async def test_the_development_sink_is_not_there_outside_development(
    client: httpx.AsyncClient, make_gateway: MakeGateway
) -> None:
    for path in ("/development", "/api/v1/development/messages"):
        assert (await client.get(path)).status_code == 404
    async with client_of(await make_gateway(development=True)) as developer:
        answer = await developer.get("/development")
        assert answer.json()["service"] == "notifications"
        assert "'unsafe-inline'" in answer.headers["content-security-policy"]


async def test_a_websocket_is_closed_and_a_lifespan_completes(gateway: Gateway) -> None:
    for kind, expected in (
        ("websocket", ["websocket.close"]),
        ("lifespan", ["lifespan.startup.complete", "lifespan.shutdown.complete"]),
    ):
        sent: list[str] = []
        events = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive(events: Iterator[str] = events) -> Message:
            return {"type": next(events)}

        async def send(message: Message, sent: list[str] = sent) -> None:
            sent.append(message["type"])

        await gateway.app({"type": kind}, receive, send)
        assert sent == expected


@pytest.mark.parametrize("name", ["ZHIYE_DEVELOPMENT", "ZHIYE_GATEWAY_DEVELOPMENT"])
def test_development_is_switched_on_for_all_or_for_the_gateway(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("ZHIYE_DEVELOPMENT", raising=False)
    assert GatewaySettings().development is False
    monkeypatch.setenv(name, "true")
    assert GatewaySettings().development is True
