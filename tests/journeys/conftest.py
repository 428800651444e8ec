"""Running systems for journeys: processes of their own, spoken to over HTTP through the gateway."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.people import People
from tests.journeys.system import System, clean_postgres, clean_rabbitmq, zhiye

from zhiye_launcher.generator import generate_nurse_exam_results

_UNLIMITED = {
    f"ZHIYE_GATEWAY_{limit}_PER_{who}": ""
    for limit in ("DEFAULT", "AUTHENTICATION", "SEARCH", "FEED")
    for who in ("ACCOUNT", "ADDRESS")
}


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """``zhiye run`` with demo data, shared by the whole run. The gateway's limits are off, as all
    tests are one client to it; they are tested in ``gateway/tests``."""
    with zhiye("run", var=tmp_path_factory.mktemp("var"), **_UNLIMITED) as system:
        yield system


@pytest.fixture(scope="session")
async def distributed(
    postgres_url: str, amqp_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    """``zhiye up``: every service its own process, on a PostgreSQL and a RabbitMQ cleaned
    before and after."""
    async with clean_postgres(postgres_url), clean_rabbitmq(amqp_url):
        var = tmp_path_factory.mktemp("var")
        given = ("--postgres", postgres_url, "--amqp", amqp_url, "--demo")
        with zhiye("up", *given, var=var, postgres=postgres_url) as system:
            yield system


_ADDRESSES = (f"198.51.{a}.{b}" for a, b in itertools.product(range(256), range(1, 255)))

Connect = Callable[[], Caller]


@pytest.fixture(scope="session")
async def connect(embedded: System) -> AsyncIterator[Connect]:
    """``connect()``: a new caller of the embedded system, from an address of its own."""
    async with httpx.AsyncClient(base_url=embedded.address, timeout=60) as http:
        yield lambda: Caller(http, next(_ADDRESSES))


@pytest.fixture(scope="session")
def staff(connect: Connect) -> Staff:
    """``await staff("heanyiyuan")``: a caller logged in as a demo account."""
    return Staff(connect)


@pytest.fixture(scope="session")
async def people(connect: Connect, staff: Staff) -> People:
    """Nurses who have passed the exam, known to the embedded system, each to be used once."""
    records = list(generate_nurse_exam_results(300, time.time_ns(), 2026, dirty=0))
    found = People(connect, records)
    await found.feed(await staff("examcentre"))
    return found
