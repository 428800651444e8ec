"""Which window for renewals applies in a region (Q32: 可适当提前).

The window of the nearest authority that has set one counts: county or zone, city, province,
nation; where none has, the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Text, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_contracts.codes import divisions
from zhiye_registration.adapters.record_tables import renewal_window
from zhiye_registration.adapters.tables import authority
from zhiye_registration.domain import renewal
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class RenewalWindow:
    """How long before and after expiry renewals are taken, and who says so: no name is the
    settings."""

    opens_days_before: int
    late_days: int
    source_name: str | None = None
    authority_id: str | None = None
    region: str | None = None

    def opens_on(self, valid_until: date) -> date:
        return renewal.opens_on(valid_until, self.opens_days_before)

    def closes_on(self, valid_until: date) -> date:
        return renewal.closes_on(valid_until, self.late_days)


async def window_of(connection: AsyncConnection, kit: Kit, region: str) -> RenewalWindow:
    """The window that applies to registrations at an institution of this region."""
    w = renewal_window.c
    found = await connection.execute(
        select(
            w.opens_days_before,
            w.late_days,
            authority.c.name.label("source_name"),
            w.authority_id,
            w.region,
        )
        .select_from(renewal_window.outerjoin(authority, authority.c.id == w.authority_id))
        .where(w.region.in_(_ladder(region)))
        # More digits that are not zero: nearer. Of several of one region, the first (ids rise).
        .order_by(w.region.desc(), w.authority_id)
        .limit(1)
    )
    row = found.first()
    if row is None:
        return RenewalWindow(kit.own.renewal_opens_days_before, kit.own.renewal_late_days)
    return RenewalWindow(**row._mapping)


def _ladder(region: str) -> tuple[str, ...]:
    """The region and all above it."""
    return region, region[:4] + "00", divisions.province_of(region), divisions.NATION


def ladder_of(region: ColumnElement[str]) -> tuple[ColumnElement[str], ...]:
    """The same of a column."""
    return (
        region,
        func.left(region, 4) + literal("00", Text),
        func.left(region, 2) + literal("0000", Text),
        literal(divisions.NATION, Text),
    )
