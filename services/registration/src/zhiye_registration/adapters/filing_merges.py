"""Filings at further institutions follow a merge, and come back (Q10, Q20.4.2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import RowMapping, insert, text

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters.merge_tables import merge_move
from zhiye_registration.domain.filing import INSTITUTION_MERGED, Filing

FILING: Literal["practice_filing"] = "practice_filing"
ENDED_FILING = "ended_filing"
"""Kinds of what a merge did: moved a filing, ended one."""
_COLUMNS = ", ".join(f"f.{field.name}" for field in fields(Filing))

LOCK_OF_INSTITUTION = text(
    "SELECT id FROM practice_filing WHERE id IN ("
    "SELECT id FROM practice_filing WHERE institution_id = :key"
    " UNION SELECT f.id FROM practice_filing f JOIN registration r ON r.id = f.registration_id"
    " WHERE r.institution_id = :key AND f.status = 'in_force') ORDER BY id FOR UPDATE"
)
LOCK_MOVED = text(
    "SELECT f.id FROM practice_filing f JOIN merge_move m ON m.item_id = f.id"  # noqa: S608
    f" WHERE m.kind IN ('{FILING}', '{ENDED_FILING}') AND m.merge_id = :merge"
    " ORDER BY f.id FOR UPDATE OF f"
)
_END_DOUBLE = text(
    "UPDATE practice_filing f SET status = 'ended', ended_on = :today,"  # noqa: S608 - our own
    f" ended_because = '{INSTITUTION_MERGED}', version = f.version + 1, updated_at = :now"
    " WHERE f.institution_id = :from_id AND f.status = 'in_force' AND EXISTS (SELECT FROM"
    " practice_filing o WHERE o.registration_id = f.registration_id AND o.status = 'in_force'"
    " AND o.institution_id = :into_id AND o.until_on = f.until_on)"
    f" RETURNING {_COLUMNS}"
)
_MOVE = text(
    "WITH moved AS (UPDATE practice_filing f SET institution_id = :into_id,"  # noqa: S608 - our own
    " institution_name = :into_name, region = :into_region, version = f.version + 1,"
    " updated_at = :now FROM (SELECT id, institution_name AS from_name, region AS from_region"
    " FROM practice_filing WHERE institution_id = :from_id FOR UPDATE) AS was WHERE f.id = was.id"
    f" RETURNING {_COLUMNS}, was.from_name, was.from_region),"
    " kept AS (INSERT INTO merge_move (merge_id, kind, item_id, from_id, from_name, from_region,"
    f" into_id) SELECT CAST(:merge AS text), '{FILING}', id, :from_id, from_name, from_region,"
    " institution_id FROM moved ORDER BY id ON CONFLICT DO NOTHING) SELECT id FROM moved"
)
_UNFIT = text(
    f"SELECT {_COLUMNS}, f.institution_id = r.institution_id AS became_main"  # noqa: S608 - our own
    " FROM practice_filing f JOIN registration r ON r.id = f.registration_id"
    " WHERE f.id IN (SELECT id FROM practice_filing WHERE id = ANY(CAST(:filings AS text[])) UNION"
    " SELECT id FROM practice_filing WHERE status = 'in_force'"
    " AND registration_id = ANY(CAST(:registrations AS text[])))"
    " AND f.status = 'in_force' AND f.until_on >= :today AND (f.institution_id = r.institution_id"
    " OR NOT starts_with(f.region, r.location)) ORDER BY f.id FOR UPDATE OF f"
)
_MOVE_BACK = text(
    f"WITH mine AS (SELECT * FROM merge_move WHERE merge_id = :merge AND kind = '{FILING}'),"  # noqa: S608
    " latest AS (SELECT DISTINCT ON (m.item_id) m.item_id, m.into_id FROM merge_move m"
    f" JOIN mine ON mine.item_id = m.item_id WHERE m.kind = '{FILING}'"
    " ORDER BY m.item_id, m.id DESC),"
    " moved AS (UPDATE practice_filing f SET institution_id = mine.from_id,"
    " institution_name = mine.from_name, region = mine.from_region, version = f.version + 1,"
    " updated_at = :now FROM mine JOIN latest ON latest.item_id = mine.item_id"
    " WHERE f.id = mine.item_id AND f.institution_id = latest.into_id RETURNING f.id),"
    " gone AS (DELETE FROM merge_move m USING mine"
    f" WHERE m.kind = '{FILING}' AND m.item_id = mine.item_id AND m.id >= mine.id)"
    " SELECT id FROM moved"
)
_REOPEN = text(
    f"WITH mine AS (DELETE FROM merge_move WHERE merge_id = :merge AND kind = '{ENDED_FILING}'"  # noqa: S608
    " RETURNING item_id)"
    " UPDATE practice_filing f SET status = 'in_force', ended_on = NULL, ended_because = NULL,"
    " version = f.version + 1, updated_at = :now FROM mine, registration r"
    " WHERE f.id = mine.item_id AND r.id = f.registration_id AND f.status = 'ended'"
    " AND f.until_on >= :today AND r.status = 'registered' AND r.person_key = f.person_key"
    " AND starts_with(f.region, r.location) AND f.institution_id <> r.institution_id"
    " AND f.scopes <@ r.scopes AND NOT EXISTS (SELECT FROM practice_filing o"
    " WHERE o.registration_id = f.registration_id AND o.institution_id = f.institution_id"
    " AND o.status = 'in_force' AND o.until_on >= f.from_on AND o.from_on <= f.until_on)"
    " RETURNING f.id"
)
_FOLLOW = text(
    "INSERT INTO merge_move (merge_id, kind, item_id, from_id, from_name, from_region, into_id)"  # noqa: S608
    f" SELECT merge_id, '{FILING}', CAST(:filing AS text), from_id, from_name, from_region,"
    " into_id FROM merge_move WHERE kind = 'application' AND item_id = :application ORDER BY id"
    " ON CONFLICT DO NOTHING"
)


async def move_filings(tx: Transaction, merge: RowMapping, now: datetime, today: date) -> list[str]:
    """Those at the source of a merge, over or not, go to where it was merged into; their ids. One
    that is doubled by one there until the same day ends instead: the physician stays filed."""
    given = {"from_id": merge["source_id"], "into_id": merge["into_id"], "now": now}
    doubled = (await tx.execute(_END_DOUBLE, given | {"today": today})).mappings()
    await note_ended(tx, merge["merge_id"], [Filing(**row) for row in doubled])
    given |= {
        "merge": merge["merge_id"],
        "into_name": merge["into_name"],
        "into_region": merge["into_region"],
    }
    return list((await tx.execute(_MOVE, given)).scalars())


async def unfit(
    tx: Transaction, moved: Collection[str], registrations: Collection[str], today: date
) -> list[tuple[Filing, bool]]:
    """Those that a merge left at their own main institution (then ``True``), or outside the
    location of their registration; of the filings and the registrations that moved."""
    given = {"filings": sorted(moved), "registrations": sorted(registrations), "today": today}
    rows = (await tx.execute(_UNFIT, given)).mappings()
    names = [field.name for field in fields(Filing)]
    return [(Filing(**{name: row[name] for name in names}), row["became_main"]) for row in rows]


async def note_ended(tx: Transaction, merge_id: str, given: Sequence[Filing]) -> None:
    """Keep that a merge ended them, so that an undo opens them again."""
    rows: list[dict[str, Any]] = [
        {
            "merge_id": merge_id,
            "kind": ENDED_FILING,
            "item_id": one.id,
            "from_id": one.institution_id,
            "from_name": one.institution_name,
            "from_region": one.region,
            "into_id": one.institution_id,
        }
        for one in given
    ]
    if rows:
        await tx.execute(insert(merge_move), rows)


async def move_back_filings(tx: Transaction, merge_id: str, now: datetime) -> list[str]:
    """What a merge moved, and what is still where merges have put it, goes back; the ids."""
    return list((await tx.execute(_MOVE_BACK, {"merge": merge_id, "now": now})).scalars())


async def reopen(tx: Transaction, merge_id: str, now: datetime, today: date) -> None:
    """Those that a merge ended are in force again, unless something else speaks against it now."""
    await tx.execute(_REOPEN, {"merge": merge_id, "now": now, "today": today})


async def follow_application(tx: Transaction, application_id: str, filing_id: str) -> None:
    """A filing that was made of an application that merges had moved goes back with them."""
    await tx.execute(_FOLLOW, {"application": application_id, "filing": filing_id})
