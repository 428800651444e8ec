"""An institution is put on record under its standard name."""

from __future__ import annotations

from sqlalchemy import Text as TextType
from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_contracts.identifiers import parse_institution_number
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.tables import authority, institution, nearest_authority
from zhiye_institutions.application.publishing import hold_authorities, publish_institutions
from zhiye_institutions.application.search_keys import refresh_search
from zhiye_institutions.domain.institution import Description, refusals
from zhiye_institutions.domain.regions import is_official
from zhiye_institutions.kit import Kit


async def register_institution(
    tx: Transaction,
    kit: Kit,
    *,
    name: str,
    region: str,
    registration_number: str | None = None,
    category: str | None = None,
    level: str = "ungraded",
    ownership: str | None = None,
    institution_id: str | None = None,
) -> str:
    """Record a medical institution, in force; returns its id.

    Category and ownership may be left to the registration number; stations without one (Q55) must
    give both. With an ``institution_id`` that exists already nothing is done, so that seeding may
    be repeated. Raises ``IdentifierError`` for the number and ``Refused`` with every reason at
    once, or institution_number_taken (409).
    """
    number = parse_institution_number(registration_number) if registration_number else None
    await hold_authorities(tx, to_change=False)
    described = Description(
        region=region,
        region_known=is_official(region, kit.clock.today()) or await _is_zone(tx, region),
        number=number,
        category=category,
        level=level,
        ownership=ownership,
    )
    if reasons := refusals(described):
        raise Refused(*reasons)
    now = kit.clock.now()
    id_ = institution_id or new_id()
    added = await tx.execute(
        insert(institution)
        .values(
            id=id_,
            registration_number=number.value if number else None,
            name=name,
            region=region,
            category=described.resolved_category,
            level=level,
            ownership=described.resolved_ownership,
            status="in_force",
            default_authority_id=nearest_authority(literal(region, TextType)),
            version=1,
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(institution.c.id)
    )
    if added.first() is None:
        same = await tx.execute(select(institution.c.id).where(institution.c.id == id_))
        if same.first() is None:
            raise refused(
                "institution_number_taken",
                (
                    "该登记号已有机构登记。",
                    "An institution is on record with this registration number.",
                ),
                (
                    "请按登记号查找已有机构；登记号有误的请更正。",
                    "Search for the number to find it; correct the number if it is wrong.",
                ),
                field="registration_number",
                source="WS 218-2002",
                status=409,
            )
        return id_
    await refresh_search(tx, [id_])
    await publish_institutions(tx, [id_])
    return id_


async def _is_zone(tx: Transaction, region: str) -> bool:
    """Whether a special zone with this code has an authority (Q56)."""
    found = await tx.execute(
        select(authority.c.id)
        .where(authority.c.region == region, authority.c.level == "zone")
        .limit(1)
    )
    return found.first() is not None
