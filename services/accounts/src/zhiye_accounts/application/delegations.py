"""Delegations, their principals, and the sessions that act for those (Q54)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, select

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, delegation, session
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_contracts.reasons import Refused


async def find_delegation(tx: Transaction, delegation_id: str, *conditions: Any) -> RowMapping:
    """A delegation and when its session was ended, as ``ended_at``; ``Refused`` (404) when there
    is none that meets the conditions."""
    found = (
        (
            await tx.execute(
                select(delegation, session.c.ended_at)
                .join(account, account.c.id == delegation.c.delegate_account_id)
                .outerjoin(session, session.c.id == delegation.c.session_id)
                .where(delegation.c.id == delegation_id, *conditions)
            )
        )
        .mappings()
        .first()
    )
    if found is None:
        raise refused(
            "delegation_unknown",
            ("没有找到该代办。", "There is no such delegation of yours."),
            ("请核对代办编号。", "Check the delegation's id."),
            source="Q54",
            status=404,
        )
    return found  # type: ignore[no-any-return]


async def principal_account(tx: Transaction, institution_id: str) -> Row:
    """The main account of an institution, locked; ``Refused`` when it has none (any more)."""
    row = await accounts.find(
        tx,
        account.c.institution_id == institution_id,
        account.c.role == "institution",
        account.c.main_account_id.is_(None),
        account.c.status != "revoked",
        lock=True,
    )
    if row is None:
        raise _without_account()
    return row


def _without_account() -> Refused:
    return refused(
        "principal_without_account",
        ("该机构没有主账户。", "This institution has no main account."),
        (
            "请该机构向核发其执业许可证的部门申领账户。",
            "It asks the authority that licensed it for one.",
        ),
        field="institution_id",
        source="Q15, Q54",
        status=409,
    )
