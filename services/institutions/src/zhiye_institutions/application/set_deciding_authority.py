"""An institution chooses who decides its applications of one business type (deck 3)."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_chassis.web import stale_version
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.tables import authority, deciding_authority, institution
from zhiye_institutions.application.publishing import publish_institutions
from zhiye_institutions.domain.institution import deciding_refusals
from zhiye_institutions.kit import Kit


async def set_deciding_authority(
    tx: Transaction,
    kit: Kit,
    *,
    institution_id: str,
    business_type: str,
    authority_id: str,
    expected_version: int,
    set_by: str,
) -> int:
    """Set the deciding authority of one business type; returns the institution's new version.

    ``set_by`` is the account that does it. The caller has made sure that the institution exists
    and is the account's to change. Raises ``Refused`` with every reason at once, or version_stale
    (412).
    """
    place = await tx.execute(
        select(institution.c.region, institution.c.status, institution.c.version)
        .where(institution.c.id == institution_id)
        .with_for_update()
    )
    found = place.one()
    chosen = (
        await tx.execute(
            select(authority.c.region, authority.c.online).where(authority.c.id == authority_id)
        )
    ).first()
    reasons = deciding_refusals(
        business_type=business_type,
        institution_region=found.region,
        institution_status=found.status,
        authority_region=chosen.region if chosen else None,
        authority_online=bool(chosen and chosen.online),
    )
    if reasons:
        raise Refused(*reasons)
    if found.version != expected_version:
        raise stale_version()
    now = kit.clock.now()
    setting = {"authority_id": authority_id, "set_by": set_by, "set_at": now}
    await tx.execute(
        insert(deciding_authority)
        .values(institution_id=institution_id, business_type=business_type, **setting)
        .on_conflict_do_update(constraint=deciding_authority.primary_key, set_=setting)
    )
    await tx.execute(
        update(institution)
        .where(institution.c.id == institution_id)
        .values(version=expected_version + 1, updated_at=now)
    )
    await publish_institutions(tx, [institution_id])
    return expected_version + 1
