"""Routes of imports of existing institutions."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import RowMapping

from zhiye_chassis.imports.http import (
    REJECTS,
    ImportOut,
    body_of,
    declared_format,
    file_body,
    rejects_answer,
    shown,
)
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_contracts.reasons import Language
from zhiye_institutions.adapters.import_jobs import JOBS
from zhiye_institutions.application.read_imports import own, reason_of
from zhiye_institutions.application.start_import import start_import
from zhiye_institutions.domain.imports import COLUMNS
from zhiye_institutions.kit import Kit

_PATH = "/api/v1/institution-imports"
_EXAMPLE = (
    "机构名称,登记号,行政区划,机构等级,其他名称,负责人,预留手机\n"
    "北京示例医院,40000001811010211A1001,北京市西城区,三级甲等,示例医院,李明,13800138000\n"
)
_BODY = file_body(
    "At most 512 MB; name, number and region are needed. A region is a code or a full name; level,"
    " category, ownership and status are codes or labels; lists are separated by ；.",
    COLUMNS,
    _EXAMPLE,
)


def _shown(row: RowMapping, language: Language) -> ImportOut:
    return ImportOut.model_validate(shown(row, reason_of, language))


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
            kit, caller, body_of(request), declared=declared_format(request), dry_run=dry_run
        )
        response.headers["Location"] = f"{_PATH}/{import_id}"
        async with kit.database.reading() as connection:
            return _shown(await JOBS.find(connection, own(caller), import_id), language)

    @api.expose("GET", _PATH, allow("authority", "operator"))
    async def list_institution_imports(
        caller: Caller, language: Reader, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[ImportOut]:
        """The newest first: the caller's own; for an operator everybody's."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await JOBS.newest(connection, own(caller), before, limit + 1)
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page(items=[_shown(row, language) for row in rows[:limit]], next_cursor=more)

    @api.expose("GET", _PATH + "/{import_id}", allow("authority", "operator"))
    async def read_institution_import(
        import_id: str, caller: Caller, language: Reader
    ) -> ImportOut:
        """State, progress and counts of one import."""
        async with kit.database.reading() as connection:
            return _shown(await JOBS.find(connection, own(caller), import_id), language)

    @api.expose(
        "GET",
        _PATH + "/{import_id}/rejects",
        allow("authority", "operator"),
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=REJECTS,
    )
    async def download_rejected_lines(
        import_id: str, caller: Caller, language: Reader
    ) -> StreamingResponse:
        """Rejected lines as CSV: line, column, code, reason and what to do; a line for each."""
        async with kit.database.reading() as connection:
            await JOBS.find(connection, own(caller), import_id)
        rejected = JOBS.rejected(kit.database, import_id)
        return rejects_answer(import_id, rejected, reason_of, language)

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
        return _shown(await JOBS.cancel(tx, own(caller), import_id, kit.clock.now()), language)

    return api
