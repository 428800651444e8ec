"""A roster is taken away as a file; who, when, what and how many is kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import insert

from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_registration.adapters import roster
from zhiye_registration.adapters.roster_tables import roster_export
from zhiye_registration.application.list_roster import retirement_of
from zhiye_registration.application.roster_access import Place, place_of
from zhiye_registration.domain.roster import Filters
from zhiye_registration.kit import Kit


async def note_export(
    kit: Kit, caller: Principal, institution_id: str | None, filters: Filters, file_format: str
) -> Place:
    """Keep that somebody takes a roster away, before anything of it leaves.

    Raises ``Refused`` as the list does. A name that was searched for is not kept.
    """
    async with kit.database.transaction() as tx:
        place = await place_of(tx.connection, caller, institution_id)
        counts = await roster.counts(
            tx.connection, place.id, filters, kit.clock.today(), retirement_of(kit)
        )
        told = _told(filters)
        await tx.execute(
            insert(roster_export),
            {
                "at": kit.clock.now(),
                "account_id": caller.account_id,
                "account_name": caller.name,
                "organisation_id": caller.institution_id or caller.authority_id or "",
                "institution_id": place.id,
                "format": file_format,
                "filters": told,
                "people": counts["total"],
            },
        )
    log.info(
        "roster_exported",
        account=caller.account_id,
        institution=place.id,
        format=file_format,
        people=counts["total"],
        filters=told,
    )
    return place


def _told(filters: Filters) -> dict[str, Any]:
    given = {name: value for name, value in asdict(filters).items() if value is not None}
    if filters.profession == "nurse":
        del given["profession"]  # of nurses where none is named, as it was before there were others
    if filters.term is not None:
        given["term"] = filters.term.kind
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in given.items()
    }
