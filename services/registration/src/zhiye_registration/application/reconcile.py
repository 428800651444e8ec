"""An institution uploads its staff list: compared with the roster and the nationwide register, line
by line, and kept for a while so that each difference is followed to its end (Q20, Q41).

People on it who are not on the institution's roster count as looked up: each is recorded once in 24
hours, and each time that number and name miss; told to the person, and there are only so many.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from sqlalchemy import RowMapping, insert

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.imports.taking import Taking
from zhiye_chassis.security import Principal
from zhiye_chassis.sheets import Format, open_sheet
from zhiye_chassis.sheets.reasons import EMPTY
from zhiye_chassis.telemetry import log
from zhiye_contracts import purposes
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.adapters import reconciliations
from zhiye_registration.adapters.reconciliations import AT_ONCE, Whose
from zhiye_registration.adapters.record_tables import reconciliation
from zhiye_registration.application.access import not_found
from zhiye_registration.application.reconciliation_strangers import count_strangers, in_parts
from zhiye_registration.domain.reconciliation import (
    FILED_NOT_LISTED,
    HIDDEN,
    Place,
    Recorded,
    finding_of,
    of_roster,
)
from zhiye_registration.domain.reconciliation_findings import FINDINGS
from zhiye_registration.domain.reconciliation_list import COLUMNS, REQUIRED, Listed, read_line
from zhiye_registration.kit import Kit

MOST_BYTES = 20 * 1024 * 1024
MOST_LINES = 20_000
_MISSES = ("not_on_record", "name_unconfirmed")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line with what cannot be read back: blind indexes and the sealed number."""

    listed: Listed
    person_key: str | None = None
    sealed_id_number: str | None = None
    certificate_key: str | None = None


@dataclass(slots=True)
class _Compared:
    lines: list[dict[str, Any]] = field(default_factory=list)
    strangers: dict[str, bool] = field(default_factory=dict)
    """Whether they were found, by blind index."""


async def reconcile(
    kit: Kit,
    caller: Principal,
    stream: AsyncIterator[bytes],
    profession: str,
    *,
    declared: Format | None,
) -> str:
    """The id of the comparison of a list of nurses, or of physicians.

    Raises ``Refused``: 415, 413, every fault of the header at once, 422 ``sheet_empty`` and
    ``list_too_long``, 429 ``list_strangers_used_up`` and ``list_misses_used_up``: then nothing is
    compared, and nothing told.
    """
    taking = Taking(stream, MOST_BYTES)
    file_format = await taking.begin(declared)
    with await taking.spool() as file:
        entries = await asyncio.to_thread(_read, kit, file, file_format, taking.size, profession)
    id_ = new_id()
    async with kit.database.transaction() as tx:
        place = await own_place(tx, caller)
        await reconciliations.hold(tx, place.id)
        today = kit.clock.today()
        whose = Whose(profession, place, today)
        roster = await reconciliations.roster_of(tx.connection, whose)
        on_roster = {row["person_key"] for row in roster}
        filed = await reconciliations.filed_here(tx.connection, whose)
        found = await _compare(tx, kit, whose, entries, on_roster | filed.keys())
        await count_strangers(tx, kit, caller, place, len(roster), found.strangers)
        listed = {entry.person_key for entry in entries}
        missing = [row for row in roster if row["person_key"] not in listed]
        filed_only = [row for key, row in filed.items() if key not in listed | on_roster]
        last = max((entry.listed.line for entry in entries), default=1)
        found.lines += [
            _of_roster(row, n, whose) for n, row in enumerate([*missing, *filed_only], last + 1)
        ]
        await _carry_on(tx, whose, found.lines)
        counts = Counter(line["finding"] for line in found.lines)
        now = kit.clock.now()
        await tx.execute(
            insert(reconciliation),
            {
                "id": id_,
                "institution_id": place.id,
                "profession": profession,
                "account_id": caller.account_id,
                "created_at": now,
                "lines": len(entries),
                "roster": len(roster),
                "counts": dict(counts),
                "compared_at": now,
            },
        )
        await reconciliations.add_lines(
            tx, ({**line, "reconciliation_id": id_} for line in found.lines)
        )
    log.info("reconciled", id=id_, institution=place.id, lines=len(entries), counts=dict(counts))
    return id_


async def own_place(tx: Transaction, caller: Principal) -> Place:
    """The caller's institution; ``Refused`` (404) if it is not on record."""
    row = caller.institution_id and await reconciliations.place_of(
        tx.connection, caller.institution_id
    )
    if not row:
        raise not_found()
    return Place(row["id"], row["name"], row["region"])


def _read(
    kit: Kit, file: BinaryIO, file_format: Format, size: int, profession: str
) -> list[_Entry]:
    """The whole list; in a thread, as parsing, sealing and indexing it takes a while."""
    today = kit.clock.today()
    sheet = open_sheet(file, file_format, size, COLUMNS[profession], REQUIRED)
    entries: list[_Entry] = []
    for line in sheet.lines(0, 0):
        if len(entries) == MOST_LINES:
            raise Refused(_TOO_LONG)
        listed = read_line(line.number, line.cells, line.reasons, today, profession)
        if listed.id_number is None:
            entries.append(_Entry(listed))
            continue
        certificate = listed.values.get("certificate_number")
        entries.append(
            _Entry(
                listed,
                kit.person_key(listed.id_number),
                kit.settings.cipher.seal(listed.id_number, purposes.ID_NUMBER),
                kit.certificate_key(str(certificate)) if certificate else None,
            )
        )
    if not entries:
        raise Refused(EMPTY)
    return entries


