"""Routes of delegated handling (代办): acting for an institution whose principal is present."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response
from sqlalchemy import RowMapping

from zhiye_accounts.adapters.tokens import TokenIssuer
from zhiye_accounts.application.confirm_delegation import (
    confirm_delegation,
    renew_delegated_token,
)
from zhiye_accounts.application.end_delegation import end_delegation
from zhiye_accounts.application.request_delegation import request_delegation
from zhiye_accounts.application.sessions import Tokens
from zhiye_accounts.application.staff_lists import list_delegations
from zhiye_accounts.domain.staff_accounts import DELEGATION_STATES
from zhiye_accounts.entrypoints.schemas import CodeField, TokenOut
from zhiye_accounts.entrypoints.staff import shown_name
from zhiye_accounts.entrypoints.staff_schemas import DelegationIn, DelegationOut, RequestedOut
from zhiye_accounts.kit import Kit
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Schema, Tx, client_address
from zhiye_contracts.reasons import Language

DelegationId = Annotated[str, Path(max_length=40)]

_EITHER_SIDE = allow("institution", "authority")


class PresenceIn(Schema):
    """The code that the principal read out."""

    code: CodeField


def _delegation(kit: Kit, row: RowMapping, language: Language) -> DelegationOut:
    if row["ended_at"] is not None or row["expires_at"] <= kit.clock.now():
        state = "over"
    else:
        state = "waiting" if row["present_at"] is None else "lasting"
    return DelegationOut.model_validate(
        {
            "delegation_id": row["id"],
            "institution_id": row["institution_id"],
            "institution": row["institution_name"],
            "delegate": shown_name(row),
            "state": state,
            "state_label": DELEGATION_STATES.label(state, language),
            "requested_at": row["requested_at"],
            "present_at": row["present_at"],
            "ends_at": row["ended_at"] or row["expires_at"],
        }
    )


def _shown(tokens: Tokens, response: Response) -> TokenOut:
    response.headers["Cache-Control"] = "no-store"
    return TokenOut(
        access_token=tokens.access_token,
        expires_in=tokens.expires_in,
        refresh_token=tokens.refresh_token,
    )


def routes(kit: Kit, issuer: TokenIssuer) -> Routes:
    r = Routes("delegations")

    @r.expose("POST", "/api/v1/delegations", _EITHER_SIDE, status_code=201, refusals=(409,))
    async def ask_for_delegation(
        request: Request, body: DelegationIn, tx: Tx, caller: Caller
    ) -> RequestedOut:
        """Ask to act for another institution while its principal is present: a code goes to the
        reserved phone of its main account (Q54). Its own credentials are never handed over. An
        authority does so for institutions in its region."""
        client = kit.client_key(client_address(request))
        made = await request_delegation(tx, kit, body.institution_id, caller, client)
        return RequestedOut(
            delegation_id=made.delegation_id,
            institution=made.institution,
            sent_to=made.sent_to,
            expires_at=made.expires_at,
        )

    @r.expose("GET", "/api/v1/delegations", _EITHER_SIDE)
    async def find_delegations(
        caller: Caller, language: Reader, cursor: Cursor = None, limit: Limit = 50
    ) -> Page[DelegationOut]:
        """Who acted for whom: those the own organisation asked for, and those it is the principal
        of; the newest first (Q54)."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.transaction() as tx:
            rows = await list_delegations(tx, caller, before, limit + 1)
        return Page(
            items=[_delegation(kit, row, language) for row in rows[:limit]],
            next_cursor=encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None,
        )

    @r.expose(
        "POST",
        "/api/v1/delegations/{delegation_id}/confirmation",
        _EITHER_SIDE,
        status_code=201,
        idempotent=False,
        refusals=(409,),
    )
    async def confirm_presence(
        delegation_id: DelegationId, body: PresenceIn, tx: Tx, caller: Caller, response: Response
    ) -> TokenOut:
        """Prove by the code that the principal is present. The answer is an access token that
        acts for the institution, for an hour at most; there is no refresh token: renew it with
        the own token (Q54)."""
        tokens = await confirm_delegation(tx, kit, issuer, delegation_id, body.code, caller)
        return _shown(tokens, response)

    @r.expose(
        "POST",
        "/api/v1/delegations/{delegation_id}/token",
        _EITHER_SIDE,
        idempotent=False,
        refusals=(409,),
    )
    async def renew_delegation(
        delegation_id: DelegationId, tx: Tx, caller: Caller, response: Response
    ) -> TokenOut:
        """Another token of ten minutes while the hour lasts, asked for with the own token (Q54)."""
        return _shown(await renew_delegated_token(tx, kit, issuer, delegation_id, caller), response)

    @r.expose("POST", "/api/v1/delegations/{delegation_id}/end", _EITHER_SIDE, status_code=204)
    async def cut_delegation_short(delegation_id: DelegationId, tx: Tx, caller: Caller) -> None:
        """End it before its hour is over, by the delegate's or the principal's side; its tokens
        are void at once (Q54)."""
        await end_delegation(tx, kit, delegation_id, caller)

    return r
