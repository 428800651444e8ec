"""A file of institutions is taken in, to be imported in the background."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import BinaryIO

from sqlalchemy import insert

from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.sheets import Format, format_of, open_sheet
from zhiye_chassis.sheets.reasons import OLD_FORMAT
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.tables import institution_import
from zhiye_institutions.domain import import_reasons as why
from zhiye_institutions.domain.imports import COLUMNS, REQUIRED
from zhiye_institutions.kit import Kit

MOST_BYTES = 512 * 1024 * 1024
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SNIFFED = 8


async def start_import(
    kit: Kit,
    caller: Principal,
    stream: AsyncIterator[bytes],
    *,
    declared: Format | None,
    dry_run: bool,
) -> str:
    """Keep the file and have it imported; the import's id.

    Lines of other regions than the caller's will be rejected; the operator's region is the nation.
    ``declared`` is what the file is said to be. Raises ``Refused`` with every fault of the header
    at once; 415 for another kind of file, 413 for one that is too big.
    """
    region = divisions.NATION if caller.role == "operator" else caller.region
    if region is None:
        raise Refused(why.REGION_NOT_YOURS, status=403)
    taken = _Taken(stream)
    file_format = await taken.begin(declared)
    id_ = new_id()
    path = f"imports/{id_}"
    await kit.objects.put(path, taken.stream())
    try:
        await asyncio.to_thread(_check, kit.objects.open(path), file_format, taken.size)
        async with kit.database.transaction() as tx:
            await tx.execute(
                insert(institution_import).values(
                    id=id_,
                    state="waiting",
                    dry_run=dry_run,
                    format=file_format,
                    object=path,
                    region=region,
                    created_by=caller.account_id,
                    created_by_name=caller.name,
                    created_at=kit.clock.now(),
                    bytes=taken.size,
                    bytes_read=0,
                    lines_done=0,
                    recorded=0,
                    unchanged=0,
                    rejected=0,
                )
            )
    except BaseException:
        await kit.objects.delete(path)
        raise
    return id_


def _check(file: BinaryIO, file_format: Format, size: int) -> None:
    with file:
        open_sheet(file, file_format, size, COLUMNS, REQUIRED)


class _Taken:
    """A body on its way into the object store."""

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream
        self._first = b""
        self.size = 0

    async def begin(self, declared: Format | None) -> Format:
        """Look at the first bytes: what the file is."""
        while len(self._first) < _SNIFFED:
            try:
                self._first += await anext(self._stream)
            except StopAsyncIteration:
                break
        if self._first.startswith(_OLD_WORKBOOK):
            raise Refused(OLD_FORMAT)
        found = format_of(self._first)
        if declared is not None and found != declared:
            raise Refused(why.MEDIA_TYPE, status=415)
        return found

    async def stream(self) -> AsyncIterator[bytes]:
        self.size = len(self._first)
        yield self._first
        async for data in self._stream:
            self.size += len(data)
            if self.size > MOST_BYTES:
                raise Refused(why.FILE_TOO_BIG, status=413)
            yield data
