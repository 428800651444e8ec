"""Routes of rosters: the lists, a search by ID number, one of the people (deck 5.1, 5.3, 5.4;
Q20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path, Query, Response
from sqlalchemy import RowMapping

from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, etag
from zhiye_contracts.identifiers import IdentifierError, parse_id_number
from zhiye_contracts.reasons import Language, Refused
from zhiye_registration.adapters.images import media_type_of
from zhiye_registration.application.list_roster import list_roster, read_term
from zhiye_registration.application.read_person import read_history, read_person, read_photo
from zhiye_registration.domain.roster import DEFAULT_SORT, Filters, SortName
from zhiye_registration.domain.roster_questions import objections
from zhiye_registration.entrypoints.physician_roster_schemas import (
    PhysicianCounts,
    PhysicianItem,
    PhysicianPerson,
    PhysicianRosterOut,
)
from zhiye_registration.entrypoints.physician_roster_views import (
    physician_person_view,
    physician_view,
)
from zhiye_registration.entrypoints.roster_schemas import (
    ChangeOut,
    HistoryOfPerson,
    IdNumberIn,
    RosterCounts,
    RosterFilters,
    RosterItem,
    RosterOut,
    RosterPerson,
    RosterQuery,
)
from zhiye_registration.entrypoints.roster_views import change_view, item_view, person_view
from zhiye_registration.kit import Kit

ROSTER = "/api/v1/roster"
READERS = allow("institution", "authority")
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000REG001"])]


def sort_of(query: RosterFilters) -> SortName:
    return query.sort or DEFAULT_SORT[query.profession]


def filters_of(kit: Kit, query: RosterFilters) -> Filters:
    """``Refused`` (422) for what cannot be searched for, or not in the profession."""
    filters = Filters(
        list_name=query.list_name,
        department=query.department,
        work_category=query.work_category,
        title=query.title,
        education=query.education,
        gender=query.gender,
        business_type=query.business_type,
        mark=query.mark,
        account=query.account,
        employment=query.employment,
        interrupted=query.interrupted,
        age_from=query.age_from,
        age_to=query.age_to,
        valid_from=query.valid_until_from,
        valid_to=query.valid_until_to,
        profession=query.profession,
        level=query.level,
        category=query.category,
        scope=query.scope,
        two_years_off_post=query.two_years_off_post,
        term=read_term(kit, query.q, query.profession) if query.q else None,
    )
    reasons = objections(filters, sort_of(query))
    if reasons:
        raise Refused(*reasons)
    return filters


def routes(kit: Kit) -> Routes:
    router = Routes("roster")

    @router.expose("GET", ROSTER, READERS)
    async def get_roster(
        query: Annotated[RosterQuery, Query()], caller: Caller, language: Reader
    ) -> RosterOut | PhysicianRosterOut:
        """The own people, or those of an institution of the authority's region. Blue marks which
        nurse expires within a year, red who has expired and was not renewed; physicians do not
        expire: those of the main institution, those filed there besides, those off post."""
        found = await list_roster(
            kit,
            caller,
            query.institution_id,
            filters_of(kit, query),
            sort=sort_of(query),
            order=query.order,
            cursor=query.cursor,
            limit=query.limit,
        )
        counts = found.counts
        if query.profession == "physician":
            return PhysicianRosterOut(
                items=_physicians(kit, found.rows, language),
                next_cursor=found.next_cursor,
                institution_id=found.place.id,
                institution_name=found.place.name,
                total=counts["total"] if counts else None,
                counts=PhysicianCounts.model_validate(counts) if counts else None,
            )
        return RosterOut(
            items=_nurses(kit, found.rows, language),
            next_cursor=found.next_cursor,
            institution_id=found.place.id,
            institution_name=found.place.name,
            total=counts["total"] if counts else None,
            counts=RosterCounts.model_validate(counts) if counts else None,
        )

    @router.expose("POST", f"{ROSTER}/search", READERS, idempotent=False)
    async def search_roster(
        body: IdNumberIn, caller: Caller, language: Reader
    ) -> list[RosterItem] | list[PhysicianItem]:
        """Whoever of the own people has this ID number, cancelled or not; the newest first. Of
        physicians also who is filed here besides."""
        today = kit.clock.today()
        try:
            person = parse_id_number(body.id_number, today)
        except IdentifierError as error:
            raise Refused(error.about("id_number")) from error
        found = await list_roster(
            kit,
            caller,
            body.institution_id,
            Filters("all", person_key=kit.person_key(person.value), profession=body.profession),
            sort=DEFAULT_SORT[body.profession],
            order="desc",
            cursor=None,
            limit=20,
            counted=False,
        )
        if body.profession == "physician":
            return _physicians(kit, found.rows, language)
        return _nurses(kit, found.rows, language)

    @router.expose("GET", f"{ROSTER}/{{id}}", READERS)
    async def get_roster_person(
        id: Id, caller: Caller, language: Reader, response: Response
    ) -> RosterPerson | PhysicianPerson:
        """Everything about one of the people (详细信息); of a physician where else it is filed."""
        found = await read_person(kit, caller, id)
        response.headers["ETag"] = etag(found.row["version"])
        photo = f"{ROSTER}/{id}/photo" if found.has_photo else None
        if found.row["profession"] == "physician":
            return PhysicianPerson.model_validate(
                physician_person_view(kit, found, photo=photo, language=language)
            )
        return RosterPerson.model_validate(
            person_view(
                kit,
                found.row,
                photo=photo,
                interruptions=found.interruptions,
                confirmations=found.confirmations,
                language=language,
            )
        )

    @router.expose("GET", f"{ROSTER}/{{id}}/history", READERS)
    async def get_roster_history(id: Id, caller: Caller, language: Reader) -> HistoryOfPerson:
        """What became of one of the people's registration (历史沿革), the oldest first."""
        row, entries = await read_history(kit, caller, id)
        return HistoryOfPerson(
            registration_id=row["id"],
            name=row["name"],
            items=[ChangeOut.model_validate(change_view(one, language)) for one in entries],
        )

    @router.expose("GET", f"{ROSTER}/{{id}}/photo", READERS, response_class=Response)
    async def get_roster_photo(id: Id, caller: Caller) -> Response:
        """The photo of one of the people."""
        photo = await read_photo(kit, caller, id)
        return Response(
            photo.content,
            media_type=media_type_of(photo.content),
            headers={"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"},
        )

    return router


def _nurses(kit: Kit, rows: Sequence[RowMapping], language: Language) -> list[RosterItem]:
    today = kit.clock.today()
    return [RosterItem.model_validate(item_view(kit, row, today, language)) for row in rows]


def _physicians(kit: Kit, rows: Sequence[RowMapping], language: Language) -> list[PhysicianItem]:
    today = kit.clock.today()
    return [PhysicianItem.model_validate(physician_view(kit, row, today, language)) for row in rows]
