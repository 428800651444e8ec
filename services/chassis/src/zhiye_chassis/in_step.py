"""Many runs of the same commands in one transaction, in step: what they ask of the database at the
same point, the database is asked once.

A command about one row asks some ten times, each a round trip. Run for fifty rows one after the
other, they wait for the network most of the time. In step, each run goes on until it asks; when
all of them wait, the same statement with different parameters becomes one statement over an array
of them, and every run gets its own rows of the answer. The commands are the same and know nothing
of it.

Runs in step must be about different things: none sees what another one did in the same step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Insert, Select, Update, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY, asyncpg
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter

from zhiye_chassis.database import Transaction, is_transient
from zhiye_contracts.reasons import Refused

T = TypeVar("T")
_PLACE = "place_in_step"


class OneByOne(Exception):  # noqa: N818 - not an error: there is another way
    """They could not be run in step; everything was taken back. Run each by itself."""


async def in_step(
    tx: Transaction, runs: Sequence[Callable[[Transaction], Awaitable[T]]]
) -> list[T | Refused]:
    """What each run returned, or its refusal: a refused one has done nothing.

    Raises ``OneByOne``, with everything taken back, when one failed after it had written
    something: what a run did cannot be told from what the others did.
    """
    savepoint = await tx.connection.begin_nested()
    driver = _Driver(tx.connection)
    started = [_start(tx, driver, run) for run in runs]
    try:
        await driver.drive([one.task for one in started])
    except BaseException as error:
        for one in started:
            one.task.cancel()
        await asyncio.gather(*(one.task for one in started), return_exceptions=True)
        if not isinstance(error, Exception) or is_transient(error):
            raise
        await savepoint.rollback()
        raise OneByOne from error
    failed = [(one, one.task.exception()) for one in started if one.task.exception()]
    for one, problem in failed:
        if one.asking.wrote or not isinstance(problem, Refused):
            await savepoint.rollback()
            raise OneByOne from problem
    await savepoint.commit()
    answers: list[T | Refused] = []
    for one in started:
        refusal = one.task.exception()
        if refusal is None:
            tx.adopt(one.part)
            answers.append(one.task.result())
        else:
            answers.append(cast(Refused, refusal))
    return answers


@dataclass
class _Call:
    """One run waits for the answer to one statement."""

    statement: Any
    parameters: Mapping[str, Any]
    answer: asyncio.Future[Any] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class _Asking:
    """What one run takes for its connection."""

    def __init__(self, driver: _Driver) -> None:
        self._driver = driver
        self.wrote = False

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        if not isinstance(statement, Select):
            self.wrote = True
        return await self._driver.ask(statement, parameters)

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        return (await self.execute(statement, parameters)).scalar()


@dataclass(frozen=True)
class _Started(Generic[T]):
    asking: _Asking
    part: Transaction
    task: asyncio.Task[T]


def _start(
    tx: Transaction, driver: _Driver, run: Callable[[Transaction], Awaitable[T]]
) -> _Started[T]:
    asking = _Asking(driver)
    part = tx.part(cast(AsyncConnection, asking))

    async def go() -> T:
        return await run(part)

    return _Started(asking, part, asyncio.create_task(go()))


class _Driver:
    """Lets the runs go on until all of them wait, then asks the database for all."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._waiting: list[_Call] = []
        self._busy = 0
        self._all_wait = asyncio.Event()

    async def ask(self, statement: Any, parameters: Any) -> Any:
        call = _Call(statement, parameters or {})
        self._waiting.append(call)
        self._rest()
        return await call.answer

    async def drive(self, tasks: Sequence[asyncio.Task[Any]]) -> None:
        """Until every task is done. Raises what the database says."""
        self._busy = len(tasks)
        for task in tasks:
            task.add_done_callback(lambda _: self._rest())
        while tasks:
            await self._all_wait.wait()
            self._all_wait.clear()
            calls, self._waiting = self._waiting, []
            if not calls:
                return
            answers = [a for group in _grouped(calls) for a in await self._answer(*group)]
            self._busy = len(calls)
            for call, answer in answers:
                call.answer.set_result(answer)

    def _rest(self) -> None:
        self._busy -= 1
        if self._busy == 0:
            self._all_wait.set()

    async def _answer(self, shape: _Shape, calls: list[_Call]) -> list[tuple[_Call, Any]]:
        execute = self._connection.execute
        if len(calls) == 1 or shape.kind == "other":
            return [(one, await execute(one.statement, one.parameters)) for one in calls]
        if shape.kind == "insert":
            await execute(calls[0].statement, [one.parameters for one in calls])
            return [(one, _Count(1)) for one in calls]
        asked: dict[Hashable, int] = {}
        places: list[int] = []
        for one in calls:
            key = tuple(one.parameters[name] for name in shape.names)
            if shape.kind == "update":
                places.append(len(places))
            else:  # who asks the same gets the same
                places.append(asked.setdefault(key, len(asked)))
        if shape.kind == "select" and len(asked) == 1:
            found = await execute(calls[0].statement, calls[0].parameters)
            told, rows = SimpleResultMetaData(list(found.keys())), found.all()
            return [(one, IteratorResult(told, iter(rows))) for one in calls]
        first = {place: one for one, place in zip(reversed(calls), reversed(places), strict=True)}
        over = {
            f"{name}_in_step": [first[place].parameters[name] for place in range(len(first))]
            for name in shape.names
        }
        found = await execute(shape.over, over)
        if shape.kind == "update":
            touched = [row[0] - 1 for row in found]
            return [(one, _Count(touched.count(p))) for one, p in zip(calls, places, strict=True)]
        told = SimpleResultMetaData(list(found.keys())[1:])
        rows_of: list[list[Any]] = [[] for _ in first]
        for row in found:
            rows_of[row[0] - 1].append(row[1:])
        return [
            (one, IteratorResult(told, iter(rows_of[p])))
            for one, p in zip(calls, places, strict=True)
        ]


