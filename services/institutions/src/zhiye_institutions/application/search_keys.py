"""Keeping what institutions are found by in step with their names."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ARRAY, Text, any_, bindparam, literal, or_, select, update

from zhiye_chassis.database import Transaction
from zhiye_institutions.adapters.pinyin import initials
from zhiye_institutions.adapters.tables import institution, other_name
from zhiye_institutions.domain.search import search_keys


async def refresh_search(tx: Transaction, institution_ids: Sequence[str]) -> None:
    """Have institutions, and their campuses, be found by the names they now have.

    Every change of a standard name, a region, an other name or a ``standard_id`` calls this in
    the same transaction.
    """
    ids = any_(literal(list(institution_ids), ARRAY(Text)))
    standard = institution.alias("standard")
    rows = await tx.execute(
        select(
            institution.c.id,
            institution.c.name,
            institution.c.region,
            standard.c.name.label("standard_name"),
            standard.c.region.label("standard_region"),
        )
        .outerjoin(standard, standard.c.id == institution.c.standard_id)
        .where(or_(institution.c.id == ids, institution.c.standard_id == ids))
        .order_by(institution.c.id)
    )
    names: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        names[row.id] = [(row.name, row.region)]
        if row.standard_name:
            names[row.id].append((row.standard_name, row.standard_region))
    others = await tx.execute(
        select(other_name.c.institution_id, other_name.c.name).where(
            other_name.c.institution_id == any_(literal(list(names), ARRAY(Text)))
        )
    )
    for other in others:
        named = names[other.institution_id]
        named.append((other.name, named[0][1]))
    if names:
        await tx.connection.execute(
            update(institution)
            .where(institution.c.id == bindparam("institution"))
            .values(search_keys=bindparam("keys")),
            [
                {"institution": id_, "keys": search_keys(named, initials)}
                for id_, named in names.items()
            ],
        )
