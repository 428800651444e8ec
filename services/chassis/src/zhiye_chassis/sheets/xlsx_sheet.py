"""The first sheet of a workbook; of cells with formulas, the values that were saved with them, or
the formulas, for those who take none.

The strings that cells share are held in memory, which is why a workbook may not be as big as a CSV
file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO

from zhiye_chassis.sheets import reasons as why
from zhiye_chassis.sheets.common import MOST_COLUMNS, Line, fields_of, line_of
from zhiye_contracts.reasons import Refused

MOST_LINES = 1_048_576
"""More, no workbook has."""
MOST_BYTES = 400 * 1024 * 1024
"""Of all parts, unpacked."""
MOST_SHARED = 64 * 1024 * 1024
LONGEST_TEXT = 256 * 1024
"""Bytes between two tags."""
MOST_PARTS = 2_000
_EXACT = 10**15
"""Spreadsheets keep fifteen digits of a number."""
_PIECE = 256 * 1024


class XlsxSheet:
    def __init__(
        self,
        file: BinaryIO,
        size: int,
        columns: Mapping[str, Sequence[str]],
        required: Sequence[str],
        *,
        formulas: bool = False,
    ) -> None:
        self._size = size
        try:
            _inspect(file)
            self._sheet = _first_sheet(file, formulas)
            self._lines = self._sheet.max_row or 0
            self._sheet.reset_dimensions()  # programs save wrong ones
            header = next(self._rows(), ())
        except Refused:
            raise
        except Exception as error:
            raise Refused(why.UNREADABLE) from error
        if len(header) > MOST_COLUMNS:
            raise Refused(why.COLUMN_UNKNOWN)
        self._fields = fields_of([_text(value) for value in header], columns, required)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        # One more than there may be, so that it is noticed.
        rows: Iterator[tuple[Any, ...]] = self._sheet.iter_rows(
            max_col=MOST_COLUMNS + 1, values_only=True
        )
        for row in rows:
            last = next((at for at in range(len(row), 0, -1) if row[at - 1] is not None), 0)
            yield row[:last]

    def lines(self, after: int, offset: int) -> Iterator[Line]:
        try:
            for number, row in enumerate(self._rows(), 1):
                if number > MOST_LINES:
                    raise Refused(why.TOO_BIG)
                if number == 1 or number <= after:
                    continue
                cells = [_text(value) for value in row]
                cells += [""] * (len(self._fields) - len(cells))
                end = round(self._size * min(1.0, number / max(number, self._lines)))
                if line := line_of(number, end, self._fields, cells):
                    yield line
        except Refused:
            raise
        except Exception as error:
            raise Refused(why.UNREADABLE) from error


def _inspect(file: BinaryIO) -> None:
    """Turn away what would not fit into memory, before anything is made of it."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        shared = sum(one.file_size for one in parts if "sharedstrings" in one.filename.lower())
        if (
            len(parts) > MOST_PARTS
            or shared > MOST_SHARED
            or sum(one.file_size for one in parts) > MOST_BYTES
        ):
            raise Refused(why.TOO_BIG)
        for one in parts:
            with archive.open(one) as part:
                text = 0
                while piece := part.read(_PIECE):
                    first = piece.find(b"<")
                    if text + (first if first >= 0 else len(piece)) > LONGEST_TEXT:
                        raise Refused(why.TOO_BIG)
                    text = len(piece) - 1 - piece.rfind(b"<") if first >= 0 else text + len(piece)


def _first_sheet(file: BinaryIO, formulas: bool) -> Any:
    from openpyxl import load_workbook  # slow to import, and seldom needed

    file.seek(0)
    workbook = load_workbook(file, read_only=True, data_only=not formulas, keep_links=False)
    return workbook.worksheets[0]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and abs(value) >= _EXACT:
        return f"{value:.14E}"  # not as if all of its digits had been kept
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value)
