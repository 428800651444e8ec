"""What routes of imports share: the body, how far an import is, the rejected lines as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from email.message import Message
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping
from starlette.requests import ClientDisconnect

from zhiye_chassis.imports.reasons import MEDIA_TYPE, TRUNCATED
from zhiye_chassis.problems import ReasonOut, reason_out
from zhiye_chassis.sheets import Columns, Format
from zhiye_contracts.reasons import Language, Reason, Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS: dict[str, Format | None] = {
    "text/csv": "csv",
    XLSX: "xlsx",
    "application/vnd.ms-excel": None,  # what Windows calls CSV files too
    "application/octet-stream": None,
}
REJECTS = {
    "responses": {
        "200": {
            "description": "A reason a line",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    }
}
"""For ``openapi_extra`` of the rejected lines."""
_HEAD: dict[Language, tuple[str, ...]] = {
    "zh": ("行号", "列", "代码", "原因", "怎么办"),
    "en": ("line", "column", "code", "reason", "next step"),
}

ReasonOf = Callable[[str], Reason]


def file_body(about: str, columns: Columns, example: str) -> dict[str, Any]:
    """For ``openapi_extra`` of an upload."""
    names = "; ".join(f"{field} ({', '.join(given)})" for field, given in columns.items())
    return {
        "requestBody": {
            "required": True,
            "description": f"CSV (UTF-8 or GB18030) or XLSX, the names of the columns first."
            f" {about} Columns: {names}",
            "content": {
                "text/csv": {"schema": {"type": "string"}, "example": example},
                XLSX: {"schema": {"type": "string", "format": "binary"}},
            },
        }
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


def shown(row: RowMapping, reason_of: ReasonOf, language: Language) -> dict[str, Any]:
    """The fields of ``ImportOut``, and whatever else the row has."""
    error = row["error"]
    return {
        **row,
        "percent": 100 * row["bytes_read"] // row["bytes"],
        "lines": row["lines_done"],
        "error": reason_out(reason_of(error), language) if error else None,
    }


def declared_format(request: Request) -> Format | None:
    """What the file is said to be; ``Refused`` (415) if it cannot be imported."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    encoding = request.headers.get("content-encoding", "identity").lower()
    kind = header.get_content_type()
    if kind not in _FORMATS or encoding != "identity":
        raise Refused(MEDIA_TYPE, status=415)
    return _FORMATS[kind]


async def body_of(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; ``Refused`` (400) when it breaks off."""
    length, received = request.headers.get("content-length", ""), 0
    try:
        async for data in request.stream():
            received += len(data)
            yield data
    except ClientDisconnect:
        raise Refused(TRUNCATED, status=400) from None
    if length.isdecimal() and received < int(length):
        raise Refused(TRUNCATED, status=400)


def rejects_answer(
    import_id: str,
    rejected: AsyncIterator[list[RowMapping]],
    reason_of: ReasonOf,
    language: Language,
) -> StreamingResponse:
    """Rejected lines as CSV: line, column, code, reason and what to do; a line for each."""
    return StreamingResponse(
        _csv(rejected, reason_of, language),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="rejects-{import_id}.csv"',
            "Cache-Control": "no-store",
        },
    )


async def _csv(
    rejected: AsyncIterator[list[RowMapping]], reason_of: ReasonOf, language: Language
) -> AsyncIterator[bytes]:
    """For spreadsheet programs: with a byte order mark. No cell has anything of the file in it,
    so none can be taken for a formula."""
    yield b"\xef\xbb\xbf"
    head = [_HEAD[language]]
    async for rows in rejected:
        cells = (
            (str(row["line"]), one["field"] or "", one["code"], *_told(reason_of, one, language))
            for row in rows
            for one in row["reasons"]
        )
        text = io.StringIO()
        csv.writer(text).writerows([*head, *cells])
        head = []
        yield text.getvalue().encode()
    if head:
        yield (",".join(_HEAD[language]) + "\r\n").encode()


def _told(reason_of: ReasonOf, one: Mapping[str, str], language: Language) -> tuple[str, str]:
    reason = reason_of(one["code"])
    return reason.reason.read(language), reason.next_step.read(language)
