"""Tables that people upload, CSV or XLSX, a line at a time and in bounded memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO, Literal

from zhiye_chassis.sheets.common import Line, Sheet
from zhiye_chassis.sheets.csv_sheet import CsvSheet
from zhiye_chassis.sheets.xlsx_sheet import XlsxSheet

Format = Literal["csv", "xlsx"]
Columns = Mapping[str, Sequence[str]]
"""Field → the names its column may have."""

__all__ = ["Columns", "Format", "Line", "Sheet", "format_of", "open_sheet"]

_ARCHIVE = b"PK\x03\x04"


def format_of(beginning: bytes) -> Format:
    """What a file is, by its first bytes; whatever it is called."""
    return "xlsx" if beginning.startswith(_ARCHIVE) else "csv"


def open_sheet(
    file: BinaryIO, file_format: Format, size: int, columns: Columns, required: Sequence[str]
) -> Sheet:
    """A table whose header names ``columns``, all ``required`` ones among them.

    Reads the header, so do it in a thread. ``Refused``: every fault of the header at once, an
    empty file, an unknown encoding, a file that cannot be read or is too big.
    """
    kind = XlsxSheet if file_format == "xlsx" else CsvSheet
    return kind(file, size, columns, required)