@dataclass(frozen=True)
class _Count:
    """The answer to a statement that gives no rows."""

    rowcount: int


# --- statements ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shape:
    """How a statement is asked for many: ``names`` are its parameters, ``over`` is the statement
    over arrays of them."""

    kind: str
    names: tuple[str, ...] = ()
    over: Any = None


_OTHER = _Shape("other")


def _grouped(calls: Sequence[_Call]) -> list[tuple[_Shape, list[_Call]]]:
    """Calls of the same statement together, in the order in which they came."""
    groups: dict[Hashable, tuple[_Shape, list[_Call]]] = {}
    for call in calls:
        key, shape = _known(call)
        groups.setdefault(key, (shape, []))[1].append(call)
    return list(groups.values())


class _Same:
    """A statement, equal to every other one that does the same."""

    __slots__ = ("_hash", "_key", "statement")

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        found = statement._generate_cache_key()  # by this SQLAlchemy knows a statement again
        values = tuple(repr(b.value) for b in found.bindparams if not b.required) if found else ()
        self._key = (found.key if found else id(statement), values)
        self._hash = hash(self._key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key == other._key


@lru_cache(maxsize=512)
def _same(statement: Any) -> _Same:
    # Most statements are made once; keyed by identity here.
    return _Same(statement)


def _known(call: _Call) -> tuple[Hashable, _Shape]:
    same = _same(call.statement)
    return (same, tuple(call.parameters)), _shape(same)


@lru_cache(maxsize=512)
def _shape(same: _Same) -> _Shape:
    statement = same.statement
    if isinstance(statement, Select):
        names = {
            e.key: e.type
            for e in visitors.iterate(statement)
            if isinstance(e, BindParameter) and e.required
        }
        if not statement.get_final_froms():
            return _OTHER  # a function, which may do something
        return _Shape("select", tuple(names), _over(statement, names) if names else None)
    if isinstance(statement, Update) and not statement.returning_column_descriptions:
        compiled = statement.compile(dialect=asyncpg.dialect())  # type: ignore[no-untyped-call]
        names = {key: one.type for key, one in compiled.binds.items() if one.required}
        return _Shape("update", tuple(names), _over(statement, names)) if names else _OTHER
    if type(statement) is Insert and not statement.returning_column_descriptions:
        return _Shape("insert") if not statement._values else _OTHER
    return _OTHER


def _over(statement: Any, names: Mapping[str, Any]) -> Any:
    """The statement for each of many parameters; the place of each, from 1, comes first."""
    given = (
        func.unnest(
            *(
                bindparam(f"{name}_in_step", type_=ARRAY(t, dimensions=1))
                for name, t in names.items()
            )
        )
        .table_valued(*(column(name, t) for name, t in names.items()), with_ordinality=_PLACE)
        .render_derived()
    )

    def put(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and element.required:
            return given.c[element.key]
        return None

    each = visitors.replacement_traverse(statement, {}, put)
    if not isinstance(statement, Select):
        return each.returning(given.c[_PLACE])
    found = each.lateral()
    return select(given.c[_PLACE], *found.c).select_from(given.join(found, true()))
