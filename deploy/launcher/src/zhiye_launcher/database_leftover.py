"""What a zhiye that was killed leaves behind: a running server, or only its ``postmaster.pid``."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

SOCKET_NAME = ".s.PGSQL.5432"
STOP_SECONDS = 20.0


def status(data: Path) -> tuple[int, str]:
    """Process id and state from ``postmaster.pid`` (its lines 1 and 8); 0 when there is none."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else "starting"
    except (FileNotFoundError, IndexError, ValueError):
        return 0, "absent"


def stop_leftover(data: Path) -> None:
    """Stop the server that a killed zhiye left behind, if any; the lock says that it is ours.

    The process id alone proves nothing: after a reboot another process may have it. A server
    answers on its socket.
    """
    process_id, _ = status(data)
    if not process_id:
        return
    lines = (data / "postmaster.pid").read_text().splitlines()
    socket_path = Path(lines[4] if len(lines) > 4 else data) / SOCKET_NAME
    if not _answers(socket_path):
        if _exists(process_id):
            (data / "postmaster.pid").unlink(missing_ok=True)
        return
    for by, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5)):
        deadline = time.monotonic() + patience
        while _answers(socket_path) and time.monotonic() < deadline:
            os.kill(process_id, by)
            time.sleep(0.1)
    while _exists(process_id) and time.monotonic() < deadline:
        time.sleep(0.02)


def _answers(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(socket_path))
        except OSError:
            return False
        return True


def _exists(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
