"""Routes of batches: the exam centre's feed and its results."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import RowMapping

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_qualifications.adapters.reject_files import as_csv, as_ndjson
from zhiye_qualifications.application import batches
from zhiye_qualifications.application.cancel_batch import CANCELLED, cancel_batch
from zhiye_qualifications.application.continue_batch import continue_batch
from zhiye_qualifications.application.feed_batch import feed_batch
from zhiye_qualifications.domain.codes import OUTCOMES, Outcome
from zhiye_qualifications.entrypoints.batch_schemas import (
    BatchOut,
    BatchReportOut,
    CancellationOut,
    CountsOut,
    RecordReasonOut,
    ResultOut,
)
from zhiye_qualifications.entrypoints.uploads import BODY, upload_of
from zhiye_qualifications.kit import Kit

FIRST_REJECTS = 100
_PATH = "/api/v1/qualification-batches"
_CSV = "text/csv; charset=utf-8"
_REJECTS_ANSWER = {
    "responses": {
        "200": {
            "description": "A rejected record a line; in CSV one of its reasons",
            "content": {
                "application/x-ndjson": {"schema": {"type": "string"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    }
}


_AS_STORED = (
    "id",
    "state",
    "format",
    "encoding",
    "reference",
    "day",
    "lines",
    "bytes_read",
    "bytes_expected",
    "kept",
    "started_at",
    "completed_at",
)


def _batch(row: RowMapping) -> dict[str, Any]:
    interrupted_file = row["state"] == "interrupted" and row["format"] != "cloudevents"
    return {
        **{name: row[name] for name in _AS_STORED},
        "continue_at": row["lines"] + 1 if interrupted_file else None,
        "percent": _percent(row),
        "counts": CountsOut(**{name: row[name] for name in ("received", *OUTCOMES)}),
        "results_url": f"{_PATH}/{row['id']}/results",
        "rejects_url": f"{_PATH}/{row['id']}/rejects",
    }


def _percent(row: RowMapping) -> int | None:
    if row["state"] in ("distributing", "completed"):
        return 100
    if row["expected"]:
        return min(99, int(row["received"] * 100 // row["expected"]))
    if row["bytes_expected"]:
        return min(99, int(row["bytes_read"] * 100 // row["bytes_expected"]))
    return None


def _result(row: RowMapping) -> ResultOut:
    return ResultOut(
        line=row["line"],
        event_id=row["event_id"],
        outcome=row["outcome"],
        certificate_number=row["certificate"] or None,
        admission_number=row["admission"] or None,
        reasons=[RecordReasonOut.model_validate(reason) for reason in row["reasons"]],
    )


def routes(kit: Kit) -> Routes:
    r = Routes("qualification batches")

    async def report(caller: Principal, batch_id: str) -> BatchReportOut:
        async with kit.database.reading() as connection:
            row = await batches.find_batch(connection, caller, batch_id)
            rejected = await batches.results_of(connection, batch_id, "rejected", FIRST_REJECTS)
        return BatchReportOut(**_batch(row), rejects=[_result(row) for row in rejected])

    @r.expose(
        "POST",
        _PATH,
        allow("exam_centre"),
        status_code=201,
        idempotent=False,
        refusals=(409, 413, 415),
        openapi_extra=BODY,
    )
    async def feed_qualifications(
        request: Request, caller: Caller, response: Response
    ) -> BatchReportOut:
        """Feed exam results or recognised qualifications, one record a line.

        Every record gets a result: recorded, updated (a newer version; the old one is kept),
        unchanged, ignored_older, or rejected with every reason. Sending a file again, whole or in
        part, is harmless: the same record changes nothing.
        """
        batch_id = await feed_batch(kit, caller.account_id, upload_of(kit, request))
        response.headers["Location"] = f"{_PATH}/{batch_id}"
        return await report(caller, batch_id)

    @r.expose(
        "POST",
        _PATH + "/{batch_id}/continuation",
        allow("exam_centre"),
        idempotent=False,
        refusals=(409, 413, 415),
        openapi_extra=BODY,
    )
    async def continue_qualification_batch(
        batch_id: str, request: Request, caller: Caller
    ) -> BatchReportOut:
        """Continue an interrupted batch with the lines from ``continue_at`` on, in the same format.
        A table has its header sent again, which does not count as a line. Line numbers go on;
        without any further line the batch is complete as it is."""
        await continue_batch(kit, caller, batch_id, upload_of(kit, request))
        return await report(caller, batch_id)

    @r.expose("POST", _PATH + "/{batch_id}/cancellation", allow("exam_centre"), refusals=(409,))
    async def cancel_qualification_batch(
        batch_id: str, caller: Caller, tx: Tx, language: Reader
    ) -> CancellationOut:
        """Stop a batch that is being read, or was interrupted. What was accepted stays; nothing
        is added after this answer."""
        row = await cancel_batch(kit, tx, caller, batch_id)
        accepted = row["received"] - row["rejected"]
        return CancellationOut(**_batch(row), note=CANCELLED.read(language).format(accepted))

    @r.expose("GET", _PATH, allow("exam_centre", "operator"))
    async def list_qualification_batches(
        caller: Caller, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[BatchOut]:
        """The newest first: the caller's own; for an operator everybody's."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await batches.own_batches(connection, caller, limit + 1, before)
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page(items=[BatchOut(**_batch(row)) for row in rows[:limit]], next_cursor=more)

    @r.expose("GET", _PATH + "/{batch_id}", allow("exam_centre", "operator"))
    async def read_qualification_batch(batch_id: str, caller: Caller) -> BatchOut:
        """State, progress and counts of one batch."""
        async with kit.database.reading() as connection:
            return BatchOut(**_batch(await batches.find_batch(connection, caller, batch_id)))

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
        openapi_extra=_REJECTS_ANSWER,
    )
    async def download_rejected_records(
        batch_id: str, caller: Caller, language: Reader, format: Literal["ndjson", "csv"] = "ndjson"
    ) -> StreamingResponse:
        """All rejected records. NDJSON: line, masked numbers, every field, code and reason in both
        languages. CSV: a line for each reason, in the reader's language, for any spreadsheet."""
        async with kit.database.reading() as connection:
            await batches.find_batch(connection, caller, batch_id)
        pages = batches.rejects(kit.database, batch_id)
        table = format == "csv"
        return StreamingResponse(
            as_csv(pages, language) if table else as_ndjson(pages),
            media_type=_CSV if table else "application/x-ndjson",
            headers={
                "Content-Disposition": f'attachment; filename="rejects-{batch_id}.{format}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )

    return r
