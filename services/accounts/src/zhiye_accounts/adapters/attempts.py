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
_RECORD = text(
    "INSERT INTO attempt (kind, subject, at)"
    " SELECT CAST(:kind AS text), CAST(:subject AS text), CAST(:at AS timestamptz)"
    " FROM generate_series(1, CAST(:times AS integer))"
)
_CLEAR = text("DELETE FROM attempt WHERE kind = :kind AND subject = :subject")
_OUTDATED = {
    "DELETE FROM attempt WHERE at < :before AND kind <> 'recovery_person'": timedelta(days=2),
    "DELETE FROM attempt WHERE at < :before": timedelta(days=31),
    "DELETE FROM captcha WHERE expires_at < :before": timedelta(),
    "DELETE FROM verification_code WHERE created_at < :before": timedelta(days=30),
    "DELETE FROM session WHERE expires_at < :before": timedelta(days=30),
}

_WAIT = ("请稍后再试。", "Wait, then try again.")


async def count(
    tx: Transaction, limit: Limit, subject: str, now: datetime, *, lock: bool = False
) -> tuple[int, int]:
    """How often it was done within the window, and in how many seconds the oldest time leaves it.

    ``lock`` makes other transactions that count the same wait until this one ends, so that what
    is done at the same moment is counted one after the other.
    """
    if lock:
        await tx.execute(_LOCK, {"subject": f"{limit.kind} {subject}"})
    row = (
        await tx.execute(
            _COUNT, {"kind": limit.kind, "subject": subject, "since": now - limit.window}
        )
    ).one()
    left = (row.first + limit.window - now).total_seconds() if row.first else 0
    return row.count, max(1, int(left))


async def record(
    tx: Transaction, kind: str, subject: str, now: datetime, *, times: int = 1
) -> None:
    await tx.execute(_RECORD, {"kind": kind, "subject": subject, "at": now, "times": times})


async def clear(tx: Transaction, kind: str, subject: str) -> None:
    await tx.execute(_CLEAR, {"kind": kind, "subject": subject})


async def enforce(
    tx: Transaction,
    limits: Iterable[tuple[Limit, str]],
    now: datetime,
    *,
    field: str | None = None,
    next_step: tuple[str, str] = _WAIT,
    source: str | None = None,
    lock: bool = True,
    times: int = 1,
) -> None:
    """Refuse (429) when a subject has used up a limit, or ``times`` more would go over it; tells
    the longest wait.

    Without ``lock``, what is done at the same moment may go over the limit by as much: for
    limits per client address, which many people share and should not queue for.
    """
    used_up: list[tuple[int, str]] = []
    for limit, subject in sorted(limits, key=lambda pair: (pair[0].kind, pair[1])):
        used, seconds = await count(tx, limit, subject, now, lock=lock)
        if used + times > limit.count:
            used_up.append((seconds, limit.kind))
    if used_up:
        seconds, kind = max(used_up)
        raise refused(
            f"limit_{kind}",
            (
                f"操作过于频繁，请在{told(seconds, 'zh')}后再试。",
                f"Too often. Try again in {told(seconds, 'en')}.",
            ),
            next_step,
            field=field,
            source=source,
            status=429,
            retry_after=seconds,
            keep_effects=True,
        )


def told(seconds: int, language: str) -> str:
    """A wait as people say it."""
    if seconds < 120:
        return f"{seconds}秒" if language == "zh" else f"{seconds} seconds"
    if seconds > 2 * 86_400:
        days = -(-seconds // 86_400)
        return f"{days}天" if language == "zh" else f"{days} days"
    minutes = -(-seconds // 60)
    return f"{minutes}分钟" if language == "zh" else f"{minutes} minutes"


async def purge(database: Database, now: datetime) -> None:
    """Forget what no limit looks back to, and captchas, codes and sessions long expired."""
    async with database.reading() as connection:
        for statement, kept in _OUTDATED.items():
            await connection.execute(text(statement), {"before": now - kept})
