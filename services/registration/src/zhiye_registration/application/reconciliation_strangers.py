"""People on staff lists who are not on the institution's roster count as looked up (deck 5.2; Q20,
Q41): lists are no way to walk through people, nor to guess the name under a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.adapters import reconciliations
from zhiye_registration.adapters.reconciliations import AT_ONCE
from zhiye_registration.adapters.record_tables import verification
from zhiye_registration.domain.reconciliation import Place
from zhiye_registration.kit import Kit

_DAY = timedelta(days=1)


async def count_strangers(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    place: Place,
    roster: int,
    strangers: Mapping[str, bool],
) -> None:
    """Record who was looked up, unless there were too many. The lists of an institution wait for
    each other, so none slips through beside another."""
    now = kit.clock.now()
    before = await reconciliations.looked_up(tx.connection, place.id, now - _DAY)
    found_before = {key for key, row in before.items() if row["found"]}
    most, most_misses = (
        max(kit.own.reconciliation_strangers_per_day, 2 * roster),
        kit.own.reconciliation_misses_per_day,
    )
    # Each upload of a number with a name that misses: names are not guessed one after the other.
    missed_before = sum(row["misses"] for row in before.values())
    missed = sum(not found for found in strangers.values())
    # Once they are used up, a number that somebody has is no more answered than any other.
    used_up = missed_before >= most_misses and strangers.keys() - found_before
    over = None
    if len(before.keys() | strangers.keys()) > most:
        over = _STRANGERS
    elif used_up or missed_before + missed > most_misses:
        over = _TOO_MANY_MISSES
    if over is not None:
        first = min((row["first"] for row in before.values()), default=None)
        wait = int((first + _DAY - now).total_seconds()) if first else None
        raise Refused(over, status=429, retry_after=max(1, wait) if wait is not None else None)
    new = [
        {
            "at": now,
            "account_id": caller.account_id,
            "organisation_id": place.id,
            "person_key": key,
            "found": found,
            "purpose": "reconciliation",
        }
        for key, found in strangers.items()
        if not found or key not in found_before
    ]
    for some in in_parts(AT_ONCE, new):
        await tx.execute(insert(verification).values(list(some)))


def in_parts(size: int, items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Some of them at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


_STRANGERS = Reason(
    "list_strangers_used_up",
    Text(
        "24小时内核对的非本院人员过多，本次名单未核对。",
        "Within 24 hours too many people of lists were not on the roster; nothing was compared.",
    ),
    Text(
        "请只上传本机构的在岗人员，明日再试；确有需要的，请联系系统运行管理方。",
        "Upload the institution's own staff only, tomorrow; if it is needed, ask the operator.",
    ),
    source="deck 5.2; Q41",
)
_TOO_MANY_MISSES = Reason(
    "list_misses_used_up",
    Text(
        "名单中过多人员按身份证号和姓名查不到记录，本次名单未核对。",
        "Of too many people nothing is on record under that number and name; nothing was compared.",
    ),
    Text(
        "请核对身份证号和姓名两列是否对应，明日再试；确有需要的，请联系系统运行管理方。",
        "Check that numbers and names are those of the same people, and try tomorrow; if it is"
        " needed, ask the operator.",
    ),
    source="deck 5.2; Q4",
)
