"""Dead letters of one service: list, show, replay, drop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, text

from zhiye_chassis.database import Database


async def list_dead(database: Database, limit: int = 100) -> Sequence[RowMapping]:
    """The oldest dead letters: id, type, error, attempts, first and last failure; no content."""
    async with database.reading() as connection:
        result = await connection.execute(
            text(
                "SELECT id, type, error, attempts, first_failed_at, last_failed_at"
                " FROM failed_event WHERE state = 'dead' ORDER BY first_failed_at LIMIT :limit"
            ),
            {"limit": limit},
        )
        return result.mappings().all()


async def show(database: Database, event_id: str) -> RowMapping | None:
    """One dead letter whole, with the event as it came; sealed fields stay sealed."""
    async with database.reading() as connection:
        result = await connection.execute(
            text("SELECT * FROM failed_event WHERE id = :id"), {"id": event_id}
        )
        return result.mappings().first()


async def replay(database: Database, event_id: str | None, now: datetime) -> int:
    """Have one dead letter, or all (``None``), tried again at once; how many."""
    async with database.transaction() as transaction:
        result = await transaction.execute(
            text(
                "UPDATE failed_event SET state = 'retry', attempts = 0, next_attempt_at = :now"
                " WHERE state = 'dead' AND type <> 'unreadable'"
                " AND (CAST(:id AS text) IS NULL OR id = :id)"
            ),
            {"id": event_id, "now": now},
        )
        return int(result.rowcount)


async def drop(database: Database, event_id: str) -> int:
    """Delete one dead letter for good; 1 if there was one."""
    async with database.transaction() as transaction:
        result = await transaction.execute(
            text("DELETE FROM failed_event WHERE state = 'dead' AND id = :id"), {"id": event_id}
        )
        return int(result.rowcount)
