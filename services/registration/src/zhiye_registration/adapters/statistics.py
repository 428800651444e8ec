"""Nurses and physicians counted, in one pass over the rows that are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_contracts.codes.divisions import prefix
from zhiye_registration.adapters.regions import after, bounds
from zhiye_registration.domain.roster import Profession, Retirement, born_until
from zhiye_registration.domain.statistics import (
    AGE_STEPS,
    COUNTED,
    DIMENSIONS,
    LATER,
    OLDEST,
    OVERDUE,
    expiry_horizon,
)

_STEPS = "".join(f" WHEN birth_date > :born_{age} THEN '{band}'" for age, band in AGE_STEPS)
_AGE = f"CASE{_STEPS} ELSE '{OLDEST}' END AS age"
# Each account by a look into its index, as on the roster: a join could read all there are.
_ACCOUNT = """CASE coalesce((SELECT a.status FROM account a
          WHERE a.person_key = r.person_key AND a.status <> 'revoked'
          ORDER BY a.id DESC LIMIT 1), 'none')
        WHEN 'active' THEN 'active' WHEN 'none' THEN 'none' ELSE 'inactive' END"""
_FACTS: dict[Profession, str] = {
    "nurse": f"""
    SELECT region, status = 'registered' AS on_register,
      CASE WHEN status <> 'registered' THEN 'cancelled' WHEN valid_until < :today THEN 'expired'
        ELSE 'registered' END AS status,
      coalesce(education, '') AS education, coalesce(title, '') AS title, gender, {_AGE},
      coalesce(department, '') AS department, coalesce(work_category, '') AS work_category,
      {_ACCOUNT}
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
""",  # noqa: S608 - words of our own
    "physician": f"""
    SELECT region, status = 'registered' AS on_register, status, level, category,
      coalesce(title, '') AS title, coalesce(education, '') AS education, gender, {_AGE},
      coalesce(department, '') AS department, {_ACCOUNT} AS account
    FROM registration r WHERE profession = 'physician' AND
