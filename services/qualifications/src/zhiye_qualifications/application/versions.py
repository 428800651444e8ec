"""Every version of a qualification, the newest first, and who made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_qualifications.adapters.case_tables import qualification_change
from zhiye_qualifications.adapters.tables import qualification_history
from zhiye_qualifications.application.accesses import find_in_scope, record_accesses
from zhiye_qualifications.kit import Kit

MOST = 200
"""Versions told; nothing has as many."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version, and the decision that made it; ``None`` when the exam centre fed it."""

    row: RowMapping
    change: RowMapping | None


async def versions_of(
    tx: Transaction, kit: Kit, caller: Principal, qualification_id: str
) -> Sequence[Version]:
    """For its owner, and for those in whose scope it is: theirs is recorded. ``Refused``: 403
    below a province, 404."""
    current = await find_in_scope(tx.connection, caller, qualification_id)
    if caller.role != "practitioner":
        await record_accesses(tx, kit, caller, [current], "versions")
    history = qualification_history.c
    older = await tx.execute(
        select(qualification_history)
        .where(history.id == qualification_id)
        .order_by(history.version.desc())
        .limit(MOST)
    )
    change = qualification_change.c
    made = await tx.execute(
        select(qualification_change).where(change.qualification_id == qualification_id)
    )
    changes = {row["version"]: row for row in made.mappings()}
    return [Version(row, changes.get(row["version"])) for row in (current, *older.mappings().all())]
