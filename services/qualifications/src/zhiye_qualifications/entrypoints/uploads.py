"""A file in the body of a request: its format, its compression, its length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import Message
from typing import cast

import orjson
from fastapi import Request
from starlette.requests import ClientDisconnect

from zhiye_contracts.exam_centre import RECORD_EXAMPLE
from zhiye_contracts.reasons import Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters.body import BodyBroken, Metered
from zhiye_qualifications.adapters.compression import Compression, decompressed
from zhiye_qualifications.adapters.lines import CsvSource, NdjsonSource, Source
from zhiye_qualifications.adapters.workbook import XlsxSource
from zhiye_qualifications.application.feed import Format, Upload
from zhiye_qualifications.domain import file_reasons as why
from zhiye_qualifications.domain.columns import CHINESE
from zhiye_qualifications.kit import Kit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS: dict[str, Format] = {
    "application/x-ndjson": "ndjson",
    "text/csv": "csv",
    XLSX: "xlsx",
}
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
}
_COMPRESSIONS: dict[str, Compression | None] = {
    "identity": None,
    "gzip": "gzip",
    "x-gzip": "gzip",
    "zstd": "zstd",
}

_NDJSON_EXAMPLE = orjson.dumps(RECORD_EXAMPLE).decode() + "\n"
_CSV_EXAMPLE = "\n".join(
    (",".join(RECORD_EXAMPLE), ",".join(str(value) for value in RECORD_EXAMPLE.values()), "")
)
BODY = {
    "requestBody": {
        "required": True,
        "description": "One record a line, at most 64 KB a line. NDJSON is UTF-8; CSV is UTF-8 or "
        "GB18030 and, like XLSX, has a header line with the names of the fields in English or "
        f"Chinese ({', '.join(CHINESE.values())}). Codes may be given by their Chinese labels, "
        "dates as 2026-06-15, 2026/6/15, 2026.6.15, 20260615 or 2026年6月15日. Of any length: it "
        "is read as it comes, but for XLSX, of which the first sheet counts. `Content-Encoding` "
        "may be gzip or zstd.",
        "content": {
            "application/x-ndjson": {"schema": {"type": "string"}, "example": _NDJSON_EXAMPLE},
            "text/csv": {"schema": {"type": "string"}, "example": _CSV_EXAMPLE},
            XLSX: {"schema": {"type": "string", "format": "binary"}, "example": "PK…"},
        },
    }
}


def upload_of(kit: Kit, request: Request) -> Upload:
    """The body of a request, to be read as it comes; 415 for what is not read."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    file_format = _FORMATS.get(header.get_content_type())
    declared = cast("str | None", header.get_param("charset"))
    charset = _CHARSETS.get(declared.lower()) if declared else None
    if file_format is None or (declared and charset is None):
        raise Refused(about(why.MEDIA_TYPE, "Content-Type"), status=415)
    if file_format != "csv" and charset == "gb18030":
        raise Refused(about(why.MEDIA_TYPE, "Content-Type"), status=415)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in _COMPRESSIONS:
        raise Refused(about(why.CONTENT_ENCODING, "Content-Encoding"), status=415)
    length = request.headers.get("content-length", "")
    meter = Metered(_body(request))
    compression = _COMPRESSIONS[encoding]
    stream = decompressed(meter, compression) if compression else meter
    source: Source
    if file_format == "ndjson":
        source = NdjsonSource(stream)
    elif file_format == "csv":
        source = CsvSource(stream, charset)
    else:
        source = XlsxSource(stream, meter, kit.feed.xlsx_bytes)
    return Upload(file_format, source, meter, int(length) if length.isdigit() else None)


async def _body(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. A server may tell a broken connection or just end too early."""
    length, received = request.headers.get("content-length", ""), 0
    try:
        async for data in request.stream():
            received += len(data)
            yield data
    except ClientDisconnect:
        raise BodyBroken(why.BODY_TRUNCATED) from None
    if length.isdigit() and received < int(length):
        raise BodyBroken(why.BODY_TRUNCATED)
