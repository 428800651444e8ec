"""Files of evidence: taken as they are, with what they really are and their hash."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from sqlalchemy import RowMapping, func, insert, select

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.adapters.case_tables import evidence
from zhiye_qualifications.adapters.evidence_files import examine
from zhiye_qualifications.application.case_access import is_applicant, is_province, not_found
from zhiye_qualifications.domain.cases import Case
from zhiye_qualifications.domain.reasons import about
from zhiye_qualifications.kit import Kit

TOO_BIG = reason(
    "evidence_too_big",
    "文件超过允许的大小。",
    "The file is larger than allowed.",
    "请压缩或降低扫描分辨率后重新上传，每个文件不超过 5 MB。",
    "Compress it or scan it at a lower resolution: 5 MB a file at most.",
)
TOO_MANY = reason(
    "evidence_too_many",
    "证明资料的文件数已达上限。",
    "The case has as many files as it may have.",
    "请合并为较少的文件，或撤回后重新申请。",
    "Join files into fewer, or withdraw the case and file another.",
)
NOT_NOW = reason(
    "evidence_not_now",
    "事项已提交，现在不能上传证明资料。",
    "The case is submitted: no evidence can be added now.",
    "退回补正后可以补充；也可以撤回后重新申请。",
    "It can be added when the case is returned; or withdraw it and file another.",
    "Q46",
)


@dataclass(frozen=True, slots=True)
class File:
    kind: str
    content: bytes
    declared: str | None


async def check_may_add(kit: Kit, caller: Principal, key: str) -> None:
    """Before a body is read: ``Refused`` 404, or 409 when the case takes no evidence now."""
    async with kit.database.reading() as connection:
        _check(caller, await store.find(connection, kit.cipher, key))


async def add_evidence(kit: Kit, caller: Principal, key: str, file: File) -> RowMapping:
    """The file as it was kept; the same file again is the same one.

    Raises ``Refused``: 404, 409 ``evidence_not_now`` or ``evidence_too_many``, 422 for what it is.
    """
    media_type = await asyncio.to_thread(examine, file.content, file.declared)
    made = {
        "id": new_id(),
        "case_id": key,
        "kind": file.kind,
        "media_type": media_type,
        "bytes": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "account_id": caller.account_id,
        "role": caller.role,
        "uploaded_at": kit.clock.now(),
    }
    path = path_of(key, str(made["id"]))
    await kit.objects.put(path, file.content)
    kept = None
    try:
        async with kit.database.transaction() as tx:
            _check(caller, await store.lock(tx, kit.cipher, key))
            kept = await _same(tx, key, made["sha256"], file.kind)
            if kept is None:
                await _count(tx, kit, key)
                kept = (
                    (await tx.execute(insert(evidence).values(made).returning(evidence)))
                    .mappings()
                    .one()
                )
    finally:
        if kept is None or kept["id"] != made["id"]:
            await kit.objects.delete(path)
    return kept


def path_of(case_id: str, evidence_id: str) -> str:
    """Where a file lies: by ids of ours only."""
    return f"evidence/{case_id}/{evidence_id}"


def _check(caller: Principal, one: Case | None) -> None:
    """Whoever filed the case adds to a draft and to what was returned; the province to what it
    opened itself, an upgrade that nobody filed (Q47)."""
    if one is not None and is_applicant(caller, one):
        if one.state not in ("draft", "returned"):
            raise Refused(about(NOT_NOW, "body"), status=409)
        return
    if one is None or not is_province(caller, one) or one.kind != "id_upgrade":
        raise not_found()
    if one.state != "awaiting_province":
        raise Refused(about(NOT_NOW, "body"), status=409)


async def _same(tx: Transaction, key: str, sha256: object, kind: str) -> RowMapping | None:
    found = await tx.execute(
        select(evidence).where(
            evidence.c.case_id == key, evidence.c.sha256 == sha256, evidence.c.kind == kind
        )
    )
    row: RowMapping | None = found.mappings().first()
    return row


async def _count(tx: Transaction, kit: Kit, key: str) -> None:
    count = await tx.execute(select(func.count()).where(evidence.c.case_id == key))
    if count.scalar_one() >= kit.own.evidence_most:
        raise Refused(about(TOO_MANY, "body"), status=409)
