"""What a physician can be registered with at an institution: location, scopes, departments."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_registration.adapters import scopes
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.registration import location_of
from zhiye_registration.domain.scopes import Catalogue
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class PracticeOptions:
    """``location`` is the province, two digits, or an assistant's county, six (Q7, Q8)."""

    institution_id: str
    institution_name: str
    region: str
    location: str
    catalogue: Catalogue


async def practice_options(
    connection: AsyncConnection, kit: Kit, institution_id: str, level: str
) -> PracticeOptions:
    """As of today. Raises ``Refused`` (404) for an institution that is not known, or closed."""
    i = institution.c
    found = await connection.execute(
        select(i.name, i.region).where(i.id == institution_id, i.status == "in_force")
    )
    one = found.first()
    if one is None:
        raise not_found()
    return PracticeOptions(
        institution_id,
        one.name,
        one.region,
        location_of(level, one.region),
        await scopes.catalogue_of(connection, one.region, kit.clock.today()),
    )
