"""“My result is missing”: one record is looked for, and the exam centre is asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.events import QualificationRequested
from zhiye_contracts.identifiers import IdentifierError
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Reason, Refused
from zhiye_qualifications.adapters.case_tables import record_request
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.application import attempts
from zhiye_qualifications.application.lookup import certificate_numbers
from zhiye_qualifications.domain.codes import ADMISSION_NUMBER
from zhiye_qualifications.domain.records import parse_admission_number
from zhiye_qualifications.kit import Kit

By = Literal["admission_number", "certificate_number"]
Outcome = Literal["on_record", "under_another_identity", "asked"]

PURPOSES: dict[By, str] = {
    "admission_number": ADMISSION_NUMBER,
    "certificate_number": purposes.CERTIFICATE_NUMBER,
}

ONE_NUMBER = reason(
    "refresh_one_number",
    "请填写准考证号或证书编号其中之一。",
    "Give either the admission number or the certificate number.",
    "请只填写其中一项。",
    "Give just one of them.",
    "Q4",
)
ON_RECORD = reason(
    "qualification_on_record",
    "此资格已记录在您的身份证号下。",
    "The qualification is on record under your ID number.",
    "请继续账户激活，或查看资格信息；内容有误的，请申请更正。",
    "Go on to activate the account, or look at it; if it is wrong, ask for a correction.",
    "Q4",
)
UNDER_ANOTHER_IDENTITY = reason(
    "qualification_under_another_identity",
    "有此编号的资格信息，但记录的身份证号与您账户的不一致。",
    "There is a qualification of this number, but under another ID number than your account's.",
    "请先核对账户的姓名和身份证号；账户无误的，请申请更正资格信息中的身份证号。",
    "Check name and ID number of your account first; if they are right, ask for a correction.",
    "Q4, Q14",
)
ASKED = reason(
    "qualification_asked_for",
    "系统中没有此编号的资格信息，已向考试中心查询。",
    "There is no qualification of this number; the exam centre has been asked for it.",
    "请稍后查看查询结果；急需办理的，可以同时申请补录。",
    "Look at the answer later; if it is urgent, ask for an addition as well.",
    "Q4, Q14",
)
ADVICE: dict[Outcome, Reason] = {
    "on_record": ON_RECORD,
    "under_another_identity": UNDER_ANOTHER_IDENTITY,
    "asked": ASKED,
}


@dataclass(frozen=True, slots=True)
class Asked:
    outcome: Outcome
    request_id: str | None = None


async def request_record(
    tx: Transaction, kit: Kit, caller: Principal, by: By, number: str
) -> Asked:
    """Say whether the record is there, never whose it is, and else ask for it.

    ``Refused``: 422 for the number, 429 when the account asked too often: the answer tells whether
    a number exists.
    """
    today = kit.clock.today()
    try:
        numbers = (
            {parse_admission_number(number)}
            if by == "admission_number"
            else certificate_numbers(number, today)
        )
    except IdentifierError as error:
        raise Refused(error.about(by)) from None
    await attempts.enforce(tx, kit, "refresh", caller)
    await attempts.record(tx, kit, "refresh", caller)
    keys = {n: kit.blind_index.of(n, PURPOSES[by]) for n in sorted(numbers, key=len)}
    owners = await owners_of(tx.connection, list(keys.values()))
    for key in keys.values():
        if key in owners:
            mine = caller.person_key in owners[key]
            return Asked("on_record" if mine else "under_another_identity")
    asked_for, key = next(iter(keys.items()))
    made = {
        "id": new_id(),
        "account_id": caller.account_id,
        "person_key": caller.person_key,
        "by": by,
        "number_key": key,
        "sealed_number": kit.cipher.seal(asked_for, PURPOSES[by]),
        "asked_at": kit.clock.now(),
    }
    # The account's turn was taken above: of two such requests the second finds the first.
    table = record_request.c
    known = await tx.execute(
        select(table.id).where(
            table.account_id == caller.account_id,
            table.number_key == key,
            table.answer.is_(None),
        )
    )
    if (before := known.scalar_one_or_none()) is not None:
        return Asked("asked", before)
    await tx.execute(insert(record_request).values(made))
    tx.emit(
        QualificationRequested(
            aggregate_id=str(made["id"]),
            version=1,
            occurred_at=kit.clock.now(),
            by=by,
            sealed_number=str(made["sealed_number"]),
        )
    )
    return Asked("asked", str(made["id"]))


async def owners_of(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, set[str]]:
    """By number, whose qualifications have it as their certificate or admission number."""
    table = qualification.c
    rows = await connection.execute(
        select(table.certificate_key, table.admission_key, table.person_key).where(
            or_(table.certificate_key.in_(keys), table.admission_key.in_(keys))
        )
    )
    found: dict[str, set[str]] = {}
    for certificate_key, admission_key, person_key in rows:
        for key in {certificate_key, admission_key} & set(keys):
            found.setdefault(key, set()).add(person_key)
    return found
