"""An institution says of its people whether they still work (Q51), hundreds at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from sqlalchemy import insert, select, text

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.adapters.record_tables import employment_confirmation
from zhiye_registration.adapters.tables import registration
from zhiye_registration.domain.interruption import NURSES_ONLY
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

_NAMES = [field.name for field in fields(Registration)]
_WRITE = text(
    "UPDATE registration r SET employment = v.employment, employment_confirmed_on = :today,"
    " version = r.version + 1, updated_at = :now"
    " FROM unnest(CAST(:keys AS text[]), CAST(:answers AS text[])) AS v (id, employment)"
    " WHERE r.id = v.id"
)

NOT_YOURS = Reason(
    "not_found",
    Text("本院名单中没有此人。", "Nobody on your roster has this registration."),
    Text("请刷新本院护士信息后重试。", "Read the roster again."),
    field="registration_id",
)
CANCELLED = Reason(
    "registration_cancelled",
    Text("该护士的注册已注销。", "The registration of this nurse is cancelled."),
    Text("无需确认在岗情况。", "There is nothing to confirm."),
    field="registration_id",
)
REPEATED = Reason(
    "item_repeated",
    Text("同一人在请求中出现了多次，按第一次的内容处理。", "The same nurse is there twice."),
    Text("请核对以第一次的内容为准是否正确。", "The first answer counts: see that it is right."),
    field="registration_id",
)


@dataclass(frozen=True, slots=True)
class Answer:
    registration_id: str
    employment: str
    note: str = ""


async def confirm_employment(
    tx: Transaction, kit: Kit, caller: Principal, answers: Sequence[Answer]
) -> list[Reason | None]:
    """For each answer, why it was not kept, if it was not. Answers are kept for ever; the newest
    stands on the registration."""
    held = await _lock(tx, caller, [one.registration_id for one in answers])
    outcomes: list[Reason | None] = []
    kept: dict[str, Answer] = {}
    for one in answers:
        mine = held.get(one.registration_id)
        if mine is None:
            outcomes.append(NOT_YOURS)
        elif mine.profession != "nurse":
            outcomes.append(NURSES_ONLY)
        elif mine.status != "registered":
            outcomes.append(CANCELLED)
        elif one.registration_id in kept:
            outcomes.append(REPEATED)
        else:
            kept[one.registration_id] = one
            outcomes.append(None)
    if kept:
        await _keep(tx, kit, caller, kept)
        await _tell(tx, kit, caller, [(held[key], one) for key, one in kept.items()])
    return outcomes


async def _lock(tx: Transaction, caller: Principal, keys: Sequence[str]) -> dict[str, Registration]:
    # In the order of their ids, as merges do: nobody waits for each other.
    r = registration.c
    rows = await tx.execute(
        select(*(r[name] for name in _NAMES))
        .where(r.id.in_(sorted(set(keys))), r.institution_id == caller.institution_id)
        .order_by(r.id)
        .with_for_update()
    )
    return {row["id"]: Registration(**row) for row in rows.mappings()}


async def _keep(tx: Transaction, kit: Kit, caller: Principal, answers: dict[str, Answer]) -> None:
    now = kit.clock.now()
    await tx.execute(
        insert(employment_confirmation),
        [
            {
                "registration_id": key,
                "institution_id": caller.institution_id,
                "employment": one.employment,
                "note": one.note,
                "at": now,
                "confirmed_by": caller.account_id,
                "confirmed_by_name": caller.name,
            }
            for key, one in answers.items()
        ],
    )
    await tx.execute(
        _WRITE,
        {
            "today": kit.clock.today(),
            "now": now,
            "keys": list(answers),
            "answers": [one.employment for one in answers.values()],
        },
    )


async def _tell(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    kept: Sequence[tuple[Registration, Answer]],
) -> None:
    online = await is_online(tx.connection, caller.institution_id or "")
    for before, answer in kept:
        after = replace(
            before,
            version=before.version + 1,
            updated_at=kit.clock.now(),
            employment=answer.employment,
            employment_confirmed_on=kit.clock.today(),
        )
        tx.emit(registration_changed(after, region_online=online))
