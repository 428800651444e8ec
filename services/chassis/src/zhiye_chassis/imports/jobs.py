"""Imports under way: claimed by one process at a time, and taken over when that one dies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    RowMapping,
    Table,
    Text,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis import texts
from zhiye_chassis.database import Database, Transaction
from zhiye_chassis.imports.reasons import OVER
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Refused

TAKEN_OVER_AFTER = timedelta(seconds=60)
"""A process that has said nothing for so long is taken for dead. If it is not, it notices at its
next chunk, and does nothing more."""
_AT_ONCE = 1_000


def job_columns() -> list[Column[Any]]:
    """What a table of imports has."""
    return [
        Column("id", Text, primary_key=True),
        Column(
            "state", Text, nullable=False, comment="waiting | running | done | failed | cancelled"
        ),
        Column("dry_run", Boolean, nullable=False),
        Column("format", Text, nullable=False, comment="csv | xlsx"),
        Column("object", Text, comment="the file in the object store, until it was deleted there"),
        Column("created_by", Text, nullable=False, comment="account"),
        Column("created_by_name", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("started_at", DateTime(timezone=True)),
        Column("finished_at", DateTime(timezone=True)),
        Column("alive_at", DateTime(timezone=True), comment="of the process that runs it"),
        Column("bytes", BigInteger, nullable=False),
        Column("bytes_read", BigInteger, nullable=False),
        Column("lines_done", BigInteger, nullable=False, comment="where to go on after a crash"),
        Column("recorded", BigInteger, nullable=False),
        Column("unchanged", BigInteger, nullable=False),
        Column("rejected", BigInteger, nullable=False),
        Column("error", Text, comment="code of what made it fail"),
    ]


@dataclass(frozen=True)
class Jobs:
    """The imports of one service. ``rejects`` has ``import_id``, ``line`` and ``reasons``."""

    job: Table
    rejects: Table

    async def add(
        self,
        tx: Transaction,
        caller: Principal,
        now: datetime,
        *,
        id_: str,
        path: str,
        file_format: str,
        size: int,
        dry_run: bool,
        **more: Any,
    ) -> None:
        """A file that was taken in waits to be imported; ``more`` is the service's own."""
        await tx.execute(
            insert(self.job).values(
                id=id_,
                state="waiting",
                dry_run=dry_run,
                format=file_format,
                object=path,
                created_by=caller.account_id,
                created_by_name=caller.name,
                created_at=now,
                bytes=size,
                bytes_read=0,
                lines_done=0,
                recorded=0,
                unchanged=0,
                rejected=0,
                **more,
            )
        )

    async def claim(self, tx: Transaction, now: datetime) -> RowMapping | None:
        """The oldest import that nobody works on, now ours; ``None`` if there is none."""
        c = self.job.c
        free = (
            select(c.id)
            .where(
                or_(
                    c.state == "waiting",
                    (c.state == "running") & (c.alive_at < now - TAKEN_OVER_AFTER),
                )
            )
            .order_by(c.created_at, c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = await tx.execute(
            update(self.job)
            .where(c.id == free.scalar_subquery())
            .values(state="running", alive_at=now, started_at=func.coalesce(c.started_at, now))
            .returning(self.job)
        )
        claimed: RowMapping | None = found.mappings().first()
        return claimed

    async def hold(self, tx: Transaction, id_: str, lines_done: int) -> bool:
        """Keep an import from being cancelled or taken over until the transaction ends; ``False``
        if it was already, or somebody else has gone on with it."""
        c = self.job.c
        found = await tx.execute(
            select(c.id)
            .where(c.id == id_, c.state == "running", c.lines_done == lines_done)
            .with_for_update()
        )
        return found.first() is not None

    async def advance(
        self,
        tx: Transaction,
        id_: str,
        now: datetime,
        *,
        lines_done: int,
        bytes_read: int,
        recorded: int,
        unchanged: int,
        rejected: int,
    ) -> None:
        """Tell how far an import is that is held."""
        c = self.job.c
        await tx.execute(
            update(self.job)
            .where(c.id == id_)
            .values(
                alive_at=now,
                lines_done=lines_done,
                bytes_read=bytes_read,
                recorded=c.recorded + recorded,
                unchanged=c.unchanged + unchanged,
                rejected=c.rejected + rejected,
            )
        )

    async def finish(
        self, tx: Transaction, id_: str, lines_done: int, now: datetime, error: str | None = None
    ) -> int:
        """An import is done, or has failed; unless somebody else has gone on with it. How many it
        recorded."""
        if not await self.hold(tx, id_, lines_done):
            return 0
        c = self.job.c
        over = {"state": "failed", "error": error} if error else {"state": "done"}
        found = await tx.execute(
            update(self.job)
            .where(c.id == id_)
            .values(**over, finished_at=now, bytes_read=c.bytes_read if error else c.bytes)
            .returning(c.recorded)
        )
        return int(found.scalar_one())

    async def let_go(self, tx: Transaction) -> dict[str, str]:
        """The files of imports that are over, by import; they are forgotten here and to be deleted
        in the object store."""
        c = self.job.c
        found = await tx.execute(
            select(c.id, c.object)
            .where(c.state.in_(("done", "failed", "cancelled")), c.object.is_not(None))
            .with_for_update(skip_locked=True)
        )
        over: dict[str, str] = {row.id: row.object for row in found}
        if over:
            await tx.execute(update(self.job).where(c.id.in_(over)).values(object=None))
        return over

    async def newest(
        self,
        connection: AsyncConnection,
        visible: ColumnElement[bool],
        before: str | None,
        limit: int,
    ) -> list[RowMapping]:
        """Those the caller may see, the newest first, older than ``before``."""
        query = select(self.job).where(visible).order_by(self.job.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(self.job.c.id < before)
        return list((await connection.execute(query)).mappings())

    async def find(
        self, connection: AsyncConnection, visible: ColumnElement[bool], id_: str
    ) -> RowMapping:
        """One that the caller may see; ``Refused`` (404) for any other."""
        query = select(self.job).where(visible, self.job.c.id == id_)
        found: RowMapping | None = (await connection.execute(query)).mappings().first()
        if found is None:
            raise Refused(texts.of_status(404), status=404)
        return found

    async def cancel(
        self, tx: Transaction, visible: ColumnElement[bool], id_: str, now: datetime
    ) -> RowMapping:
        """Stop one that the caller may see where it is; what it recorded stays. ``Refused``: 404,
        409 ``import_over``."""
        await self.find(tx.connection, visible, id_)
        c = self.job.c
        cancelled = await tx.execute(
            update(self.job)
            .where(c.id == id_, c.state.in_(("waiting", "running")))
            .values(state="cancelled", finished_at=now)
            .returning(self.job)
        )
        row: RowMapping | None = cancelled.mappings().first()
        if row is None:
            raise Refused(OVER, status=409)
        return row

    async def rejected(self, database: Database, id_: str) -> AsyncIterator[list[RowMapping]]:
        """Rejected lines in their order, some at a time."""
        r, after = self.rejects.c, 0
        while True:
            async with database.reading() as connection:
                found = await connection.execute(
                    select(r.line, r.reasons)
                    .where(r.import_id == id_, r.line > after)
                    .order_by(r.line)
                    .limit(_AT_ONCE)
                )
                rows = list(found.mappings())
            if rows:
                yield rows
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1]["line"]
