"""A file is taken away again by whoever filed the application, while it is with them."""

from __future__ import annotations

from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_registration.adapters import applications
from zhiye_registration.adapters.evidence import EVIDENCE
from zhiye_registration.application.access import not_found
from zhiye_registration.application.evidence import changeable
from zhiye_registration.kit import Kit


async def remove_evidence(kit: Kit, caller: Principal, key: str) -> None:
    """Raises ``Refused``: 404, 409 ``evidence_not_now``."""
    async with kit.database.transaction() as tx:
        row = await EVIDENCE.find(tx.connection, key)
        if row is None:
            raise not_found()
        changeable(caller, await applications.lock(tx, row["application_id"]))
        await EVIDENCE.forget(tx, row)
    # Only now: a file without its row is rubbish, a row without its file is a broken promise.
    await EVIDENCE.delete(kit.objects, row)
    log.info(
        "evidence_removed",
        account=caller.account_id,
        application=row["application_id"],
        evidence=key,
    )
