"""Handing out a file of evidence, to those who decide and to those who brought it."""

from __future__ import annotations

from sqlalchemy import RowMapping

from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.application.case_access import (
    is_applicant,
    is_exam_centre,
    is_province,
    not_found,
)
from zhiye_qualifications.kit import Kit


async def read_evidence(
    kit: Kit, caller: Principal, key: str, evidence_id: str
) -> tuple[RowMapping, bytes]:
    """What is known of a file, and the file. ``Refused`` (404) for everybody whose business it is
    not: stranger, other province, the exam centre before the case was forwarded to it."""
    async with kit.database.reading() as connection:
        one = await store.find(connection, kit.cipher, key)
        if one is None or not any(
            side(caller, one) for side in (is_applicant, is_province, is_exam_centre)
        ):
            raise not_found()
        row = await store.EVIDENCE.find(connection, evidence_id)
    if row is None or row["case_id"] != key:
        raise not_found()
    content = await store.EVIDENCE.read(kit.objects, row)
    if content is None:
        raise not_found()
    log.info("evidence_read", account=caller.account_id, case=key, evidence=evidence_id)
    return row, content
