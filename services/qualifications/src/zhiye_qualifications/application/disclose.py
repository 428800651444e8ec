"""Somebody else's whole record, for a purpose that is kept and that the person can read."""

from __future__ import annotations

from sqlalchemy import RowMapping

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.application.accesses import find_in_scope, record_accesses
from zhiye_qualifications.kit import Kit

NOTE_NEEDED = reason(
    "access_note_needed",
    "选择“其他”用途时必须说明。",
    "The purpose “other” needs a note.",
    "请写明查看的用途和依据。",
    "Say what it is for, and on what ground.",
    "Personal Information Protection Law art. 6",
)


async def disclose(
    tx: Transaction, kit: Kit, caller: Principal, qualification_id: str, purpose: str, note: str
) -> RowMapping:
    """The qualification, to be shown whole. ``Refused``: 403 below a province, 404 out of scope,
    422 without a note where one is needed."""
    if purpose == "other" and not note:
        raise Refused(about(NOTE_NEEDED, "note"))
    row = await find_in_scope(tx.connection, caller, qualification_id)
    await record_accesses(tx, kit, caller, [row], "disclosure", purpose, note or None)
    log.info("qualification_disclosed", account=caller.account_id, qualification=row["id"])
    return row
