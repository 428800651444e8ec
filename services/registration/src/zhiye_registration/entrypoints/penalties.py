"""Routes of penalties (处罚): any authority reports one, those concerned read it (Q50)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.telemetry import log
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.identifiers import IdentifierError, parse_name
from zhiye_contracts.reasons import Language, Reason, Refused
from zhiye_contracts.statements.form import read_id_number
from zhiye_registration.adapters.facts import authority_of
from zhiye_registration.application.access import not_found
from zhiye_registration.application.list_penalties import Listed, list_penalties, read_penalty
from zhiye_registration.application.report_penalty import Reporter
from zhiye_registration.application.report_penalty import report_penalty as report
from zhiye_registration.application.rescind_penalty import rescind_penalty as rescind
from zhiye_registration.domain.penalty import Penalty
from zhiye_registration.domain.penalty_report import Report
from zhiye_registration.entrypoints.penalty_schemas import (
    Kind,
    PenaltyIn,
    PenaltyOut,
    RescissionIn,
)
from zhiye_registration.entrypoints.penalty_views import penalty_view
from zhiye_registration.kit import Kit

PATH = "/api/v1/penalties"
_AUTHORITY = allow("authority")
_OFFICES = allow("institution", "authority")
_READERS = allow("practitioner", "institution", "authority")
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000PEN001"])]


def routes(kit: Kit) -> Routes:
    router = Routes("penalties")

    @router.expose("POST", PATH, _AUTHORITY, status_code=201, refusals=(409,))
    async def report_penalty(
        body: PenaltyIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> PenaltyOut:
        """Report a penalty of a physician or nurse, wherever they are registered: their institution
        and authority are told, and registrations that have to be cancelled become their duty. The
        same document reported again answers the same penalty, with 200."""
        if caller.authority_id is None:
            raise not_found()
        authority = await authority_of(tx.connection, caller.authority_id)
        by = Reporter(caller.authority_id, authority.name if authority else "", caller.name, "http")
        done = await report(tx, kit, _read(kit, body), by)
        log.info("penalty_reported", account=caller.account_id, penalty=done.penalty.id)
        if done.outcome == "unchanged":
            response.status_code = 200
        return _answer(kit, done.penalty, caller, language, response)

    @router.expose("GET", PATH, _OFFICES)
    async def get_penalties(
        caller: Caller,
        language: Reader,
        listed: Annotated[Listed, Query(alias="list")] = "all",
        kind: Kind | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[PenaltyOut]:
        """An authority's: those that it reported and those of people registered in its region; an
        institution's: those of its own people. The newest report first."""
        return await _page(caller, language, listed, kind, limit, cursor)

    @router.expose("GET", "/api/v1/my/penalties", allow("practitioner"))
    async def get_my_penalties(
        caller: Caller, language: Reader, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[PenaltyOut]:
        """Penalties of oneself that are on record, in both professions."""
        return await _page(caller, language, "all", None, limit, cursor)

    @router.expose("GET", f"{PATH}/{{id}}", _READERS)
    async def get_penalty(
        id: Id, caller: Caller, language: Reader, response: Response
    ) -> PenaltyOut:
        """One penalty, for the person and those whose list it is on."""
        async with kit.database.reading() as connection:
            one = await read_penalty(connection, kit, caller, id)
        return _answer(kit, one, caller, language, response)

    @router.expose("POST", f"{PATH}/{{id}}/rescission", _AUTHORITY, refusals=(409, 412, 428))
    async def rescind_penalty(
        id: Id,
        body: RescissionIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> PenaltyOut:
        """The authority that reported it rescinds it: it was lifted, or reported by mistake. What
        was still to be cancelled for it lapses; what was cancelled stays so. Needs If-Match."""
        one = await rescind(tx, kit, caller, id, version, body.rescinded_on, body.note)
        log.info("penalty_rescinded", account=caller.account_id, penalty=one.id)
        return _answer(kit, one, caller, language, response)

    async def _page(
        caller: Principal,
        language: Language,
        listed: Listed,
        kind: str | None,
        limit: int,
        cursor: str | None,
    ) -> Page[PenaltyOut]:
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            found = await list_penalties(
                connection, kit, caller, listed, kind=kind, before=before, limit=limit + 1
            )
        items = [
            PenaltyOut.model_validate(penalty_view(kit, one, caller, language))
            for one in found[:limit]
        ]
        more = encode_cursor(items[-1].id) if len(found) > limit else None
        return Page(items=items, next_cursor=more)

    return router


def _read(kit: Kit, body: PenaltyIn) -> Report:
    """``Refused`` (422) with every number and name that cannot be right."""
    faults: list[Reason] = []
    person, name = None, ""
    try:
        person, _ = read_id_number(body.id_number, kit.clock.today())
    except IdentifierError as error:
        faults.append(error.about("id_number"))
    try:
        name = parse_name(body.name)
    except IdentifierError as error:
        faults.append(error.about("name"))
    if faults or person is None:
        raise Refused(*faults)
    return Report(
        profession=body.profession,
        person=person,
        name=name,
        kind=body.kind,
        decided_on=body.decided_on,
        ends_on=body.ends_on,
        deciding_body=body.deciding_body,
        document_number=body.document_number,
        note=body.note,
    )


def _answer(
    kit: Kit, one: Penalty, caller: Principal, language: Language, response: Response
) -> PenaltyOut:
    response.headers["ETag"] = etag(one.version)
    response.headers["Cache-Control"] = "no-store"
    return PenaltyOut.model_validate(penalty_view(kit, one, caller, language))
