"""One of the people on a roster: everything (详细信息), and the history (历史沿革)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, or_, select

from zhiye_chassis.objects import Stored
from zhiye_chassis.security import Principal
from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.adapters.record_tables import (
    employment_confirmation,
    practice_interruption,
)
from zhiye_registration.adapters.tables import registration
from zhiye_registration.application.access import not_found
from zhiye_registration.application.roster_access import (
    is_main,
    person_on_roster,
    person_or_filed,
)
from zhiye_registration.domain.filing import Filing
from zhiye_registration.kit import Kit

_MOST = 50
_i, _e = practice_interruption.c, employment_confirmation.c


@dataclass(frozen=True, slots=True)
class OnePerson:
    """``filings`` are a physician's at further institutions, those that the caller may know of.
    ``own`` is whether the main institution is the caller's, or of the caller's region."""

    row: RowMapping
    has_photo: bool
    interruptions: Sequence[RowMapping]
    confirmations: Sequence[RowMapping]
    filings: Sequence[Filing] = ()
    own: bool = True


async def read_person(kit: Kit, caller: Principal, registration_id: str) -> OnePerson:
    """``Refused`` (404) for whoever is not on the caller's roster."""
    async with kit.database.reading() as connection:
        row, further = await person_or_filed(connection, caller, registration_id, kit.clock.today())
        interruptions = await connection.execute(
            select(_i.id, _i.version, _i.began_on, _i.ended_on, _i.ground)
            .where(_i.registration_id == registration_id)
            .order_by(_i.began_on.desc())
            .limit(_MOST)
        )
        confirmations = await connection.execute(
            select(_e.at, _e.employment, _e.note, _e.confirmed_by_name)
            .where(_e.registration_id == registration_id)
            .order_by(_e.id.desc())
            .limit(_MOST)
        )
    photo = await kit.photos.get(row["person_key"])
    return OnePerson(
        row,
        photo is not None,
        interruptions.mappings().all(),
        confirmations.mappings().all(),
        further,
        is_main(caller, row),
    )


async def read_photo(kit: Kit, caller: Principal, registration_id: str) -> Stored:
    async with kit.database.reading() as connection:
        row, _ = await person_or_filed(connection, caller, registration_id, kit.clock.today())
    photo = await kit.photos.get(row["person_key"])
    if photo is None:
        raise not_found()
    return photo


async def read_history(
    kit: Kit, caller: Principal, registration_id: str
) -> tuple[RowMapping, Sequence[RowMapping]]:
    """The person's registration and what became of it, the oldest first, with registrations before
    it; not what somebody who was cancelled here did elsewhere afterwards. Of a physician what
    became of this one: each location has its own."""
    h = registration_history.c
    async with kit.database.reading() as connection:
        row = await person_on_roster(connection, caller, registration_id)
        entries = await connection.execute(
            select(registration_history)
            .select_from(
                registration_history.join(registration, registration.c.id == h.registration_id)
            )
            .where(
                registration.c.person_key == row["person_key"],
                registration.c.profession == row["profession"],
                registration.c.id <= registration_id,
                or_(registration.c.location == "", registration.c.id == registration_id),
            )
            .order_by(h.at, h.id)
        )
    return row, entries.mappings().all()
