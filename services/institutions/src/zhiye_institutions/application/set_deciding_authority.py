"""An institution chooses who decides its applications of one business type (deck 3)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.web import stale_version
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.tables import authority, deciding_authority
from zhiye_institutions.application.access import require_own
from zhiye_institutions.application.changing import change_institution, lock_institution
from zhiye_institutions.domain.institution import deciding_refusals
from zhiye_institutions.kit import Kit


async def set_deciding_authority(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    *,
    institution_id: str,
    business_type: str,
    authority_id: str,
    expected_version: int,
) -> int:
    """Set the deciding authority of one business type; returns the institution's new version.

    Raises ``Refused`` with every reason at once; 403, 404, or version_stale (412).
    """
    found = await lock_institution(tx, institution_id)
    require_own(caller, institution_id, found["region"])
    chosen = (
        await tx.execute(
            select(authority.c.region, authority.c.online).where(authority.c.id == authority_id)
        )
    ).first()
    reasons = deciding_refusals(
        business_type=business_type,
        institution_region=found["region"],
        institution_status=found["status"],
        authority_region=chosen.region if chosen else None,
        authority_online=bool(chosen and chosen.online),
    )
    if reasons:
        raise Refused(*reasons)
    if found["version"] != expected_version:
        raise stale_version()
    now = kit.clock.now()
    setting = {"authority_id": authority_id, "set_by": caller.account_id, "set_at": now}
    before = await tx.connection.scalar(
        select(deciding_authority.c.authority_id).where(
            deciding_authority.c.institution_id == institution_id,
            deciding_authority.c.business_type == business_type,
        )
    )
    await tx.execute(
        insert(deciding_authority)
        .values(institution_id=institution_id, business_type=business_type, **setting)
        .on_conflict_do_update(constraint=deciding_authority.primary_key, set_=setting)
    )
    return await change_institution(
        tx,
        kit,
        found,
        "deciding-authority",
        caller,
        also=({business_type: before}, {business_type: authority_id}),
    )
