"""Routes of the lists of applications: waiting for me, in progress, completed (deck 7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

from zhiye_chassis.calendar import add_working_days
from zhiye_chassis.pagination import Page, cursor_invalid, decode_cursor, encode_cursor
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts.identifiers import IdentifierError, parse_id_number
from zhiye_contracts.reasons import Refused
from zhiye_registration.application.list_filters import check_filters, searched_name
from zhiye_registration.application.queries import (
    applications_of_person,
    count_lists,
    list_applications,
)
from zhiye_registration.domain.application_list import SOON_DAYS, Filters, Sort
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.entrypoints.list_schemas import (
    ListedApplication,
    ListFilters,
    ListQuery,
    Queue,
    QueueOfType,
    QueuesOut,
    SoonDays,
)
from zhiye_registration.entrypoints.list_views import listed_view
from zhiye_registration.entrypoints.schemas import SearchIn
from zhiye_registration.kit import Kit

PATH = "/api/v1/applications"
SIDES = allow("practitioner", "institution", "authority", inactive=True)
_REVIEWERS = allow("institution", "authority")
_COUNTS = tuple(Queue.model_fields)


def filters_of(kit: Kit, caller: Principal, query: ListFilters) -> Filters:
    """``Refused`` (422) for what cannot be asked."""
    filters = Filters(
        business_type=query.business_type,
        profession=query.profession,
        state=query.state,
        result=query.result,
        source=query.source,
        institution_id=query.institution_id,
        number=query.number.upper() if query.number else None,
        name=searched_name(query.name),
        applied_from=query.applied_from,
        applied_to=query.applied_to,
        decided_from=query.decided_from,
        decided_to=query.decided_to,
        due=query.due,
        soon_until=add_working_days(kit.clock.today(), query.soon_days),
        valid_until=query.valid_until,
    )
    check_filters(caller, query.list_name, filters, query.sort)
    return filters


def routes(kit: Kit) -> Routes:
    router = Routes("lists of applications")

    @router.expose("GET", PATH, SIDES)
    async def get_applications(
        query: Annotated[ListQuery, Query()], caller: Caller, language: Reader
    ) -> Page[ListedApplication]:
        """The caller's lists, the newest first. An institution's list shows strangers'
        applications only once it has reviewed them: find them by ID number (deck 7)."""
        filters = filters_of(kit, caller, query)
        after = _read_cursor(query.cursor, query.sort) if query.cursor else None
        today, limit = kit.clock.today(), query.limit
        async with kit.database.reading() as connection:
            rows = await list_applications(
                connection,
                caller,
                query.list_name,
                filters,
                today,
                limit=limit + 1,
                sort=query.sort,
                after=after,
            )
        items = [
            ListedApplication.model_validate(listed_view(kit, caller, row, today, language))
            for row in rows[:limit]
        ]
        more = None
        if len(rows) > limit:
            deadline = rows[limit - 1].deadline
            key = deadline.isoformat() if deadline and query.sort == "deadline" else ""
            more = encode_cursor(query.sort, key, items[-1].id)
        return Page(items=items, next_cursor=more)

    @router.expose("GET", f"{PATH}/counts", _REVIEWERS)
    async def count_applications(
        caller: Caller, language: Reader, soon_days: Annotated[SoonDays, Query()] = SOON_DAYS
    ) -> QueuesOut:
        """What waits for the caller, by business type: late, due today, due soon (Q59.9)."""
        today = kit.clock.today()
        soon_until = add_working_days(today, soon_days)
        async with kit.database.reading() as connection:
            rows = await count_lists(connection, caller, today, soon_until)
        items = [
            QueueOfType(
                business_type=row.business_type,
                business_type_label=BUSINESS_TYPES[row.business_type].name.read(language),
                **{name: getattr(row, name) for name in _COUNTS},
            )
            for row in rows
        ]
        total = {name: sum(getattr(item, name) for item in items) for name in _COUNTS}
        return QueuesOut(
            soon_days=soon_days, soon_until=soon_until, items=items, total=Queue(**total)
        )

    @router.expose("POST", f"{PATH}/search", _REVIEWERS, idempotent=False)
    async def search_applications(
        body: SearchIn, caller: Caller, language: Reader
    ) -> list[ListedApplication]:
        """One person's applications, found by the full ID number: for an institution those that
        are addressed to it, also a stranger's, because the intended employer knows it already
        (deck 7); for an authority those of its region."""
        today = kit.clock.today()
        try:
            person = parse_id_number(body.id_number, today)
        except IdentifierError as error:
            raise Refused(error.about("id_number")) from error
        async with kit.database.reading() as connection:
            rows = await applications_of_person(connection, caller, kit.person_key(person.value))
        return [
            ListedApplication.model_validate(listed_view(kit, caller, row, today, language))
            for row in rows
        ]

    return router


def _read_cursor(cursor: str, sort: Sort) -> tuple[date | None, str]:
    of_sort, key, last = decode_cursor(cursor, str, str, str)
    if of_sort != sort:
        raise cursor_invalid()
    try:
        return date.fromisoformat(str(key)) if key else None, str(last)
    except ValueError:
        raise cursor_invalid() from None
