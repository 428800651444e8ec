"""The log of what staff do to other people's accounts: who, for whom, what, when (Q54)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, select

from zhiye_accounts.adapters.tables import account, staff_act
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal


async def record_act(
    tx: Transaction,
    kit: Kit,
    by: Principal,
    act: str,
    *,
    for_organisation_id: str | None = None,
    account_id: str | None = None,
    person_key: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one line. ``details`` holds codes and what may be shown, nothing secret.

    The organisation is the one that the account belongs to, also while it acts for another; that
    one is then whom it was done for, as it is by default.
    """
    scope = by.institution_id or by.authority_id
    own = select(func.coalesce(account.c.institution_id, account.c.authority_id)).where(
        account.c.id == by.account_id
    )
    await tx.execute(
        insert(staff_act).values(
            at=kit.clock.now(),
            act=act,
            actor_account_id=by.account_id,
            actor_name=by.name,
            organisation_id=func.coalesce(own.scalar_subquery(), scope),
            for_organisation_id=for_organisation_id or scope,
            account_id=account_id,
            person_key=person_key,
            details=details or {},
        )
    )
