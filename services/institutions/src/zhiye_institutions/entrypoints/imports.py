"""Routes of imports of existing institutions."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from email.message import Message
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping
from starlette.requests import ClientDisconnect

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import ReasonOut, reason_out
from zhiye_chassis.security import allow
from zhiye_chassis.sheets import Format
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_contracts.reasons import Language, Refused
from zhiye_institutions.application import read_imports
from zhiye_institutions.application.start_import import start_import
from zhiye_institutions.domain import import_reasons as why
from zhiye_institutions.domain.imports import COLUMNS
from zhiye_institutions.kit import Kit

_PATH = "/api/v1/institution-imports"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS: dict[str, Format | None] = {
    "text/csv": "csv",
    _XLSX: "xlsx",
    "application/vnd.ms-excel": None,  # what Windows calls CSV files too
    "application/octet-stream": None,
}
_EXAMPLE = (
    "机构名称,登记号,行政区划,机构等级,其他名称,负责人,预留手机\n"
    "北京示例医院,40000001811010211A1001,北京市西城区,三级甲等,示例医院,李明,13800138000\n"
)
_COLUMNS = "; ".join(f"{field} ({', '.join(names)})" for field, names in COLUMNS.items())
_BODY = {
    "requestBody": {
        "required": True,
        "description": "CSV (UTF-8 or GB18030) or XLSX, at most 512 MB, the names of the columns"
        " first; name, number and region are needed. A region is a code or a full name; level,"
        " category, ownership and status are codes or labels; lists are separated by ；. Columns: "
        + _COLUMNS,
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE},
            _XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
_CSV_ANSWER = {
    "responses": {
        "200": {
            "description": "A reason a line",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    }
}
_HEAD: dict[Language, tuple[str, ...]] = {
    "zh": ("行号", "列", "代码", "原因", "怎么办"),
    "en": ("line", "column", "code", "reason", "next step"),
}


class ImportOut(BaseModel):
    """How far an import is."""

    id: str = Field(examples=["01JD0000000000000000IMP001"])
    state: Literal["waiting", "running", "done", "failed", "cancelled"] = Field(
        examples=["running"]
    )
    dry_run: bool = Field(description="Everything is checked, nothing recorded")
    format: Literal["csv", "xlsx"]
    region: str = Field(description="Lines of other regions are rejected", examples=["110000"])
    bytes: int = Field(examples=[2_000_000])
    bytes_read: int = Field(examples=[500_000])
    percent: int = Field(ge=0, le=100, examples=[25])
    lines: int = Field(description="Read so far, with the header", examples=[3001])
    recorded: int = Field(examples=[2900])
    unchanged: int = Field(description="On record already, with the same data", examples=[80])
    rejected: int = Field(examples=[20])
    error: ReasonOut | None = Field(description="What made it fail")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def _shown(row: RowMapping, language: Language) -> ImportOut:
    error = row["error"]
    return ImportOut(
        **{name: row[name] for name in ImportOut.model_fields if name in row and name != "error"},
        percent=100 * row["bytes_read"] // row["bytes"],
        lines=row["lines_done"],
        error=reason_out(read_imports.reason_of(error), language) if error else None,
    )


def routes(kit: Kit) -> Routes:
    api = Routes("institution imports")

    @api.expose(
        "POST",
        _PATH,
        allow("authority", "operator"),
        status_code=202,
        idempotent=False,
        refusals=(413, 415),
        openapi_extra=_BODY,
    )
    async def import_institutions(
        request: Request,
        caller: Caller,
        language: Reader,
        response: Response,
        dry_run: Annotated[bool, Query(description="Check everything, record nothing")] = False,
    ) -> ImportOut:
        """Import existing institutions from a file: an authority those of its own region.

        The file is taken in whole, then worked on in the background. A line that cannot be
        recorded is rejected, the others are recorded. What is on record already is left as it is,
        so that sending a file again is harmless; where the file says something else, its line is
        rejected.
        """
        import_id = await start_import(
            kit, caller, _body(request), declared=_declared(request), dry_run=dry_run
        )
        response.headers["Location"] = f"{_PATH}/{import_id}"
        async with kit.database.reading() as connection:
            return _shown(await read_imports.find_import(connection, caller, import_id), language)

    @api.expose("GET", _PATH, allow("authority", "operator"))
    async def list_institution_imports(
        caller: Caller, language: Reader, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[ImportOut]:
        """The newest first: the caller's own; for an operator everybody's."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await read_imports.own_imports(connection, caller, before, limit + 1)
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page(items=[_shown(row, language) for row in rows[:limit]], next_cursor=more)

    @api.expose("GET", _PATH + "/{import_id}", allow("authority", "operator"))
    async def read_institution_import(
        import_id: str, caller: Caller, language: Reader
    ) -> ImportOut:
        """State, progress and counts of one import."""
        async with kit.database.reading() as connection:
            return _shown(await read_imports.find_import(connection, caller, import_id), language)

    @api.expose(
        "GET",
        _PATH + "/{import_id}/rejects",
        allow("authority", "operator"),
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=_CSV_ANSWER,
    )
    async def download_rejected_lines(
        import_id: str, caller: Caller, language: Reader
    ) -> StreamingResponse:
        """Rejected lines as CSV: line, column, code, reason and what to do; a line for each."""
        async with kit.database.reading() as connection:
            await read_imports.find_import(connection, caller, import_id)
        return StreamingResponse(
            _csv(kit, import_id, language),
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="rejects-{import_id}.csv"',
                "Cache-Control": "no-store",
            },
        )

    @api.expose(
        "POST",
        _PATH + "/{import_id}/cancellation",
        allow("authority", "operator"),
        refusals=(409,),
    )
    async def cancel_institution_import(
        tx: Tx, import_id: str, caller: Caller, language: Reader
    ) -> ImportOut:
        """Stop an import where it is; what it has recorded stays."""
        await read_imports.cancel_import(tx, kit, caller, import_id)
        return _shown(await read_imports.find_import(tx.connection, caller, import_id), language)

    return api


def _declared(request: Request) -> Format | None:
    """What the file is said to be; ``Refused`` (415) if it cannot be imported."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    encoding = request.headers.get("content-encoding", "identity").lower()
    kind = header.get_content_type()
    if kind not in _FORMATS or encoding != "identity":
        raise Refused(why.MEDIA_TYPE, status=415)
    return _FORMATS[kind]


async def _body(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; ``Refused`` (400) when it breaks off."""
    length, received = request.headers.get("content-length", ""), 0
    try:
        async for data in request.stream():
            received += len(data)
            yield data
    except ClientDisconnect:
        raise Refused(why.TRUNCATED, status=400) from None
    if length.isdecimal() and received < int(length):
        raise Refused(why.TRUNCATED, status=400)


async def _csv(kit: Kit, import_id: str, language: Language) -> AsyncIterator[bytes]:
    """For spreadsheet programs: with a byte order mark. No cell has anything of the file in it,
    so none can be taken for a formula."""
    yield b"\xef\xbb\xbf"
    head = [_HEAD[language]]
    async for rows in read_imports.rejects(kit.database, import_id):
        cells = (
            (str(row["line"]), one["field"] or "", one["code"], *_told(one["code"], language))
            for row in rows
            for one in row["reasons"]
        )
        text = io.StringIO()
        csv.writer(text).writerows([*head, *cells])
        head = []
        yield text.getvalue().encode()
    if head:
        yield (",".join(_HEAD[language]) + "\r\n").encode()


def _told(code: str, language: Language) -> tuple[str, str]:
    reason = read_imports.reason_of(code)
    return reason.reason.read(language), reason.next_step.read(language)
