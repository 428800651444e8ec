"""Where one is logged in, and ending that (deck 2.2)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import session
from zhiye_accounts.application.sessions import end_session, end_sessions
from zhiye_accounts.application.staff_access import own_account
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal


async def open_sessions(
    tx: Transaction, kit: Kit, caller: Principal, before: str | None, limit: int
) -> Sequence[Row]:
    """The open sessions of an account, the newest first, from the one ``before`` on."""
    await own_account(tx, caller)
    statement = select(session).where(
        session.c.account_id == caller.account_id,
        session.c.ended_at.is_(None),
        session.c.expires_at > kit.clock.now(),
    )
    if before is not None:
        statement = statement.where(session.c.id < before)
    found = await tx.execute(statement.order_by(session.c.id.desc()).limit(limit))
    rows: Sequence[Row] = found.mappings().all()
    return rows


async def end_own_session(tx: Transaction, kit: Kit, caller: Principal, session_id: str) -> None:
    """End one of the own sessions, this one or another; ``Refused`` (404) if none such is open."""
    await own_account(tx, caller)
    if not await end_session(tx, kit, caller.account_id, session_id, "ended_by_owner"):
        raise refused(
            "session_unknown",
            ("没有这个登录，或它已结束。", "You have no such session, or it has ended already."),
            ("请刷新登录列表。", "Read the list of your sessions again."),
            status=404,
        )


async def end_other_sessions(tx: Transaction, kit: Kit, caller: Principal) -> None:
    """End every own session but this one. The gateway is told of each, so that this one's access
    token stays good."""
    await own_account(tx, caller)
    row = await accounts.get(tx, caller.account_id)
    for session_id in await end_sessions(
        tx, kit, row["id"], "ended_by_owner", keep=caller.session_id
    ):
        row = await accounts.save(tx, kit, row, "session_ended", ended_session=session_id)
