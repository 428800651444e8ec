"""A streamed body as lines, and lines as fields: NDJSON and CSV, in bounded memory."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol

import orjson

from zhiye_contracts.reasons import Reason, Refused
from zhiye_qualifications.domain import reasons as why
from zhiye_qualifications.domain.columns import FIELDS

LONGEST_LINE = 65_536
"""Bytes; a record has a few hundred."""
_BOM = b"\xef\xbb\xbf"


async def lines(
    stream: AsyncIterable[bytes], longest: int = LONGEST_LINE
) -> AsyncIterator[tuple[int, bytes | None]]:
    """Number (from 1) and bytes of each line that is not blank; ``None`` for one that is longer
    than ``longest``, which is never held in memory as a whole."""
    number, pending, skipping = 1, bytearray(), False
    async for data in stream:
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            pending += data[start:end]
            if skipping or len(pending) > longest:
                yield number, None
            elif line := _content(number, pending):
                yield number, line
            pending.clear()
            number, start, skipping = number + 1, end + 1, False
        skipping = skipping or len(pending) + len(data) - start > longest
        if skipping:
            pending.clear()
        else:
            pending += data[start:]
        await asyncio.sleep(0)  # others of this process get their turn during a long feed
    if skipping:
        yield number, None
    elif line := _content(number, pending):
        yield number, line


def _content(number: int, pending: bytearray) -> bytes:
    """The line without blanks around it, nor the byte order mark that may begin the file."""
    line = bytes(pending)
    return (line.removeprefix(_BOM) if number == 1 else line).strip()


Fields = dict[str, object]


class LineReader(Protocol):
    def fields(self, line: bytes) -> Fields | Reason:
        """The fields of one record, or why the line is none."""
        ...


class NdjsonReader:
    """One JSON object a line."""

    def fields(self, line: bytes) -> Fields | Reason:
        try:
            decoded = orjson.loads(line)
        except orjson.JSONDecodeError:
            return why.JSON_INVALID if _is_utf8(line) else why.UTF8_INVALID
        return decoded if isinstance(decoded, dict) else why.NOT_AN_OBJECT


class CsvReader:
    """RFC 4180 with the names of the fields in the first line, except that a record does not
    span lines: one broken quote would swallow the rest of the file."""

    def __init__(self, header: bytes) -> None:
        """``Refused``, with a reason for every column that is missing, unknown or repeated."""
        cells = _cells(header)
        if isinstance(cells, Reason):
            raise Refused(why.about(cells, "header"))
        columns = [cell.strip() for cell in cells]
        faults = [why.about(why.COLUMN_MISSING, name) for name in FIELDS if name not in columns]
        seen: set[str] = set()
        for place, column in enumerate(columns, 1):
            if column in seen:
                faults.append(why.about(why.COLUMN_REPEATED, why.shown_name(column, place)))
            elif column not in FIELDS:
                faults.append(why.about(why.COLUMN_UNKNOWN, why.shown_name(column, place)))
            seen.add(column)
        if faults:
            raise Refused(*faults[:100])
        self._columns = columns

    def fields(self, line: bytes) -> Fields | Reason:
        cells = _cells(line)
        if isinstance(cells, Reason):
            return cells
        if len(cells) != len(self._columns):
            return why.CSV_CELLS
        return dict(zip(self._columns, cells, strict=True))


def _cells(line: bytes) -> list[str] | Reason:
    try:
        return next(csv.reader((line.decode(),), strict=True))
    except UnicodeDecodeError:
        return why.UTF8_INVALID
    except csv.Error:
        return why.CSV_QUOTES


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
