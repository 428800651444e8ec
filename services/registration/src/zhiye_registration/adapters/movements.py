"""Who moved from one institution to another, read from the history that moves write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_registration.adapters.regions import bounds
from zhiye_registration.domain.roster import Profession

Direction = Literal["in", "out"]
_PLACES: dict[Direction, tuple[str, str]] = {
    "in": ("institution_id", "region"),
    "out": ("from_institution_id", "from_region"),
}
_ONE = "SELECT CAST(:place AS text) AS code"
# The counties and zones of a region that have any: one look into the index for each of them.
_COUNTIES = (
    "(SELECT {column} AS code FROM registration_history WHERE from_region IS NOT NULL"
    " AND {column} ~>=~ :first_code AND {column} ~<~ :behind_code ORDER BY {column} USING ~<~"
    " LIMIT 1) UNION ALL SELECT (SELECT h.{column} FROM registration_history h"
    " WHERE h.from_region IS NOT NULL AND h.{column} ~>~ place.code"
    " AND h.{column} ~<~ :behind_code ORDER BY h.{column} USING ~<~ LIMIT 1)"
    " FROM place WHERE place.code IS NOT NULL"
)
# What was written of a nurse says until when it was valid, of a physician it never does (a check on
# registrations has it so): nothing else need be read to tell them apart.
_IS_OF: dict[Profession, str] = {
    "nurse": "h.valid_until IS NOT NULL",
    "physician": "h.valid_until IS NULL",
}
# Who is registered again at the same institution has not moved.
_PAGE = (
    "WITH RECURSIVE place AS ({places}), newest AS ("
    " SELECT found.id FROM place CROSS JOIN LATERAL (SELECT h.id FROM registration_history h"
    " WHERE h.{column} = place.code AND h.from_region IS NOT NULL"
    " AND h.from_institution_id <> h.institution_id AND {is_of}"
    " AND h.id < :before AND h.at >= :first AND h.at < :behind ORDER BY h.id DESC LIMIT :size"
    ") AS found ORDER BY found.id DESC LIMIT :size)"
    " SELECT h.id, h.registration_id, h.at, h.change, h.application_number,"
    " h.from_institution_id, h.from_institution_name, h.from_region, h.institution_id,"
    " h.institution_name, h.region, h.values -> 'location' ->> 'before' AS from_location,"
    " h.values -> 'location' ->> 'after' AS into_location,"
    " r.name, r.sealed_id_number, r.sealed_certificate_number"
    " FROM newest JOIN registration_history h ON h.id = newest.id"
    " JOIN registration r ON r.id = h.registration_id ORDER BY h.id DESC"
)


def _statements(
    direction: Direction, profession: Profession
) -> tuple[TextClause, TextClause, TextClause]:
    institution, region = _PLACES[direction]
    counties, is_of = _COUNTIES.format(column=region), _IS_OF[profession]
    return (
        text(_PAGE.format(places=_ONE, column=institution, is_of=is_of)),
        text(_PAGE.format(places=_ONE, column=region, is_of=is_of)),
        text(_PAGE.format(places=counties, column=region, is_of=is_of)),
    )


_STATEMENTS = {
    (direction, profession): _statements(direction, profession)
    for direction in _PLACES
    for profession in _IS_OF
}
_NEWEST = 2**63 - 1


async def page(
    connection: AsyncConnection,
    direction: Direction,
    profession: Profession,
    *,
    institution_id: str | None,
    region: str,
    first: datetime,
    behind: datetime,
    before: int | None,
    size: int,
) -> Sequence[Row[Any]]:
    """At most ``size`` movements into or out of an institution, or else a region, the newest
    first. However many a region has, a page of each of its counties is read at most."""
    of_institution, of_county, of_region = _STATEMENTS[direction, profession]
    given: dict[str, Any] = {
        "first": first,
        "behind": behind,
        "before": _NEWEST if before is None else before,
        "size": size,
    }
    if institution_id is not None:
        statement, places = of_institution, {"place": institution_id}
    elif not region.endswith("00"):
        statement, places = of_county, {"place": region}
    else:
        first_code, behind_code = bounds(region) or ("0", ":")
        statement, places = of_region, {"first_code": first_code, "behind_code": behind_code}
    return (await connection.execute(statement, given | places)).all()
