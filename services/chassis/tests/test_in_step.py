"""Many runs in one transaction: they ask the database together, and each gets what is its own."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import (
    Column,
    Date,
    Integer,
    Sequence,
    Table,
    Text,
    bindparam,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert

from zhiye_chassis.in_step import OneByOne, in_step
from zhiye_chassis.problems import refused
from zhiye_chassis.tables import new_metadata
from zhiye_contracts.reasons import Refused

metadata = new_metadata()
serial = Sequence("serial", metadata=metadata)
box = Table(
    "box",
    metadata,
    Column("id", Text, primary_key=True),
    Column("colour", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("made_on", Date),
    Column("content", JSONB, nullable=False),
)
note = Table("note", metadata, Column("box_id", Text, primary_key=True), Column("text", Text))

LOCK = select(box).where(box.c.id == bindparam("key")).with_for_update()
OF_COLOUR = (
    select(box.c.id, box.c.size).where(box.c.colour == bindparam("colour")).order_by(box.c.size)
)
SAVE = (
    update(box)
    .where(box.c.id == bindparam("key"), box.c.size == bindparam("before"))
    .values(size=bindparam("size"), content=bindparam("content"), made_on=bindparam("made_on"))
)
NO = refused("no", ("不行。", "No."), ("算了。", "Leave it."))


@pytest.fixture
async def database(make_database):
    database = await make_database(metadata)
    async with database.transaction() as tx:
        await tx.execute(
            insert(box),
            [
                {"id": f"B{n}", "colour": ["red", "blue"][n % 2], "size": n, "content": [n]}
                for n in range(10)
            ],
        )
    return database


async def read(database, statement):
    async with database.reading() as connection:
        return (await connection.execute(text(statement))).all()


def counting(database):
    """Statements as they go out, without those of transactions."""
    sent: list[str] = []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def note_it(_connection, _cursor, statement, *_rest):
        if "SAVEPOINT" not in statement:
            sent.append(statement)

    return sent


def growing(key, by=100):
    """Lock a box, look at its kin, make it bigger, note it: what a command does."""

    async def run(tx):
        row = (await tx.execute(LOCK, {"key": key})).mappings().first()
        if row is None:
            raise NO
        kin = (await tx.execute(OF_COLOUR, {"colour": row["colour"]})).all()
        saved = await tx.execute(
            SAVE,
            {
                "key": key,
                "before": row["size"],
                "size": row["size"] + by,
                "content": {"was": row["content"], "none": None},
                "made_on": date(2026, 1, 1) if row["size"] % 2 else None,
            },
        )
        await tx.execute(insert(note), {"box_id": key, "text": row["colour"]})
        return saved.rowcount, [one.id for one in kin]

    return run


async def test_each_run_gets_its_own_answers_and_the_database_is_asked_once_a_step(database):
    sent = counting(database)
    async with database.transaction() as tx:
        answers = await in_step(tx, [growing(f"B{n}") for n in range(10)])
    red, blue = [f"B{n}" for n in (0, 2, 4, 6, 8)], [f"B{n}" for n in (1, 3, 5, 7, 9)]
    assert answers == [(1, [red, blue][n % 2]) for n in range(10)]
    assert len(sent) == 4
    rows = await read(database, "SELECT id, size, made_on, content FROM box ORDER BY id")
    assert rows == [
        (f"B{n}", n + 100, date(2026, 1, 1) if n % 2 else None, {"was": [n], "none": None})
        for n in range(10)
    ]
    notes = await read(database, "SELECT box_id, text FROM note ORDER BY box_id")
    assert notes == [(f"B{n}", ["red", "blue"][n % 2]) for n in range(10)]


async def test_one_run_alone_is_as_by_itself(database):
    async with database.transaction() as tx:
        ((count, kin),) = await in_step(tx, [growing("B3")])
        assert await in_step(tx, []) == []
    assert (count, len(kin)) == (1, 5)


async def test_a_refusal_before_anything_was_written_leaves_the_others_as_they_are(database):
    async with database.transaction() as tx:
        answers = await in_step(tx, [growing("B1"), growing("NONE"), growing("B2")])
    assert isinstance(answers[1], Refused)
    assert [answers[0][0], answers[2][0]] == [1, 1]
    assert len(await read(database, "SELECT 1 FROM note")) == 2


@pytest.mark.parametrize("problem", [NO, RuntimeError("a bug")])
async def test_a_failure_after_something_was_written_takes_everything_back(database, problem):
    async def fails(tx):
        await growing("B5")(tx)
        raise problem

    async with database.transaction() as tx:
        await tx.execute(insert(note), {"box_id": "before", "text": ""})
        with pytest.raises(OneByOne) as raised:
            await in_step(tx, [growing("B1"), fails])
    assert raised.value.__cause__ is problem
    assert await read(database, "SELECT box_id FROM note") == [("before",)]
    assert await read(database, "SELECT 1 FROM box WHERE size >= 100") == []


async def test_what_the_database_refuses_takes_everything_back(database):
    async with database.transaction() as tx:
        with pytest.raises(OneByOne):
            await in_step(tx, [growing("B1"), growing("B1")])  # the second note is one too many
        await growing("B1")(tx)
    assert await read(database, "SELECT box_id FROM note") == [("B1",)]


async def test_a_row_that_moved_is_told_by_the_count(database):
    async def saves(tx, key, before):
        values = {"key": key, "before": before, "size": 7, "content": [], "made_on": None}
        return (await tx.execute(SAVE, values)).rowcount

    async with database.transaction() as tx:
        answers = await in_step(
            tx, [lambda tx, k=k, b=b: saves(tx, k, b) for k, b in (("B1", 1), ("B2", 1))]
        )
    assert answers == [1, 0]


async def test_functions_texts_and_upserts_are_asked_by_everybody_for_themselves(database):
    upsert = (
        pg_insert(note)
        .values(box_id="total", text="1")
        .on_conflict_do_update(index_elements=["box_id"], set_={"text": note.c.text + "1"})
        .returning(note.c.text)
    )

    async def run(tx):
        number = await tx.connection.scalar(select(func.nextval("serial")))
        by_text = await tx.connection.scalar(text("SELECT nextval('serial')"))
        return number, by_text, (await tx.execute(upsert)).scalar_one()

    async with database.transaction() as tx:
        answers = await in_step(tx, [run] * 3)
    assert len({number for one in answers for number in one[:2]}) == 6
    assert sorted(one[2] for one in answers) == ["1", "11", "111"]


async def test_statements_made_anew_are_known_again_and_their_values_told_apart(database):
    sent = counting(database)

    async def run(tx, least):
        found = await tx.execute(select(box.c.id).where(box.c.size >= least).order_by(box.c.id))
        return list(found.scalars())

    async with database.transaction() as tx:
        runs = [lambda tx, least=least: run(tx, least) for least in (8, 8, 9)]
        answers = await in_step(tx, runs)
    assert answers == [["B8", "B9"], ["B8", "B9"], ["B9"]]
    assert len(sent) == 2


async def test_runs_of_different_lengths_and_ways_do_not_wait_for_each_other_for_ever(database):
    async def nothing(tx):
        return "nothing"

    async def slow(tx):
        await asyncio.sleep(0.01)
        return (await tx.execute(OF_COLOUR, {"colour": "red"})).first().id

    async with database.transaction() as tx, asyncio.timeout(5):
        answers = await in_step(tx, [nothing, slow, growing("B1"), growing("B2")])
    assert answers[:2] == ["nothing", "B0"]


async def test_a_run_that_is_cancelled_from_outside_ends(database):
    begun = asyncio.Event()

    async def waits(tx):
        begun.set()
        await asyncio.sleep(60)

    async def work():
        async with database.transaction() as tx:
            await in_step(tx, [growing("B1"), waits])

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await read(database, "SELECT 1 FROM note") == []
