"""Activation codes (激活码) as rows: one each waits at most, which a unique index sees to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from zhiye_accounts.adapters.records import among
from zhiye_accounts.adapters.tables import account, activation_code, registration
from zhiye_chassis.database import Transaction

Row = Mapping[str, Any]

WAITING = and_(activation_code.c.used_at.is_(None), activation_code.c.void_at.is_(None))
"""As the partial index has it."""


async def waiting(tx: Transaction, account_ids: Sequence[str]) -> dict[str, Row]:
    """The code that each of these accounts has waiting, if it has one."""
    rows = await tx.execute(
        select(activation_code).where(activation_code.c.account_id == among(account_ids), WAITING)
    )
    return {row["account_id"]: row for row in rows.mappings()}


async def add(tx: Transaction, rows: Sequence[Row]) -> set[str]:
    """Insert codes; the accounts that had none waiting and so got theirs."""
    if not rows:
        return set()
    statement = insert(activation_code).on_conflict_do_nothing()
    added = await tx.execute(statement.returning(activation_code.c.account_id), rows)
    return set(added.scalars())


async def void_of_account(tx: Transaction, account_id: str, now: datetime) -> None:
    await tx.execute(
        update(activation_code)
        .where(activation_code.c.account_id == account_id, WAITING)
        .values(void_at=now)
    )


async def void_of_moved(tx: Transaction, person_keys: set[str], now: datetime) -> None:
    """Void the codes of those of these people who are not registered at the issuing institution
    any more. Their accounts must be locked: a code may be on its way to being issued."""
    still_there = exists().where(
        registration.c.person_key == account.c.person_key,
        registration.c.institution_id == activation_code.c.institution_id,
        registration.c.status == "registered",
        registration.c.region_online,
    )
    await tx.execute(
        update(activation_code)
        .where(
            activation_code.c.account_id == account.c.id,
            account.c.person_key == among(person_keys),
            WAITING,
            ~still_there,
        )
        .values(void_at=now)
    )
