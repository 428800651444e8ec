"""A file of institutions is taken in, to be imported in the background."""

from __future__ import annotations

from collections.abc import AsyncIterator

from zhiye_chassis.imports.taking import Taking, take_in
from zhiye_chassis.security import Principal
from zhiye_chassis.sheets import Format
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.import_jobs import JOBS
from zhiye_institutions.domain import import_reasons as why
from zhiye_institutions.domain.imports import COLUMNS, REQUIRED
from zhiye_institutions.kit import Kit

MOST_BYTES = 512 * 1024 * 1024


async def start_import(
    kit: Kit,
    caller: Principal,
    stream: AsyncIterator[bytes],
    *,
    declared: Format | None,
    dry_run: bool,
) -> str:
    """Keep the file and have it imported; the import's id.

    Lines of other regions than the caller's will be rejected; the operator's region is the nation.
    Raises ``Refused``: 403 without a region, besides what ``take_in`` raises.
    """
    region = divisions.NATION if caller.role == "operator" else caller.region
    if region is None:
        raise Refused(why.REGION_NOT_YOURS, status=403)
    return await take_in(
        JOBS,
        kit.database,
        kit.objects,
        Taking(stream, MOST_BYTES),
        caller,
        kit.clock.now(),
        declared=declared,
        columns=COLUMNS,
        required=REQUIRED,
        dry_run=dry_run,
        region=region,
    )
