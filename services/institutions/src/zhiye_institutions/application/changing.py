"""Changing an institution: its record, its history, what others are told, what a search finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.tables import institution, institution_history
from zhiye_institutions.application.publishing import publish_institutions
from zhiye_institutions.application.search_keys import refresh_search
from zhiye_institutions.kit import Kit

_SEALED = frozenset({"sealed_reserved_phone"})


def institution_not_found() -> Refused:
    return refused(
        "institution_not_found",
        ("没有找到该机构。", "There is no such institution."),
        ("请按名称或登记号查找。", "Search for it by name or registration number."),
        status=404,
    )


async def lock_institution(tx: Transaction, institution_id: str) -> RowMapping:
    """The institution, kept from others until the transaction ends; ``Refused`` (404)."""
    found = await lock_institutions(tx, institution_id)
    if institution_id not in found:
        raise institution_not_found()
    return found[institution_id]


async def lock_institutions(tx: Transaction, *ids: str) -> dict[str, RowMapping]:
    """Those that exist, by id, locked in the order of their ids so that two cannot deadlock."""
    rows = await tx.execute(
        select(institution)
        .where(institution.c.id.in_(ids))
        .order_by(institution.c.id)
        .with_for_update()
    )
    return {row["id"]: row for row in rows.mappings()}


async def change_institution(
    tx: Transaction,
    kit: Kit,
    before: RowMapping,
    change: str,
    by: Principal | None,
    values: Mapping[str, Any] | None = None,
    *,
    filing_id: str | None = None,
    also: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> int:
    """Write ``values`` into an institution that ``lock_institution`` gave; its new version.

    ``also`` are fields outside the row that changed with it (before, after), such as its other
    names: they have been written already. ``by`` is ``None`` for what the calendar does.
    """
    values = dict(values or {})
    version: int = before["version"] + 1
    now = kit.clock.now()
    await tx.execute(
        update(institution)
        .where(institution.c.id == before["id"])
        .values(**values, version=version, updated_at=now)
    )
    shown = [name for name in values if name not in _SEALED and values[name] != before[name]]
    await note_change(
        tx,
        kit,
        before["id"],
        version,
        change,
        by,
        before={**{name: before[name] for name in shown}, **also[0]},
        after={**{name: values[name] for name in shown}, **also[1]},
        filing_id=filing_id,
    )
    await publish_institutions(tx, [before["id"]])
    await refresh_search(tx, [before["id"]])
    return version


async def note_change(
    tx: Transaction,
    kit: Kit,
    institution_id: str,
    version: int,
    change: str,
    by: Principal | None,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    filing_id: str | None = None,
) -> None:
    """Append to the history of an institution; it is never changed afterwards."""
    await tx.execute(
        insert(institution_history).values(
            institution_id=institution_id,
            version=version,
            at=kit.clock.now(),
            change=change,
            filing_id=filing_id,
            actor_account_id=by and by.account_id,
            actor_name=by and by.name,
            before=dict(before),
            after=dict(after),
        )
    )
