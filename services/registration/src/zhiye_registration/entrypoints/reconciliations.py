"""Routes of staff lists that are compared with the register (Q20, Q41)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request, Response

from zhiye_chassis.imports.http import body_of, declared_format, file_body
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_registration.adapters import reconciliations
from zhiye_registration.application.reconcile import own_place, reconcile
from zhiye_registration.application.reconciliation_lines import read_lines, read_progress
from zhiye_registration.application.reconciliation_steps import start_step, start_steps
from zhiye_registration.domain.reconciliation_list import COLUMNS
from zhiye_registration.entrypoints.reconciliation_schemas import (
    FindingCode,
    LineOut,
    Profession,
    ReconciliationOut,
    StepIn,
    StepsIn,
    StepsOut,
    StepState,
)
from zhiye_registration.entrypoints.reconciliation_views import line_view, reconciliation_view
from zhiye_registration.kit import Kit

PATH = "/api/v1/reconciliations"
INSTITUTION = allow("institution")
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000RCN001"])]
LineNumber = Annotated[int, Path(ge=1, le=10_000_000, examples=[17])]
_BODY = file_body(
    "At most 20 MB and 20,000 lines; name and ID number are needed. Certificate number, expiry,"
    " department, work category and title, of physicians level, category and scopes, are compared"
    " where they are given; other columns are passed over.",
    {**COLUMNS["physician"], **COLUMNS["nurse"]},
    "姓名,身份证号,护士证号,科室,技术职称\n王芳,11010520020305002X,202611000017,病房,护师\n",
)


def routes(kit: Kit) -> Routes:
    router = Routes("reconciliations")

    @router.expose(
        "POST",
        PATH,
        INSTITUTION,
        status_code=201,
        idempotent=False,
        refusals=(413, 415),
        openapi_extra=_BODY,
    )
    async def compare_staff_list(
        request: Request,
        caller: Caller,
        language: Reader,
        response: Response,
        profession: Profession = "nurse",
    ) -> ReconciliationOut:
        """Compare a staff list of nurses, or of physicians, with the roster and the nationwide
        register. Each line comes to one finding, with the one step that mends it; the list is kept
        for 90 days."""
        id_ = await reconcile(
            kit, caller, body_of(request), profession, declared=declared_format(request)
        )
        response.headers["Location"] = f"{PATH}/{id_}"
        async with kit.database.transaction() as tx:
            row, progress = await read_progress(tx, kit, caller, id_)
        return ReconciliationOut.model_validate(reconciliation_view(kit, row, progress, language))

    @router.expose("GET", PATH, INSTITUTION)
    async def get_reconciliations(
        tx: Tx,
        caller: Caller,
        language: Reader,
        profession: Profession | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[ReconciliationOut]:
        """The institution's lists, the newest first, with what they came to then."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        place = await own_place(tx, caller)
        rows = await reconciliations.own(tx.connection, place.id, profession, before, limit + 1)
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        items = [
            ReconciliationOut.model_validate(reconciliation_view(kit, row, None, language))
            for row in rows[:limit]
        ]
        return Page(items=items, next_cursor=more)

    @router.expose("GET", PATH + "/{id}", INSTITUTION)
    async def get_reconciliation(
        tx: Tx, id: Id, caller: Caller, language: Reader
    ) -> ReconciliationOut:
        """How many lines there are of each finding and how far their steps are, compared with the
        register within the last minute."""
        row, progress = await read_progress(tx, kit, caller, id)
        return ReconciliationOut.model_validate(reconciliation_view(kit, row, progress, language))

    @router.expose("GET", PATH + "/{id}/lines", INSTITUTION)
    async def get_reconciliation_lines(
        tx: Tx,
        id: Id,
        caller: Caller,
        language: Reader,
        finding: Annotated[FindingCode | None, Query()] = None,
        step_state: Annotated[StepState | None, Query()] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[LineOut]:
        """Lines in the order of the list, then people of the roster who are not on it; compared
        with the register now."""
        after = int(decode_cursor(cursor, int)[0]) if cursor else 0
        lines = await read_lines(
            tx,
            kit,
            caller,
            id,
            finding=finding,
            step_state=step_state,
            after=after,
            limit=limit + 1,
        )
        more = encode_cursor(lines[limit - 1].row["line"]) if len(lines) > limit else None
        items = [LineOut.model_validate(line_view(kit, one, language)) for one in lines[:limit]]
        return Page(items=items, next_cursor=more)

    @router.expose("POST", PATH + "/{id}/lines/steps", INSTITUTION)
    async def start_reconciliation_steps(tx: Tx, id: Id, caller: Caller, body: StepsIn) -> StepsOut:
        """Start the same step for many lines of one finding."""
        done = await start_steps(tx, kit, caller, id, body.finding, body.lines, body.note)
        return StepsOut(started=done.started, left=done.left, more=done.more)

    @router.expose("POST", PATH + "/{id}/lines/{line}/step", INSTITUTION, refusals=(409,))
    async def start_reconciliation_step(
        tx: Tx, id: Id, line: LineNumber, caller: Caller, language: Reader, body: StepIn
    ) -> LineOut:
        """Start the step that mends a line: the person is asked, the authority is, or the
        institution is told what to file."""
        done = await start_step(tx, kit, caller, id, line, body.note)
        return LineOut.model_validate(line_view(kit, done, language))

    return router
