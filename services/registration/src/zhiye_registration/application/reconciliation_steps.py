"""The step that mends a difference is started from its line, or from many lines at once (Q41)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY

from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.events import PersonAsked
from zhiye_registration.adapters import reconciliations
from zhiye_registration.adapters.record_tables import reconciliation_line
from zhiye_registration.application.access import not_found
from zhiye_registration.application.merge_requests import request_merge
from zhiye_registration.application.reconciliation_lines import (
    Line,
    own_reconciliation,
    refresh,
)
from zhiye_registration.domain.reconciliation import Place
from zhiye_registration.domain.reconciliation_findings import STEPS
from zhiye_registration.kit import Kit

MOST_AT_ONCE = 2_000
_l = reconciliation_line.c


@dataclass(frozen=True, slots=True)
class Started:
    started: int
    left: int
    """Lines that were asked for and whose step is not open to be started (any more)."""
    more: bool
    """Whether there are further lines of the finding to start."""


async def start_step(
    tx: Transaction, kit: Kit, caller: Principal, reconciliation_id: str, line: int, note: str
) -> Line:
    """The line after it. ``Refused``: 404, 409 ``nothing_to_mend``, ``step_settled_already``,
    ``step_started_already``."""
    place, one = await own_reconciliation(tx, kit, caller, reconciliation_id)
    profession = one["profession"]
    lines = await _lock(tx, kit, place, profession, reconciliation_id, [line])
    if not lines:
        raise not_found()
    row = lines[0].row
    if row["step"] is None:
        raise refused(
            "nothing_to_mend",
            ("此行一致，无需处理。", "The line agrees: there is nothing to mend."),
            ("请选择有差异的行。", "Choose a line that does not."),
            status=409,
        )
    if row["step_state"] == "settled":
        raise refused(
            "step_settled_already",
            ("此行的差异已经解决。", "The difference of this line is gone already."),
            ("无需再处理。", "Nothing is left to do."),
            status=409,
        )
    if row["step_state"] == "started":
        raise refused(
            "step_started_already",
            ("此行的处理已经开始。", "The step of this line was started already."),
            ("请查看进展，不要重复提醒。", "See how far it is; nobody is asked twice."),
            status=409,
        )
    await _start(tx, kit, caller, place, reconciliation_id, lines, note)
    (after,) = await reconciliations.lines_of(
        tx.connection, reconciliation_id, _l.line == line, limit=1
    )
    return Line(profession, after, lines[0].register, lines[0].application)


async def start_steps(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    reconciliation_id: str,
    finding: str,
    lines: Sequence[int] | None,
    note: str,
) -> Started:
    """The step of a finding for these lines, or for the next 2,000 of it that are not started."""
    place, one = await own_reconciliation(tx, kit, caller, reconciliation_id)
    wanted = [_l.finding == finding, _l.step_state == "not_started"]
    if lines is not None:
        wanted.append(_l.line == any_(literal(list(lines), ARRAY(Integer))))
    rows = await reconciliations.lines_of(
        tx.connection, reconciliation_id, *wanted, limit=MOST_AT_ONCE + 1, lock=True
    )
    found = await refresh(tx, kit, place, one["profession"], reconciliation_id, rows[:MOST_AT_ONCE])
    to_start = [line for line in found if line.row["step_state"] == "not_started"]
    await _start(tx, kit, caller, place, reconciliation_id, to_start, note)
    asked = len(set(lines)) if lines is not None else len(found)
    return Started(len(to_start), asked - len(to_start), len(rows) > MOST_AT_ONCE)


async def _lock(
    tx: Transaction,
    kit: Kit,
    place: Place,
    profession: str,
    reconciliation_id: str,
    lines: Sequence[int],
) -> list[Line]:
    rows = await reconciliations.lines_of(
        tx.connection, reconciliation_id, _l.line.in_(lines), limit=len(lines), lock=True
    )
    return await refresh(tx, kit, place, profession, reconciliation_id, rows)


async def _start(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    place: Place,
    reconciliation_id: str,
    lines: Sequence[Line],
    note: str,
) -> None:
    """All of one finding, locked, and not started."""
    if not lines:
        return
    step, now = STEPS[lines[0].profession][lines[0].row["step"]], kit.clock.now()
    values: dict[str, Any] = {
        "step_state": "settled" if step.own else "started",
        "settled_at": now if step.own else None,
        "step_started_at": now,
        "step_started_by": caller.account_id,
        "step_started_by_name": caller.name,
        "step_note": note or None,
    }
    if step.code == "ask_authority_to_merge":
        for source, some in _by_source(lines).items():
            name, region = some[0].register["institution_name"], some[0].register["region"]  # type: ignore[index]
            request = await request_merge(tx, kit, caller, place, source, name, region, note)
            numbers = [one.row["line"] for one in some]
            await reconciliations.change_lines(
                tx, reconciliation_id, numbers, values | {"step_ref": request}
            )
        return
    await reconciliations.change_lines(
        tx, reconciliation_id, [one.row["line"] for one in lines], values
    )
    if step.ask is not None:
        tx.emit(
            *(
                PersonAsked(
                    aggregate_id=f"{reconciliation_id}-{one.row['line']}",
                    version=1,
                    occurred_at=now,
                    person_key=one.row["person_key"],
                    ask=step.ask,
                    institution_id=place.id,
                    institution_name=place.name,
                )
                for one in lines
            )
        )


def _by_source(lines: Sequence[Line]) -> Mapping[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for one in lines:
        if one.register is not None:
            found.setdefault(one.register["institution_id"], []).append(one)
    return found
