"""An authority is put on record; institutions that it is now the nearest for are told of."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_contracts.events import AuthorityChanged
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.tables import authority
from zhiye_institutions.application.publishing import hold_authorities, refresh_defaults
from zhiye_institutions.application.zones import is_zone
from zhiye_institutions.domain.regions import authority_refusals
from zhiye_institutions.kit import Kit


async def register_authority(
    tx: Transaction,
    kit: Kit,
    *,
    name: str,
    level: str,
    region: str,
    online: bool = True,
    authority_id: str | None = None,
) -> str:
    """Record a health authority; returns its id.

    With an ``authority_id`` that exists already nothing is done, so that seeding may be repeated.
    Raises ``Refused``: authority_level_region_mismatch, region_unknown, authority_exists.
    """
    assigned = level == "zone" and await is_zone(tx, region)
    if reasons := authority_refusals(level, region, kit.clock.today(), zone_assigned=assigned):
        raise Refused(*reasons)
    await hold_authorities(tx, to_change=True)
    now = kit.clock.now()
    row = {
        "id": authority_id or new_id(),
        "name": name,
        "level": level,
        "region": region,
        "online": online,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    added = await tx.execute(
        insert(authority).values(row).on_conflict_do_nothing().returning(authority.c.id)
    )
    if added.first() is None:
        same = await tx.execute(select(authority.c.id).where(authority.c.id == row["id"]))
        if same.first() is None:
            raise name_taken()
        return str(row["id"])
    tx.emit(
        AuthorityChanged(
            aggregate_id=str(row["id"]),
            version=1,
            occurred_at=now,
            name=name,
            region=region,
            online=online,
        )
    )
    if online:
        await refresh_defaults(tx, kit, region)
    return str(row["id"])


def name_taken() -> Refused:
    """409: the same name for the same region is on record."""
    return refused(
        "authority_exists",
        (
            "该行政区划下已有同名主管部门。",
            "An authority of this name is on record for this region.",
        ),
        ("请使用已有的记录，或核对名称。", "Use the record that exists, or check the name."),
        field="name",
        status=409,
    )