async def _compare(
    tx: Transaction, kit: Kit, whose: Whose, entries: Sequence[_Entry], on_roster: set[str]
) -> _Compared:
    result = _Compared()
    seen = set[str]()
    for some in in_parts(AT_ONCE, entries):
        keys = list({entry.person_key for entry in some if entry.person_key})
        register = await reconciliations.register_of(tx.connection, whose, keys)
        others = [key for key in keys if key not in register]
        qualified = await reconciliations.qualified(tx.connection, whose, others) if others else {}
        for entry in some:
            key = entry.person_key
            if key is None:
                result.lines.append(_invalid(entry, whose))
                continue
            if key in seen:
                result.lines.append(_line(whose, entry, "listed_twice"))
                continue
            seen.add(key)
            row = register.get(key)
            line = _judged(kit, whose, entry, row, qualified.get(key))
            result.lines.append(line)
            if key not in on_roster:
                result.strangers[key] = line["finding"] not in _MISSES
    return result


def _judged(
    kit: Kit,
    whose: Whose,
    entry: _Entry,
    row: RowMapping | None,
    qualified_as: str | None,
) -> dict[str, Any]:
    place = whose.place
    recorded = recorded_of(row) if row else None
    differences: dict[str, Any] = {}
    if row is not None and recorded is not None and recorded.at(place):
        differences = _differences(kit, entry, row)
    finding = finding_of(
        entry.listed.name,
        recorded,
        qualified_as,
        place,
        whose.today,
        differs=bool(differences),
    )
    if finding == "name_differs":
        differences = {"name": {"list": entry.listed.name, "register": row and row["name"]}} | (
            differences
        )
    shown = row if finding not in HIDDEN else None
    return _line(whose, entry, finding, differences, shown)


def _differences(kit: Kit, entry: _Entry, row: RowMapping) -> dict[str, Any]:
    """Field → what list and register say; certificate numbers sealed, as everywhere."""
    found: dict[str, Any] = {}
    for name, said in entry.listed.values.items():
        if name == "certificate_number":
            if entry.certificate_key != row["certificate_key"]:
                sealed = kit.settings.cipher.seal(str(said), purposes.CERTIFICATE_NUMBER)
                found[name] = {"list": sealed, "register": row["sealed_certificate_number"]}
            continue
        recorded = row[name]
        recorded = recorded.isoformat() if isinstance(recorded, date) else recorded
        if said != recorded:
            found[name] = {"list": said, "register": recorded}
    return found


def recorded_of(row: Mapping[Any, Any]) -> Recorded:
    return Recorded(
        row["name"],
        row["status"],
        row["valid_until"],
        row["institution_id"],
        row["institution_name"],
        row["region"],
        row["filed_here"],
    )


def _line(
    whose: Whose,
    entry: _Entry,
    finding: str,
    differences: Mapping[str, Any] | None = None,
    row: RowMapping | None = None,
) -> dict[str, Any]:
    return _new(
        whose,
        entry.listed.line,
        finding,
        entry.listed.name,
        entry.person_key,
        entry.sealed_id_number,
        row["id"] if row else None,
        differences or {},
    )


def _invalid(entry: _Entry, whose: Whose) -> dict[str, Any]:
    reasons = [{"field": one.field, "code": one.code} for one in entry.listed.reasons]
    return _new(
        whose, entry.listed.line, "line_invalid", entry.listed.name, None, None, None, {"": reasons}
    )


def _of_roster(row: RowMapping, number: int, whose: Whose) -> dict[str, Any]:
    """Somebody who is not on the list: on the roster, or only filed here."""
    filing = row.get("filing_id")
    finding = FILED_NOT_LISTED if filing else of_roster(row["valid_until"], whose.today)
    key, sealed = row["person_key"], row["sealed_id_number"]
    line = _new(whose, number, finding, row["name"], key, sealed, row["id"], {})
    return line | {"step_ref": filing} if filing else line


def _new(
    whose: Whose,
    line: int,
    finding: str,
    name: str,
    person_key: str | None,
    sealed_id_number: str | None,
    registration_id: str | None,
    differences: Mapping[str, Any],
) -> dict[str, Any]:
    step = FINDINGS[whose.profession][finding].step
    return {
        "line": line,
        "finding": finding,
        "name": name,
        "person_key": person_key,
        "sealed_id_number": sealed_id_number,
        "registration_id": registration_id,
        "differences": differences,
        "step": step.code if step else None,
        "step_state": "not_started" if step else None,
    }


async def _carry_on(tx: Transaction, whose: Whose, lines: Sequence[dict[str, Any]]) -> None:
    """What an earlier list has started goes on here: nobody is asked twice."""
    open_lines = [line for line in lines if line["step"] and line["person_key"]]
    for some in in_parts(AT_ONCE, open_lines):
        started = await reconciliations.started_before(
            tx.connection, whose, [line["person_key"] for line in some]
        )
        for line in some:
            before = started.get((line["person_key"], line["finding"]))
            if before is not None:
                line |= {name: value for name, value in before.items() if name != "person_key"}
                line["step_state"] = "started"


_TOO_LONG = Reason(
    "list_too_long",
    Text(f"名单超过 {MOST_LINES} 行。", f"The list has more than {MOST_LINES} lines."),
    Text("请分成几个文件上传。", "Split it into several files."),
)
