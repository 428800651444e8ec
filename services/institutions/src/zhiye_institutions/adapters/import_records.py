"""What an import needs to know of institutions on record, and of its own earlier lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    RowMapping,
    Text,
    any_,
    func,
    literal,
    or_,
    select,
    text,
)

from zhiye_chassis.database import Transaction
from zhiye_institutions.adapters.tables import (
    import_seen,
    institution,
    nearest_authority,
    other_name,
)
from zhiye_institutions.domain.imports import Record, key_of

_STATIONS = 7_245_303
"""Any constant: the advisory lock of who records institutions that have no number."""


async def hold_stations(tx: Transaction) -> None:
    """Keep others from recording institutions that have no number until the transaction ends: no
    unique index tells them apart."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _STATIONS})


async def on_record(tx: Transaction, records: Sequence[Record]) -> dict[str, dict[str, Any]]:
    """Institutions that have the keys of these records, with their ``other_names``."""
    columns = institution.c
    stations = [record for record in records if record.number is None]
    statement = select(institution).where(
        columns.registration_number == _any(r.number for r in records if r.number)
    )
    rows = [dict(row) for row in (await tx.execute(statement)).mappings()]
    if stations:
        statement = select(institution).where(
            columns.name == _any(record.name for record in stations),
            columns.registration_number.is_(None),
        )
        rows += [dict(row) for row in (await tx.execute(statement)).mappings()]
    names: dict[str, list[str]] = {row["id"]: [] for row in rows}
    if names:
        named = await tx.execute(
            select(other_name.c.institution_id, other_name.c.name).where(
                other_name.c.institution_id == _any(names)
            )
        )
        for id_, name in named:
            names[id_].append(name)
    return {
        key_of(row["registration_number"], row["region"], row["name"]): {
            **row,
            "other_names": names[row["id"]],
        }
        for row in rows
    }


async def standards(tx: Transaction, sought: set[str]) -> Sequence[RowMapping]:
    """Institutions that campuses may be part of, by name or number; locked, so that none is merged
    away at this moment."""
    found = await tx.execute(
        select(
            institution.c.id,
            institution.c.name,
            institution.c.registration_number,
            institution.c.region,
            institution.c.standard_id.is_not(None).label("campus"),
            institution.c.status.in_(("cancelled", "merged")).label("ended"),
        )
        .where(
            or_(
                institution.c.name == _any(sought),
                institution.c.registration_number == _any(sought),
            )
        )
        .order_by(institution.c.id)
        .with_for_update(read=True)
    )
    return list(found.mappings())


async def default_authorities(tx: Transaction, regions: set[str]) -> dict[str, str | None]:
    """The nearest online authority of each region."""
    given = select(func.unnest(literal(sorted(regions), ARRAY(Text))).label("region")).subquery()
    found = await tx.execute(select(given.c.region, nearest_authority(given.c.region)))
    return {row.region: row[1] for row in found}


async def digests_seen(tx: Transaction, import_id: str, keys: Iterable[str]) -> dict[str, str]:
    """What a dry run has seen of these keys on earlier lines."""
    found = await tx.execute(
        select(import_seen.c.key, import_seen.c.digest).where(
            import_seen.c.import_id == import_id, import_seen.c.key == _any(keys)
        )
    )
    return {row.key: row.digest for row in found}


async def standards_seen(tx: Transaction, import_id: str, sought: set[str]) -> Sequence[RowMapping]:
    """Institutions on earlier lines of a dry run, by name or number."""
    found = await tx.execute(
        select(
            literal(None, Text).label("id"),
            import_seen.c.name,
            import_seen.c.key.label("registration_number"),
            import_seen.c.region,
            import_seen.c.campus,
            import_seen.c.ended,
        ).where(
            import_seen.c.import_id == import_id,
            or_(import_seen.c.name == _any(sought), import_seen.c.key == _any(sought)),
        )
    )
    return list(found.mappings())


def _any(values: Iterable[str]) -> ColumnElement[Any]:
    return any_(literal(list(values), ARRAY(Text)))
