"""Nurses counted, in one pass over the rows that are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_contracts.codes.divisions import prefix
from zhiye_registration.adapters.regions import after, bounds
from zhiye_registration.domain.roster import Retirement, born_until
from zhiye_registration.domain.statistics import (
    AGE_STEPS,
    DIMENSIONS,
    LATER,
    OLDEST,
    OVERDUE,
    expiry_horizon,
)

_STEPS = "".join(f" WHEN birth_date > :born_{age} THEN '{band}'" for age, band in AGE_STEPS)
# Each account by a look into its index, as on the roster: a join could read all there are.
_FACTS = f"""
    SELECT region, status = 'registered' AS on_register,
      CASE WHEN status <> 'registered' THEN 'cancelled' WHEN valid_until < :today THEN 'expired'
        ELSE 'registered' END AS status,
      coalesce(education, '') AS education, coalesce(title, '') AS title, gender,
      CASE{_STEPS} ELSE '{OLDEST}' END AS age,
      coalesce(department, '') AS department, coalesce(work_category, '') AS work_category,
      CASE coalesce((SELECT a.status FROM account a
          WHERE a.person_key = r.person_key AND a.status <> 'revoked'
          ORDER BY a.id DESC LIMIT 1), 'none')
        WHEN 'active' THEN 'active' WHEN 'none' THEN 'none' ELSE 'inactive' END
      || ' ' ||
      CASE education WHEN '40' THEN 'secondary' WHEN '30' THEN 'college' WHEN '20' THEN 'bachelor'
        WHEN '10' THEN CASE details ->> 'degree' WHEN '3' THEN 'master' WHEN '2' THEN 'doctor'
          ELSE 'other' END
        ELSE 'other' END AS account_level,
      CASE WHEN valid_until < :today THEN '{OVERDUE}' WHEN valid_until >= :horizon THEN '{LATER}'
        ELSE to_char(valid_until, 'YYYY-MM') END AS expiry,
      coalesce(employment, '') AS employment,
      CASE WHEN birth_date <= CASE gender WHEN '2' THEN CAST(:women AS date) ELSE :men END
        AND (employment_confirmed_on IS NULL OR employment_confirmed_on <= :confirmed)
        THEN 'yes' ELSE 'no' END AS to_confirm
    FROM registration r WHERE profession = 'nurse' AND
