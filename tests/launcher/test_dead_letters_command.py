"""``zhiye dead-letters``: what an operator does with events that a service gave up on."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from zhiye_chassis.tables import new_metadata
from zhiye_launcher.cli import app

EVENT = '{"specversion":"1.0","id":"E1","source":"/accounts","type":"zhiye.x.y.v9","data":{"a":1}}'


@pytest.fixture
async def database(make_database):
    database = await make_database(new_metadata(), service="registration")
    async with database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO failed_event (id, type, event, state, attempts, error,"
                " first_failed_at, last_failed_at)"
                " VALUES ('/accounts#E1', 'zhiye.x.y.v9', :event, 'dead', 6,"
                " 'unknown event type or version', now(), now())"
            ),
            {"event": EVENT.encode()},
        )
    return database


@pytest.fixture
def command(database, monkeypatch):
    """``await command("list")``: exit code and output, in English."""
    monkeypatch.setenv("LANG", "en")
    url = database.engine.url.render_as_string(hide_password=False)

    async def run(*arguments: str) -> tuple[int, str]:
        words = ["dead-letters", *arguments, "--database", url]
        # In a thread, as the command runs an event loop of its own.
        result = await asyncio.to_thread(CliRunner().invoke, app, words)
        return result.exit_code, result.output

    return run


async def test_a_dead_letter_is_listed_without_its_content(command):
    code, output = await command("list")
    assert code == 0
    assert "/accounts#E1  zhiye.x.y.v9  unknown event type or version  ×6" in output
    assert "1 dead letters" in output
    assert '"a"' not in output


async def test_a_dead_letter_is_shown_whole(command):
    code, output = await command("show", "/accounts#E1")
    assert code == 0
    assert '"data": {\n    "a": 1' in output


async def test_a_replayed_dead_letter_is_due_at_once(command, database):
    code, output = await command("replay", "/accounts#E1")
    assert (code, output) == (0, "1 events will be tried again.\n")
    async with database.reading() as connection:
        row = (await connection.execute(text("SELECT * FROM failed_event"))).one()
    assert (row.state, row.attempts) == ("retry", 0)
    assert row.next_attempt_at is not None


async def test_all_of_them_are_replayed_only_when_asked_for(command):
    assert (await command("replay"))[0] == 2
    assert await command("replay", "--all") == (0, "1 events will be tried again.\n")


async def test_a_dropped_dead_letter_is_gone(command):
    assert await command("drop", "/accounts#E1") == (0, "Deleted.\n")
    assert "0 dead letters" in (await command("list"))[1]


@pytest.mark.parametrize("what", ["show", "replay", "drop"])
async def test_one_that_is_not_there_is_told_with_a_next_step(command, what):
    code, output = await command(what, "nobody#E0")
    assert code == 1
    assert output == "There is no such dead letter.\n→ See the ids with `list`.\n"
