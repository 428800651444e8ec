"""Routes of batches: the exam centre's feed and its results."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import Message

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import RowMapping
from starlette.requests import ClientDisconnect

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Routes
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.application import batches
from zhiye_qualifications.application.feed_batch import Disconnected, Format, feed_batch
from zhiye_qualifications.domain import reasons as why
from zhiye_qualifications.domain.codes import OUTCOMES, Outcome
from zhiye_qualifications.entrypoints.schemas import (
    RECORD_EXAMPLE,
    BatchOut,
    BatchReportOut,
    CountsOut,
    RecordReasonOut,
    ResultOut,
)
from zhiye_qualifications.kit import Kit

FIRST_REJECTS = 100
_FORMATS: dict[str, Format] = {"application/x-ndjson": "ndjson", "text/csv": "csv"}
_PATH = "/api/v1/qualification-batches"

_NDJSON_EXAMPLE = orjson.dumps(RECORD_EXAMPLE).decode() + "\n"
_CSV_EXAMPLE = "\n".join(
    (",".join(RECORD_EXAMPLE), ",".join(str(value) for value in RECORD_EXAMPLE.values()), "")
)
_BODY = {
    "requestBody": {
        "required": True,
        "description": "One record a line, UTF-8, at most 64 KB a line; CSV with a header line. "
        "Of any length: it is read as it comes.",
        "content": {
            "application/x-ndjson": {"schema": {"type": "string"}, "example": _NDJSON_EXAMPLE},
            "text/csv": {"schema": {"type": "string"}, "example": _CSV_EXAMPLE},
        },
    }
}
_NDJSON_ANSWER = {
    "responses": {
        "200": {
            "description": "A rejected record a line",
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        }
    }
}


def _format_of(request: Request) -> Format:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    charset = str(header.get_param("charset", "utf-8")).lower()
    found = _FORMATS.get(header.get_content_type())
    encoding = request.headers.get("content-encoding", "identity").lower()
    if found is None or charset not in ("utf-8", "utf8") or encoding != "identity":
        raise Refused(why.about(why.MEDIA_TYPE, "Content-Type"), status=415)
    return found


async def _body(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. A server may tell a broken connection or just end too early."""
    length, received = request.headers.get("content-length", ""), 0
    try:
        async for data in request.stream():
            received += len(data)
            yield data
    except ClientDisconnect:
        raise Disconnected from None
    if length.isdecimal() and received < int(length):
        raise Disconnected


def _batch(row: RowMapping) -> BatchOut:
    return BatchOut(
        **{name: row[name] for name in ("id", "state", "format", "lines", "kept", "started_at")},
        completed_at=row["completed_at"],
        counts=CountsOut(**{name: row[name] for name in ("received", *OUTCOMES)}),
        results_url=f"{_PATH}/{row['id']}/results",
        rejects_url=f"{_PATH}/{row['id']}/rejects",
    )


def _result(row: RowMapping) -> ResultOut:
    return ResultOut(
        line=row["line"],
        outcome=row["outcome"],
        certificate_number=row["certificate"] or None,
        admission_number=row["admission"] or None,
        reasons=[RecordReasonOut.model_validate(reason) for reason in row["reasons"]],
    )


def routes(kit: Kit) -> Routes:
    r = Routes("qualification batches")

    @r.expose(
        "POST",
        _PATH,
        allow("exam_centre"),
        status_code=201,
        idempotent=False,
        refusals=(415,),
        openapi_extra=_BODY,
    )
    async def feed_qualifications(
        request: Request, caller: Caller, response: Response
    ) -> BatchReportOut:
        """Feed exam results or recognised qualifications, one record a line.

        Every record gets a result: recorded, updated (a newer version; the old one is kept),
        unchanged, ignored_older, or rejected with every reason. Sending a file again, whole or in
        part, is harmless: the same record changes nothing.
        """
        batch_id = await feed_batch(kit, caller.account_id, _format_of(request), _body(request))
        async with kit.database.reading() as connection:
            row = await batches.find_batch(connection, caller, batch_id)
            rejected = await batches.results_of(connection, batch_id, "rejected", FIRST_REJECTS)
        response.headers["Location"] = f"{_PATH}/{batch_id}"
        return BatchReportOut(**dict(_batch(row)), rejects=[_result(row) for row in rejected])

    @r.expose("GET", _PATH, allow("exam_centre", "operator"))
    async def list_qualification_batches(
        caller: Caller, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[BatchOut]:
        """The newest first: the caller's own; for an operator everybody's."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await batches.own_batches(connection, caller, limit + 1, before)
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page(items=[_batch(row) for row in rows[:limit]], next_cursor=more)

    @r.expose("GET", _PATH + "/{batch_id}", allow("exam_centre", "operator"))
    async def read_qualification_batch(batch_id: str, caller: Caller) -> BatchOut:
        """State, progress and counts of one batch."""
        async with kit.database.reading() as connection:
            return _batch(await batches.find_batch(connection, caller, batch_id))

    @r.expose("GET", _PATH + "/{batch_id}/results", allow("exam_centre", "operator"))
    async def list_qualification_results(
        batch_id: str,
        caller: Caller,
        outcome: Outcome | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[ResultOut]:
        """Results by line. A record that was recorded without any note has no entry."""
        after = int(decode_cursor(cursor, int)[0]) if cursor else 0
        async with kit.database.reading() as connection:
            await batches.find_batch(connection, caller, batch_id)
            rows = await batches.results_of(connection, batch_id, outcome, limit + 1, after)
        more = encode_cursor(rows[limit - 1]["line"]) if len(rows) > limit else None
        return Page(items=[_result(row) for row in rows[:limit]], next_cursor=more)

    @r.expose(
        "GET",
        _PATH + "/{batch_id}/rejects",
        allow("exam_centre", "operator"),
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=_NDJSON_ANSWER,
    )
    async def download_rejected_records(batch_id: str, caller: Caller) -> StreamingResponse:
        """All rejected records as NDJSON: line, masked numbers, every field, code and reason."""
        async with kit.database.reading() as connection:
            await batches.find_batch(connection, caller, batch_id)
        return StreamingResponse(
            batches.rejects(kit.database, batch_id),
            media_type="application/x-ndjson",
            headers={
                "Content-Disposition": f'attachment; filename="rejects-{batch_id}.ndjson"',
                "Cache-Control": "no-store",
            },
        )

    return r
