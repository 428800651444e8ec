"""Counting what may be done only so often: codes sent, guesses, failed log-ins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import text

from zhiye_accounts.domain.policy import Limit
from zhiye_chassis.database import Database, Transaction
from zhiye_chassis.problems import refused

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")
_COUNT = text(
    "SELECT count(*) AS count, min(at) AS first FROM attempt"
    " WHERE kind = :kind AND subject = :subject AND at > :since"
)
_RECORD = text("INSERT INTO attempt (kind, subject, at) VALUES (:kind, :subject, :at)")
_CLEAR = text("DELETE FROM attempt WHERE kind = :kind AND subject = :subject")
_PURGE = text("DELETE FROM attempt WHERE at < :before")


async def count(tx: Transaction, limit: Limit, subject: str, now: datetime) -> int:
    row = await tx.execute(
        _COUNT, {"kind": limit.kind, "subject": subject, "since": now - limit.window}
    )
    return int(row.one().count)


async def record(tx: Transaction, kind: str, subject: str, now: datetime) -> None:
    await tx.execute(_RECORD, {"kind": kind, "subject": subject, "at": now})


async def clear(tx: Transaction, kind: str, subject: str) -> None:
    await tx.execute(_CLEAR, {"kind": kind, "subject": subject})


async def enforce(
    tx: Transaction, limits: Iterable[tuple[Limit, str]], now: datetime, *, field: str | None = None
) -> None:
    """Refuse (429) when a subject has used up a limit. Holds a lock on each subject until the
    transaction ends, so that concurrent requests are counted one after the other."""
    pairs = [(limit, subject) for limit, subject in limits if subject]
    for subject in sorted({f"{limit.kind} {subject}" for limit, subject in pairs}):
        await tx.execute(_LOCK, {"subject": subject})
    for limit, subject in pairs:
        row = (
            await tx.execute(
                _COUNT, {"kind": limit.kind, "subject": subject, "since": now - limit.window}
            )
        ).one()
        if row.count >= limit.count:
            seconds = max(1, int((row.first + limit.window - now).total_seconds()))
            raise refused(
                f"limit_{limit.kind}",
                (
                    f"操作过于频繁，请在{_told(seconds, 'zh')}后再试。",
                    f"Too often. Try again in {_told(seconds, 'en')}.",
                ),
                (
                    "请稍后再试；收不到短信的，可改用邮箱验证。",
                    "Wait; if no SMS arrives, verify by email instead.",
                ),
                field=field,
                source="Q3, Q27",
                status=429,
                retry_after=seconds,
                keep_effects=True,
            )


def _told(seconds: int, language: str) -> str:
    if seconds < 120:
        return f"{seconds}秒" if language == "zh" else f"{seconds} seconds"
    minutes = -(-seconds // 60)
    return f"{minutes}分钟" if language == "zh" else f"{minutes} minutes"


async def purge(database: Database, now: datetime) -> None:
    """Forget what no limit looks back to; also captchas and codes long expired."""
    async with database.reading() as connection:
        await connection.execute(_PURGE, {"before": now - timedelta(days=2)})
        await connection.execute(
            text("DELETE FROM captcha WHERE expires_at < :before"), {"before": now}
        )
        await connection.execute(
            text("DELETE FROM verification_code WHERE created_at < :before"),
            {"before": now - timedelta(days=30)},
        )
