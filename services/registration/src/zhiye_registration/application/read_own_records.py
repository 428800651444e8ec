"""What other systems stated about a person: to the person, and to those who see the roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import own_records
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.application.access import not_found
from zhiye_registration.application.roster_access import person_on_roster
from zhiye_registration.domain.duty import ON_REGISTER
from zhiye_registration.domain.own_records import FailedAssessments, credits_by_year
from zhiye_registration.kit import Kit

MOST = 500
"""Records of one feed that are listed."""


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """``rows`` are the newest of each feed, newest first; ``credits`` are of all: year, class I
    and class II in tenths. ``institutions`` are names by id, of training bases; ``failed`` are
    assessments that are a ground to cancel the registration looked at: offered, not applied."""

    rows: Sequence[RowMapping]
    credits: Sequence[tuple[int, int, int]]
    institutions: Mapping[str, str]
    failed: FailedAssessments | None = None


async def read_own_records(kit: Kit, caller: Principal) -> OwnRecords:
    """Everything under the caller's own ID number, in both professions."""
    if caller.person_key is None:
        raise not_found()
    async with kit.database.reading() as connection:
        return await _records(connection, caller.person_key)


async def read_records_on_roster(
    kit: Kit, caller: Principal, registration_id: str
) -> tuple[RowMapping, OwnRecords]:
    """The registration, and what was stated of its holder in its profession.

    ``Refused`` (404) for whoever is not on the caller's roster. Of somebody whose registration was
    cancelled an institution sees nothing that happened afterwards.
    """
    async with kit.database.reading() as connection:
        row = await person_on_roster(connection, caller, registration_id)
        until = row["cancelled_on"] if caller.role == "institution" else None
        found = await _records(connection, row["person_key"], row["profession"], until)
        if row["profession"] == "physician" and row["status"] in ON_REGISTER:
            failed = await own_records.failed_assessments(connection, row["person_key"])
            found = replace(found, failed=failed)
        return row, found


async def _records(
    connection: AsyncConnection,
    person_key: str,
    profession: str | None = None,
    until: date | None = None,
) -> OwnRecords:
    whose = own_records.Whose(person_key, profession, until)
    rows = await own_records.records_of(connection, whose, MOST)
    bases = {row["data"]["base_institution_id"] for row in rows if row["feed"] == "residency"}
    names = await connection.execute(
        select(institution.c.id, institution.c.name).where(institution.c.id.in_(bases - {None}))
    )
    return OwnRecords(
        rows,
        credits_by_year(await own_records.credits_of(connection, whose)),
        {one.id: one.name for one in names},
    )
