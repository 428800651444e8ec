"""A file of institutions is taken in, to be imported in the background."""

from __future__ import annotations

from collections.abc import AsyncIterator

from zhiye_chassis.ids import new_id
from zhiye_chassis.imports.taking import Taking
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
    ``declared`` is what the file is said to be. Raises ``Refused`` with every fault of the header
    at once; 415 for another kind of file, 413 for one that is too big.
    """
    region = divisions.NATION if caller.role == "operator" else caller.region
    if region is None:
        raise Refused(why.REGION_NOT_YOURS, status=403)
    taking = Taking(stream, MOST_BYTES)
    file_format = await taking.begin(declared)
    id_ = new_id()
    path = f"imports/{id_}"
    await taking.keep(kit.objects, path, file_format, COLUMNS, REQUIRED)
    try:
        async with kit.database.transaction() as tx:
            await JOBS.add(
                tx,
                caller,
                kit.clock.now(),
                id_=id_,
                path=path,
                file_format=file_format,
                size=taking.size,
                dry_run=dry_run,
                region=region,
            )
    except BaseException:
        await kit.objects.delete(path)
        raise
    return id_
