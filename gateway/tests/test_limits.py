"""How often an account and an address may ask."""

from __future__ import annotations

import time

import pytest
from gateway.tests.support import OTHER, MakeGateway, Sign, client_of

from zhiye_gateway.limiting import BoundedCounters


async def test_an_account_that_asks_too_often_is_told_when_to_come_back(
    make_gateway: MakeGateway, sign: Sign
) -> None:
    gateway = await make_gateway(default_per_account="3/minute")
    async with client_of(gateway) as client:
        mine = {"Authorization": sign()}
        answers = [await client.get("/api/v1/applications", headers=mine) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        refused = answers[-1]
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.json()["code"] == "too_many_requests_account"
        assert refused.headers["retry-after"] in refused.json()["next_step"]
        others = {"Authorization": sign(OTHER)}
        assert (await client.get("/api/v1/applications", headers=others)).status_code == 200


async def test_an_address_is_limited_by_class_and_others_are_not_touched(
    make_gateway: MakeGateway,
) -> None:
    gateway = await make_gateway(authentication_per_address="2/minute")
    async with client_of(gateway) as client, client_of(gateway, "198.51.100.1") as neighbour:
        for _ in range(2):
            assert (await client.post("/api/v1/oauth/token")).status_code == 200
        forged = {"X-Forwarded-For": "9.9.9.9"}
        answer = await client.post("/api/v1/oauth/token", headers=forged)
        assert answer.status_code == 429
        assert answer.json()["code"] == "too_many_requests_address"
        assert (await client.get("/api/v1/codes")).status_code == 200
        assert (await neighbour.post("/api/v1/oauth/token")).status_code == 200


async def test_one_ipv6_network_counts_as_one_address(make_gateway: MakeGateway) -> None:
    gateway = await make_gateway(default_per_address="1/minute")
    statuses = []
    for peer in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        async with client_of(gateway, peer) as client:
            statuses.append((await client.get("/api/v1/codes")).status_code)
    assert statuses == [200, 429, 200]


async def test_an_empty_rate_switches_a_limit_off_and_a_wrong_one_is_refused(
    make_gateway: MakeGateway,
) -> None:
    gateway = await make_gateway(default_per_address="")
    async with client_of(gateway) as client:
        statuses = {(await client.get("/api/v1/codes")).status_code for _ in range(20)}
    assert statuses == {200}
    with pytest.raises(ValueError, match="default_per_address"):
        await make_gateway(default_per_address="often")


async def test_counters_are_bounded_and_begin_anew_when_their_window_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counters = BoundedCounters(size=100)
    for number in range(1000):
        assert await counters.incr(f"address-{number}", 60) == 1
    assert await counters.reset() == 100
    assert await counters.incr("one", 60) == 1
    assert await counters.incr("one", 60) == 2
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert await counters.get("one") == 0
    assert await counters.incr("one", 60) == 1
