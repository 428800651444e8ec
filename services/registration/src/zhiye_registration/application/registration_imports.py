"""Imports of nurses and physicians: taken in, and who may look at them and cancel them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

from sqlalchemy import ColumnElement, RowMapping, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.imports.reasons import reader
from zhiye_chassis.imports.taking import Taking, take_in
from zhiye_chassis.security import Principal
from zhiye_chassis.sheets import Format
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import merges
from zhiye_registration.adapters.facts import authority_of
from zhiye_registration.adapters.import_jobs import JOBS
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.adapters.regions import within
from zhiye_registration.application.access import not_found
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.import_lists import Subject, list_of
from zhiye_registration.domain.physician_import_reasons import OF_LINES
from zhiye_registration.kit import Kit

MOST_BYTES = 64 * 1024 * 1024

reason_of = reader(OF_LINES)


async def start_import(
    kit: Kit,
    caller: Principal,
    institution_id: str,
    stream: AsyncIterator[bytes],
    *,
    declared: Format | None,
    dry_run: bool,
    profession: Literal["nurse", "physician"] = "nurse",
    subject: Subject = "registrations",
) -> str:
    """Keep the file of an institution's people and have it imported; the import's id.

    The authority over the institution brings it in, never the institution itself, which could
    make up registrations. ``Refused``: 404 for an institution that is not in the caller's region,
    409 for one that is merged, maybe into another's, besides what ``take_in`` raises.
    """
    async with kit.database.transaction() as tx:
        place = await _institution(tx.connection, caller, institution_id)
        if await merges.in_force(tx, institution_id) is not None:
            raise Refused(why.MERGED, status=409)
        office = await authority_of(tx.connection, caller.authority_id)
    of = list_of(profession, subject)
    return await take_in(
        JOBS,
        kit.database,
        kit.objects,
        Taking(stream, MOST_BYTES),
        caller,
        kit.clock.now(),
        declared=declared,
        columns=of.columns,
        required=of.required,
        dry_run=dry_run,
        profession="physician" if subject == "filings" else profession,
        subject=subject,
        institution_id=institution_id,
        institution_name=place["name"],
        region=place["region"],
        authority_id=caller.authority_id,
        authority_name=office.name if office else None,
    )


async def _institution(
    connection: AsyncConnection, caller: Principal, institution_id: str
) -> RowMapping:
    found = await connection.execute(select(institution).where(institution.c.id == institution_id))
    row = found.mappings().first()
    inside = caller.role == "operator" or (
        row is not None and divisions.is_within(row["region"], caller.region or "")
    )
    if row is None or not inside:
        raise not_found()
    return row


def visible(caller: Principal) -> ColumnElement[bool]:
    """An authority's are those of its region, an institution's those about itself."""
    job = JOBS.job.c
    if caller.role == "operator":
        return true()
    if caller.role == "institution":
        return job.institution_id == caller.institution_id
    return within(job.region, caller.region)
