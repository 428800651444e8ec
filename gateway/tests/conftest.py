"""A gateway before fake services, and clients of it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest
from gateway.tests.fakes import FakeBus, FakeService
from gateway.tests.support import NURSE, MakeGateway, Sign, client_of

from zhiye_chassis.security import ACCESS_TOKEN_SECONDS, Principal, TokenVerifier, claims_of
from zhiye_gateway.routes import SERVICES
from zhiye_gateway.service import Gateway, build_in_process, build_over_http
from zhiye_gateway.settings import GatewaySettings


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus()


@pytest.fixture
def services() -> dict[str, FakeService]:
    return {name: FakeService(name) for name in SERVICES}


@pytest.fixture(scope="session")
def verifier(keys: dict[str, str]) -> TokenVerifier:
    return TokenVerifier(json.loads(keys["JWKS"]))


@pytest.fixture(scope="session")
def sign(keys: dict[str, str]) -> Sign:
    """``sign(principal, seconds=600)``: an ``Authorization`` header that lasts for so long."""

    def make(principal: Principal = NURSE, seconds: float = ACCESS_TOKEN_SECONDS) -> str:
        claims = claims_of(principal, int(time.time())) | {"exp": time.time() + seconds}
        key_id = json.loads(keys["JWKS"])["keys"][0]["kid"]
        private = keys["JWT_PRIVATE_KEY"].replace("\\n", "\n")
        return "Bearer " + jwt.encode(claims, private, "EdDSA", headers={"kid": key_id})

    return make


@pytest.fixture
async def make_gateway(
    services: dict[str, FakeService], bus: FakeBus, verifier: TokenVerifier
) -> AsyncIterator[MakeGateway]:
    """``await make_gateway(setting=value, …)``: started; with ``urls`` it works over HTTP."""
    made: list[Gateway] = []

    async def make(urls: dict[str, str] | None = None, **settings: Any) -> Gateway:
        given = GatewaySettings(**settings)
        if urls is None:
            gateway = build_in_process(services, bus, verifier, given)  # type: ignore[arg-type]
        else:
            gateway = build_over_http(urls, bus, verifier, given)
        await gateway.start()
        made.append(gateway)
        return gateway

    yield make
    for gateway in made:
        await gateway.close()


@pytest.fixture
async def gateway(make_gateway: MakeGateway) -> Gateway:
    return await make_gateway()


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(gateway) as client:
        yield client
