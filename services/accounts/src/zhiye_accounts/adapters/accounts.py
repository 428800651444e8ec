"""Accounts as rows, and the event each change publishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from zhiye_accounts.adapters.tables import account
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import TOKEN_INVALID
from zhiye_contracts import purposes
from zhiye_contracts.events import AccountChanged
from zhiye_contracts.identifiers import mask_name
from zhiye_contracts.reasons import Refused

Row = Mapping[str, Any]


async def find(tx: Transaction, *conditions: Any, lock: bool = False) -> Row | None:
    """One account by any condition, locked against other writers on demand; what only refers to
    it, such as a new session or code, does not wait."""
    statement = select(account).where(*conditions)
    if lock:
        statement = statement.with_for_update(key_share=True)
    row: Row | None = (await tx.execute(statement)).mappings().first()
    return row


async def get(tx: Transaction, account_id: str, *, lock: bool = True) -> Row:
    """The account of a token; ``Refused`` (401) when there is none or it was revoked since."""
    row = await find(tx, account.c.id == account_id, lock=lock)
    if row is None or row["status"] == "revoked":
        raise Refused(TOKEN_INVALID, status=401)
    return row


async def by_login_name(tx: Transaction, name: str, phone_key: str) -> Row | None:
    """By user name, or by a verified phone number, which is also a login name (deck 1.3)."""
    row = await find(
        tx, func.lower(account.c.user_name) == name.lower(), account.c.status != "revoked"
    )
    if row is None:
        row = await find(
            tx,
            account.c.phone_key == phone_key,
            account.c.phone_verified_at.is_not(None),
            account.c.status != "revoked",
            account.c.role == "practitioner",
        )
    return row


async def add(tx: Transaction, kit: Kit, change: str, **values: Any) -> bool:
    """Insert an account and publish it; ``False`` when a unique value is taken."""
    row = {"version": 1, "created_at": kit.clock.now(), **values}
    statement = upsert(account).values(row).on_conflict_do_nothing().returning(account)
    added = (await tx.execute(statement)).mappings().first()
    if added is None:
        return False
    tx.emit(as_event(kit, added, change))
    return True


async def save(
    tx: Transaction,
    kit: Kit,
    current: Row,
    change: str,
    *,
    ended_session: str | None = None,
    **values: Any,
) -> Row:
    """Change an account that was read in this transaction, and publish the change.

    ``ended_session`` is told with it: the gateway then accepts no token of that session any more.
    Raises ``IntegrityError`` when a unique value is taken meanwhile.
    """
    statement = (
        update(account)
        .where(account.c.id == current["id"], account.c.version == current["version"])
        .values(version=current["version"] + 1, **values)
        .returning(account)
    )
    changed: Row = (await tx.execute(statement)).mappings().one()
    tx.emit(as_event(kit, changed, change, ended_session))
    return changed


def as_event(kit: Kit, row: Row, change: str, ended_session: str | None = None) -> AccountChanged:
    """The whole account; a person's name whole only sealed, for whoever registers somebody that
    is on no record yet (Q33)."""
    person = row["role"] == "practitioner"
    return AccountChanged(
        aggregate_id=row["id"],
        version=row["version"],
        occurred_at=kit.clock.now(),
        change=change,
        role=row["role"],
        person_key=row["person_key"],
        display_name=mask_name(row["name"]) if person else row["name"],
        status=row["status"],
        identity=row["identity"],
        language=row["language"],
        sealed_phone=row["sealed_phone"],
        phone_verified=row["phone_verified_at"] is not None,
        sealed_email=row["sealed_email"],
        email_verified=row["email_verified_at"] is not None,
        institution_id=row["institution_id"],
        authority_id=row["authority_id"],
        main_account_id=row["main_account_id"],
        tokens_not_before=row["tokens_not_before"],
        ended_session=ended_session,
        sealed_name=kit.cipher.seal(row["name"], purposes.NAME) if person else None,
        sealed_id_number=row["sealed_id_number"],
    )


__all__ = ["IntegrityError", "Row", "add", "as_event", "by_login_name", "find", "get", "save"]
