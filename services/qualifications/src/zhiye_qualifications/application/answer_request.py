"""The exam centre's answer for one record that somebody misses."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import RowMapping, select

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.adapters.case_tables import record_request
from zhiye_qualifications.application.case_access import not_found
from zhiye_qualifications.kit import Kit

Answer = Literal["recorded", "not_found"]

ANSWERED = reason(
    "request_answered",
    "此查询已经答复。",
    "This request is answered already.",
    "无需重复答复；查到的资格信息请按常规报送。",
    "Nothing to do; feed what was found as any record.",
)


async def answer_request(
    tx: Transaction, kit: Kit, caller: Principal, request_id: str, answer: Answer, note: str
) -> RowMapping:
    """Close a request: what was found is fed as any record. ``Refused``: 404, 409 the second
    time."""
    table = record_request.c
    found = await tx.execute(select(record_request).where(table.id == request_id).with_for_update())
    row = found.mappings().first()
    if row is None:
        raise not_found()
    if row["answer"] is not None:
        raise Refused(ANSWERED, status=409)
    changed = await tx.execute(
        record_request.update()
        .where(table.id == request_id)
        .values(
            answer=answer,
            note=note or None,
            answered_at=kit.clock.now(),
            answered_by=caller.account_id,
        )
        .returning(record_request)
    )
    kept: RowMapping = changed.mappings().one()
    return kept
