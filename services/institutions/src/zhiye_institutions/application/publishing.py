"""Telling others how institutions now stand, and keeping their default authority right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Text, any_, func, literal, select, text, update

from zhiye_chassis.database import Transaction
from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_contracts.codes.divisions import prefix
from zhiye_contracts.events import InstitutionChanged
from zhiye_institutions.adapters.tables import (
    deciding_authority,
    institution,
    nearest_authority,
    other_name,
    within,
)
from zhiye_institutions.domain.lifecycle import told_status
from zhiye_institutions.kit import Kit

_DEFAULTS = 7_245_302  # any constant: the advisory lock over authorities and what follows from them


async def hold_authorities(tx: Transaction, *, to_change: bool) -> None:
    """Keep the set of authorities as it is until the transaction ends.

    An institution takes its default from the authorities it can see, and a change of authority
    corrects the institutions it can see: without this lock, two that happen at the same moment
    would miss each other.
    """
    kind = "" if to_change else "_shared"
    await tx.execute(text(f"SELECT pg_advisory_xact_lock{kind}(:lock)"), {"lock": _DEFAULTS})


async def publish_institutions(tx: Transaction, institution_ids: Sequence[str]) -> None:
    """Emit ``InstitutionChanged`` for each, with its deciding authorities resolved."""
    ids = any_(literal(list(institution_ids), ARRAY(Text)))
    chosen = (
        select(
            deciding_authority.c.institution_id,
            func.jsonb_object_agg(
                deciding_authority.c.business_type, deciding_authority.c.authority_id
            ).label("chosen"),
        )
        .where(deciding_authority.c.institution_id == ids)
        .group_by(deciding_authority.c.institution_id)
        .subquery()
    )
    named = (
        select(
            other_name.c.institution_id,
            func.jsonb_agg(other_name.c.name).label("other_names"),
        )
        .where(other_name.c.institution_id == ids)
        .group_by(other_name.c.institution_id)
        .subquery()
    )
    rows = await tx.execute(
        select(institution, chosen.c.chosen, named.c.other_names)
        .outerjoin(chosen, chosen.c.institution_id == institution.c.id)
        .outerjoin(named, named.c.institution_id == institution.c.id)
        .where(institution.c.id == ids)
        .order_by(institution.c.id)
    )
    tx.emit(
        *(
            InstitutionChanged(
                aggregate_id=row["id"],
                version=row["version"],
                occurred_at=row["updated_at"],
                name=row["name"],
                region=row["region"],
                status=told_status(row["status"]),
                other_names=row["other_names"] or [],
                standard_id=row["standard_id"],
                deciding_authorities=resolve(row["chosen"] or {}, row["default_authority_id"]),
            )
            for row in rows.mappings()
        )
    )


def resolve(chosen: dict[str, str], default: str | None) -> dict[str, str]:
    """Business type → authority: what was set, else the default; left out where neither is."""
    found = {business: chosen.get(business) or default for business in BUSINESS_TYPES}
    return {business: authority for business, authority in found.items() if authority}


async def refresh_defaults(tx: Transaction, kit: Kit, region: str) -> int:
    """Set the default authority of each institution inside a region anew; tell of those that
    changed. Returns how many did."""
    wanted: Any = nearest_authority(institution.c.region)
    changed = await tx.execute(
        update(institution)
        .where(
            within(institution.c.region, prefix(region)),
            institution.c.default_authority_id.is_distinct_from(wanted),
        )
        .values(
            default_authority_id=wanted,
            version=institution.c.version + 1,
            updated_at=kit.clock.now(),
        )
        .returning(institution.c.id)
    )
    ids = [row.id for row in changed]
    if ids:
        await publish_institutions(tx, ids)
    return len(ids)
