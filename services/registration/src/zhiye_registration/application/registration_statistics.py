"""Nurses and physicians counted for pictures: an institution's as they are now, a region's as
last counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_registration.adapters import statistics
from zhiye_registration.application.access import not_found
from zhiye_registration.application.list_roster import retirement_of
from zhiye_registration.application.roster_access import Place, place_of
from zhiye_registration.domain.roster import Profession
from zhiye_registration.kit import Kit

SMALL = 20_000
"""Registrations that are counted while somebody waits, where nothing was counted yet."""
Counts = Mapping[str, Mapping[str, int]]
"""Dimension → value → how many."""


@dataclass(frozen=True, slots=True)
class Counted:
    """``place`` is the institution, if it is one's; ``region`` else."""

    place: Place | None
    region: str | None
    counted_at: datetime
    live: bool
    counts: Counts


async def registration_statistics(
    kit: Kit,
    caller: Principal,
    profession: Profession,
    institution_id: str | None = None,
    region: str | None = None,
) -> Counted:
    """An institution's own, those of an institution in an authority's region, or of all of it or a
    part of it; the operator's region is the nation.

    Raises ``Refused``: 404, 409 ``not_counted_yet``.
    """
    now, today, retirement = kit.clock.now(), kit.clock.today(), retirement_of(kit)
    own = divisions.NATION if caller.role == "operator" else caller.region
    if region is not None:
        if caller.role == "institution" or not divisions.is_within(region, own or ""):
            raise not_found()
        own, caller = region, replace(caller, region=region)
    async with kit.database.reading() as connection:
        if caller.role == "institution" or institution_id is not None:
            place = await place_of(connection, caller, institution_id)
            rows = await statistics.count_institution(
                connection, profession, place.id, today, retirement
            )
            return Counted(place, None, now, live=True, counts=_by_dimension(rows))
        if own is None:
            raise not_found()
        kept = await statistics.kept_counts(connection, profession, own)
        if kept:
            counted_at = min(row.counted_at for row in kept)
            return Counted(None, own, counted_at, live=False, counts=_by_dimension(kept))
        await _check_small(connection, own)
        rows = await statistics.count_region(connection, profession, own, today, retirement)
        return Counted(None, own, now, live=True, counts=_by_dimension(rows))


async def _check_small(connection: AsyncConnection, region: str) -> None:
    if await statistics.has_more_than(connection, region, SMALL):
        raise refused(
            "not_counted_yet",
            ("本辖区的统计数据正在生成。", "The region is being counted for the first time."),
            ("请在几分钟后重试。", "Try again in a few minutes."),
            status=409,
        )


def _by_dimension(rows: Sequence[Row[Any]]) -> Counts:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.n:
            counts[row.dimension][row.value] = int(row.n)
    return counts
