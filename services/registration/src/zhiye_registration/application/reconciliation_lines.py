"""Staff lists that were compared: how far each difference is on its way to its end (Q20, Q41).

What is open is compared anew with the register whenever somebody looks: a difference that is gone
is settled, an application that is on its way is told of.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_registration.adapters import reconciliations
from zhiye_registration.adapters.reconciliations import AT_ONCE, IS_OPEN_LINE, Whose
from zhiye_registration.adapters.record_tables import reconciliation_line
from zhiye_registration.application.access import not_found
from zhiye_registration.application.reconcile import own_place, recorded_of
from zhiye_registration.domain.reconciliation import (
    HIDDEN,
    OPEN_STATES,
    Place,
    is_settled,
)
from zhiye_registration.domain.reconciliation_findings import STEPS
from zhiye_registration.kit import Kit

FRESH = timedelta(minutes=1)
"""The counts of a list are of no longer ago."""
_l = reconciliation_line.c


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands, with what is shown of the register and of an application beside it."""

    profession: str
    row: Mapping[Any, Any]
    register: RowMapping | None = None
    application: RowMapping | None = None


async def own_reconciliation(
    tx: Transaction, kit: Kit, caller: Principal, reconciliation_id: str
) -> tuple[Place, RowMapping]:
    """The caller's institution and its list; ``Refused`` (404) for another's, and for one that is
    kept no longer."""
    place = await own_place(tx, caller)
    row = await reconciliations.find(tx.connection, place.id, reconciliation_id)
    if row is None or row["created_at"] < kit.clock.now() - timedelta(
        days=kit.own.reconciliation_days
    ):
        raise not_found()
    return place, row


async def read_progress(
    tx: Transaction, kit: Kit, caller: Principal, reconciliation_id: str
) -> tuple[RowMapping, Sequence[RowMapping]]:
    """One list and its lines counted by finding and state, compared within the last minute."""
    place, row = await own_reconciliation(tx, kit, caller, reconciliation_id)
    now = kit.clock.now()
    if row["compared_at"] <= now - FRESH:
        after = 0
        while True:
            rows = await reconciliations.lines_of(
                tx.connection, reconciliation_id, IS_OPEN_LINE, after=after, limit=AT_ONCE
            )
            await refresh(tx, kit, place, row["profession"], reconciliation_id, rows)
            if len(rows) < AT_ONCE:
                break
            after = rows[-1]["line"]
        await reconciliations.compared(tx, reconciliation_id, now)
    return row, await reconciliations.progress(tx.connection, reconciliation_id)


async def read_lines(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    reconciliation_id: str,
    *,
    finding: str | None,
    step_state: str | None,
    after: int,
    limit: int,
) -> list[Line]:
    """A page in the order of the list; those of the roster come last."""
    place, one = await own_reconciliation(tx, kit, caller, reconciliation_id)
    wanted = []
    if finding is not None:
        wanted.append(_l.finding == finding)
    if step_state is not None:
        wanted.append(_l.step_state == step_state)
    rows = await reconciliations.lines_of(
        tx.connection, reconciliation_id, *wanted, after=after, limit=limit
    )
    return await refresh(tx, kit, place, one["profession"], reconciliation_id, rows)


async def whole_list(
    kit: Kit, caller: Principal, reconciliation_id: str, finding: str | None
) -> AsyncIterator[Line]:
    """Every line, a thousand at a time, so that a slow reader holds no connection."""
    after = 0
    while True:
        async with kit.database.transaction() as tx:
            lines = await read_lines(
                tx,
                kit,
                caller,
                reconciliation_id,
                finding=finding,
                step_state=None,
                after=after,
                limit=AT_ONCE,
            )
        for line in lines:
            yield line
        if len(lines) < AT_ONCE:
            return
        after = lines[-1].row["line"]


async def refresh(
    tx: Transaction,
    kit: Kit,
    place: Place,
    profession: str,
    reconciliation_id: str,
    rows: Sequence[RowMapping],
) -> list[Line]:
    """Compare lines with the register as it is now: settle those whose difference is gone, link
    the applications that mend the others."""
    keys = [row["person_key"] for row in rows if row["person_key"]]
    if not keys:
        return [Line(profession, row) for row in rows]
    now, today = kit.clock.now(), kit.clock.today()
    whose = Whose(profession, place, today)
    register = await reconciliations.register_of(tx.connection, whose, keys)
    filed = await reconciliations.filed(tx.connection, whose, keys)
    lines: list[Line] = []
    settled: list[int] = []
    for row in rows:
        known = register.get(row["person_key"])
        step = STEPS[profession].get(row["step"] or "")
        mends = step.business_types if step else ()
        application = next(
            (one for one in filed.get(row["person_key"], ()) if one["business_type"] in mends),
            None,
        )
        line: Mapping[Any, Any] = row
        if row["step_state"] in OPEN_STATES:
            if _gone(kit, row, known, place, today):
                settled.append(row["line"])
                line = {**row, "step_state": "settled", "settled_at": now}
            elif application is not None and row["step_ref"] != application["id"]:
                linked = _linked(row, application)
                await reconciliations.change_lines(tx, reconciliation_id, [row["line"]], linked)
                line = {**row, **linked}
        lines.append(Line(profession, line, _shown(line, known, place), application))
    await reconciliations.change_lines(
        tx, reconciliation_id, settled, {"step_state": "settled", "settled_at": now}
    )
    return lines


def _linked(row: RowMapping, application: RowMapping) -> dict[str, Any]:
    return {
        "step_ref": application["id"],
        "step_state": "started",
        "step_started_at": row["step_started_at"] or application["created_at"],
    }


def _gone(kit: Kit, row: RowMapping, known: RowMapping | None, place: Place, today: date) -> bool:
    differs = known is not None and any(
        not _says(kit, name, both["list"], known)
        for name, both in row["differences"].items()
        if name not in ("", "name")
    )
    recorded = recorded_of(known) if known else None
    return is_settled(row["finding"], row["name"], recorded, place, today, differs=differs)


def _says(kit: Kit, name: str, listed: str, known: RowMapping) -> bool:
    """Whether the register says now what the list said."""
    if name == "certificate_number":
        number = kit.settings.cipher.open(listed, purposes.CERTIFICATE_NUMBER)
        return bool(kit.certificate_key(number) == known["certificate_key"])
    value = known[name]
    return bool((value.isoformat() if isinstance(value, date) else value) == listed)


def _shown(row: Mapping[str, Any], known: RowMapping | None, place: Place) -> RowMapping | None:
    """What is shown of the register: of those at this institution, and of who is asked to come for
    as long as the list and the register do not agree. A line is no window on where people go."""
    if known is None:
        return None
    hidden, still = row["finding"] in HIDDEN, row["step_state"] in OPEN_STATES
    if known["institution_id"] == place.id:
        return None if hidden and still else known
    return known if still and not hidden else None
