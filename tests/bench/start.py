"""Part "start": how long ``zhiye run`` takes until it answers, and the memory of all of it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from tests.bench.figures import spread, table
from tests.journeys.system import System, clean_environment, zhiye

EMPTY = "empty folder: databases made, migrated, demo data put in"
AGAIN = "again, on the data of before"
TARGET_SECONDS = 10
TARGET_MEGABYTES = 600


@contextmanager
def _started(var: Path) -> Iterator[tuple[System, float]]:
    """A running system, and the seconds from the command to the gateway's first ``/readyz``."""
    begun = time.monotonic()
    with zhiye("run", var=var) as system, httpx.Client(base_url=system.address) as http:
        while True:
            try:
                if http.get("/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.01)
        yield system, time.monotonic() - begun


def _megabytes(process: psutil.Process) -> float:
    """Proportional set size of a process and all below it: shared pages are counted once."""
    everything = [process, *process.children(recursive=True)]
    return sum(one.memory_full_info().pss for one in everything) / 1_000_000


def _demo(address: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "zhiye_launcher.cli", "demo", "--address", address],
        check=True,
        stdout=subprocess.DEVNULL,
        env=clean_environment(LANG="en"),
    )


def measure(rounds: int, quick: bool) -> str:
    """The section of the report."""
    seconds: dict[str, list[float]] = {EMPTY: [], AGAIN: []}
    ready: dict[str, list[float]] = {EMPTY: [], AGAIN: []}
    worked: dict[str, list[float]] = {EMPTY: [], AGAIN: []}
    for _ in range(1 if quick else rounds):
        with tempfile.TemporaryDirectory(prefix="zhiye-") as folder:
            Path(folder).chmod(0o711)  # the database may run under an account of its own
            for kind in (EMPTY, AGAIN):
                with _started(Path(folder) / "var") as (system, took):
                    seconds[kind].append(took)
                    ready[kind].append(_megabytes(system.process))
                    if kind == EMPTY:
                        _demo(system.address)
                        worked[kind].append(_megabytes(system.process))
                print(f"  {kind}: {took:.1f} s, {ready[kind][-1]:.0f} MB", file=sys.stderr)
    rows = [
        [
            kind,
            spread(seconds[kind], 1),
            spread(ready[kind]),
            spread(worked[kind]) if worked[kind] else "",
        ]
        for kind in (EMPTY, AGAIN)
    ]
    most = max(*worked[EMPTY], *ready[EMPTY], *ready[AGAIN])
    headline = (
        f"**Ready after {max(seconds[EMPTY]):.1f} s** from an empty folder at worst (target"
        f" {TARGET_SECONDS} s), **{most:.0f} MB** in all at most (target {TARGET_MEGABYTES} MB)."
    )
    explanation = (
        "`zhiye run` with packages installed, from the start of the command to the gateway's first"
        " good `/readyz`, demo data included. Memory is the"
        " proportional set size of the process and of every PostgreSQL process below it, when"
        f" ready and after one `zhiye demo`. {len(seconds[EMPTY])} rounds; median and extremes."
    )
    head = ["", "ready, s", "memory when ready, MB", "after the demo, MB"]
    return "\n\n".join([headline, explanation, table(head, rows)])
