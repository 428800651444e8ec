"""“My result is missing”: one record is looked for, and the exam centre is asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import RowMapping, or_, select
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
from zhiye_qualifications.application.case_access import not_found
from zhiye_qualifications.application.lookup import certificate_numbers
from zhiye_qualifications.domain.codes import ADMISSION_NUMBER
from zhiye_qualifications.domain.records import parse_admission_number
from zhiye_qualifications.kit import Kit

By = Literal["admission_number", "certificate_number"]
Outcome = Literal["on_record", "under_another_identity", "asked"]
State = Literal["waiting", "on_record", "under_another_identity", "not_found"]
Answer = Literal["recorded", "not_found"]

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
ANSWERED = reason(
    "request_answered",
    "此查询已经答复。",
    "This request is answered already.",
    "无需重复答复；查到的资格信息请按常规报送。",
    "Nothing to do; feed what was found as any record.",
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
    owners = await _owners(tx.connection, list(keys.values()))
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


async def own_requests(
    connection: AsyncConnection, caller: Principal, limit: int, before: str | None
) -> Sequence[tuple[RowMapping, State]]:
    """What the account asked for, the newest first, and how it stands."""
    table = record_request.c
    query = select(record_request).where(table.account_id == caller.account_id)
    if before is not None:
        query = query.where(table.id < before)
    rows = (await connection.execute(query.order_by(table.id.desc()).limit(limit))).mappings().all()
    owners = await _owners(connection, [row["number_key"] for row in rows])

    def state(row: RowMapping) -> State:
        if found := owners.get(row["number_key"]):
            return "on_record" if caller.person_key in found else "under_another_identity"
        return "not_found" if row["answer"] == "not_found" else "waiting"

    return [(row, state(row)) for row in rows]


async def open_requests(
    connection: AsyncConnection, limit: int, after: str | None
) -> Sequence[RowMapping]:
    """What the exam centre has still to look for, the oldest first."""
    table = record_request.c
    query = select(record_request).where(table.answer.is_(None))
    if after is not None:
        query = query.where(table.id > after)
    rows = await connection.execute(query.order_by(table.id).limit(limit))
    return rows.mappings().all()


async def answer_request(
    tx: Transaction, kit: Kit, caller: Principal, request_id: str, answer: Answer, note: str
) -> RowMapping:
    """Close a request: what was found is fed as any record. ``Refused``: 404, 409 the second
    time."""
    table = record_request.c
    found = await tx.execute(select(record_request).where(table.id == request_id).with_for_update())
    row = found.mappings().first()
    if row is None:
        raise not_found()
    if row["answer"] is not None:
        raise Refused(ANSWERED, status=409)
    changed = await tx.execute(
        record_request.update()
        .where(table.id == request_id)
        .values(
            answer=answer,
            note=note or None,
            answered_at=kit.clock.now(),
            answered_by=caller.account_id,
        )
        .returning(record_request)
    )
    kept: RowMapping = changed.mappings().one()
    return kept


async def _owners(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, set[str]]:
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
