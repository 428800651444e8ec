"""Moving what is at a merged institution, thousands at once, and moving it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters import filing_merges
from zhiye_registration.adapters import merge_statements as sql
from zhiye_registration.adapters.merge_tables import merge_move
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.registration import Registration

SYSTEM = sql.SYSTEM
"""Actor of the steps that nobody took by hand."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What one move took along, as it now stands."""

    registrations: list[Registration]
    applications: list[Application]
    filings: list[str]
    """Ids."""


async def hold(tx: Transaction, institution_id: str) -> None:
    """Keep whatever is at an institution, and whatever would come to it, until the end."""
    for statement in sql.LOCK_ROWS:
        await tx.execute(statement, {"key": institution_id})
    await tx.execute(sql.HOLD, {"key": institution_id})


async def hold_moved(tx: Transaction, merge_id: str) -> None:
    """Keep what a merge moved until the end."""
    for statement in sql.LOCK_MOVED:
        await tx.execute(statement, {"merge": merge_id})


async def hold_shared(tx: Transaction, institution_id: str) -> None:
    """Something comes to an institution: it is not merged away until the end."""
    await tx.execute(sql.HOLD_SHARED, {"key": institution_id})


async def newest(tx: Transaction, source_id: str) -> RowMapping | None:
    """The newest merge of an institution, undone or not."""
    row: RowMapping | None = (await tx.execute(sql.NEWEST, {"key": source_id})).mappings().first()
    return row


async def in_force(tx: Transaction, source_id: str) -> RowMapping | None:
    """The merge that an institution is gone by."""
    row: RowMapping | None = (await tx.execute(sql.IN_FORCE, {"key": source_id})).mappings().first()
    return row


async def move(tx: Transaction, merge: RowMapping, now: datetime, today: date) -> Moved:
    """Everything at the source of a merge goes to where it was merged into, with its history."""
    given = {
        "merge": merge["merge_id"],
        "from_id": merge["source_id"],
        "into_id": merge["into_id"],
        "into_name": merge["into_name"],
        "into_region": merge["into_region"],
        "now": now,
    }
    name = {"name": merge["source_name"]}
    passed_by = await _registrations(
        tx, sql.PASS_BY_MERGE, _only(given, "from_id into_region now") | name
    )
    withdrawn = await _applications(tx, sql.WITHDRAW, _only(given, "from_id into_id into_name now"))
    moved = await _registrations(
        tx, sql.MOVE_REGISTRATIONS, given | {"from_name": merge["source_name"]}
    )
    addressed = await _applications(tx, sql.MOVE_APPLICATIONS, given)
    filed = await filing_merges.move_filings(tx, merge, now, today)
    return Moved([*moved, *passed_by], [*addressed, *withdrawn], filed)


async def move_back(tx: Transaction, merge: RowMapping, now: datetime) -> Moved:
    """What a merge moved, and what is still where merges have put it, goes back."""
    given = {"merge": merge["merge_id"], "now": now}
    name = {"name": merge["into_name"]}
    passed_by = await _registrations(tx, sql.PASS_BY_UNDO, given | name)
    moved = await _registrations(tx, sql.UNDO_REGISTRATIONS, given)
    addressed = await _applications(tx, sql.UNDO_APPLICATIONS, given)
    filed = await filing_merges.move_back_filings(tx, merge["merge_id"], now)
    return Moved([*moved, *passed_by], addressed, filed)


async def note_moves(tx: Transaction, moves: Sequence[dict[str, Any]]) -> None:
    """Keep that merges have sent something elsewhere, in the order of the merges."""
    for one in moves:
        await tx.execute(insert(merge_move).values(one).on_conflict_do_nothing())


async def follow_application(tx: Transaction, application_id: str, registration_id: str) -> None:
    """What was made of an application that merges had moved goes back with them."""
    await tx.execute(sql.FOLLOW, {"application": application_id, "registration": registration_id})


def _only(given: dict[str, Any], names: str) -> dict[str, Any]:
    return {name: given[name] for name in names.split()}


async def _registrations(
    tx: Transaction, statement: Any, given: dict[str, Any]
) -> list[Registration]:
    rows = (await tx.execute(statement, given)).mappings()
    names = [field.name for field in fields(Registration)]
    return [Registration(**{name: row[name] for name in names}) for row in rows]


async def _applications(
    tx: Transaction, statement: Any, given: dict[str, Any]
) -> list[Application]:
    rows = (await tx.execute(statement, given)).mappings()
    names = [field.name for field in fields(Application)]
    return [Application(**{name: row[name] for name in names}) for row in rows]
