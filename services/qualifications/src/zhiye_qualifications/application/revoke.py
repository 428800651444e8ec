"""Revocation of a qualification (吊销、撤销), and its end. Both are versions of it, told by event:
who is registered or applies on it is affected at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_contracts import purposes
from zhiye_contracts.codes import CodeTable, grounds
from zhiye_contracts.events import QualificationCaseChanged, told_reasons
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.adapters import corrections, events, register_store
from zhiye_qualifications.adapters.corrections import IN_FORCE
from zhiye_qualifications.application.accesses import in_scope
from zhiye_qualifications.application.apply_case import next_version, told
from zhiye_qualifications.application.case_access import not_found, organisation_of
from zhiye_qualifications.application.case_subjects import lock_qualification
from zhiye_qualifications.domain import case_reasons as why
from zhiye_qualifications.kit import Kit

NOT_YOURS = reason(
    "revocation_not_yours",
    "此资格不由您撤销或恢复。",
    "This qualification is not yours to revoke or restore.",
    "认定取得的资格由认定的省级卫生健康部门办理；考试取得的由考试所在省或考试中心办理。",
    "The province does it for what it recognised; of exams, the province or the exam centre.",
    "Q14",
)

Change = Literal["revocation", "restoration"]
CODES: dict[Change, CodeTable] = {
    "revocation": why.REVOCATION_REASONS,
    "restoration": why.RESTORATION_REASONS,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Why: a code of ``CODES``, the document that ordered it (文号), and a note."""

    code: str
    document: str
    note: str = ""


async def change_force(
    tx: Transaction, kit: Kit, caller: Principal, key: str, change: Change, ground: Ground
) -> dict[str, Any]:
    """The qualification, revoked or restored.

    ``Refused``: 403 when it is another's to do, 404, 409 when it is so already, 422 for ``other``
    without a note.
    """
    if ground.code == grounds.OTHER and not ground.note:
        raise Refused(about(grounds.TEXT_REQUIRED, "note"))
    await register_store.take_turn(tx)
    row = await lock_qualification(tx, key)
    if row is None or (caller.role == "authority" and not in_scope(caller, row)):
        raise not_found()
    if not _may(caller, row):
        raise Refused(NOT_YOURS, status=403)
    revoke = change == "revocation"
    if row["in_force"] is not revoke:
        raise Refused(why.ALREADY_REVOKED if revoke else why.NOT_REVOKED, status=409)
    now, act = kit.clock.now(), new_id()
    after = row | next_version(kit, row, act) | {"in_force": not revoke}
    if revoke:
        await _stand(tx, kit, row, act)
    else:
        await corrections.drop(tx, key, [IN_FORCE])
    await register_store.write(tx, [after])
    text = grounds.sentence(CODES[change], ground.code, ground.note, "zh")
    reasons = [{"code": ground.code, "text": text, "note": ground.note}]
    by = actor_of(caller, organisation_of(caller))
    number = await store.next_number(tx, kit.clock.today())
    await corrections.note_change(
        tx,
        after,
        kind=change,
        fields=[IN_FORCE],
        by=by,
        at=now,
        reasons=reasons,
        case_id=act,
        number=number,
        document=ground.document,
    )
    tx.emit(
        events.recorded(after | await told(tx, after)),
        QualificationCaseChanged(
            aggregate_id=act,
            version=1,
            occurred_at=now,
            number=number,
            kind=change,
            change="revoked" if revoke else "restored",
            state="approved",
            province=row["province"],
            person_key=row["person_key"],
            organisation=by.organisation,
            reasons=told_reasons(CODES[change], reasons),
        ),
    )
    return after


def _may(caller: Principal, row: Mapping[str, Any]) -> bool:
    if caller.role == "exam_centre":
        return bool(row["route"] == "exam")
    return caller.role == "operator" or caller.region == row["province"]


async def _stand(tx: Transaction, kit: Kit, row: Mapping[str, Any], act: str) -> None:
    """Have the revocation stand against what is fed from now on."""
    before = await corrections.of_qualification(tx.connection, row["id"])
    await corrections.put(
        tx,
        [
            {
                "qualification_id": row["id"],
                "field": IN_FORCE,
                "sealed_original": kit.cipher.seal("true", purposes.CASE),
                "sealed_corrected": kit.cipher.seal("false", purposes.CASE),
                "original_key": None,
                "corrected_key": None,
                "certificate_key": row["certificate_key"],
                "fed_certificate_key": next(
                    (r["fed_certificate_key"] for r in before), row["certificate_key"]
                ),
                "case_id": act,
                "decided_at": kit.clock.now(),
            }
        ],
    )
