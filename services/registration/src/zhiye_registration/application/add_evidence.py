"""Files that prove what an application says: kept as they are, with what they really are."""

from __future__ import annotations

from sqlalchemy import RowMapping

from zhiye_chassis.database import Transaction
from zhiye_chassis.evidence.keeping import File
from zhiye_chassis.security import Principal
from zhiye_registration.adapters import applications
from zhiye_registration.adapters.evidence import EVIDENCE
from zhiye_registration.application.evidence import changeable
from zhiye_registration.kit import Kit


async def check_may_add(kit: Kit, caller: Principal, key: str) -> None:
    """Before a body is read: ``Refused`` 404, or 409 when the application takes no file now."""
    async with kit.database.reading() as connection:
        changeable(caller, await applications.find(connection, key))


async def add_evidence(kit: Kit, caller: Principal, key: str, file: File) -> RowMapping:
    """The file as it was kept; the same file again is the same one.

    Raises ``Refused``: 404, 409 ``evidence_not_now`` or ``evidence_too_many``, 422 for what it is.
    """

    async def check(tx: Transaction) -> None:
        changeable(caller, await applications.lock(tx, key))

    return await EVIDENCE.add(
        kit.database,
        kit.objects,
        key,
        file,
        by={"account_id": caller.account_id, "role": caller.role},
        at=kit.clock.now(),
        most=kit.own.evidence_most,
        check=check,
    )
