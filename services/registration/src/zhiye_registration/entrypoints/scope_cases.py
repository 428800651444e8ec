"""Routes of scope cases: two provinces settle a physician's scopes (跨省协商, Q49)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from zhiye_chassis.database import Transaction
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.reasons import Language, Refused
from zhiye_registration.adapters import scope_cases as store
from zhiye_registration.application.agree_on_scopes import agree_on_scopes
from zhiye_registration.application.disagree_on_scopes import disagree_on_scopes
from zhiye_registration.application.list_scope_cases import list_scope_cases
from zhiye_registration.application.propose_scopes import propose_scopes
from zhiye_registration.application.scope_case_access import read_case
from zhiye_registration.domain.scope_case import ScopeCase, State
from zhiye_registration.entrypoints.scope_case_schemas import (
    DisagreementIn,
    ProposalIn,
    ScopeCaseItem,
    ScopeCaseOut,
)
from zhiye_registration.entrypoints.scope_case_views import case_view, item_view
from zhiye_registration.kit import Kit

PATH = "/api/v1/scope-cases"
_AUTHORITY = allow("authority")
_READERS = allow("practitioner", "institution", "authority", inactive=True)
"""Accounts that are not active too: an approval in another province may activate them (Q5.2)."""
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000SCO001"])]


def routes(kit: Kit) -> Routes:
    router = Routes("scope cases")

    @router.expose("GET", PATH, _AUTHORITY)
    async def get_scope_cases(
        caller: Caller,
        language: Reader,
        state: State | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[ScopeCaseItem]:
        """The cases of physicians who leave, or come to, the authority's region; the newest
        first."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await list_scope_cases(connection, caller, state, before=before, limit=limit + 1)
        today = kit.clock.today()
        items = [
            ScopeCaseItem.model_validate(item_view(store.read(row), dict(row), today, language))
            for row in rows[:limit]
        ]
        more = encode_cursor(items[-1].id) if len(rows) > limit else None
        return Page(items=items, next_cursor=more)

    @router.expose("GET", f"{PATH}/{{id}}", _READERS)
    async def get_scope_case(
        id: Id, caller: Caller, language: Reader, response: Response
    ) -> ScopeCaseOut:
        """One case with the proposal on the table and its timeline: for the authorities of both
        sides, the applicant and both institutions."""
        async with kit.database.reading() as connection:
            one, about = await read_case(connection, caller, id)
            view = await case_view(connection, kit, one, about, caller, language)
        return _shown(view, response)

    @router.expose("POST", f"{PATH}/{{id}}/proposal", _AUTHORITY, refusals=(409, 412, 428))
    async def propose_scopes_in_case(
        id: Id,
        body: ProposalIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> ScopeCaseOut:
        """Propose scopes that the new province offers in the physician's category, or that the
        old ones stay as an exception; the other side agrees, or proposes something else. Needs
        If-Match."""
        if (body.scopes is not None) == body.keep:
            raise _choose()
        one = await propose_scopes(tx, kit, caller, id, version, body.scopes, body.note)
        return await _answer(tx, kit, one, caller, language, response)

    @router.expose("POST", f"{PATH}/{{id}}/agreement", _AUTHORITY, refusals=(409, 412, 428))
    async def agree_in_scope_case(
        id: Id, version: IfMatch, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> ScopeCaseOut:
        """Agree to what the other side proposed: the scopes are settled. Needs If-Match."""
        one = await agree_on_scopes(tx, kit, caller, id, version)
        return await _answer(tx, kit, one, caller, language, response)

    @router.expose("POST", f"{PATH}/{{id}}/disagreement", _AUTHORITY, refusals=(409, 412, 428))
    async def disagree_in_scope_case(
        id: Id,
        body: DisagreementIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> ScopeCaseOut:
        """State, with all the reasons, that there is no agreement: against a proposal of the
        other side, or after the deadline. Needs If-Match."""
        given = [(reason.code, reason.text) for reason in body.reasons]
        one = await disagree_on_scopes(tx, kit, caller, id, version, given)
        return await _answer(tx, kit, one, caller, language, response)

    return router


async def _answer(
    tx: Transaction,
    kit: Kit,
    one: ScopeCase,
    caller: Principal,
    language: Language,
    response: Response,
) -> ScopeCaseOut:
    one, about = await read_case(tx.connection, caller, one.id)
    view = await case_view(tx.connection, kit, one, about, caller, language)
    return _shown(view, response)


def _shown(view: dict[str, object], response: Response) -> ScopeCaseOut:
    shown = ScopeCaseOut.model_validate(view)
    response.headers["ETag"] = etag(shown.version)
    response.headers["Cache-Control"] = "no-store"
    return shown


def _choose() -> Refused:
    return refused(
        "scopes_or_keep",
        (
            "请在“调整为所列执业范围”与“保留原执业范围”中选择一项。",
            "Propose either scopes of the new province, or to keep the old ones.",
        ),
        ("请填写 scopes，或将 keep 设为 true。", "Give scopes, or set keep to true."),
        field="scopes",
        source="Q49",
    )
