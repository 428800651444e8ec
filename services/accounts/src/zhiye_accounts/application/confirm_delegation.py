"""Act for an institution whose principal has read the code out, for an hour (Q54)."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping, insert, update

from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import delegation, session, verification_code
from zhiye_accounts.adapters.tokens import TokenIssuer
from zhiye_accounts.application import codes
from zhiye_accounts.application.delegations import find_delegation, principal_account
from zhiye_accounts.application.sessions import Tokens, principal_of
from zhiye_accounts.application.staff_access import own_account
from zhiye_accounts.application.staff_acts import record_act
from zhiye_accounts.domain.staff_accounts import DELEGATION_LIFE, name_of_delegate
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import ACCESS_TOKEN_SECONDS, Principal


async def confirm_delegation(
    tx: Transaction, kit: Kit, issuer: TokenIssuer, delegation_id: str, code: str, by: Principal
) -> Tokens:
    """Prove the principal's presence by the code and open a session that acts for it; the first
    of its tokens. ``Refused``: as ``codes.check``, or the principal's account has ended."""
    me = await own_account(tx, by)
    asked = await _own(tx, me, delegation_id)
    principal = await principal_account(tx, asked["institution_id"])
    await codes.check(
        tx,
        kit,
        me["id"],
        code,
        verification_code.c.id == asked["code_id"],
        verification_code.c.address_key == principal["phone_key"],
    )
    now = kit.clock.now()
    session_id, until = new_id(), now + DELEGATION_LIFE
    await tx.execute(
        insert(session).values(
            id=session_id,
            account_id=me["id"],
            refresh_hash=secrets.token_hex(32),  # of no token: this session is not refreshed
            created_at=now,
            used_at=now,
            expires_at=until,
            acting_for=asked["institution_id"],
        )
    )
    await tx.execute(
        update(delegation)
        .where(delegation.c.id == delegation_id)
        .values(session_id=session_id, present_at=now, expires_at=until)
    )
    await record_act(
        tx,
        kit,
        by,
        "delegation_confirmed",
        for_organisation_id=asked["institution_id"],
        account_id=principal["id"],
        details={"delegation_id": delegation_id},
    )
    return _token(kit, issuer, me, principal, session_id, until)


async def renew_delegated_token(
    tx: Transaction, kit: Kit, issuer: TokenIssuer, delegation_id: str, by: Principal
) -> Tokens:
    """Another token while the hour lasts; ``Refused`` (409) when it is over or was ended."""
    me = await own_account(tx, by)
    asked = await _own(tx, me, delegation_id)
    if asked["session_id"] is None or asked["ended_at"] or asked["expires_at"] <= kit.clock.now():
        raise refused(
            "delegation_over",
            ("代办已结束或委托人尚未确认。", "It is over, or the principal has not confirmed yet."),
            (
                "委托人在场时请重新申请代办。",
                "Ask again while the principal is present.",
            ),
            source="Q54",
            status=409,
        )
    principal = await principal_account(tx, asked["institution_id"])
    return _token(kit, issuer, me, principal, asked["session_id"], asked["expires_at"])


async def _own(tx: Transaction, me: Row, delegation_id: str) -> RowMapping:
    """Only the account that asked goes on with it: colleagues ask for themselves."""
    return await find_delegation(tx, delegation_id, delegation.c.delegate_account_id == me["id"])


def _token(
    kit: Kit, issuer: TokenIssuer, me: Row, principal: Row, session_id: str, until: datetime
) -> Tokens:
    """It speaks for the principal and says who does; it does not outlive the hour."""
    left = int((until - kit.clock.now()).total_seconds())
    seconds = max(1, min(ACCESS_TOKEN_SECONDS, left))
    acting = replace(
        principal_of(principal, session_id),
        account_id=me["id"],
        name=name_of_delegate(principal["name"], principal_of(me, "").name),
    )
    return Tokens(issuer.issue(acting, seconds), None, seconds)
