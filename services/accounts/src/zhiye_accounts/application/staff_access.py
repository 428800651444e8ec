"""Which staff account asks, and which accounts it may manage."""

from __future__ import annotations

from sqlalchemy import select

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import session
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import TOKEN_INVALID, Principal
from zhiye_contracts.reasons import Refused


async def own_account(tx: Transaction, caller: Principal, *, lock: bool = False) -> Row:
    """The account of a token, for what concerns the account itself.

    ``Refused``: the account or the session was ended since (401, although the token has not
    expired), or the session acts for another institution (403, Q54).
    """
    row = await accounts.get(tx, caller.account_id, lock=lock)
    used = (
        await tx.execute(
            select(session.c.ended_at, session.c.acting_for).where(
                session.c.id == caller.session_id
            )
        )
    ).first()
    if used is not None and used.ended_at is not None:
        raise Refused(TOKEN_INVALID, status=401)
    if used is not None and used.acting_for is not None:
        raise refused(
            "acting_for_another",
            (
                "您正在代其他机构办理，不能操作账户本身。",
                "You are acting for another institution: accounts cannot be managed meanwhile.",
            ),
            ("请使用您自己的登录凭证。", "Use the token of your own log-in."),
            source="Q54",
            status=403,
        )
    return row
