"""Roles in processes of their own, as services are, told what to do over a pipe."""

from __future__ import annotations

import asyncio
import cProfile
import multiprocessing
import os
import pstats
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import uvloop

PATIENCE = 300.0
"""Seconds until a silent role counts as lost."""


class Link:
    """A role's end of the pipe."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tell(self, word: Any) -> None:
        self._connection.send(word)

    async def hear(self) -> Any:
        return await asyncio.get_running_loop().run_in_executor(None, self._connection.recv)


Role = Callable[[Link, Any], Awaitable[None]]


class Child:
    """The measuring side's end of the pipe."""

    def __init__(self, connection: Connection, name: str, pid: int) -> None:
        self._connection = connection
        self._name = name
        self.pid = pid

    def tell(self, word: Any) -> None:
        self._connection.send(word)

    def hear(self) -> Any:
        if not self._connection.poll(PATIENCE):
            raise TimeoutError(f"{self._name} said nothing for {PATIENCE:.0f} s")
        try:
            return self._connection.recv()
        except EOFError:
            raise RuntimeError(f"{self._name} ended early; its error is above") from None


def _run(role: Role, connection: Connection, job: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    where = os.environ.get("ZHIYE_BENCH_PROFILE")
    if not where:
        uvloop.run(role(Link(connection), job))  # type: ignore[arg-type]
        return
    profile = cProfile.Profile()
    profile.enable()
    try:
        uvloop.run(role(Link(connection), job))  # type: ignore[arg-type]
    finally:
        profile.disable()
        pstats.Stats(profile).dump_stats(f"{where}.{role.__module__}.{role.__name__}.prof")


@contextmanager
def child(role: Role, job: Any) -> Iterator[Child]:
    """Run a role until the block ends; the role ends when it hears ``None``."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    name = f"{role.__module__}.{role.__name__}"
    process = context.Process(target=_run, args=(role, theirs, job), name=name, daemon=True)
    process.start()
    theirs.close()
    try:
        yield Child(ours, name, process.pid or 0)
        ours.send(None)
        process.join(20)
    finally:
        if process.is_alive():
            process.terminate()
            process.join()
        ours.close()
