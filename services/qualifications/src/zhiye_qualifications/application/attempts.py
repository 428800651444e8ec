"""Counting what one account may try only so often: numbers that may be somebody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from sqlalchemy import delete, func, insert, select, text

from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_qualifications.adapters.case_tables import attempt
from zhiye_qualifications.kit import Kit

Kind = Literal["foreign_number", "refresh"]
_DAY = timedelta(days=1)
_LOCK = text("SELECT pg_advisory_xact_lock(7245303, hashtext(:account))")


async def one_at_a_time(tx: Transaction, caller: Principal) -> None:
    """Have what an account does at the same moment counted one after the other."""
    await tx.execute(_LOCK, {"account": caller.account_id})


async def enforce(tx: Transaction, kit: Kit, kind: Kind, caller: Principal) -> None:
    """``Refused`` (429) when the account has used up the last 24 hours' number."""
    most = kit.own.refreshes_a_day if kind == "refresh" else kit.own.foreign_numbers_a_day
    await one_at_a_time(tx, caller)
    now = kit.clock.now()
    since = select(func.count(), func.min(attempt.c.at)).where(
        attempt.c.kind == kind,
        attempt.c.account_id == caller.account_id,
        attempt.c.at > now - _DAY,
    )
    used, first = (await tx.execute(since)).one()
    if used < most:
        return
    raise refused(
        f"limit_{kind}",
        (f"24小时内最多查询{most}次。", f"At most {most} times in 24 hours."),
        (
            "请核对证书编号后明日再试，或向考试、认定所在地的省级卫生健康部门咨询。",
            "Check the number and try tomorrow, or ask the province of the exam or recognition.",
        ),
        status=429,
        retry_after=max(1, int((first + _DAY - now).total_seconds())),
    )


async def record(tx: Transaction, kit: Kit, kind: Kind, caller: Principal) -> None:
    await tx.execute(
        insert(attempt).values(kind=kind, account_id=caller.account_id, at=kit.clock.now())
    )


async def forget_old(kit: Kit) -> None:
    """Drop what no limit looks back to."""
    async with kit.database.transaction() as tx:
        await tx.execute(delete(attempt).where(attempt.c.at < kit.clock.now() - 2 * _DAY))
