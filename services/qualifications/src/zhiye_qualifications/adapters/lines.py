"""A streamed body as lines, and lines as fields: NDJSON and CSV, in bounded memory."""

from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from typing import Protocol, TypeVar

import orjson

from zhiye_contracts.reasons import Reason, Refused
from zhiye_contracts.statements.reasons import about, shown_name
from zhiye_qualifications.adapters.body import BodyBroken
from zhiye_qualifications.domain import file_reasons as why
from zhiye_qualifications.domain.columns import FIELDS, field_of

LONGEST_LINE = 65_536
"""Bytes; a record has a few hundred."""
SAMPLE = 65_536
"""Bytes at the beginning of a file by which its encoding is told."""
_BOM = b"\xef\xbb\xbf"
_CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")


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
T = TypeVar("T")


class Source(Protocol):
    """A body of one format as numbered records."""

    @property
    def encoding(self) -> str | None:
        """Of a text file; known from the first record on."""
        ...

    def records(self, before: int) -> AsyncIterator[tuple[int, Fields | Reason]]:
        """Line and fields of each record, or why the line is none. ``before`` lines of the file
        were sent earlier: this body continues it, with its header again if it has one.

        ``Refused``, with every fault, when the header cannot be read.
        """
        ...


class NdjsonSource:
    """One JSON object a line; JSON is always UTF-8."""

    encoding = "utf-8"

    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream = stream

    async def records(self, before: int) -> AsyncIterator[tuple[int, Fields | Reason]]:
        async for number, line in lines(self._stream):
            yield before + number, why.LINE_TOO_LONG if line is None else json_fields(line)


def json_fields(line: bytes) -> Fields | Reason:
    """The fields of one record, or why the line is none."""
    try:
        decoded = orjson.loads(line)
    except orjson.JSONDecodeError:
        return why.JSON_INVALID if decodes(line, "utf-8") else why.UTF8_INVALID
    return decoded if isinstance(decoded, dict) else why.NOT_AN_OBJECT


class Header:
    """The first line of a table: which column holds which field."""

    def __init__(self, cells: Sequence[str]) -> None:
        """``Refused``, with a reason for every column that is missing, unknown or repeated."""
        names = [cell.strip() for cell in cells]
        fields = [field_of(name) for name in names]
        faults = [about(why.COLUMN_MISSING, name) for name in FIELDS if name not in fields]
        seen: set[str] = set()
        for place, (name, field) in enumerate(zip(names, fields, strict=True), 1):
            if field is None:
                faults.append(about(why.COLUMN_UNKNOWN, shown_name(name, place)))
            elif field in seen:
                faults.append(about(why.COLUMN_REPEATED, field))
            else:
                seen.add(field)
        if faults:
            raise Refused(*faults[:100])
        self._fields = [str(field) for field in fields]

    def fields(self, cells: Sequence[object]) -> Fields | Reason:
        """The fields of one line of the table, or why it does not fit."""
        if len(cells) != len(self._fields):
            return why.TABLE_CELLS
        return dict(zip(self._fields, cells, strict=True))


class CsvSource:
    """RFC 4180 with the names of the fields in the first line, except that a record does not
    span lines: one broken quote would swallow the rest of the file."""

    def __init__(self, stream: AsyncIterable[bytes], charset: str | None = None) -> None:
        """``charset`` is what the sender says it is written in, if it says so."""
        self._stream = stream
        self._charset = charset
        self.encoding = charset or ""

    async def records(self, before: int) -> AsyncIterator[tuple[int, Fields | Reason]]:
        numbered = lines(self._stream)
        beginning: list[tuple[int, bytes | None]] = []
        size = 0
        broken: BodyBroken | None = None
        try:
            while not self._charset and size < SAMPLE and (item := await anext(numbered, None)):
                beginning.append(item)
                size += len(item[1] or b"")
        except BodyBroken as error:
            broken = error  # once the lines before it have been read
        self.encoding = self._charset or encoding_of([line for _, line in beginning if line])
        header: Header | None = None
        async for number, line in chained(beginning, numbered):
            cells = why.LINE_TOO_LONG if line is None else csv_cells(line, self.encoding)
            if header is None:
                if isinstance(cells, Reason):
                    raise Refused(about(cells, "header"))
                header = Header(cells)
            else:
                place = max(before, 1) + number - 1
                yield place, cells if isinstance(cells, Reason) else header.fields(cells)
        if broken is not None:
            raise broken


async def chained(beginning: Iterable[T], rest: AsyncIterator[T]) -> AsyncIterator[T]:
    for item in beginning:
        yield item
    async for item in rest:
        yield item


def encoding_of(sample: Sequence[bytes]) -> str:
    """UTF-8 or GB18030: whichever most of these lines are written in. A few Chinese characters in
    GB18030 pass for UTF-8, but then for letters of other scripts: such a line proves nothing."""
    utf8 = gb18030 = 0
    for line in sample:
        if line.isascii():
            continue
        if decodes(line, "utf-8"):
            utf8 += _CHINESE.search(line.decode()) is not None
        else:
            gb18030 += decodes(line, "gb18030")
    return "gb18030" if gb18030 > utf8 else "utf-8"


def csv_cells(line: bytes, encoding: str) -> list[str] | Reason:
    try:
        return next(csv.reader((line.decode(encoding),), strict=True))
    except UnicodeDecodeError:
        return why.UTF8_INVALID if encoding == "utf-8" else why.GB18030_INVALID
    except csv.Error:
        return why.CSV_QUOTES


def decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
