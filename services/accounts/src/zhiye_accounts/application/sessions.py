"""Sessions: short access tokens and rotating refresh tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, session
from zhiye_accounts.adapters.tokens import TokenIssuer
from zhiye_accounts.domain.policy import (
    REFRESH_GRACE,
    SESSION_LIFE,
)
from zhiye_accounts.domain.staff_accounts import name_of_clone
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import ACCESS_TOKEN_SECONDS, Principal
from zhiye_contracts.reasons import Refused

_ANCESTORS = 500
"""How many refreshes back a used token is recognised: days of use, in a millisecond or two."""


@dataclass(frozen=True, slots=True)
class Tokens:
    access_token: str
    refresh_token: str | None
    expires_in: int = ACCESS_TOKEN_SECONDS
    """Seconds that the access token lives."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where somebody logs in, told to the owner of the session to recognise it by."""

    user_agent: str | None = None
    network: str | None = None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def principal_of(row: Row, session_id: str) -> Principal:
    """Whom a token of this account speaks for. A clone's name says who of the staff it is (Q54)."""
    clone = row["main_account_id"] is not None
    return Principal(
        account_id=row["id"],
        role=row["role"],
        name=name_of_clone(row["name"], row["staff_name"]) if clone else row["name"],
        session_id=session_id,
        person_key=row["person_key"],
        active=row["status"] == "active",
        institution_id=row["institution_id"],
        authority_id=row["authority_id"],
        region=row["region"],
    )


async def open_session(
    tx: Transaction, kit: Kit, issuer: TokenIssuer, row: Row, device: Device
) -> Tokens:
    """A session of an account that has logged in; the first of its tokens."""
    now = kit.clock.now()
    session_id, secret = new_id(), secrets.token_urlsafe(32)
    await tx.execute(
        insert(session).values(
            id=session_id,
            account_id=row["id"],
            refresh_hash=_digest(secret),
            created_at=now,
            used_at=now,
            expires_at=now + SESSION_LIFE,
            user_agent=device.user_agent,
            network=device.network,
        )
    )
    return Tokens(issuer.issue(principal_of(row, session_id)), f"{session_id}.{secret}")


async def refresh(tx: Transaction, kit: Kit, issuer: TokenIssuer, token: str) -> Tokens:
    """A new pair for a refresh token, which then is used up. Using one again ends the session:
    one of the two users is a thief. Only within ``REFRESH_GRACE`` it tells the same new refresh
    token once more, as the first answer may have been lost."""
    now = kit.clock.now()
    session_id, _, secret = token.partition(".")
    row = (
        (await tx.execute(select(session).where(session.c.id == session_id).with_for_update()))
        .mappings()
        .first()
    )
    if row is None or row["ended_at"] is not None or row["expires_at"] <= now:
        raise _session_ended()
    digest = _digest(secret)
    again = digest == row["previous_hash"] and now - row["used_at"] < REFRESH_GRACE
    if not again and digest != row["refresh_hash"]:
        if _is_ancestor(kit, session_id, secret, row["refresh_hash"]):
            await end_session(tx, kit, row["account_id"], session_id, "refresh_token_reused")
        raise _session_ended()
    owner = await accounts.find(tx, account.c.id == row["account_id"])
    if owner is None or owner["status"] == "revoked":
        await end_session(tx, kit, row["account_id"], session_id, "account_revoked")
        raise _session_ended()
    new_secret = _next_secret(kit, session_id, secret)
    if not again:
        await tx.execute(
            update(session)
            .where(session.c.id == session_id)
            .values(
                refresh_hash=_digest(new_secret),
                previous_hash=digest,
                used_at=now,
                expires_at=now + SESSION_LIFE,
            )
        )
    return Tokens(issuer.issue(principal_of(owner, session_id)), f"{session_id}.{new_secret}")


def _next_secret(kit: Kit, session_id: str, secret: str) -> str:
    return kit.blind_index.of(f"{session_id}.{secret}", "refresh_token")


def _is_ancestor(kit: Kit, session_id: str, secret: str, present_hash: str) -> bool:
    """Whether the present refresh token came from this one, through any number of refreshes: a
    thief who refreshes twice before the owner comes is found out as well. A secret made up by
    somebody who knows a session's id is not one."""
    for _ in range(_ANCESTORS):
        secret = _next_secret(kit, session_id, secret)
        if _digest(secret) == present_hash:
            return True
    return False


async def end_session(
    tx: Transaction, kit: Kit, account_id: str, session_id: str, why: str
) -> bool:
    """End a session of this account: its refresh token stops working, and the gateway is told to
    accept none of its access tokens any more. Whether there was such a session open."""
    owner = await accounts.find(tx, account.c.id == account_id, lock=True)
    ended = await tx.execute(
        update(session)
        .where(
            session.c.id == session_id,
            session.c.account_id == account_id,
            session.c.ended_at.is_(None),
        )
        .values(ended_at=kit.clock.now(), ended_because=why)
    )
    if owner is None or not ended.rowcount:
        return False
    await accounts.save(tx, kit, owner, "session_ended", ended_session=session_id)
    return True


async def end_sessions(
    tx: Transaction, kit: Kit, account_id: str, why: str, *, keep: str = ""
) -> Sequence[str]:
    """End every open session of an account but one; their ids. The caller has locked the account
    and tells the gateway which access tokens are void."""
    ended = await tx.execute(
        update(session)
        .where(
            session.c.account_id == account_id,
            session.c.id != keep,
            session.c.ended_at.is_(None),
        )
        .values(ended_at=kit.clock.now(), ended_because=why)
        .returning(session.c.id)
    )
    ids: Sequence[str] = ended.scalars().all()
    return ids


def _session_ended() -> Refused:
    return refused(
        "session_ended",
        ("登录已结束或已在别处刷新。", "The session has ended, or was refreshed elsewhere."),
        ("请重新登录。", "Log in again."),
        field="refresh_token",
        status=401,
        keep_effects=True,
    )
