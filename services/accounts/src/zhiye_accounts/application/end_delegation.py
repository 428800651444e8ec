"""End delegated handling before its hour is over, by either side (Q54)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select, update

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.tables import account, delegation, verification_code
from zhiye_accounts.application import codes
from zhiye_accounts.application.delegations import find_delegation
from zhiye_accounts.application.sessions import end_session
from zhiye_accounts.application.staff_access import organisation_of, own_account
from zhiye_accounts.application.staff_acts import record_act
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal


async def end_delegation(tx: Transaction, kit: Kit, delegation_id: str, by: Principal) -> None:
    """Its tokens are void at once, and a code that was not used is. Ending it again does nothing.

    By any account of the delegate's organisation or of the principal institution.
    """
    me = await own_account(tx, by)
    own = organisation_of(me)
    found = await find_delegation(
        tx,
        delegation_id,
        or_(
            delegation.c.institution_id == own,
            account.c.institution_id == own,
            account.c.authority_id == own,
        ),
    )
    if not await end_delegations(tx, kit, "delegation_ended", delegation.c.id == delegation_id):
        return
    other_side = found["institution_id"]
    if own == other_side:
        delegate = await accounts.find(tx, account.c.id == found["delegate_account_id"])
        other_side = organisation_of(delegate) if delegate is not None else None
    await record_act(
        tx,
        kit,
        by,
        "delegation_ended",
        for_organisation_id=other_side,
        account_id=found["delegate_account_id"],
        details={"delegation_id": delegation_id},
    )


async def end_delegations(tx: Transaction, kit: Kit, why: str, *conditions: Any) -> int:
    """End those that meet the conditions and still last; how many there were."""
    now = kit.clock.now()
    lasting = (*conditions, delegation.c.expires_at > now)
    # The code's row decides between this and a confirmation at the same moment.
    await codes.void(tx, verification_code.c.id.in_(select(delegation.c.code_id).where(*lasting)))
    ended = (
        await tx.execute(
            update(delegation)
            .where(*lasting)
            .values(expires_at=now)
            .returning(delegation.c.delegate_account_id, delegation.c.session_id)
        )
    ).all()
    for delegate_id, session_id in sorted(row for row in ended if row.session_id is not None):
        await end_session(tx, kit, delegate_id, session_id, why)
    return len(ended)
