"""Routes of “my result is missing”: asking for one record, and the exam centre's answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response
from sqlalchemy import RowMapping

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import reason_out
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_contracts.identifiers import mask_certificate
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.application.answer_request import answer_request
from zhiye_qualifications.application.list_requests import open_requests, own_requests
from zhiye_qualifications.application.request_record import (
    ADVICE,
    ONE_NUMBER,
    PURPOSES,
    By,
    request_record,
)
from zhiye_qualifications.entrypoints.access_schemas import (
    AnswerIn,
    OwnRequestOut,
    RefreshIn,
    RefreshOut,
    RequestOut,
)
from zhiye_qualifications.kit import Kit

_OWN = "/api/v1/my/qualifications/refresh"
_ASKED = "/api/v1/qualifications/requests"
_PERSON = allow("practitioner", inactive=True)


def routes(kit: Kit) -> Routes:
    r = Routes("missing qualifications")

    def number_of(row: RowMapping) -> str:
        by: By = row["by"]
        return kit.cipher.open(row["sealed_number"], PURPOSES[by])

    @r.expose("POST", _OWN, _PERSON, idempotent=False)
    async def refresh_own_qualification(
        body: RefreshIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> RefreshOut:
        """“My result is missing” (Q4): whether the number is on record under one's ID number or
        under another's, never whose; else the exam centre is asked for it. A few times a day."""
        numbers = body.model_dump(exclude_none=True)
        if len(numbers) != 1:
            raise Refused(ONE_NUMBER)
        by: By = "admission_number" if body.admission_number else "certificate_number"
        asked = await request_record(tx, kit, caller, by, numbers[by])
        response.headers["Cache-Control"] = "no-store"
        return RefreshOut(
            outcome=asked.outcome,
            request_id=asked.request_id,
            advice=reason_out(ADVICE[asked.outcome], language),
        )

    @r.expose("GET", _OWN, _PERSON)
    async def list_own_refreshes(
        caller: Caller, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[OwnRequestOut]:
        """What one asked the exam centre for, and how it stands now."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            found = await own_requests(connection, caller, limit + 1, before)
        items = [
            OwnRequestOut(
                id=row["id"],
                by=row["by"],
                number=mask_certificate(number_of(row)),
                state=state,
                asked_at=row["asked_at"],
                answered_at=row["answered_at"],
                note=row["note"],
            )
            for row, state in found[:limit]
        ]
        more = encode_cursor(items[-1].id) if len(found) > limit else None
        return Page(items=items, next_cursor=more)

    @r.expose("GET", _ASKED, allow("exam_centre"))
    async def list_requested_qualifications(
        limit: Limit = 50, cursor: Cursor = None
    ) -> Page[RequestOut]:
        """Records that somebody misses and the exam centre has not answered; the oldest first."""
        after = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await open_requests(connection, limit + 1, after)
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page(items=[_request(row) for row in rows[:limit]], next_cursor=more)

    @r.expose("POST", f"{_ASKED}/{{id}}/answer", allow("exam_centre"), refusals=(409,))
    async def answer_requested_qualification(
        id: Annotated[str, Path(max_length=64)], body: AnswerIn, tx: Tx, caller: Caller
    ) -> RequestOut:
        """Answer for one record: not found, or fed since."""
        return _request(await answer_request(tx, kit, caller, id, body.answer, body.note))

    def _request(row: RowMapping) -> RequestOut:
        return RequestOut(
            id=row["id"],
            by=row["by"],
            number=number_of(row),
            asked_at=row["asked_at"],
            answer=row["answer"],
            answered_at=row["answered_at"],
        )

    return r
