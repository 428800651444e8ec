"""Routes about changes of information (信息修改, deck 2.3 and 6; Q6, Q22, Q30, Q43)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import Path, Query, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.identifiers import IdentifierError, parse_id_number
from zhiye_contracts.reasons import Language, Refused
from zhiye_registration.adapters import information_changes
from zhiye_registration.adapters.information_changes import Filters
from zhiye_registration.application.information_queries import (
    Which,
    read_photo_of,
    read_request,
)
from zhiye_registration.application.request_information_change import request_information_change
from zhiye_registration.application.review_information_change import review_information_change
from zhiye_registration.application.withdraw_information_change import withdraw_information_change
from zhiye_registration.domain.information_change import State
from zhiye_registration.entrypoints.information_schemas import (
    InformationChangeIn,
    InformationChangeItem,
    InformationChangeOut,
    InformationReviewIn,
)
from zhiye_registration.entrypoints.information_views import (
    MINE,
    OF_INSTITUTION,
    item_view,
    request_view,
)
from zhiye_registration.entrypoints.photos import photo_response
from zhiye_registration.entrypoints.schemas import SearchIn
from zhiye_registration.kit import Kit

Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000CHG001"])]
_PERSON = allow("practitioner")
_INSTITUTION = allow("institution")


def routes(kit: Kit) -> Routes:
    router = Routes("information changes")

    async def shown(
        connection: AsyncConnection,
        caller: Principal,
        key: str,
        language: Language,
        response: Response,
    ) -> InformationChangeOut:
        row = await read_request(connection, caller, key)
        response.headers["ETag"] = etag(row["version"])
        view = await request_view(connection, kit, row, caller, language)
        return InformationChangeOut.model_validate(view)

    def page(
        rows: Sequence[RowMapping], limit: int, caller: Principal, language: Language
    ) -> Page[InformationChangeItem]:
        items = [
            InformationChangeItem.model_validate(item_view(kit, row, caller, language))
            for row in rows[:limit]
        ]
        more = encode_cursor(items[-1].id) if len(rows) > limit else None
        return Page(items=items, next_cursor=more)

    @router.expose("POST", MINE, _PERSON, status_code=201, refusals=(409,))
    async def request_change(
        body: InformationChangeIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> InformationChangeOut:
        """Ask to change information about oneself; the institution reviews it (deck 2.3.1).
        Refused at once when nothing changes, and while the same waits already (Q43)."""
        one = await request_information_change(
            tx, kit, caller, body.asked(), body.identity(), body.registration_id
        )
        response.headers["Location"] = f"{MINE}/{one.id}"
        return await shown(tx.connection, caller, one.id, language, response)

    @router.expose("GET", MINE, _PERSON)
    async def get_my_changes(
        caller: Caller,
        language: Reader,
        state: State | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[InformationChangeItem]:
        """One's own requests (信息修改记录), the newest first, each with before and after."""
        async with kit.database.reading() as connection:
            rows = await information_changes.of_person(
                connection,
                caller.person_key or "",
                state,
                limit=limit + 1,
                before=_before(cursor),
            )
        return page(rows, limit, caller, language)

    @router.expose("GET", f"{MINE}/{{id}}", _PERSON)
    async def get_my_change(
        id: Id, caller: Caller, language: Reader, response: Response
    ) -> InformationChangeOut:
        """One of one's own requests, with its timeline."""
        async with kit.database.reading() as connection:
            return await shown(connection, caller, id, language, response)

    @router.expose("POST", f"{MINE}/{{id}}/withdrawal", _PERSON, refusals=(409,))
    async def withdraw_change(
        id: Id, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> InformationChangeOut:
        """Withdraw it, until the institution has reviewed it."""
        await withdraw_information_change(tx, kit, caller, id)
        return await shown(tx.connection, caller, id, language, response)

    @router.expose("GET", f"{MINE}/{{id}}/photo", _PERSON, response_class=Response)
    async def get_photo_of_my_change(id: Id, caller: Caller, which: Which = "after") -> Response:
        """The photo before, or the one asked for."""
        return photo_response(await read_photo_of(kit, caller, id, which))

    @router.expose("GET", OF_INSTITUTION, _INSTITUTION)
    async def get_changes(
        caller: Caller,
        language: Reader,
        state: State = "pending",
        first_day: Annotated[
            date | None, Query(alias="from", description="First day on which it was asked for")
        ] = None,
        last_day: Annotated[date | None, Query(alias="to", description="Last such day")] = None,
        name: Annotated[
            str | None, Query(max_length=50, description="Part of the name", examples=["芳"])
        ] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[InformationChangeItem]:
        """What the caller's own people ask for (本院护士信息修改审核, deck 6), the newest first."""
        filters = Filters(state, first_day, last_day, (name or "").strip() or None)
        async with kit.database.reading() as connection:
            rows = await information_changes.of_institution(
                connection,
                caller.institution_id or "",
                filters,
                limit=limit + 1,
                before=_before(cursor),
            )
        return page(rows, limit, caller, language)

    @router.expose("POST", f"{OF_INSTITUTION}/search", _INSTITUTION, idempotent=False)
    async def search_changes(
        body: SearchIn, caller: Caller, language: Reader
    ) -> list[InformationChangeItem]:
        """Requests of one of the own people, found by the full ID number (deck 6)."""
        try:
            person = parse_id_number(body.id_number, kit.clock.today())
        except IdentifierError as error:
            raise Refused(error.about("id_number")) from error
        async with kit.database.reading() as connection:
            rows = await information_changes.of_person_at(
                connection, kit.person_key(person.value), caller.institution_id or ""
            )
        return page(rows, len(rows), caller, language).items

    @router.expose("GET", f"{OF_INSTITUTION}/{{id}}", _INSTITUTION)
    async def get_change(
        id: Id, caller: Caller, language: Reader, response: Response
    ) -> InformationChangeOut:
        """One request, before and after side by side, with its timeline."""
        async with kit.database.reading() as connection:
            return await shown(connection, caller, id, language, response)

    @router.expose("GET", f"{OF_INSTITUTION}/{{id}}/photo", _INSTITUTION, response_class=Response)
    async def get_photo_of_change(id: Id, caller: Caller, which: Which = "after") -> Response:
        """The photo before, or the one asked for."""
        return photo_response(await read_photo_of(kit, caller, id, which))

    @router.expose(
        "POST", f"{OF_INSTITUTION}/{{id}}/review", _INSTITUTION, refusals=(409, 412, 428)
    )
    async def review_change(
        id: Id,
        body: InformationReviewIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> InformationChangeOut:
        """Approve, which changes the registration, or refuse with reasons. Needs If-Match."""
        reasons = [(reason.code, reason.text) for reason in body.reasons]
        await review_information_change(tx, kit, caller, id, version, body.decision, reasons)
        return await shown(tx.connection, caller, id, language, response)

    return router


def _before(cursor: str | None) -> str | None:
    return str(decode_cursor(cursor, str)[0]) if cursor else None
