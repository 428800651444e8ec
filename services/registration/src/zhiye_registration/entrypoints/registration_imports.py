"""Routes of imports of an institution's present nurses and physicians."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
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
from zhiye_registration.adapters.import_jobs import JOBS
from zhiye_registration.application.registration_imports import (
    reason_of,
    start_import,
    visible,
)
from zhiye_registration.domain.import_lists import Subject, list_of
from zhiye_registration.kit import Kit

_PATH = "/api/v1/registration-imports"
_OFFICES = allow("authority", "operator")
_READERS = allow("authority", "institution", "operator")
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000IMP001"])]
Profession = Literal["nurse", "physician"]
_BODY = file_body(
    "At most 64 MB. Codes or their names; dates as 2026-11-23. Gender and birth date have to be"
    " those of the ID number; serial, age and account status are passed over. Of nurses name, ID"
    " number, certificate number and expiry are needed. Of physicians name, ID number, level,"
    " category, scopes (several with 、 or a comma between), practice certificate number and first"
    " registration are, and they have these columns: "
    + "; ".join(
        f"{field} ({', '.join(names)})"
        for field, names in list_of("physician", "registrations").columns.items()
    )
    + ". Filings of physicians at a further institution have these: "
    + "; ".join(
        f"{field} ({', '.join(names)})"
        for field, names in list_of("physician", "filings").columns.items()
    )
    + ". Nurses have these.",
    list_of("nurse", "registrations").columns,
    "姓名,身份证号,护士证号,有效期截止日期,科室,技术职称\n"
    "王芳,11010520020305002X,202611000017,2031-11-22,病房,护师\n",
)


class RegistrationImportOut(ImportOut):
    """How far an import of nurses or physicians is."""

    profession: Profession
    subject: Subject
    institution_id: str
    institution_name: str = Field(examples=["北京示例医院"])
    region: str = Field(description="Of the institution", examples=["110102"])


def _shown(row: RowMapping, language: Language) -> RegistrationImportOut:
    return RegistrationImportOut.model_validate(shown(row, reason_of, language))


def routes(kit: Kit) -> Routes:
    api = Routes("registration imports")

    @api.expose(
        "POST",
        _PATH,
        _OFFICES,
        status_code=202,
        idempotent=False,
        refusals=(409, 413, 415),
        openapi_extra=_BODY,
    )
    async def import_registrations(
        request: Request,
        caller: Caller,
        language: Reader,
        response: Response,
        institution_id: Annotated[str, Query(max_length=64, description="Whose people")],
        profession: Annotated[Profession, Query(description="Whose list it is")] = "nurse",
        subject: Annotated[
            Subject,
            Query(description="Filings are of physicians at this further institution (Q10)"),
        ] = "registrations",
        dry_run: Annotated[bool, Query(description="Check everything, record nothing")] = False,
    ) -> RegistrationImportOut:
        """Bring in the nurses or physicians who are registered at an institution already.

        The file is taken in whole, then worked on in the background. A line that cannot be
        recorded is rejected, the others are recorded. What is on record already is left as it is,
        so that sending a file again is harmless. A physician's number is for life (Q9.3): the
        same in every location, and nobody else's.
        """
        import_id = await start_import(
            kit,
            caller,
            institution_id,
            body_of(request),
            declared=declared_format(request),
            dry_run=dry_run,
            profession=profession,
            subject=subject,
        )
        response.headers["Location"] = f"{_PATH}/{import_id}"
        async with kit.database.reading() as connection:
            return _shown(await JOBS.find(connection, visible(caller), import_id), language)

    @api.expose("GET", _PATH, _READERS)
    async def get_registration_imports(
        caller: Caller, language: Reader, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[RegistrationImportOut]:
        """The newest first: of one's region, or about one's institution."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await JOBS.newest(connection, visible(caller), before, limit + 1)
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page(items=[_shown(row, language) for row in rows[:limit]], next_cursor=more)

    @api.expose("GET", _PATH + "/{import_id}", _READERS)
    async def get_registration_import(
        import_id: Id, caller: Caller, language: Reader
    ) -> RegistrationImportOut:
        """State, progress and counts of one import."""
        async with kit.database.reading() as connection:
            return _shown(await JOBS.find(connection, visible(caller), import_id), language)

    @api.expose(
        "GET",
        _PATH + "/{import_id}/rejects",
        _READERS,
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=REJECTS,
    )
    async def download_rejected_registrations(
        import_id: Id, caller: Caller, language: Reader
    ) -> StreamingResponse:
        """Rejected lines as CSV: line, column, code, reason and what to do; a line for each. Those
        with a 15-digit ID number that was upgraded (Q47) are told too, though not rejected."""
        async with kit.database.reading() as connection:
            await JOBS.find(connection, visible(caller), import_id)
        rejected = JOBS.rejected(kit.database, import_id)
        return rejects_answer(import_id, rejected, reason_of, language)

    @api.expose("POST", _PATH + "/{import_id}/cancellation", _OFFICES, refusals=(409,))
    async def cancel_registration_import(
        tx: Tx, import_id: Id, caller: Caller, language: Reader
    ) -> RegistrationImportOut:
        """Stop an import where it is; what it has recorded stays."""
        return _shown(await JOBS.cancel(tx, visible(caller), import_id, kit.clock.now()), language)

    return api