"""  # noqa: S608 - words of our own
_WHICH = "".join(f" WHEN grouping({name}) = 0 THEN '{name}'" for name in DIMENSIONS)
_VALUE = "".join(f" WHEN grouping({name}) = 0 THEN {name}" for name in DIMENSIONS)
_DIMENSION = f"CASE{_WHICH} END AS dimension, CASE{_VALUE} END AS value"
# By status everybody is counted, by everything else who is on the register, expired or not.
_COUNT = (
    "CASE WHEN grouping(status) = 0 THEN count(*) ELSE count(*) FILTER (WHERE on_register) END AS n"
)


def _counted(where: str, *, by_region: bool = False) -> str:
    place = "region, " if by_region else ""
    sets = ", ".join(f"({place}{name})" for name in DIMENSIONS)
    return (
        f"SELECT {place}{_DIMENSION}, {_COUNT} FROM ({_FACTS} {where}) AS facts"  # noqa: S608
        f" GROUP BY GROUPING SETS ({sets})"
    )


_INSIDE = "region ~>=~ :first AND region ~<~ :behind"
_OF_INSTITUTION = text(_counted("institution_id = :institution"))
_OF_REGION = text(_counted(_INSIDE))
_OF_NATION = text(_counted("true"))
_SOME_INSIDE = f"SELECT count(*) FROM (SELECT FROM registration WHERE {_INSIDE} LIMIT :most) AS o"  # noqa: S608
_SOME = text("SELECT count(*) FROM (SELECT FROM registration LIMIT :most) AS o")
_FORGET = text(f"DELETE FROM registration_count WHERE profession = 'nurse' AND {_INSIDE}")  # noqa: S608
_KEEP = text(
    "INSERT INTO registration_count (profession, region, dimension, value, count, counted_at)"  # noqa: S608
    " SELECT 'nurse', left(region, size), dimension, value, sum(n), :now"
    f" FROM ({_counted(_INSIDE, by_region=True)}) AS counted,"
    " (VALUES (2), (4), (6)) AS level (size)"
    " WHERE n > 0 GROUP BY 2, 3, 4"
)
_FORGET_OTHERS = text(
    "DELETE FROM registration_count"
    " WHERE profession = 'nurse' AND left(region, 2) <> ALL (CAST(:provinces AS text[]))"
)
_NEXT_PROVINCE = text(
    "SELECT left(region, 2) FROM registration WHERE region ~>=~ :from_code"
    " ORDER BY region USING ~<~ LIMIT 1"
)
_KEPT = (
    "SELECT dimension, value, sum(count) AS n, min(counted_at) AS counted_at"
    " FROM registration_count WHERE profession = 'nurse' AND {place} GROUP BY dimension, value"
)
_KEPT_OF_PLACE = text(_KEPT.format(place="region = :place"))
_KEPT_OF_NATION = text(_KEPT.format(place="length(region) = 2"))
_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('registration_count', 0))")


async def count_institution(
    connection: AsyncConnection, institution_id: str, today: date, retirement: Retirement
) -> Sequence[Row[Any]]:
    """``dimension``, ``value`` and how many (``n``), as it is now."""
    given = _limits(today, retirement) | {"institution": institution_id}
    return (await connection.execute(_OF_INSTITUTION, given)).all()


async def count_region(
    connection: AsyncConnection, region: str, today: date, retirement: Retirement
) -> Sequence[Row[Any]]:
    """The same for a region, reading each of its registrations."""
    given, inside = _limits(today, retirement), bounds(region)
    if inside is None:
        return (await connection.execute(_OF_NATION, given)).all()
    return (await connection.execute(_OF_REGION, given | _range(*inside))).all()


async def has_more_than(connection: AsyncConnection, region: str, most: int) -> bool:
    """Whether a region has more registrations than so many; it reads no more than those."""
    inside, given = bounds(region), {"most": most + 1}
    if inside is None:
        return bool(await connection.scalar(_SOME, given) > most)
    found = await connection.scalar(text(_SOME_INSIDE), given | _range(*inside))
    return bool(found > most)


async def kept_counts(connection: AsyncConnection, region: str) -> Sequence[Row[Any]]:
    """What was counted last in a region, with ``counted_at``; nothing if it never was."""
    place = prefix(region)
    if not place:
        return (await connection.execute(_KEPT_OF_NATION)).all()
    return (await connection.execute(_KEPT_OF_PLACE, {"place": place})).all()


async def next_province(connection: AsyncConnection, province: str) -> str | None:
    """Two digits of the next province that has registrations."""
    given = {"from_code": after(province) if province else ""}
    return (await connection.execute(_NEXT_PROVINCE, given)).scalar_one_or_none()


async def keep_province(
    tx: Transaction, province: str, today: date, now: datetime, retirement: Retirement
) -> bool:
    """Count a province again, and its cities and counties with it; ``False`` while another process
    is counting."""
    if not await tx.connection.scalar(_ALONE):
        return False
    inside = _range(province, after(province))
    await tx.execute(_FORGET, inside)
    await tx.execute(_KEEP, _limits(today, retirement) | inside | {"now": now})
    return True


async def forget_others(tx: Transaction, provinces: set[str]) -> None:
    """Nobody is left in provinces other than these."""
    await tx.execute(_FORGET_OTHERS, {"provinces": sorted(provinces)})


def _range(first: str, behind: str) -> dict[str, str]:
    return {"first": first, "behind": behind}


def _limits(today: date, retirement: Retirement) -> dict[str, date]:
    return {
        "today": today,
        "horizon": expiry_horizon(today),
        "women": born_until(today, retirement.women),
        "men": born_until(today, retirement.men),
        "confirmed": retirement.confirmed_after(today),
    } | {f"born_{age}": born_until(today, age) for age, _ in AGE_STEPS}
