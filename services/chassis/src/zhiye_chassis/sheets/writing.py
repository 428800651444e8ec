"""Tables that people take away, CSV or XLSX, in bounded memory.

A cell is what somebody typed once. Spreadsheet programs would compute one that begins like a
formula, so such a cell gets an apostrophe before it, in both formats: an XLSX is saved as CSV soon
enough. Records stay on one line each, as ``open_sheet`` reads them.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from starlette.responses import StreamingResponse

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.sheets import Format

Cell = str | int | float | date | None
"""``datetime`` is told in China's time. Numbers that are identifiers come as ``str``."""
Row = Sequence[Cell]

MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DOWNLOAD: dict[str, Any] = {
    "responses": {
        "200": {
            "description": "The whole list, a line for each",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    }
}
"""``openapi_extra`` of a route that answers with ``download``."""

_BYTE_ORDER_MARK = "\ufeff"  # without it, Excel takes UTF-8 for GBK
_FORMULA = tuple("=+-@＝＋－＠")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+")
_LINES = 200
_PIECE = 256 * 1024


def neutral(text: str) -> str:
    """A text that no spreadsheet program takes for a formula, without control characters."""
    text = _CONTROL.sub(" ", text).strip()
    return f"'{text}" if text.startswith(_FORMULA) else text


async def csv_rows(head: Sequence[str], rows: AsyncIterable[Row]) -> AsyncIterator[bytes]:
    """A CSV in UTF-8 with a byte order mark, piece by piece."""
    text = io.StringIO()
    text.write(_BYTE_ORDER_MARK)
    table = csv.writer(text)
    table.writerow([neutral(name) for name in head])
    async for some in _by(_LINES, rows):
        table.writerows([_printed(cell) for cell in row] for row in some)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    if rest := text.getvalue():
        yield rest.encode()


async def xlsx_file(head: Sequence[str], rows: AsyncIterable[Row]) -> BinaryIO:
    """A workbook of one sheet in a temporary file, at its beginning; it vanishes when closed.

    The work is done in threads, some lines at a time.
    """
    book, sheet = await asyncio.to_thread(_begin, head)
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        async for some in _by(_LINES, rows):
            await asyncio.to_thread(_append, sheet, some)
        await asyncio.to_thread(book.save, file)
    except Exception:
        await asyncio.to_thread(book.save, io.BytesIO())  # lets go of its own temporary file
        file.close()
        raise
    file.seek(0)
    return file


async def download(
    file_format: Format, name: str, head: Sequence[str], rows: AsyncIterable[Row]
) -> StreamingResponse:
    """The answer that has a browser save the table under ``name``. What fails before the first
    piece is ready is raised, not sent as half a file."""
    whole = await xlsx_file(head, rows) if file_format == "xlsx" else None
    pieces = _pieces(whole) if whole else csv_rows(head, rows)
    first = await anext(pieces)
    plain = re.sub(r"[^\w.-]", "", name, flags=re.ASCII) or "export"
    return StreamingResponse(
        _again(first, pieces),
        media_type=MEDIA_TYPES[file_format],
        headers={
            "Content-Disposition": f'attachment; filename="{plain}.{file_format}";'
            f" filename*=UTF-8''{quote(name)}.{file_format}",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


async def _by(size: int, rows: AsyncIterable[Row]) -> AsyncIterator[list[Row]]:
    some: list[Row] = []
    async for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


async def _again(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


def _begin(head: Sequence[str]) -> tuple[Any, Any]:
    from openpyxl import Workbook  # slow to import, and seldom needed
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    cells = []
    for place, name in enumerate(head, 1):
        cell = WriteOnlyCell(sheet, neutral(name))
        cell.font = Font(bold=True)
        cells.append(cell)
        sheet.column_dimensions[get_column_letter(place)].width = max(12, 2 * len(name) + 4)
    sheet.append(cells)
    return book, sheet


def _append(sheet: Any, rows: list[Row]) -> None:
    for row in rows:
        sheet.append([_stored(cell) for cell in row])


def _stored(cell: Cell) -> Any:
    if isinstance(cell, str):
        return neutral(cell)
    return _local(cell) if isinstance(cell, datetime) else cell


def _printed(cell: Cell) -> Any:
    if isinstance(cell, str):
        return neutral(cell)
    if isinstance(cell, datetime):
        return _local(cell).isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else cell


def _local(moment: datetime) -> datetime:
    """Spreadsheets have no time zones."""
    return moment.astimezone(SHANGHAI).replace(tzinfo=None) if moment.tzinfo else moment
