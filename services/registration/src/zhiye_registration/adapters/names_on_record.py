"""Under which names people are on record, by their ID numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_contracts.identifiers import names_match
from zhiye_registration.adapters.projection_tables import qualification
from zhiye_registration.adapters.tables import registration


async def names_on_record(
    connection: AsyncConnection, person_keys: Collection[str]
) -> dict[str, set[str]]:
    """The names that registrations and qualifications have, of those who are on record."""
    keys = sorted(set(person_keys))
    found = await connection.execute(
        union(
            *(
                select(table.c.person_key, table.c.name).where(table.c.person_key.in_(keys))
                for table in (registration, qualification)
            )
        )
    )
    names: defaultdict[str, set[str]] = defaultdict(set)
    for row in found:
        names[row.person_key].add(row.name)
    return dict(names)


def agrees(name: str, recorded: Collection[str]) -> bool:
    """Whether somebody whose full ID number was stated is stated under a name that is on record.
    A rare character may be a pinyin in brackets on one side. Nobody on record agrees with all."""
    return not recorded or any(names_match(name, other) != "different" for other in recorded)
