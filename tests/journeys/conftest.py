"""A running system for journeys: a process of its own, spoken to over HTTP through the gateway."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from zhiye_launcher.demo_client import Session
from zhiye_launcher.serving import bind

READY = re.compile(r"http://127\.0\.0\.1:\d+")


def free_port() -> int:
    with bind("127.0.0.1", 0) as bound:
        return bound.getsockname()[1]


@contextmanager
def zhiye(*arguments: str, var: Path, **environment: str) -> Iterator[str]:
    """Run the command until the block ends; yields the gateway's address once it is announced.

    One proxy hop is trusted, so that each test can be a client of its own address.
    """
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ZHIYE_")}
    options = ["--var", str(var), "--port", str(free_port())]
    process = subprocess.Popen(
        [sys.executable, "-m", "zhiye_launcher.cli", *arguments, *options],
        env={**clean, "ZHIYE_GATEWAY_TRUSTED_PROXY_HOPS": "1", "LANG": "en", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    try:
        address = None
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            address = address or (m.group() if (m := READY.search(line)) else None)
            if "Ctrl-C" in line:
                break
        assert address, "".join(said)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``zhiye run`` with demo data; the gateway's address."""
    with zhiye("run", var=tmp_path_factory.mktemp("var")) as address:
        yield address


_ADDRESSES = (f"198.51.{a}.{b}" for a, b in itertools.product(range(256), range(1, 255)))

Connect = Callable[[], Session]


@pytest.fixture
async def connect(embedded: str) -> AsyncIterator[Connect]:
    """``connect()``: a new caller of the embedded system, from an address of its own."""
    async with aiohttp.ClientSession() as http:

        def make() -> Session:
            return Session(http, embedded, client_address=next(_ADDRESSES))

        yield make


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until it holds; fails the test when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not come to pass in time"
        time.sleep(0.05)
