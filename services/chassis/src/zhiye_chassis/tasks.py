"""Ending background tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any


async def stop(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until they have ended, however they end.

    They are cancelled again each second: a database driver whose connection has just gone may
    turn a cancellation into an ordinary error, which a loop survives and goes on.
    """
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        done, waiting = await asyncio.wait(waiting, timeout=1)
        for task in done:
            if not task.cancelled():
                task.exception()  # looked at, so that asyncio does not report it as forgotten
