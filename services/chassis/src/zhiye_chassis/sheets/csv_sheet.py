"""CSV as spreadsheet programs save it: UTF-8 or GB18030; commas, semicolons or tabs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from zhiye_chassis.sheets import reasons as why
from zhiye_chassis.sheets.common import MOST_COLUMNS, Line, fields_of, fold, line_of
from zhiye_contracts.reasons import Reason, Refused

LONGEST_LINE = 64 * 1024
"""Bytes; a record has a few hundred."""
_SAMPLE = 1024 * 1024
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_ENCODINGS = ("utf-8", "gb18030")
_HAN = re.compile("[\u3400-\u9fff]")


class CsvSheet:
    """A record does not span lines: one broken quotation mark would swallow the rest."""

    def __init__(
        self,
        file: BinaryIO,
        size: int,
        columns: Mapping[str, Sequence[str]],
        required: Sequence[str],
    ) -> None:
        self._file = file
        file.seek(0)
        sample = file.read(_SAMPLE)
        if sample.startswith(_OLD_WORKBOOK):
            raise Refused(why.OLD_FORMAT)
        if sample.startswith(_UTF16_MARKS) or b"\0" in sample[:4096]:
            raise Refused(why.ENCODING)
        file.seek(0)
        header = file.readline(LONGEST_LINE)
        self._begin = len(header)
        marked = header.startswith(_UTF8_MARK)
        header = header.removeprefix(_UTF8_MARK)
        if not header.strip():
            raise Refused(why.EMPTY)
        self._delimiter = max(",;\t", key=lambda mark: header.count(mark.encode()))
        names = {fold(name) for field, names in columns.items() for name in (field, *names)}
        self._encoding = "utf-8" if marked else self._encoding_of(header, sample, names)
        cells = self._cells(header)
        if isinstance(cells, Reason):
            raise Refused(cells)
        if len(cells) > MOST_COLUMNS:
            raise Refused(why.COLUMN_UNKNOWN)
        self._fields = fields_of(cells, columns, required)

    def _encoding_of(self, header: bytes, sample: bytes, names: set[str]) -> str:
        """The encoding in which the header names a column; of a header that reads the same in
        both, the one in which the lines at the beginning are Chinese."""
        if header.isascii():
            # Some Chinese words in GB18030 happen to be letters of other scripts in UTF-8.
            whole = {e: _decoded(sample[: sample.rfind(b"\n") + 1], e) for e in _ENCODINGS}
            return next((e for e, text in whole.items() if text and _HAN.search(text)), "utf-8")
        for encoding in _ENCODINGS:
            text = _decoded(header, encoding)
            if text and any(fold(cell) in names for cell in text.split(self._delimiter)):
                return encoding
        if _decoded(header, "utf-8") is None:
            raise Refused(why.ENCODING)
        return "utf-8"

    def lines(self, after: int, offset: int) -> Iterator[Line]:
        number, end = (after, offset) if after else (1, self._begin)
        self._file.seek(end)
        while raw := self._file.readline(LONGEST_LINE + 1):
            number, end = number + 1, end + len(raw)
            if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
                end += self._skip()
                yield Line(number, end, {}, (why.LINE_TOO_LONG,))
                continue
            cells = self._cells(raw)
            if isinstance(cells, Reason):
                yield Line(number, end, {}, (cells,))
            elif line := line_of(number, end, self._fields, cells):
                yield line

    def _skip(self) -> int:
        """Read to the end of the line, holding little of it."""
        skipped = 0
        while raw := self._file.readline(LONGEST_LINE):
            skipped += len(raw)
            if raw.endswith(b"\n"):
                break
        return skipped

    def _cells(self, raw: bytes) -> list[str] | Reason:
        text = _decoded(raw.rstrip(b"\r\n"), self._encoding)
        if text is None:
            return why.LINE_BYTES
        try:
            return next(csv.reader((text,), delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return why.LINE_QUOTES


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
