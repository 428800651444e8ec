"""Keeping what institutions are found by in step with their names and category."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ARRAY, Text, any_, bindparam, literal, or_, select, text, update

from zhiye_chassis.database import Transaction
from zhiye_chassis.pinyin import initials
from zhiye_institutions.adapters.tables import institution, other_name
from zhiye_institutions.domain.search import search_keys
from zhiye_institutions.kit import Kit

_AT_ONCE = 500


async def refresh_search(tx: Transaction, institution_ids: Sequence[str]) -> None:
    """Have institutions, and their campuses, be found by what they now are.

    Every change of a standard name, a region, a category, an other name or a ``standard_id`` calls
    this in the same transaction.
    """
    ids = any_(literal(list(institution_ids), ARRAY(Text)))
    standard = institution.alias("standard")
    found = await tx.execute(
        select(
            *(institution.c[name] for name in ("id", "name", "region", "category", "search_keys")),
            standard.c.name.label("standard_name"),
        )
        .outerjoin(standard, standard.c.id == institution.c.standard_id)
        .where(or_(institution.c.id == ids, institution.c.standard_id == ids))
        .order_by(institution.c.id)
    )
    rows = found.all()
    others: dict[str, list[str]] = {
        row.id: [row.standard_name] if row.standard_name else [] for row in rows
    }
    named = await tx.execute(
        select(other_name.c.institution_id, other_name.c.name).where(
            other_name.c.institution_id == any_(literal(list(others), ARRAY(Text)))
        )
    )
    for other in named:
        others[other.institution_id].append(other.name)
    changed = [
        {"institution": row.id, "keys": sorted(keys)}
        for row in rows
        if (keys := search_keys(row.name, row.region, row.category, others[row.id], initials))
        != set(row.search_keys)
    ]
    if changed:
        await tx.execute(
            update(institution)
            .where(institution.c.id == bindparam("institution"))
            .values(search_keys=bindparam("keys")),
            changed,
        )


async def fill_search(kit: Kit) -> None:
    """Have institutions be found that have no search keys: recorded before there were any."""
    async with kit.database.transaction() as tx:
        found = await tx.execute(
            select(institution.c.id)
            .where(text("search_keys = '{}'"))
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        if ids := list(found.scalars()):
            await refresh_search(tx, ids)
