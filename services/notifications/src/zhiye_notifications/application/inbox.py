"""The in-app inbox of an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_notifications.adapters.tables import in_app_message, outgoing
from zhiye_notifications.kit import Kit


async def find_messages(
    connection: AsyncConnection, account_id: str, before: int | None, limit: int
) -> list[RowMapping]:
    """The account's messages, newest first, with what became of the SMS or email beside them."""
    statement = (
        select(
            in_app_message,
            outgoing.c.channel,
            outgoing.c.state,
            outgoing.c.error_code,
            outgoing.c.finished_at,
        )
        .outerjoin(outgoing, outgoing.c.source == in_app_message.c.source)
        .where(in_app_message.c.account_id == account_id)
        .order_by(in_app_message.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(in_app_message.c.id < before)
    return list((await connection.execute(statement)).mappings())


async def count_unread(connection: AsyncConnection, account_id: str) -> int:
    found = await connection.execute(
        select(func.count()).where(
            in_app_message.c.account_id == account_id, in_app_message.c.read_at.is_(None)
        )
    )
    return int(found.scalar_one())


async def mark_read(tx: Transaction, kit: Kit, account_id: str, message_id: int) -> datetime | None:
    """Mark one's own message as read; when it was first read, ``None`` without such a message."""
    found = await tx.execute(
        update(in_app_message)
        .where(in_app_message.c.id == message_id, in_app_message.c.account_id == account_id)
        .values(read_at=func.coalesce(in_app_message.c.read_at, kit.clock.now()))
        .returning(in_app_message.c.read_at)
    )
    read_at: datetime | None = found.scalar_one_or_none()
    return read_at
