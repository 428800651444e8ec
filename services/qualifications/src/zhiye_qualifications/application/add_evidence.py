"""Files of evidence: taken as they are, with what they really are and their hash."""

from __future__ import annotations

from sqlalchemy import RowMapping

from zhiye_chassis.database import Transaction
from zhiye_chassis.evidence.keeping import File
from zhiye_chassis.evidence.looking import about
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.application.case_access import is_applicant, is_province, not_found
from zhiye_qualifications.domain.cases import Case
from zhiye_qualifications.kit import Kit

NOT_NOW = reason(
    "evidence_not_now",
    "事项已提交，现在不能上传证明资料。",
    "The case is submitted: no evidence can be added now.",
    "退回补正后可以补充；也可以撤回后重新申请。",
    "It can be added when the case is returned; or withdraw it and file another.",
    "Q46",
)


async def check_may_add(kit: Kit, caller: Principal, key: str) -> None:
    """Before a body is read: ``Refused`` 404, or 409 when the case takes no evidence now."""
    async with kit.database.reading() as connection:
        _check(caller, await store.find(connection, kit.cipher, key))


async def add_evidence(kit: Kit, caller: Principal, key: str, file: File) -> RowMapping:
    """The file as it was kept; the same file again is the same one.

    Raises ``Refused``: 404, 409 ``evidence_not_now`` or ``evidence_too_many``, 422 for what it is.
    """

    async def check(tx: Transaction) -> None:
        _check(caller, await store.lock(tx, kit.cipher, key))

    return await store.EVIDENCE.add(
        kit.database,
        kit.objects,
        key,
        file,
        by={"account_id": caller.account_id, "role": caller.role},
        at=kit.clock.now(),
        most=kit.own.evidence_most,
        check=check,
    )


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
