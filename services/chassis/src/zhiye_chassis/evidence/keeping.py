"""Where files of evidence are kept: what is known of them in a table, the bytes in the store."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Table, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Database, Transaction
from zhiye_chassis.evidence.looking import about, examine
from zhiye_chassis.ids import new_id
from zhiye_chassis.objects import Objects
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Refused

TOO_MANY = reason(
    "evidence_too_many",
    "证明资料的文件数已达上限。",
    "There are as many files as there may be.",
    "请合并为较少的文件后上传。",
    "Join files into fewer and upload those.",
)


@dataclass(frozen=True, slots=True)
class File:
    """A file as it came: ``kind`` is what it proves, ``declared`` its Content-Type if any."""

    kind: str
    content: bytes
    declared: str | None


@dataclass(frozen=True, slots=True)
class EvidenceStore:
    """The files of one kind of thing.

    ``owner`` is the column of ``table`` that says whose a file is, ``folder`` where the store has
    the bytes. The table further has ``id``, ``kind``, ``media_type``, ``bytes``, ``sha256``,
    ``account_id``, ``role`` and ``uploaded_at``.
    """

    table: Table
    owner: str
    folder: str

    def path_of(self, owner: str, key: str) -> str:
        """Where a file lies: by ids of ours only."""
        return f"{self.folder}/{owner}/{key}"

    async def add(
        self,
        database: Database,
        objects: Objects,
        owner: str,
        file: File,
        *,
        by: Mapping[str, str],
        at: datetime,
        most: int,
        check: Callable[[Transaction], Awaitable[None]],
    ) -> RowMapping:
        """The file as it was kept; the same file again is the same one.

        ``by`` is account and role, ``most`` how many files an owner may have. ``check`` locks the
        owner and raises if it takes no file of this caller now. Raises ``Refused`` besides: 409
        ``evidence_too_many``, 422 for what the file is.
        """
        media_type = await asyncio.to_thread(examine, file.content, file.declared)
        made: dict[str, Any] = {
            "id": new_id(),
            self.owner: owner,
            "kind": file.kind,
            "media_type": media_type,
            "bytes": len(file.content),
            "sha256": hashlib.sha256(file.content).hexdigest(),
            **by,
            "uploaded_at": at,
        }
        path = self.path_of(owner, made["id"])
        await objects.put(path, file.content)
        kept = None
        try:
            async with database.transaction() as tx:
                await check(tx)
                kept = await self._same(tx, made)
                if kept is None:
                    if await self.count(tx.connection, owner) >= most:
                        raise Refused(about(TOO_MANY, "body"), status=409)
                    adding = insert(self.table).values(made).returning(self.table)
                    kept = (await tx.execute(adding)).mappings().one()
        finally:
            if kept is None or kept["id"] != made["id"]:
                await objects.delete(path)
        return kept

    async def of(self, connection: AsyncConnection, owner: str) -> Sequence[RowMapping]:
        """What is known of every file, the oldest first."""
        columns = self.table.c
        found = await connection.execute(
            select(self.table).where(columns[self.owner] == owner).order_by(columns.id)
        )
        return found.mappings().all()

    async def count(self, connection: AsyncConnection, owner: str, *kinds: str) -> int:
        """How many files there are: of these kinds, or of all."""
        columns = self.table.c
        asked = select(func.count()).where(columns[self.owner] == owner)
        if kinds:
            asked = asked.where(columns.kind.in_(kinds))
        return (await connection.execute(asked)).scalar_one()

    async def find(self, connection: AsyncConnection, key: str) -> RowMapping | None:
        """What is known of one file."""
        found = await connection.execute(select(self.table).where(self.table.c.id == key))
        row: RowMapping | None = found.mappings().first()
        return row

    async def read(self, objects: Objects, row: RowMapping) -> bytes | None:
        """The file itself, if the store has it."""
        stored = await objects.get(self.path_of(row[self.owner], row["id"]))
        return stored.content if stored else None

    async def forget(self, tx: Transaction, row: RowMapping) -> None:
        """Take a file off the table; ``delete`` its bytes once that is committed."""
        await tx.execute(delete(self.table).where(self.table.c.id == row["id"]))

    async def delete(self, objects: Objects, row: RowMapping) -> None:
        await objects.delete(self.path_of(row[self.owner], row["id"]))

    async def _same(self, tx: Transaction, made: Mapping[str, Any]) -> RowMapping | None:
        columns = self.table.c
        found = await tx.execute(
            select(self.table).where(
                *(columns[name] == made[name] for name in (self.owner, "sha256", "kind"))
            )
        )
        row: RowMapping | None = found.mappings().first()
        return row
