"""Where the tests' PostgreSQL and RabbitMQ come from: given, from Docker, or started here."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import make_url

START_SECONDS = 60.0
NOT_OURS = "this RabbitMQ is not ours to restart: unset ZHIYE_TEST_AMQP"
"""Why a test is skipped that needs a broker of its own."""
_WITH_US = '("$0" </dev/null; kill -9 0) & read -r _; kill -9 0'
"""For the shell, in a session of its own: ends the server when our end of its input closes, which
it does even when we are killed."""


class Broker(Protocol):
    """A RabbitMQ that tests may use."""

    url: str
    restartable: bool
    """Whether it is ours alone, so that a test may kill it."""

    def kill(self) -> None:
        """End it at once, as a power cut would."""

    def start(self) -> None:
        """Start it again on the same data and address; returns when it accepts connections."""

    def run(self, script: Path, environment: dict[str, str]) -> None:
        """Run a shell script beside it, where ``rabbitmqctl`` is."""


@functools.cache
def docker_answers() -> bool:
    """Whether a Docker engine can be asked for containers."""
    import docker  # type: ignore[import-untyped]
    from docker.errors import DockerException  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it forgets the socket that failed
        try:
            with contextlib.closing(docker.from_env(timeout=5)) as client:
                return bool(client.ping())
        except DockerException:
            return False
        finally:
            gc.collect()


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The SQLAlchemy URL (asyncpg) of a PostgreSQL in which databases may be created."""
    if given := os.environ.get("ZHIYE_TEST_POSTGRES"):
        url = make_url(given).set(drivername="postgresql+asyncpg")
        url = url if url.database else url.set(database="postgres")
        yield url.render_as_string(hide_password=False)
    elif docker_answers():
        from testcontainers.postgres import PostgresContainer

        with PostgresContainer("postgres:18", driver="asyncpg") as container:
            yield container.get_connection_url()
    else:
        from zhiye_launcher.database_server import temporary

        with temporary() as server:
            yield server.url()


@contextlib.contextmanager
def rabbitmq() -> Iterator[Broker | None]:
    """A RabbitMQ, or ``None`` when there is none to be had.

    A broker of our own comes before one that others may be using: two runs that meet in one
    queue take each other's events.
    """
    if given := os.environ.get("ZHIYE_TEST_AMQP"):
        yield Foreign(given)
    elif docker_answers():
        with _container() as container:
            yield container
    elif program := _program():
        folder = Path(tempfile.mkdtemp(prefix="zhiye-rabbitmq-"))
        node = Node(program, folder)
        try:
            node.start()
            yield node
        finally:
            node.kill()
            shutil.rmtree(folder, ignore_errors=True)
    elif _speaks_amqp(5672):
        yield Foreign("amqp://guest:guest@127.0.0.1:5672/")
    else:
        yield None


class Foreign:
    """Somebody else's broker: used, never stopped."""

    restartable = False

    def __init__(self, url: str) -> None:
        self.url = url

    def kill(self) -> None:
        raise RuntimeError("not ours to kill")

    def start(self) -> None:
        raise RuntimeError("not ours to start")

    def run(self, script: Path, environment: dict[str, str]) -> None:
        raise RuntimeError("not ours to change")


class Node:
    """A RabbitMQ node of our own, from the installed program, with everything in one folder."""

    restartable = True

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._port, self._distribution_port = _free_port(), _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}/"
        (folder / "plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.default = 127.0.0.1:{self._port}\nlog.file.level = warning\n"
        )

    @property
    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            "PATH": f"{self._program.parent}:{os.environ['PATH']}",
            "HOME": str(folder),  # the Erlang cookie is made there
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"zhiye{self._port}@localhost",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "no-such-file"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
        }

    def start(self) -> None:
        folder = self._folder
        with (folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _WITH_US, str(self._program)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=folder,
                env=self._environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not _speaks_amqp(self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = (folder / "output").read_text(errors="replace")
                raise RuntimeError(f"RabbitMQ did not start:\n{said[-2000:]}")
            time.sleep(0.1)

    def run(self, script: Path, environment: dict[str, str]) -> None:
        subprocess.run(
            ["/bin/sh", str(script)],
            env=self._environment | environment,
            check=True,
            timeout=START_SECONDS,
        )

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)  # the shells and the Erlang machine
            self._process.communicate()
            self._process = None


class Container:
    """RabbitMQ in Docker, on a port that stays the same over restarts."""

    restartable = True

    def __init__(self, container: Any, port: int) -> None:
        self._container = container
        self._port = port
        self.url = f"amqp://guest:guest@127.0.0.1:{port}/"

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()

    def start(self) -> None:
        self._container.get_wrapped_container().start()
        self.wait()

    def run(self, script: Path, environment: dict[str, str]) -> None:
        command = ["sh", "-c", script.read_text()]
        done = self._container.get_wrapped_container().exec_run(command, environment=environment)
        if done.exit_code:
            raise RuntimeError(done.output.decode(errors="replace"))

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _speaks_amqp(self._port):
            if time.monotonic() > deadline:
                raise RuntimeError("RabbitMQ did not start in its container")
            time.sleep(0.2)


@contextlib.contextmanager
def _container() -> Iterator[Container]:
    from testcontainers.core.container import DockerContainer

    port = _free_port()
    # A fixed host name: RabbitMQ keeps its data under it.
    wanted = DockerContainer("rabbitmq:4", hostname="zhiye").with_bind_ports(5672, port)
    with wanted as running:
        container = Container(running, port)
        container.wait()
        yield container


def _program() -> Path | None:
    """The server's start script. Debian's wrapper insists on its own account, so look past it."""
    for path in ("/usr/lib/rabbitmq/bin/rabbitmq-server", shutil.which("rabbitmq-server")):
        if path and os.access(path, os.X_OK):
            return Path(path)
    return None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _speaks_amqp(port: int) -> bool:
    """Whether a broker greets a client at this port, on this machine."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"  # the first frame: Connection.Start
    except OSError:
        return False
