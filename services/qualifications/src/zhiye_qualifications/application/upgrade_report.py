"""What became of the 15-digit ID numbers of a batch (Q47)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_qualifications.adapters.case_tables import qualification_case
from zhiye_qualifications.adapters.tables import batch_result
from zhiye_qualifications.application.batches import find_batch
from zhiye_qualifications.domain.case_workflow import OPEN
from zhiye_qualifications.domain.upgrades import UPGRADED


@dataclass(frozen=True, slots=True)
class Report:
    """``upgraded`` by the algorithm; ``cases`` opened for provinces, ``open`` of them undecided."""

    upgraded: int
    cases: int
    open: int


async def upgrade_report(connection: AsyncConnection, caller: Principal, batch_id: str) -> Report:
    """Of one batch; ``Refused`` (404) when it is not the caller's."""
    await find_batch(connection, caller, batch_id)
    result = batch_result.c
    upgraded = await connection.scalar(
        select(func.count()).where(
            result.batch_id == batch_id,
            result.outcome.in_(("recorded", "updated")),
            result.reasons.contains([{"code": UPGRADED}]),
        )
    )
    case = qualification_case.c
    cases, undecided = (
        await connection.execute(
            select(func.count(), func.count().filter(case.state.in_(OPEN))).where(
                case.batch_id == batch_id
            )
        )
    ).one()
    return Report(upgraded or 0, cases, undecided)
