"""Routes about accounts of institutions and authorities: issued, cloned, ended, and the log."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from sqlalchemy import RowMapping

from zhiye_accounts.application.clone_account import clone_account
from zhiye_accounts.application.end_staff_account import end_staff_account
from zhiye_accounts.application.issue_staff_account import IssueStaffAccount, issue_staff_account
from zhiye_accounts.application.reissue_staff_account import reissue_staff_account
from zhiye_accounts.application.staff_access import organisation_of
from zhiye_accounts.application.staff_lists import list_acts, list_staff_accounts
from zhiye_accounts.domain.staff_accounts import ACTS, STATES, name_of_clone
from zhiye_accounts.entrypoints.staff_schemas import (
    ActOut,
    CloneIn,
    EndedOut,
    EndIn,
    IssuedOut,
    ReissuedOut,
    ReissueIn,
    StaffAccountIn,
    StaffAccountOut,
)
from zhiye_accounts.kit import Kit
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import mask_name, mask_phone
from zhiye_contracts.reasons import Language

AccountId = Annotated[str, Path(max_length=40)]

_STAFF = allow("institution", "authority", "operator")


def _account(kit: Kit, row: RowMapping, language: Language) -> StaffAccountOut:
    if row["status"] == "revoked":
        state = "ended"
    else:
        state = "active" if row["phone_verified_at"] is not None else "first_login_pending"
    return StaffAccountOut.model_validate(
        {
            "account_id": row["id"],
            "main_account_id": row["main_account_id"],
            "role": row["role"],
            "organisation_id": organisation_of(row),
            "organisation": row["organisation_name"],
            "name": row["name"],
            "staff_name": row["staff_name"],
            "user_name": row["user_name"],
            "phone": mask_phone(kit.cipher.open(row["sealed_phone"], purposes.PHONE)),
            "state": state,
            "state_label": STATES.label(state, language),
            "created_at": row["created_at"],
        }
    )


def shown_name(row: RowMapping) -> str:
    """The name of an account to staff of others: a person's masked, a clone's with its user."""
    if row["role"] == "practitioner":
        return mask_name(row["name"])
    if row["main_account_id"] is not None:
        return name_of_clone(row["name"], row["staff_name"])
    return str(row["name"])


def _act(row: RowMapping, language: Language) -> ActOut:
    return ActOut(
        id=row["id"],
        at=row["at"],
        act=row["act"],
        act_label=ACTS.label(row["act"], language),
        actor=row["actor_name"],
        actor_account_id=row["actor_account_id"],
        organisation_id=row["organisation_id"],
        organisation=row["organisation_name"],
        for_organisation_id=row["for_organisation_id"],
        for_organisation=row["for_organisation_name"],
        account_id=row["account_id"],
        account=shown_name(row) if row["role"] is not None else None,
        details=row["details"],
    )


def routes(kit: Kit) -> Routes:
    r = Routes("staff accounts")

    @r.expose(
        "POST",
        "/api/v1/staff-accounts",
        allow("authority", "operator"),
        status_code=201,
        refusals=(409,),
    )
    async def create_staff_account(body: StaffAccountIn, tx: Tx, caller: Caller) -> IssuedOut:
        """Issue the main account of an institution once its materials were seen; user name and
        password go by SMS to the person in charge (Q15, Q36). An authority does so in its own
        region; the operator also for authorities and exam centres."""
        command = IssueStaffAccount(
            role=body.role,
            name=body.name if body.role in ("exam_centre", "operator") else None,
            user_name=body.user_name,
            phone=body.phone,
            organisation_id=body.organisation_id,
            handover=body.handover(),
        )
        account_id = await issue_staff_account(tx, kit, command, caller)
        return IssuedOut(
            account_id=account_id, user_name=body.user_name, sent_to=mask_phone(body.phone)
        )

    @r.expose("GET", "/api/v1/staff-accounts", _STAFF)
    async def find_staff_accounts(
        caller: Caller,
        language: Reader,
        organisation_id: Annotated[
            str | None, Query(max_length=40, description="Only this institution or authority")
        ] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[StaffAccountOut]:
        """The accounts that the caller has in hand: an institution's main account itself and its
        clones, an authority those of its region's institutions and its own, the operator all
        (Q54)."""
        after = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.transaction() as tx:
            rows = await list_staff_accounts(tx, caller, organisation_id, after, limit + 1)
        return Page(
            items=[_account(kit, row, language) for row in rows[:limit]],
            next_cursor=encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None,
        )

    @r.expose("GET", "/api/v1/staff-accounts/acts", _STAFF)
    async def find_staff_acts(
        caller: Caller, language: Reader, cursor: Cursor = None, limit: Limit = 50
    ) -> Page[ActOut]:
        """What staff did to other accounts: who, for whom, what, when; the newest first. The own
        organisation's, for an authority also what concerns institutions of its region (Q54)."""
        before = int(decode_cursor(cursor, int)[0]) if cursor else None
        async with kit.database.transaction() as tx:
            rows = await list_acts(tx, caller, before, limit + 1)
        return Page(
            items=[_act(row, language) for row in rows[:limit]],
            next_cursor=encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None,
        )

    @r.expose(
        "POST",
        "/api/v1/staff-accounts/{account_id}/reissue",
        allow("authority", "operator"),
        refusals=(409,),
    )
    async def reissue_staff_credentials(
        account_id: AccountId, body: ReissueIn, tx: Tx, caller: Caller
    ) -> ReissuedOut:
        """Issue a main account again whose password or phone is lost (Q16, Q37): the materials
        are seen again, a new password goes to the reserved phone, every session ends at once, and
        the first log-in needs a code again."""
        done = await reissue_staff_account(tx, kit, account_id, body.handover(), body.phone, caller)
        return ReissuedOut(
            account_id=account_id,
            user_name=done.user_name,
            sent_to=mask_phone(done.phone),
            clones=done.clones,
        )

    @r.expose(
        "POST",
        "/api/v1/staff-accounts/{account_id}/clones",
        allow("institution", "authority"),
        status_code=201,
        refusals=(409,),
    )
    async def make_clone(account_id: AccountId, body: CloneIn, tx: Tx, caller: Caller) -> IssuedOut:
        """Clone a main account for one more of its organisation's own staff, so that nobody hands
        its password on (Q54). The credentials go by SMS to that person; whatever the clone does
        bears the person's name. For somebody else's staff there is delegated handling."""
        clone_id = await clone_account(
            tx,
            kit,
            account_id,
            staff_name=body.staff_name,
            user_name=body.user_name,
            phone=body.phone,
            by=caller,
        )
        return IssuedOut(
            account_id=clone_id, user_name=body.user_name, sent_to=mask_phone(body.phone)
        )

    @r.expose("POST", "/api/v1/staff-accounts/{account_id}/end", _STAFF, refusals=(409,))
    async def end_account(account_id: AccountId, body: EndIn, tx: Tx, caller: Caller) -> EndedOut:
        """End an account at once and for good: a clone by its main account, any of an institution
        by an authority over it, any by the operator. With a main account its clones end (Q54)."""
        return EndedOut(ended=await end_staff_account(tx, kit, account_id, body.reason, caller))

    return r
