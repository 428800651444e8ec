"""A workbook as numbered records: kept on disk while it comes in, then read row by row."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from itertools import islice
from typing import BinaryIO

from zhiye_chassis.sheets import Line
from zhiye_chassis.sheets import reasons as sheets
from zhiye_chassis.sheets.xlsx_sheet import XlsxSheet
from zhiye_contracts.reasons import Reason, Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters.body import BodyBroken, Metered
from zhiye_qualifications.adapters.lines import Fields
from zhiye_qualifications.domain import file_reasons as why
from zhiye_qualifications.domain.columns import FIELDS, NAMES

_ROWS = 500
"""Read at once, in a thread."""
_OURS = {
    sheets.COLUMN_MISSING.code: why.COLUMN_MISSING,
    sheets.COLUMN_UNKNOWN.code: why.COLUMN_UNKNOWN,
    sheets.COLUMN_REPEATED.code: why.COLUMN_REPEATED,
    sheets.EMPTY.code: why.BODY_EMPTY,
}
"""The same reasons as of a CSV file."""


class XlsxSource:
    """The first sheet of a workbook of at most ``longest`` bytes."""

    encoding = None

    def __init__(self, stream: AsyncIterable[bytes], meter: Metered, longest: int) -> None:
        self._stream = stream
        self._meter = meter
        self._longest = longest

    async def records(self, before: int) -> AsyncIterator[tuple[int, Fields | Reason]]:
        with tempfile.TemporaryFile() as file:
            size = await self._receive(file)
            received = self._meter.read
            sheet = await asyncio.to_thread(_open, file, size)
            rows = sheet.lines(0, 0)
            while lines := await asyncio.to_thread(_some, rows):
                for line in lines:
                    # How far it was read tells more than that it has come whole.
                    self._meter.read = round(received * line.end / max(size, 1))
                    yield max(before, 1) + line.number - 1, _fields(line)
            self._meter.read = received

    async def _receive(self, file: BinaryIO) -> int:
        size = 0
        async for data in self._stream:
            size += len(data)
            if size > self._longest:
                raise Refused(why.WORKBOOK_TOO_BIG, status=413)
            file.write(data)
        if not size:
            raise Refused(why.BODY_EMPTY)
        return size


def _open(file: BinaryIO, size: int) -> XlsxSheet:
    try:
        return XlsxSheet(file, size, NAMES, FIELDS, formulas=True)
    except Refused as refusal:
        raise Refused(*map(_ours, refusal.reasons)) from None


def _some(rows: Iterator[Line]) -> list[Line]:
    try:
        return list(islice(rows, _ROWS))
    except Refused as refusal:  # the rows before stay
        raise BodyBroken(_ours(refusal.reasons[0])) from None


def _fields(line: Line) -> Fields | Reason:
    """Cells that are too long or hold odd characters are told with their record's other faults."""
    return dict(line.cells) if line.cells else _ours(line.reasons[0])


def _ours(reason: Reason) -> Reason:
    ours = _OURS.get(reason.code)
    if ours is None:
        return reason
    return about(ours, reason.field) if reason.field else ours
