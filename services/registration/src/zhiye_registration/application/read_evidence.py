"""Handing out files of evidence to whoever may see the application."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping

from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_registration.adapters import applications
from zhiye_registration.adapters.evidence import EVIDENCE
from zhiye_registration.application.access import not_found, side_of
from zhiye_registration.kit import Kit


async def list_evidence(kit: Kit, caller: Principal, application_id: str) -> Sequence[RowMapping]:
    """What is known of the files of an application. Raises ``Refused`` (404)."""
    async with kit.database.reading() as connection:
        one = await applications.find(connection, application_id)
        if one is None or side_of(caller, one) is None:
            raise not_found()
        return await EVIDENCE.of(connection, application_id)


async def read_evidence(kit: Kit, caller: Principal, key: str) -> tuple[RowMapping, bytes]:
    """What is known of a file, and the file. Raises ``Refused`` (404)."""
    async with kit.database.reading() as connection:
        row = await EVIDENCE.find(connection, key)
        if row is None:
            raise not_found()
        one = await applications.find(connection, row["application_id"])
        if one is None or side_of(caller, one) is None:
            raise not_found()
    content = await EVIDENCE.read(kit.objects, row)
    if content is None:
        raise not_found()
    log.info("evidence_read", account=caller.account_id, application=one.id, evidence=key)
    return row, content
