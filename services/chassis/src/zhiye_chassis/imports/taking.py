"""A file that is uploaded to be imported, on its way into the object store."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from zhiye_chassis.database import Database
from zhiye_chassis.ids import new_id
from zhiye_chassis.imports.jobs import Jobs
from zhiye_chassis.imports.reasons import MEDIA_TYPE, too_big
from zhiye_chassis.objects import Objects
from zhiye_chassis.security import Principal
from zhiye_chassis.sheets import Columns, Format, format_of, open_sheet
from zhiye_chassis.sheets.reasons import OLD_FORMAT
from zhiye_contracts.reasons import Refused

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SNIFFED = 8
_IN_MEMORY = 1024 * 1024


class Taking:
    """A body as it comes. After ``keep`` the file is in the store and its header is in order."""

    def __init__(self, stream: AsyncIterator[bytes], most_bytes: int) -> None:
        self._stream = stream
        self._most = most_bytes
        self._first = b""
        self.size = 0

    async def begin(self, declared: Format | None) -> Format:
        """Look at the first bytes: what the file is. ``declared`` is what it is said to be.
        ``Refused``: 415 for another kind of file."""
        while len(self._first) < _SNIFFED:
            try:
                self._first += await anext(self._stream)
            except StopAsyncIteration:
                break
        if self._first.startswith(_OLD_WORKBOOK):
            raise Refused(OLD_FORMAT)
        found = format_of(self._first)
        if declared is not None and found != declared:
            raise Refused(MEDIA_TYPE, status=415)
        return found

    async def keep(
        self,
        objects: Objects,
        path: str,
        file_format: Format,
        columns: Columns,
        required: Sequence[str],
    ) -> None:
        """``Refused`` with every fault of the header at once; 413 when it is too big. Whoever is
        refused leaves nothing in the store."""
        await objects.put(path, self._chunks())
        try:
            await asyncio.to_thread(
                _check, objects.open(path), file_format, self.size, columns, required
            )
        except BaseException:
            await objects.delete(path)
            raise

    async def spool(self) -> BinaryIO:
        """The whole file, for what is worked off at once: in memory, a bigger one in a temporary
        file that vanishes when closed. ``Refused`` (413) when it is too big."""
        file: BinaryIO = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115
        try:
            async for data in self._chunks():
                await asyncio.to_thread(file.write, data)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    async def _chunks(self) -> AsyncIterator[bytes]:
        self.size = len(self._first)
        yield self._first
        async for data in self._stream:
            self.size += len(data)
            if self.size > self._most:
                raise Refused(too_big(self._most), status=413)
            yield data


async def take_in(
    jobs: Jobs,
    database: Database,
    objects: Objects,
    taking: Taking,
    caller: Principal,
    now: datetime,
    *,
    declared: Format | None,
    columns: Columns,
    required: Sequence[str],
    dry_run: bool,
    **more: Any,
) -> str:
    """Keep a file and have it imported; the import's id. ``declared`` is what the file is said to
    be, ``more`` what the service's table has of its own.

    Raises ``Refused`` with every fault of the header at once; 415 for another kind of file, 413
    for one that is too big.
    """
    file_format = await taking.begin(declared)
    id_ = new_id()
    path = f"imports/{id_}"
    await taking.keep(objects, path, file_format, columns, required)
    try:
        async with database.transaction() as tx:
            await jobs.add(
                tx,
                caller,
                now,
                id_=id_,
                path=path,
                file_format=file_format,
                size=taking.size,
                dry_run=dry_run,
                **more,
            )
    except BaseException:
        await objects.delete(path)
        raise
    return id_


def _check(
    file: BinaryIO, file_format: Format, size: int, columns: Columns, required: Sequence[str]
) -> None:
    with file:
        open_sheet(file, file_format, size, columns, required)