""",  # noqa: S608
}
# By status everybody is counted, by everything else who is on the register, expired or not.
_COUNT = (
    "CASE WHEN grouping(status) = 0 THEN count(*) ELSE count(*) FILTER (WHERE on_register) END AS n"
)
# What several values of are counted, or what is kept elsewhere.
_BESIDES: dict[Profession, tuple[str, ...]] = {
    "nurse": (),
    "physician": (
        "SELECT {place}'scope' AS dimension, one.value, count(*) AS n"
        " FROM registration, unnest(scopes) AS one (value)"
        " WHERE profession = 'physician' AND status = 'registered' AND {where}"
        " GROUP BY {place}one.value",
        "SELECT {place}'filed' AS dimension, 'filed' AS value, count(*) AS n"
        " FROM practice_filing WHERE status = 'in_force' AND from_on <= :today"
        " AND until_on >= :today AND {where} GROUP BY {place}dimension",
    ),
}


def _counted(profession: Profession, where: str, *, by_region: bool = False) -> str:
    place, names = "region, " if by_region else "", DIMENSIONS[profession]
    which = "".join(f" WHEN grouping({name}) = 0 THEN '{name}'" for name in names)
    value = "".join(f" WHEN grouping({name}) = 0 THEN {name}" for name in names)
    sets = ", ".join(f"({place}{name})" for name in names)
    counted = (
        f"SELECT {place}CASE{which} END AS dimension, CASE{value} END AS value, {_COUNT}"  # noqa: S608
        f" FROM ({_FACTS[profession]} {where}) AS facts GROUP BY GROUPING SETS ({sets})"
    )
    besides = [one.format(place=place, where=where) for one in _BESIDES[profession]]
    return " UNION ALL ".join([counted, *besides])


_INSIDE = "region ~>=~ :first AND region ~<~ :behind"
_OF_INSTITUTION = {one: text(_counted(one, "institution_id = :institution")) for one in _FACTS}
_OF_REGION = {one: text(_counted(one, _INSIDE)) for one in _FACTS}
_OF_NATION = {one: text(_counted(one, "true")) for one in _FACTS}
_SOME_INSIDE = f"SELECT count(*) FROM (SELECT FROM registration WHERE {_INSIDE} LIMIT :most) AS o"  # noqa: S608
_SOME = text("SELECT count(*) FROM (SELECT FROM registration LIMIT :most) AS o")
_KEPT_INSIDE = f"profession IN ('nurse', 'physician') AND {_INSIDE}"
_FORGET = text(f"DELETE FROM registration_count WHERE {_KEPT_INSIDE}")  # noqa: S608
_KEEP = {
    one: text(
        "INSERT INTO registration_count (profession, region, dimension, value, count, counted_at)"  # noqa: S608
        f" SELECT '{one}', left(region, size), dimension, value, sum(n), :now"
        f" FROM ({_counted(one, _INSIDE, by_region=True)}) AS counted,"
        " (VALUES (2), (4), (6)) AS level (size)"
        " WHERE n > 0 GROUP BY 2, 3, 4"
    )
    for one in _FACTS
}
_KEEP_COUNTED = text(
    "INSERT INTO registration_count (profession, region, dimension, value, count, counted_at)"  # noqa: S608
    f" SELECT profession, region, '{COUNTED}', '', 0, :now"
    f" FROM (SELECT DISTINCT region FROM registration_count WHERE {_KEPT_INSIDE}) AS place,"
    " unnest(CAST(:professions AS text[])) AS one (profession)"
)
_FORGET_OTHERS = text(
    "DELETE FROM registration_count WHERE profession IN ('nurse', 'physician')"
    " AND left(region, 2) <> ALL (CAST(:provinces AS text[]))"
)
_NEXT_PROVINCE = text(
    "SELECT left(region, 2) FROM registration WHERE region ~>=~ :from_code"
    " ORDER BY region USING ~<~ LIMIT 1"
)
_KEPT = (
    "SELECT dimension, value, sum(count) AS n, min(counted_at) AS counted_at"
    " FROM registration_count WHERE profession = :profession AND {place} GROUP BY dimension, value"
)
_KEPT_OF_PLACE = text(_KEPT.format(place="region = :place"))
_KEPT_OF_NATION = text(_KEPT.format(place="length(region) = 2"))
_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('registration_count', 0))")


async def count_institution(
    connection: AsyncConnection,
    profession: Profession,
    institution_id: str,
    today: date,
    retirement: Retirement,
) -> Sequence[Row[Any]]:
    """``dimension``, ``value`` and how many (``n``), as it is now."""
    given = _limits(profession, today, retirement) | {"institution": institution_id}
    return (await connection.execute(_OF_INSTITUTION[profession], given)).all()


async def count_region(
    connection: AsyncConnection,
    profession: Profession,
    region: str,
    today: date,
    retirement: Retirement,
) -> Sequence[Row[Any]]:
    """The same for a region, reading each of its registrations."""
    given, inside = _limits(profession, today, retirement), bounds(region)
    if inside is None:
        return (await connection.execute(_OF_NATION[profession], given)).all()
    return (await connection.execute(_OF_REGION[profession], given | _range(*inside))).all()


async def has_more_than(connection: AsyncConnection, region: str, most: int) -> bool:
    """Whether a region has more registrations than so many; it reads no more than those."""
    inside, given = bounds(region), {"most": most + 1}
    if inside is None:
        return bool(await connection.scalar(_SOME, given) > most)
    found = await connection.scalar(text(_SOME_INSIDE), given | _range(*inside))
    return bool(found > most)


async def kept_counts(
    connection: AsyncConnection, profession: Profession, region: str
) -> Sequence[Row[Any]]:
    """What was counted last in a region, with ``counted_at``; nothing if it never was."""
    place, given = prefix(region), {"profession": profession}
    if not place:
        return (await connection.execute(_KEPT_OF_NATION, given)).all()
    return (await connection.execute(_KEPT_OF_PLACE, given | {"place": place})).all()


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
    for profession, statement in _KEEP.items():
        given = _limits(profession, today, retirement)
        await tx.execute(statement, given | inside | {"now": now})
    await tx.execute(_KEEP_COUNTED, inside | {"now": now, "professions": list(_KEEP)})
    return True


async def forget_others(tx: Transaction, provinces: set[str]) -> None:
    """Nobody is left in provinces other than these."""
    await tx.execute(_FORGET_OTHERS, {"provinces": sorted(provinces)})


def _range(first: str, behind: str) -> dict[str, str]:
    return {"first": first, "behind": behind}


def _limits(profession: Profession, today: date, retirement: Retirement) -> dict[str, date]:
    ages = {f"born_{age}": born_until(today, age) for age, _ in AGE_STEPS}
    if profession == "physician":
        return ages | {"today": today}
    return ages | {
        "today": today,
        "horizon": expiry_horizon(today),
        "women": born_until(today, retirement.women),
        "men": born_until(today, retirement.men),
        "confirmed": retirement.confirmed_after(today),
    }
