"""Routes of the activation desk that change an account: revoke it, reset its phone, decide on its
name."""

from __future__ import annotations

from typing import Any

from zhiye_accounts.application.confirm_name import (
    Waiting,
    decide_name,
    list_name_confirmations,
)
from zhiye_accounts.application.desk_people import Named
from zhiye_accounts.application.reset_contact import ResetContact, reset_contact
from zhiye_accounts.application.revoke_account import RevokeAccount, revoke_account
from zhiye_accounts.application.staff_access import account_of
from zhiye_accounts.application.telling import masked_contact
from zhiye_accounts.domain.revocation import NAME_REQUIRED, TEXT_REQUIRED
from zhiye_accounts.entrypoints.desk_schemas import (
    ContactResetIn,
    ContactResetOut,
    NameDecidedOut,
    NameDecisionIn,
    NameWaitingOut,
    RevocationIn,
    RevokedOut,
)
from zhiye_accounts.entrypoints.schemas import exactly_one
from zhiye_accounts.kit import Kit
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.redaction import redact_text
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Routes, Tx
from zhiye_contracts import purposes
from zhiye_contracts.codes.grounds import OTHER
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Refused

_DESK = "/api/v1/activation-desk"
_SUPERVISED = allow("institution", "authority")


def routes(kit: Kit) -> Routes:
    r = Routes("activation desk")

    @r.expose("POST", f"{_DESK}/revocations", _SUPERVISED, refusals=(409,))
    async def revoke_account_of_person(body: RevocationIn, tx: Tx, caller: Caller) -> RevokedOut:
        """Revoke an account that was opened wrongly, unless a business has been completed on it;
        then the rightful person can open one (Q13, Q35, deck 4.1)."""
        exactly_one(account_id=body.account_id, id_number=body.id_number)
        needed = [
            *([NAME_REQUIRED] if body.id_number is not None and body.name is None else []),
            *([TEXT_REQUIRED] if body.reason == OTHER and not body.text else []),
        ]
        if needed:
            raise Refused(*needed)
        command = RevokeAccount(
            _named(kit, body.account_id, body.id_number),
            body.reason,
            redact_text(body.text),
            body.name,
        )
        return RevokedOut(account_id=await revoke_account(tx, kit, caller, command))

    @r.expose("POST", f"{_DESK}/contact-resets", allow("institution"), refusals=(409,))
    async def reset_phone_of_person(
        body: ContactResetIn, tx: Tx, caller: Caller
    ) -> ContactResetOut:
        """Give one of the own people another phone, which recovery then accepts; the old contacts
        are told (Q12, Q34)."""
        command = ResetContact(body.account_id, body.phone, redact_text(body.reason))
        row = await reset_contact(tx, kit, caller, command)
        return ContactResetOut(
            account_id=row["id"], phone=masked_contact(kit, row, "sms"), status=row["status"]
        )

    @r.expose("GET", f"{_DESK}/name-confirmations", _SUPERVISED)
    async def list_names_to_confirm(
        caller: Caller, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[NameWaitingOut]:
        """Names with a rare character that await a decision: of the own people, or of the region
        (Q4, Q28)."""
        after = str(decode_cursor(cursor, str)[0]) if cursor else ""
        async with kit.database.transaction() as tx:
            await account_of(tx, caller)
            rows = await list_name_confirmations(tx, caller, limit=limit + 1, after=after)
        items = [NameWaitingOut(**_waiting(kit, one)) for one in rows[:limit]]
        more = len(rows) > limit
        return Page(items=items, next_cursor=encode_cursor(items[-1].account_id) if more else None)

    @r.expose("POST", f"{_DESK}/name-confirmations", _SUPERVISED, refusals=(409,))
    async def decide_on_name(body: NameDecisionIn, tx: Tx, caller: Caller) -> NameDecidedOut:
        """Decide whether given and recorded name are one person's; the person is told (Q4, Q28)."""
        exactly_one(account_id=body.account_id, id_number=body.id_number)
        named = _named(kit, body.account_id, body.id_number)
        decided = await decide_name(tx, kit, caller, named, same_person=body.same_person)
        return NameDecidedOut(
            **_waiting(kit, decided),
            same_person=body.same_person,
            identity=decided.account["identity"],
        )

    return r


def _named(kit: Kit, account_id: str | None, id_number: str | None) -> Named:
    return Named(account_id, kit.person_key(id_number) if id_number is not None else None)


def _waiting(kit: Kit, one: Waiting) -> dict[str, Any]:
    number = kit.cipher.open(one.account["sealed_id_number"], purposes.ID_NUMBER)
    return {
        "account_id": one.account["id"],
        "given_name": one.account["name"],
        "recorded_names": list(one.recorded_names),
        "id_number": mask_id_number(number),
        "account_opened_at": one.account["created_at"],
    }
