"""Who and what would follow if an institution were merged into another (Q20.4.2, Q41.4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_registration.adapters.physician_tables import practice_filing
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.adapters.tables import application, registration
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.workflow import OPEN


@dataclass(frozen=True, slots=True)
class Preview:
    institution: RowMapping
    registrations: Sequence[RowMapping]
    applications: Sequence[RowMapping]
    people: Sequence[RowMapping]
    filings: int
    """Of physicians at this further institution, in force."""


async def preview_merge(
    connection: AsyncConnection,
    caller: Principal,
    source_id: str,
    today: date,
    after: str | None,
    limit: int,
) -> Preview:
    """Counts by profession and status, open applications by type and state, and a page of the
    people by id. For an authority over the institution's region; else ``Refused`` (404)."""
    found = await connection.execute(select(institution).where(institution.c.id == source_id))
    place = found.mappings().first()
    if place is None or not divisions.is_within(place["region"], caller.region or ""):
        raise not_found()
    r, a = registration.c, application.c
    counted = await connection.execute(
        select(r.profession, r.status, func.count().label("count"))
        .where(r.institution_id == source_id)
        .group_by(r.profession, r.status)
        .order_by(r.profession, r.status)
    )
    open_ = await connection.execute(
        select(a.business_type, a.state, func.count().label("count"))
        .where(a.institution_id == source_id, a.state.in_(OPEN))
        .group_by(a.business_type, a.state)
        .order_by(a.business_type, a.state)
    )
    f = practice_filing.c
    filed = await connection.scalar(
        select(func.count()).where(
            f.institution_id == source_id, f.status == "in_force", f.until_on >= today
        )
    )
    people = (
        select(r.id, r.profession, r.name, r.sealed_id_number, r.status, r.valid_until)
        .where(r.institution_id == source_id)
        .order_by(r.id)
        .limit(limit)
    )
    if after is not None:
        people = people.where(r.id > after)
    return Preview(
        place,
        counted.mappings().all(),
        open_.mappings().all(),
        (await connection.execute(people)).mappings().all(),
        filed or 0,
    )
