"""Routes of duties (职责): what has to be done about registrations, by whom and by when (Q50)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.choices import one_of
from zhiye_chassis.pagination import Cursor, Limit, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.codes import DUTY_KINDS
from zhiye_contracts.reasons import Language
from zhiye_registration.adapters.duties import read
from zhiye_registration.application.keep_trainee import keep_trainee
from zhiye_registration.application.list_duties import (
    applications_of,
    count_duties,
    list_duties,
    read_duty,
)
from zhiye_registration.domain.duty import State
from zhiye_registration.entrypoints.penalty_schemas import DutyCounts, DutyOut, DutyPage
from zhiye_registration.entrypoints.penalty_views import duty_view
from zhiye_registration.kit import Kit

PATH = "/api/v1/duties"
_READERS = allow("practitioner", "institution", "authority")
_Kind = one_of(DUTY_KINDS)
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000DUT001"])]


def routes(kit: Kit) -> Routes:
    router = Routes("duties")

    @router.expose("GET", PATH, _READERS)
    async def get_duties(
        caller: Caller,
        language: Reader,
        state: State | None = None,
        kind: _Kind | None = None,  # type: ignore[valid-type]
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> DutyPage:
        """An institution's duties, those of an authority and its region, or those about oneself;
        the newest first, with counts of all that is still to be done."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        today = kit.clock.today()
        async with kit.database.reading() as connection:
            rows = await list_duties(
                connection, caller, today, state, kind=kind, before=before, limit=limit + 1
            )
            counts = await count_duties(connection, caller, today)
            items = await _shown(connection, rows[:limit], language)
        return DutyPage(
            items=items,
            next_cursor=encode_cursor(items[-1].id) if len(rows) > limit else None,
            counts=DutyCounts(
                open=counts.open,
                due_soon=counts.due_soon,
                overdue=counts.overdue,
                escalated=counts.escalated,
            ),
        )

    @router.expose("GET", f"{PATH}/{{id}}", _READERS)
    async def get_duty(id: Id, caller: Caller, language: Reader, response: Response) -> DutyOut:
        """One duty: by which business and on which ground it is done, and who may."""
        async with kit.database.reading() as connection:
            row = await read_duty(connection, caller, id)
            (shown,) = await _shown(connection, [row], language)
        response.headers["ETag"] = etag(shown.version)
        response.headers["Cache-Control"] = "no-store"
        return shown

    @router.expose(
        "POST", f"{PATH}/{{id}}/staff-confirmation", allow("institution"), refusals=(409, 412, 428)
    )
    async def confirm_staff(
        id: Id, version: IfMatch, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> DutyOut:
        """A trainee whose training ended stays here as staff (Q52): the duty to file the person off
        post is done with that, and the history says so. Needs If-Match."""
        await keep_trainee(tx, kit, caller, id, version)
        row = await read_duty(tx.connection, caller, id)
        (shown,) = await _shown(tx.connection, [row], language)
        response.headers["ETag"] = etag(shown.version)
        return shown

    async def _shown(
        connection: AsyncConnection, rows: Sequence[RowMapping], language: Language
    ) -> list[DutyOut]:
        types = {row["id"]: read(row).business_type for row in rows}
        under_way = await applications_of(connection, rows, types)
        return [
            DutyOut.model_validate(duty_view(kit, row, under_way.get(row["id"]), language))
            for row in rows
        ]

    return router
