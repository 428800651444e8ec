"""Which window for renewals applies in a region (Q32: 可适当提前).

The window of the nearest authority that has set one counts: county or zone, city, province,
nation; where none has, the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_chassis.web import stale_version
from zhiye_contracts.codes import divisions
from zhiye_registration.adapters.projection_tables import authority
from zhiye_registration.adapters.record_tables import renewal_window
from zhiye_registration.application.access import not_found
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


async def own_version(connection: AsyncConnection, authority_id: str | None) -> int:
    """Version of the window that an authority has set; 0 when it has set none."""
    w = renewal_window.c
    found = await connection.execute(select(w.version).where(w.authority_id == authority_id))
    return int(found.scalar_one_or_none() or 0)


async def set_window(
    tx: Transaction, kit: Kit, caller: Principal, version: int, days: int, late_days: int
) -> int:
    """Set the window for an authority's region and all below; the new version.

    Raises ``Refused``: 404, 412 ``version_stale``, 422 ``renewal_window_too_short``.
    """
    if caller.authority_id is None or caller.region is None:
        raise not_found()
    renewal.check_window(days)
    values = {
        "region": caller.region,
        "opens_days_before": days,
        "late_days": late_days,
        "version": version + 1,
        "updated_at": kit.clock.now(),
        "updated_by": caller.account_id,
    }
    w = renewal_window.c
    change: Any
    if version:
        change = (
            update(renewal_window)
            .where(w.authority_id == caller.authority_id, w.version == version)
            .values(values)
            .returning(w.version)
        )
    else:
        change = (
            insert(renewal_window)
            .values(values | {"authority_id": caller.authority_id})
            .on_conflict_do_nothing()
            .returning(w.version)
        )
    if (await tx.execute(change)).first() is None:
        raise stale_version()
    log.info(
        "renewal_window_set",
        authority=caller.authority_id,
        account=caller.account_id,
        opens_days_before=days,
        late_days=late_days,
    )
    return version + 1


def _ladder(region: str) -> tuple[str, ...]:
    """The region and all above it."""
    return region, region[:4] + "00", divisions.province_of(region), divisions.NATION
