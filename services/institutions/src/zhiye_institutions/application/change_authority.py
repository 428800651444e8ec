"""An authority goes online or offline, or gets another name."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from zhiye_chassis.database import Transaction
from zhiye_chassis.web import stale_version
from zhiye_contracts.events import AuthorityChanged
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.tables import authority
from zhiye_institutions.application.publishing import hold_authorities, refresh_defaults
from zhiye_institutions.application.register_authority import name_taken
from zhiye_institutions.domain.institution import AUTHORITY_UNKNOWN
from zhiye_institutions.kit import Kit


async def change_authority(
    tx: Transaction,
    kit: Kit,
    authority_id: str,
    *,
    name: str,
    online: bool,
    expected_version: int,
) -> int:
    """Change name and online flag; returns the new version.

    An institution keeps an authority that was set for it, online or not; defaults follow at once.
    Raises ``Refused``: authority_unknown (404), version_stale (412), authority_exists (409).
    """
    await hold_authorities(tx, to_change=True)
    found = await tx.execute(select(authority).where(authority.c.id == authority_id))
    before = found.mappings().first()
    if before is None:
        raise Refused(AUTHORITY_UNKNOWN, status=404)
    if before["version"] != expected_version:
        raise stale_version()
    now = kit.clock.now()
    try:
        await tx.execute(
            update(authority)
            .where(authority.c.id == authority_id)
            .values(name=name, online=online, version=expected_version + 1, updated_at=now)
        )
    except IntegrityError:
        raise name_taken() from None
    tx.emit(
        AuthorityChanged(
            aggregate_id=authority_id,
            version=expected_version + 1,
            occurred_at=now,
            name=name,
            region=before["region"],
            online=online,
        )
    )
    if online != before["online"]:
        await refresh_defaults(tx, kit, before["region"])
    return expected_version + 1
