"""What every request meets at the door: token, addresses, ids, headers."""

from __future__ import annotations

import httpx
import pytest
from gateway.tests.fakes import FakeService
from gateway.tests.support import NURSE, MakeGateway, Sign, client_of


async def test_a_request_without_a_token_goes_on_to_its_service(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    assert (await client.get("/api/v1/registrations")).json()["service"] == "registration"


async def test_a_valid_token_goes_on_untouched(
    client: httpx.AsyncClient, services: dict[str, FakeService], sign: Sign
) -> None:
    authorization = sign()
    answer = await client.get("/api/v1/applications", headers={"Authorization": authorization})
    assert answer.status_code == 200
    assert services["registration"].header("authorization") == [authorization]


@pytest.mark.parametrize("seconds", [-1, None])
async def test_an_invalid_token_is_turned_away_at_the_door(
    client: httpx.AsyncClient, services: dict[str, FakeService], sign: Sign, seconds: float | None
) -> None:
    token = "Bearer not.a.token" if seconds is None else sign(seconds=seconds)
    answer = await client.get("/api/v1/applications", headers={"Authorization": token})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "token_invalid"
    assert token not in answer.text
    assert not services["registration"].seen


async def test_where_tokens_are_made_an_old_one_does_not_matter(
    client: httpx.AsyncClient, sign: Sign
) -> None:
    answer = await client.post("/api/v1/oauth/token", headers={"Authorization": sign(seconds=-1)})
    assert answer.json()["service"] == "accounts"


async def test_basic_credentials_are_left_to_the_service(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/oauth/token", auth=("exam-centre", "secret"))
    assert answer.status_code == 200


async def test_forged_forwarding_headers_are_replaced_by_the_sockets_address(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    forged = {
        "X-Forwarded-For": "1.1.1.1",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Real-IP": "1.1.1.1",
        "Forwarded": "for=1.1.1.1",
    }
    await client.get("/api/v1/codes", headers=forged)
    service = services["institutions"]
    assert service.header("x-forwarded-for") == ["203.0.113.7"]
    assert service.seen[-1]["client"][0] == "203.0.113.7"
    for name in ("x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded"):
        assert service.header(name) == []


@pytest.mark.parametrize(
    ("hops", "told", "expected"),
    [
        (1, "1.1.1.1, 198.51.100.9", "198.51.100.9"),
        (2, "1.1.1.1, 198.51.100.9, 10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "203.0.113.7"),
        (1, "not an address", "203.0.113.7"),
        (1, "x" * 5000, "203.0.113.7"),
        (1, "::ffff:198.51.100.9", "198.51.100.9"),
    ],
)
async def test_behind_our_own_proxies_only_their_entries_count(
    make_gateway: MakeGateway, services: dict[str, FakeService], hops: int, told: str, expected: str
) -> None:
    async with client_of(await make_gateway(trusted_proxy_hops=hops)) as client:
        await client.get("/api/v1/codes", headers={"X-Forwarded-For": told})
    assert services["institutions"].header("x-forwarded-for") == [expected]


async def test_request_id_and_trace_reach_the_service_and_come_back(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    sent = {"X-Request-Id": "my-request-17", "Traceparent": trace}
    answer = await client.get("/api/v1/codes", headers=sent)
    service = services["institutions"]
    assert answer.headers.get_list("x-request-id") == ["my-request-17"]
    assert service.header("x-request-id") == ["my-request-17"]
    (passed,) = service.header("traceparent")
    assert passed != trace
    assert passed[3:35] == trace[3:35]


async def test_a_harmful_request_id_is_replaced(
    client: httpx.AsyncClient, services: dict[str, FakeService]
) -> None:
    answer = await client.get("/api/v1/codes", headers={"X-Request-Id": "x y\tz"})
    (passed,) = services["institutions"].header("x-request-id")
    assert passed == answer.headers["x-request-id"] != "x y\tz"


@pytest.mark.parametrize("path", ["/api/v1/codes", "/api/v1/nothing", "/livez", "/", "/docs"])
async def test_security_headers_are_on_every_answer(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]


async def test_cors_is_off_by_default_and_open_to_the_origins_in_the_settings(
    client: httpx.AsyncClient, make_gateway: MakeGateway
) -> None:
    asked = {"Origin": "https://portal.example", "Access-Control-Request-Method": "POST"}
    plain = await client.options("/api/v1/applications", headers=asked)
    assert "access-control-allow-origin" not in plain.headers
    gateway = await make_gateway(cors_origins=["https://portal.example"])
    async with client_of(gateway) as browser:
        allowed = await browser.options("/api/v1/applications", headers=asked)
        assert allowed.headers["access-control-allow-origin"] == "https://portal.example"
        assert allowed.headers["x-content-type-options"] == "nosniff"
        other = await browser.options(
            "/api/v1/applications", headers=asked | {"Origin": "https://evil.example"}
        )
        assert "access-control-allow-origin" not in other.headers


async def test_what_a_nurse_sends_reaches_her_service_only(
    client: httpx.AsyncClient, sign: Sign
) -> None:
    answer = await client.get("/api/v1/my/messages", headers={"Authorization": sign(NURSE)})
    assert answer.json()["service"] == "notifications"
