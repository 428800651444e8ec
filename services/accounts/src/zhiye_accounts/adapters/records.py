"""What other services told about a person."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, text

from zhiye_accounts.adapters import tables
from zhiye_accounts.domain.identity import Qualification, Registration
from zhiye_chassis.database import Transaction

_LOCK_PEOPLE = text(
    "SELECT pg_advisory_xact_lock(2608, bucket) FROM (SELECT DISTINCT hashtext(key) & 255 AS bucket"
    " FROM unnest(CAST(:keys AS text[])) AS key ORDER BY bucket) AS buckets"
)  # buckets, as a delivery may hold thousands of people and PostgreSQL has few thousand locks


async def lock_people(tx: Transaction, person_keys: Collection[str]) -> None:
    """Let nobody else give these people an account, or learn something about them, meanwhile.

    Otherwise a registration that does not see the qualification, and an event that does not see
    the account, could both commit and never meet.
    """
    await tx.execute(_LOCK_PEOPLE, {"keys": sorted(person_keys)})


async def of_person(
    tx: Transaction, person_key: str
) -> tuple[list[Qualification], list[Registration]]:
    """Everything recorded for a person."""
    held = (
        await tx.execute(
            select(tables.qualification).where(tables.qualification.c.person_key == person_key)
        )
    ).mappings()
    registered = (
        await tx.execute(
            select(tables.registration).where(tables.registration.c.person_key == person_key)
        )
    ).mappings()
    return (
        [
            Qualification(
                q["profession"], q["name"], q["certificate_key"], q["passed_on"], q["in_force"]
            )
            for q in held
        ],
        [
            Registration(
                r["profession"],
                r["name"],
                r["certificate_key"],
                r["status"],
                r["region_online"],
            )
            for r in registered
        ],
    )
