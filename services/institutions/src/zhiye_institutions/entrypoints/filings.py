"""Routes of filings: what institutions apply for in their own matters (Q48)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Response

from zhiye_chassis.database import Transaction
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import PUBLIC, Principal, allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.identifiers import parse_institution_number
from zhiye_contracts.reasons import Language
from zhiye_institutions.adapters import filings
from zhiye_institutions.application.access import not_found
from zhiye_institutions.application.decide_filing import Decision, decide_filing
from zhiye_institutions.application.filing_access import side_of
from zhiye_institutions.application.filing_queries import NO_DEADLINE, find_filings
from zhiye_institutions.application.revise_filing import revise_filing
from zhiye_institutions.application.start_filing import start_filing
from zhiye_institutions.application.submit_filing import submit_filing
from zhiye_institutions.application.withdraw_filing import withdraw_filing
from zhiye_institutions.domain.filing import Filing
from zhiye_institutions.domain.filing_policy import KINDS
from zhiye_institutions.domain.filing_workflow import State
from zhiye_institutions.entrypoints.filing_schemas import (
    DecisionIn,
    FilingIn,
    FilingItem,
    FilingOut,
    KindName,
    KindsOut,
    RevisionIn,
)
from zhiye_institutions.entrypoints.filing_views import filing_view, item, kind_view
from zhiye_institutions.kit import Kit

_PATH = "/api/v1/institution-filings"
_INSTITUTION = allow("institution")
_SIDES = allow("institution", "authority")
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000FIL001"])]


def routes(kit: Kit) -> Routes:
    api = Routes("filings")

    async def answer(
        tx: Transaction, one: Filing, caller: Principal, language: Language, response: Response
    ) -> FilingOut:
        response.headers["ETag"] = etag(one.version)
        return await filing_view(tx.connection, kit, one, caller, language)

    @api.expose("GET", f"{_PATH}/kinds", PUBLIC)
    async def list_kinds(language: Reader) -> KindsOut:
        """What institutions can file: materials (Q48), days, what must be stated, what follows."""
        return KindsOut(items=[kind_view(kit, row, language) for row in KINDS.values()])

    @api.expose("POST", _PATH, _INSTITUTION, refusals=(409,), status_code=201)
    async def create_filing(
        body: FilingIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> FilingOut:
        """Draft a filing of the own institution. One of a kind may be open at a time."""
        proposed = body.proposed.model_dump(mode="json", exclude_none=True)
        one = await start_filing(tx, kit, caller, body.kind, proposed, body.materials)
        response.headers["Location"] = f"{_PATH}/{one.id}"
        return await answer(tx, one, caller, language, response)

    @api.expose("PUT", f"{_PATH}/{{id}}", _INSTITUTION, refusals=(409, 412, 428))
    async def replace_filing(
        id: Id,
        body: RevisionIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> FilingOut:
        """Change a draft, or correct what was returned. Needs If-Match."""
        proposed = body.proposed.model_dump(mode="json", exclude_none=True)
        one = await revise_filing(tx, kit, caller, id, version, proposed, body.materials)
        return await answer(tx, one, caller, language, response)

    @api.expose("POST", f"{_PATH}/{{id}}/submission", _INSTITUTION, refusals=(409,))
    async def submit_own_filing(
        id: Id, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> FilingOut:
        """Submit to the nearest online authority, or resubmit after correction. A refusal names
        everything that is missing, each material by its name."""
        one = await submit_filing(tx, kit, caller, id)
        return await answer(tx, one, caller, language, response)

    @api.expose("POST", f"{_PATH}/{{id}}/withdrawal", _INSTITUTION, refusals=(409,))
    async def withdraw_own_filing(
        id: Id, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> FilingOut:
        """Withdraw, until the authority has decided."""
        one = await withdraw_filing(tx, kit, caller, id)
        return await answer(tx, one, caller, language, response)

    @api.expose("POST", f"{_PATH}/{{id}}/decision", allow("authority"), refusals=(409, 412, 428))
    async def decide_on_filing(
        id: Id,
        body: DecisionIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> FilingOut:
        """The deciding authority approves (all required materials seen; with a practice licence
        the registration number), returns it once with all reasons, or refuses. Needs If-Match."""
        number = body.registration_number
        decision = Decision(
            body.decision,
            [(reason.code, reason.text) for reason in body.reasons],
            body.materials_seen,
            parse_institution_number(number) if number else None,
        )
        one = await decide_filing(tx, kit, caller, id, version, decision)
        return await answer(tx, one, caller, language, response)

    @api.expose("GET", _PATH, _SIDES)
    async def list_filings(
        caller: Caller,
        language: Reader,
        state: Annotated[list[State], Query(max_length=6)] = [],  # noqa: B006
        kind: Annotated[KindName | None, Query()] = None,
        waiting_for_me: bool = False,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[FilingItem]:
        """An institution's own filings; an authority's: addressed to it, or in its region. By
        deadline, the late ones first."""
        after = decode_cursor(cursor, int, str) if cursor else None
        async with kit.database.reading() as connection:
            rows = await find_filings(
                connection,
                caller,
                states=state,
                kind=kind,
                waiting_for_me=waiting_for_me,
                after=(_day(int(after[0])), str(after[1])) if after else None,
                limit=limit + 1,
            )
        today = kit.clock.today()
        more = len(rows) > limit
        rows = rows[:limit]
        following = None
        if more:
            last = rows[-1]
            following = encode_cursor((last["deadline"] or NO_DEADLINE).toordinal(), last["id"])
        return Page(
            items=[item(filings.read(row), row, today, language) for row in rows],
            next_cursor=following,
        )

    @api.expose("GET", f"{_PATH}/{{id}}", _SIDES)
    async def read_filing(
        id: Id, caller: Caller, language: Reader, response: Response
    ) -> FilingOut:
        """One filing with its checklist, its timeline and the days left."""
        async with kit.database.reading() as connection:
            one = await filings.find(connection, id)
            if one is None or side_of(caller, one) is None:
                raise not_found()
            response.headers["ETag"] = etag(one.version)
            return await filing_view(connection, kit, one, caller, language)

    return api


def _day(ordinal: int) -> date:
    return date.fromordinal(max(1, min(ordinal, NO_DEADLINE.toordinal())))
