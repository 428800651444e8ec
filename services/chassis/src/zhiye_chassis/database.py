"""The database of one service, and the unit of work: one command, one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from asyncpg import PostgresError
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_contracts.events import Event
from zhiye_contracts.reasons import Refused

_APPEND = text(
    "INSERT INTO outbox (type, event)"
    " SELECT * FROM unnest(CAST(:types AS text[]), CAST(:events AS text[]))"
)


STATEMENT_SECONDS = 30
"""No statement of a service takes longer: it would hold up others, and nobody waits that long."""


_TRANSIENT = ("40", "08", "57", "53")  # SQLSTATE classes: rollback, connection, shutdown, resources
_CANCELLED = "57014"  # by the statement timeout: trying again will not help


def is_transient(error: BaseException) -> bool:
    """Whether the database, not what was asked of it, is at fault: try again a little later."""
    if not isinstance(error, DBAPIError):
        return False
    state = str(getattr(error.orig, "sqlstate", "") or "")
    if state == _CANCELLED:
        return False
    return error.connection_invalidated or state.startswith(_TRANSIENT)


class Transaction:
    """One unit of work: a connection inside a transaction, and the events it will publish.

    Events are written to the outbox in the same transaction when it commits. Only ``Database``
    commits.
    """

    def __init__(self, connection: AsyncConnection, source: str) -> None:
        self.connection = connection
        self._source = source
        self._events: list[tuple[str, str]] = []

    @property
    def mark(self) -> int:
        """How many events were emitted so far; see ``forget``."""
        return len(self._events)

    def forget(self, mark: int) -> None:
        """Take back the events emitted after ``mark``: their savepoint was rolled back."""
        del self._events[mark:]

    def part(self, connection: AsyncConnection) -> Transaction:
        """A part of this unit of work over another connection, with events of its own: they count
        once they are adopted."""
        return Transaction(connection, self._source)

    def adopt(self, part: Transaction) -> None:
        """Publish the events of a part with this unit of work."""
        self._events += part._events

    def emit(self, *events: Event) -> None:
        """Publish these events if, and only if, the transaction commits."""
        for event in events:
            self._events.append((event.type, to_cloudevent(event, self._source).decode()))

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        return await self.connection.execute(statement, parameters)

    async def copy(self, table: Table, records: Iterable[Sequence[Any]]) -> None:
        """Insert many rows, each with the values of all columns in the table's order, by ``COPY``:
        it costs PostgreSQL half of what ``INSERT`` does."""
        names = [column.name for column in table.columns]
        raw = await self.connection.get_raw_connection()
        driver: Any = raw.driver_connection
        try:
            await driver.copy_records_to_table(table.name, columns=names, records=records)
        except PostgresError as error:
            raise DBAPIError(f"COPY {table.name}", None, error, hide_parameters=True) from None

    async def flush(self) -> bool:
        """Write the outbox rows; whether there were any."""
        if not self._events:
            return False
        await self.connection.execute(
            _APPEND,
            {"types": [t for t, _ in self._events], "events": [e for _, e in self._events]},
        )
        self._events.clear()
        return True


class Database:
    """The connections of one service to its own database."""

    def __init__(
        self,
        url: str,
        service: str,
        pool: int = 5,
        *,
        pooled: bool = True,
        server_settings: Mapping[str, str] | None = None,
    ) -> None:
        """``server_settings`` are PostgreSQL's, for this service's connections."""
        options: dict[str, Any] = (
            {"pool_size": pool, "max_overflow": 0, "pool_timeout": 10}
            if pooled
            else {"poolclass": NullPool}
        )
        self.url = url
        self.service = service
        self._server_settings = dict(server_settings or {})
        self.engine = create_async_engine(
            url,
            hide_parameters=True,  # error texts would quote what a person typed
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={
                "server_settings": {
                    "application_name": f"zhiye-{service}",
                    "statement_timeout": str(STATEMENT_SECONDS * 1000),
                    # Our statements are short: compiling one takes longer than any of them.
                    "jit": "off",
                    **self._server_settings,
                }
            },
            **options,
        )
        # Reads outside a transaction spare the BEGIN and the ROLLBACK: two of three round trips.
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.outbox_filled = asyncio.Event()
        """Set after each commit that left events in the outbox; the relay waits for it."""

    def companion(self, pool: int) -> Database:
        """The same database through connections of its own, for background work: requests that
        use up theirs do not hold up the bus."""
        companion = Database(self.url, self.service, pool, server_settings=self._server_settings)
        companion.outbox_filled = self.outbox_filled
        return companion

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A unit of work: commits at the end, rolls back on any exception, except a refusal
        that keeps its effects (a counted wrong code)."""
        async with self.engine.connect() as connection:
            transaction = Transaction(connection, f"/{self.service}")
            refusal: Refused | None = None
            try:
                await connection.begin()
                yield transaction
            except Refused as error:
                if not error.keep_effects:
                    raise
                refusal = error
            filled = await transaction.flush()
            await connection.commit()
            if filled:
                self.outbox_filled.set()
            if refusal is not None:
                raise refusal

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for single reads, without a transaction."""
        async with self._reading.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()
