"""Everything that the register has of a person, as a nurse and as a physician."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_contracts.codes import PROFESSIONS
from zhiye_registration.adapters import filings, registrations
from zhiye_registration.adapters.facts import qualifications_of
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.filing import Filing
from zhiye_registration.domain.information import FROM_EXAM
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class OwnRegistration:
    """One registration, with what became of it, the oldest first, and a physician's filings under
    it, the newest first. ``exam`` is of the qualification that it is by."""

    row: RowMapping
    exam: Mapping[str, Any]
    history: Sequence[RowMapping]
    filings: Sequence[Filing]


@dataclass(frozen=True, slots=True)
class OwnProfession:
    profession: str
    qualifications: Sequence[Row[Any]]
    registrations: Sequence[OwnRegistration]


async def read_own_registrations(kit: Kit, caller: Principal) -> list[OwnProfession]:
    """Of each profession in which the caller has anything on record."""
    if caller.person_key is None:
        raise not_found()
    found = []
    async with kit.database.reading() as connection:
        for profession in PROFESSIONS:
            one = await _of_profession(connection, caller.person_key, profession)
            if one.qualifications or one.registrations:
                found.append(one)
    return found


async def exam_of(
    connection: AsyncConnection,
    person_key: str,
    profession: str,
    qualification_id: str | None = None,
) -> dict[str, Any]:
    """What the exam's record says that a registration may not have yet; it never changes by a
    request (deck 2.3.1). Of the qualification named, else of the one to go by; empty without one
    in force."""
    return _exam(await qualifications_of(connection, person_key, profession), qualification_id)


def _exam(known: Sequence[Row[Any]], qualification_id: str | None) -> dict[str, Any]:
    one = next((q for q in known if q.id == qualification_id), known[-1] if known else None)
    if one is None or not one.in_force:
        return {}
    return {name: getattr(one, name) for name in (*FROM_EXAM, "passed_on")}


async def _of_profession(
    connection: AsyncConnection, person_key: str, profession: str
) -> OwnProfession:
    known = await qualifications_of(connection, person_key, profession)
    history = await registrations.history_of(connection, person_key, profession)
    further = await filings.of_person(connection, person_key) if profession == "physician" else []
    return OwnProfession(
        profession,
        known[::-1],
        [
            OwnRegistration(
                row,
                _exam(known, row["qualification_id"]),
                [entry for entry in history if entry["registration_id"] == row["id"]],
                [one for one in further if one.registration_id == row["id"]],
            )
            for row in await registrations.all_of(connection, person_key, profession)
        ],
    )
