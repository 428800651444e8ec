"""What other services told about a person, and what was decided about the name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, RowMapping, Text, and_, any_, literal, select, text

from zhiye_accounts.adapters import tables
from zhiye_accounts.adapters.tables import account, name_confirmation
from zhiye_accounts.domain.identity import NameDecisions, Qualification, Registration
from zhiye_chassis.database import Transaction
from zhiye_contracts.codes.divisions import prefix

_LOCK_PEOPLE = text(
    "SELECT pg_advisory_xact_lock(2608, bucket) FROM (SELECT DISTINCT hashtext(key) & 255 AS bucket"
    " FROM unnest(CAST(:keys AS text[])) AS key ORDER BY bucket) AS buckets"
)  # buckets, as a delivery may hold thousands of people and PostgreSQL has few thousand locks

_ONLINE = (
    "EXISTS (SELECT FROM organisation WHERE kind = 'authority' AND online AND organisation.region"
    " IN (registration.region, left(registration.region, 4) || '00',"
    " left(registration.region, 2) || '0000', '000000'))"
)
_FOLLOW_ONLINE = text(
    f"UPDATE registration SET region_online = {_ONLINE}"  # noqa: S608 - no value in it
    " WHERE region LIKE ANY(CAST(:inside AS text[]))"
    f" AND region_online IS DISTINCT FROM {_ONLINE} AND NOT (region_online AND :only_on)"
)

Records = tuple[Sequence[Qualification], Sequence[Registration]]


def among(values: Collection[str]) -> Any:
    """``column == among(values)``: one parameter, however many values there are."""
    return any_(literal(sorted(values), ARRAY(Text)))


async def lock_people(tx: Transaction, person_keys: Collection[str]) -> None:
    """Let nobody else give these people an account, or learn something about them, meanwhile.

    Otherwise a registration that does not see the qualification, and an event that does not see
    the account, could both commit and never meet.
    """
    await tx.execute(_LOCK_PEOPLE, {"keys": sorted(person_keys)})


async def follow_online(
    tx: Transaction, regions: Collection[str], *, only_on: bool = False
) -> None:
    """Have registrations inside these regions say whether an authority over them is online now,
    or, ``only_on``, whether one is after all: it decides how an account is activated (Q5, Q29)."""
    inside = sorted({prefix(region) + "%" for region in regions})
    await tx.execute(_FOLLOW_ONLINE, {"inside": inside, "only_on": only_on})


async def known_registrations(tx: Transaction, ids: Collection[str]) -> dict[str, RowMapping]:
    """Registration → whose it is and how far its businesses are, of those that are known."""
    r = tables.registration.c
    found = await tx.execute(
        select(r.id, r.person_key, r.business_completed, r.region_online).where(r.id == among(ids))
    )
    return {row["id"]: row for row in found.mappings()}


async def of_person(tx: Transaction, person_key: str) -> Records:
    """Everything recorded for a person."""
    return (await of_people(tx, {person_key}))[person_key]


async def of_people(tx: Transaction, person_keys: Collection[str]) -> dict[str, Records]:
    """Everything recorded for each of these people."""
    found: dict[str, tuple[list[Qualification], list[Registration]]] = {
        key: ([], []) for key in person_keys
    }
    q, r = tables.qualification.c, tables.registration.c
    held = await tx.execute(
        select(tables.qualification).where(q.person_key == among(person_keys)).order_by(q.id)
    )
    for row in held.mappings():
        found[row["person_key"]][0].append(
            Qualification(
                row["profession"],
                row["name"],
                row["certificate_key"],
                row["passed_on"],
                row["in_force"],
                row["route"],
                row["province"],
            )
        )
    registered = await tx.execute(
        select(tables.registration).where(r.person_key == among(person_keys)).order_by(r.id)
    )
    for row in registered.mappings():
        found[row["person_key"]][1].append(
            Registration(
                row["profession"],
                row["name"],
                row["certificate_key"],
                row["status"],
                row["region_online"],
                row["institution_id"],
                row["region"],
                row["business_completed"],
            )
        )
    return dict(found)


async def name_decisions(tx: Transaction, account_ids: Sequence[str]) -> dict[str, NameDecisions]:
    """What was decided about the names of these accounts; of several decisions the last. One made
    before the ID number was corrected is about somebody else."""
    found: dict[str, dict[tuple[str, str], bool]] = {id_: {} for id_ in account_ids}
    n = name_confirmation.c
    rows = await tx.execute(
        select(n.account_id, n.given_name, n.recorded_name, n.same_person)
        .join(account, and_(account.c.id == n.account_id, account.c.person_key == n.person_key))
        .where(n.account_id == among(account_ids))
        .order_by(n.decided_at, n.id)
    )
    for row in rows:
        found[row.account_id][row.given_name, row.recorded_name] = row.same_person
    return dict(found)
