"""Whose roster somebody may read: an institution its own, an authority those of its region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_registration.adapters import filings, roster
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.filing import Filing


@dataclass(frozen=True, slots=True)
class Place:
    id: str
    name: str


async def place_of(
    connection: AsyncConnection, caller: Principal, institution_id: str | None
) -> Place:
    """The institution whose roster is asked for.

    Raises ``Refused``: 404 for one that is none of the caller's business, 422
    ``institution_missing`` when an authority names none.
    """
    own = caller.institution_id if caller.role == "institution" else None
    if own is not None and institution_id not in (None, own):
        raise not_found()
    asked = own or institution_id
    if asked is None:
        raise refused(
            "institution_missing",
            ("没有指明医疗机构。", "No institution is named."),
            (
                "请先查找本辖区的医疗机构，再以 institution_id 指明。",
                "Search for an institution of your region and name it as institution_id.",
            ),
            field="institution_id",
        )
    found = (await connection.execute(select(institution).where(institution.c.id == asked))).first()
    if own is not None:
        return Place(own, found.name if found else "")
    if found is None or not _inside(caller, found.region):
        raise not_found()
    return Place(found.id, found.name)


async def person_on_roster(
    connection: AsyncConnection, caller: Principal, registration_id: str
) -> RowMapping:
    """One of the caller's people, whole; else ``Refused`` (404)."""
    row = await roster.one(connection, registration_id)
    if row is None:
        raise not_found()
    if not is_main(caller, row):
        raise not_found()
    return row


async def person_or_filed(
    connection: AsyncConnection, caller: Principal, registration_id: str, today: date
) -> tuple[RowMapping, Sequence[Filing]]:
    """One of the caller's people, or of those who practise at the caller's by a filing that is not
    over; with the filings under the registration that the caller may know of, the newest first:
    to the main institution all, to a further one its own. Else ``Refused`` (404)."""
    row = await roster.one(connection, registration_id)
    if row is None:
        raise not_found()
    if row["profession"] != "physician":
        return await person_on_roster(connection, caller, registration_id), ()
    under = [
        one
        for one in await filings.of_person(connection, row["person_key"])
        if one.registration_id == registration_id
    ]
    if is_main(caller, row):
        return row, under
    here = [one for one in under if is_filed_here(caller, one)]
    if not any(one.state(today) in ("in_force", "waiting") for one in here):
        raise not_found()
    return row, here


def is_main(caller: Principal, row: RowMapping) -> bool:
    """Whether it is the caller's institution, or one of the caller's region, that a registration
    is with."""
    if caller.role == "institution":
        return bool(caller.institution_id == row["institution_id"])
    return caller.role == "authority" and _inside(caller, row["region"])


def is_filed_here(caller: Principal, one: Filing) -> bool:
    """The same of the institution that a filing adds."""
    if caller.role == "institution":
        return caller.institution_id == one.institution_id
    return caller.role == "authority" and _inside(caller, one.region)


def _inside(caller: Principal, region: str) -> bool:
    return divisions.is_within(region, caller.region or "")
