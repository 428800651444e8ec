"""Part "lookup": through the gateway with everything on, beside a bare endpoint and PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from tests.bench.figures import ratios, spread, table
from tests.bench.lookup import data, statement
from tests.bench.lookup.bare import Bare, serve
from tests.bench.lookup.client import Answered, Load, client
from tests.bench.processes import Child, child
from tests.bench.surroundings import AMQP
from tests.journeys.system import System, clean_rabbitmq, zhiye

from zhiye_launcher.database_server import temporary
from zhiye_launcher.demo_data import PASSWORD

CONNECTIONS = 16
OPERATOR = "operator1"
_NO_LIMIT = "1000000000/minute"
"""Limits are counted as ever, but never reached."""
LIMITS = {
    f"ZHIYE_GATEWAY_{name}_PER_{kind}": _NO_LIMIT
    for name in ("SEARCH", "AUTHENTICATION", "FEED", "DEFAULT")
    for kind in ("ACCOUNT", "ADDRESS")
}
EMBEDDED = "zhiye, embedded: gateway and services in one process"
DISTRIBUTED = "zhiye, distributed: gateway and service each a process"
BARE = "FastAPI + SQLAlchemy, default pool (5 and 10 on demand)"
BARE_POOL = f"the same, pool of {CONNECTIONS}"
BARE_AUTOCOMMIT = f"the same, pool of {CONNECTIONS}, AUTOCOMMIT"
BARES: dict[str, dict[str, Any]] = {
    BARE: {},
    BARE_POOL: {"pool_size": CONNECTIONS, "max_overflow": 0},
    BARE_AUTOCOMMIT: {
        "pool_size": CONNECTIONS,
        "max_overflow": 0,
        "isolation_level": "AUTOCOMMIT",
    },
}


@dataclass
class Measured:
    answers: dict[str, list[Answered]] = field(default_factory=dict)
    statements: list[float] = field(default_factory=list)
    server: str = ""

    def rates(self, name: str) -> list[float]:
        return [answered.rate for answered in self.answers[name]]


def measure(rounds: int, quick: bool, rabbit: bool) -> str:
    """The section of the report."""
    seconds = 1.5 if quick else 5.0
    measured = Measured()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhiye-")))
        folder.chmod(0o711)  # the database may run under an account of its own
        embedded = stack.enter_context(zhiye("run", var=folder / "embedded", **LIMITS))
        asyncio.run(data.take_over(embedded.database("registration"), embedded.var))
        measured.server = asyncio.run(data.server_version(embedded.postgres))
        clear = asyncio.run(data.put_in_the_clear(embedded.postgres))
        systems = {EMBEDDED: embedded}
        if rabbit:
            systems[DISTRIBUTED] = stack.enter_context(_distributed(folder / "distributed"))
        ports = {}
        for name, options in BARES.items():
            ports[name] = stack.enter_context(child(serve, Bare(clear, options))).hear()
        loading = stack.enter_context(child(client, None))
        loading.hear()
        for number in range(rounds):
            for name, system in systems.items():
                _put(measured, name, _through_gateway(system, seconds), loading, number)
            for name, port in ports.items():
                _put(measured, name, _directly(port, seconds), loading, number)
            measured.statements.append(statement.rate(clear, CONNECTIONS, seconds))
            _say(number, statement.tool(), measured.statements[-1])
    return _report(measured, rounds, quick)


@contextlib.contextmanager
def _distributed(var: Path) -> Iterator[System]:
    """``zhiye up`` on a PostgreSQL like the embedded one, and on the broker."""
    cleaning = clean_rabbitmq(AMQP)
    asyncio.run(cleaning.__aenter__())
    with temporary() as server:
        given = ("--postgres", server.url(), "--amqp", AMQP, "--demo")
        with zhiye("up", *given, var=var, postgres=server.url(), **LIMITS) as system:
            asyncio.run(data.take_over(system.database("registration"), system.var))
            yield system
    asyncio.run(cleaning.__aexit__(None, None, None))


def _numbers() -> list[str]:
    return [str(data.FIRST + index) for index in range(data.COUNT)]


def _through_gateway(system: System, seconds: float) -> Load:
    with httpx.Client(base_url=system.address, timeout=30) as http:
        answer = http.post(
            "/api/v1/oauth/token",
            data={"grant_type": "password", "username": OPERATOR, "password": PASSWORD},
        )
        answer.raise_for_status()
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        sample = http.get(f"/api/v1/registrations/{data.FIRST}", headers=headers)
        sample.raise_for_status()
        if sample.json()["certificate_number"] != str(data.FIRST):
            raise AssertionError("the gateway answered with another registration")
    address = urlsplit(system.address)
    return Load(
        address.hostname or "",
        address.port or 80,
        [f"/api/v1/registrations/{number}" for number in _numbers()],
        headers,
        CONNECTIONS,
        seconds,
    )


def _directly(port: int, seconds: float) -> Load:
    paths = [f"/registrations/{number}" for number in _numbers()]
    return Load("127.0.0.1", port, paths, {}, CONNECTIONS, seconds)


def _put(measured: Measured, name: str, load: Load, loading: Child, number: int) -> None:
    loading.tell(load)
    answered: Answered = loading.hear()
    measured.answers.setdefault(name, []).append(answered)
    _say(number, name, answered.rate)


def _say(number: int, name: str, rate: float) -> None:
    print(f"  round {number + 1}: {name}: {rate:,.0f}/s", file=sys.stderr)


def _report(measured: Measured, rounds: int, quick: bool) -> str:
    bare = measured.rates(BARE)
    rows = [
        [
            name,
            spread(measured.rates(name)),
            spread([a.median for a in answers], 1),
            spread([a.p99 for a in answers], 1),
            spread(ratios(measured.rates(name), bare), 2),
            spread(ratios(measured.rates(name), measured.statements), 2),
        ]
        for name, answers in measured.answers.items()
    ]
    own = f"PostgreSQL itself ({statement.tool()}, prepared)"
    rows.append(
        [own, spread(measured.statements), "", "", spread(ratios(measured.statements, bare), 2), ""]
    )
    head = ["", "look-ups/s", "median, ms", "p99, ms", "× FastAPI + SQLAlchemy", "× PostgreSQL"]
    middle = {
        name: sorted(ratios(measured.rates(EMBEDDED), measured.rates(name)))[rounds // 2]
        for name in BARES
    }
    headline = (
        f"**{middle[BARE]:.2f}× a bare FastAPI + SQLAlchemy endpoint** (target 0.7×), embedded;"
        f" {middle[BARE_POOL]:.2f}× when that has a pool of {CONNECTIONS},"
        f" {middle[BARE_AUTOCOMMIT]:.2f}× when it works without transactions as well."
    )
    size = ", in short runs (`--quick`)" if quick else ""
    explanation = (
        "`GET /api/v1/registrations/{certificate_number}` through the gateway of `zhiye run`:"
        " rate limits, token checked at the gateway and by the service, certificate number looked"
        " up by its blind index, ID number decrypted and masked, labels in the reader's language,"
        " log and metrics of both; as shipped, but for limits too high to be reached. Beside it one"
        " FastAPI endpoint on uvicorn (uvloop, httptools, one process), called directly: a select"
        " by unique key with the same join through SQLAlchemy Core, a pydantic response, no token,"
        " no log, no encryption. Both read the same"
        f" {data.COUNT:,} registrations from the same PostgreSQL {measured.server} (distributed:"
        " from one like it), and are asked over the same"
        f" {CONNECTIONS} keep-alive connections by a raw HTTP client in a process of its own;"
        f" every answer has to be a 200. They take turns in {rounds} rounds{size}; median and"
        " extremes, ratios formed round by round."
    )
    return "\n\n".join([headline, explanation, table(head, rows)])
