"""Routes of the lists of applications: waiting for me, in progress, completed (deck 7)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts.identifiers import IdentifierError, parse_id_number
from zhiye_contracts.reasons import Refused
from zhiye_registration.application.queries import (
    ListName,
    applications_of_person,
    list_applications,
)
from zhiye_registration.entrypoints.schemas import ApplicationItem, SearchIn
from zhiye_registration.entrypoints.views import item_view
from zhiye_registration.kit import Kit

_PATH = "/api/v1/applications"
_SIDES = allow("practitioner", "institution", "authority", inactive=True)


def routes(kit: Kit) -> Routes:
    router = Routes("lists of applications")

    @router.expose("GET", _PATH, _SIDES)
    async def get_applications(
        caller: Caller,
        language: Reader,
        list_name: Annotated[ListName, Query(alias="list")] = "waiting_for_me",
        business_type: Annotated[str | None, Query(max_length=50)] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[ApplicationItem]:
        """The caller's lists, the newest first. An institution's list shows strangers'
        applications only once it has reviewed them: find them by ID number (deck 7)."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await list_applications(
                connection,
                caller,
                list_name,
                limit=limit + 1,
                before=before,
                business_type=business_type,
            )
        today = kit.clock.today()
        items = [
            ApplicationItem.model_validate(item_view(kit, row, today, language))
            for row in rows[:limit]
        ]
        more = encode_cursor(items[-1].id) if len(rows) > limit else None
        return Page(items=items, next_cursor=more)

    @router.expose("POST", f"{_PATH}/search", allow("institution"), idempotent=False)
    async def search_applications(
        body: SearchIn, caller: Caller, language: Reader
    ) -> list[ApplicationItem]:
        """Applications addressed to the caller's institution by one person, found by the full ID
        number: the intended employer knows it already (deck 7)."""
        today = kit.clock.today()
        try:
            person = parse_id_number(body.id_number, today)
        except IdentifierError as error:
            raise Refused(error.about("id_number")) from error
        async with kit.database.reading() as connection:
            rows = await applications_of_person(connection, caller, kit.person_key(person.value))
        return [
            ApplicationItem.model_validate(item_view(kit, row, today, language)) for row in rows
        ]

    return router
