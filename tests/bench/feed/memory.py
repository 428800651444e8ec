"""Peak memory of the processes of a running system, looked at ten times a second."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from tests.journeys.system import System

from zhiye_launcher import registry

Peaks = dict[str, float]
"""Resident megabytes by process."""


@contextlib.contextmanager
def watched(system: System) -> Iterator[Peaks]:
    """The peaks so far; complete once the block has ended."""
    processes = {name: system.child(name) for name in (*registry.SERVICES, "gateway")}
    peaks: Peaks = {}
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.1):
            for name, process in processes.items():
                peaks[name] = max(peaks.get(name, 0.0), process.memory_info().rss / 1_000_000)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield peaks
    finally:
        stop.set()
        watching.join()
