"""Routes of the activation desk: what an institution does for the accounts of its people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from zhiye_accounts.application.explain_missing import explain_missing
from zhiye_accounts.application.issue_activation_codes import (
    SEALED_CODE,
    issue_activation_codes,
    waiting_accounts,
)
from zhiye_accounts.application.list_people import list_people
from zhiye_accounts.application.staff_access import account_of
from zhiye_accounts.domain.desk import STATUSES, Status
from zhiye_accounts.domain.desk_reasons import IDENTITY
from zhiye_accounts.domain.identity import Outcome
from zhiye_accounts.entrypoints.desk_schemas import (
    CodesIn,
    DeskCodeOut,
    DeskCodesOut,
    DeskPersonOut,
    ExplanationOut,
    ExplanationsIn,
    ExplanationsOut,
)
from zhiye_accounts.entrypoints.schemas import exactly_one
from zhiye_accounts.kit import Kit
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import reason_out
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language

_DESK = "/api/v1/activation-desk"
_INSTITUTION = allow("institution")
_SUPERVISED = allow("institution", "authority")


def routes(kit: Kit) -> Routes:
    r = Routes("activation desk")

    @r.expose("GET", f"{_DESK}/people", _INSTITUTION)
    async def list_desk_people(
        caller: Caller,
        language: Reader,
        response: Response,
        status: Status | None = None,
        name: Annotated[str | None, Query(min_length=1, max_length=60, examples=["王"])] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[DeskPersonOut]:
        """The own people (registration in force here) and the state of their accounts, live
        (Q21, Q23, Q42, Q44, deck 4). Who is nurse and physician here is there for each."""
        after = str(decode_cursor(cursor, str)[0]) if cursor else ""
        async with kit.database.transaction() as tx:
            await account_of(tx, caller)
            rows = await list_people(
                tx.connection,
                caller.institution_id,
                limit=limit + 1,
                after=after,
                status=status,
                name=name,
            )
        response.headers["Cache-Control"] = "no-store"
        items = [_person(kit, row, caller.institution_id, language) for row in rows[:limit]]
        more = len(rows) > limit
        return Page(items=items, next_cursor=encode_cursor(rows[limit - 1].id) if more else None)

    @r.expose("POST", f"{_DESK}/codes", _INSTITUTION, idempotent=False)
    async def issue_codes(
        body: CodesIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> DeskCodesOut:
        """Issue activation codes to a list or to everybody who waits, one each, sent once by SMS
        or email; asked again, the same code is shown to be read out (Q5, Q23, Q29, Q44, deck 4).
        """
        exactly_one(account_ids=body.account_ids, all_waiting=body.all_waiting)
        ids, more = body.account_ids, False
        if ids is None:
            ids, more = await waiting_accounts(tx, caller.institution_id or "")
        issued = await issue_activation_codes(tx, kit, caller, ids)
        response.headers["Cache-Control"] = "no-store"
        return DeskCodesOut(
            items=[
                DeskCodeOut(
                    account_id=one.account_id,
                    result=one.result,
                    name=one.name,
                    code=one.code,
                    issued_at=one.issued_at,
                    channel=one.channel,
                    sent_to=one.sent_to,
                    reasons=[reason_out(reason, language) for reason in one.reasons],
                )
                for one in issued
            ],
            more_waiting=more,
        )

    @r.expose("POST", f"{_DESK}/explanations", _INSTITUTION, idempotent=False)
    async def explain_missing_people(
        body: ExplanationsIn, tx: Tx, caller: Caller, language: Reader
    ) -> ExplanationsOut:
        """Why somebody is not in the list, per ID number, and what to do (Q20, Q24, Q41, Q45).
        Recorded, and limited by the number of ID numbers a day."""
        explained = await explain_missing(tx, kit, caller, body.id_numbers)
        return ExplanationsOut(
            items=[
                ExplanationOut(
                    id_number=mask_id_number(number),
                    name=one.name,
                    recorded_at=list(one.recorded_at),
                    reasons=[reason_out(reason, language) for reason in one.reasons],
                )
                for number, one in zip(body.id_numbers, explained, strict=True)
            ]
        )

    return r


def _person(kit: Kit, row: Any, institution_id: str | None, language: Language) -> DeskPersonOut:
    not_verified = row.desk_status == "not_verified"
    identity = IDENTITY[Outcome(row.identity)] if row.identity else None
    contact = row.phone_verified_at or row.email_verified_at
    shown = row.desk_status == "code_issued" and row.code_of == institution_id
    number = row.sealed_id_number and kit.cipher.open(row.sealed_id_number, purposes.ID_NUMBER)
    return DeskPersonOut(
        registration_id=row.id,
        account_id=row.account_id,
        name=row.name,
        id_number=mask_id_number(number) if number else None,
        profession=row.profession,
        status=row.desk_status,
        status_label=STATUSES[row.desk_status].read(language),
        missing=[
            *(["identity"] if not_verified and row.identity != Outcome.MATCHED else []),
            *(["contact"] if not_verified and not contact else []),
        ],
        identity=reason_out(identity, language) if identity else None,
        account_opened_at=row.created_at,
        code_issued_at=row.issued_at,
        code=kit.cipher.open(row.sealed_code, SEALED_CODE) if shown else None,
        activated_at=row.activated_at,
    )
