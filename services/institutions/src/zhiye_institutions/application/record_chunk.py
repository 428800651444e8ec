"""The lines of an import that are in order by themselves, against what is on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.rows import insert_rows
from zhiye_contracts import purposes
from zhiye_contracts.codes import divisions
from zhiye_contracts.events import InstitutionChanged
from zhiye_contracts.reasons import Reason
from zhiye_institutions.adapters import import_records as known
from zhiye_institutions.adapters.tables import (
    import_reject,
    institution,
    institution_history,
    other_name,
)
from zhiye_institutions.application.import_chunk import Candidate, Chunk, keys_of
from zhiye_institutions.application.publishing import hold_authorities, resolve
from zhiye_institutions.domain import import_reasons as why
from zhiye_institutions.domain.institution import (
    CAMPUS_ELSEWHERE,
    CAMPUS_OF_CAMPUS,
    CAMPUS_OF_ENDED,
)
from zhiye_institutions.domain.lifecycle import told_status
from zhiye_institutions.kit import Kit


class Recording:
    """One chunk of an import, in one transaction."""

    def __init__(self, tx: Transaction, kit: Kit, job: RowMapping, chunk: Chunk) -> None:
        self._tx = tx
        self._kit = kit
        self._job = job
        self._candidates = chunk.candidates
        self._rejects: dict[int, Sequence[Reason]] = dict(chunk.rejects)
        self._unchanged = 0
        self._recorded = 0

    async def run(self) -> dict[str, int]:
        """Record what is new; how many lines were recorded, unchanged and rejected.

        Campuses come after the others, which may be what they are part of.
        """
        await hold_authorities(self._tx, to_change=False)
        first: dict[str, Candidate] = {}
        again = [
            one for one in self._candidates if first.setdefault(one.record.key, one) is not one
        ]
        if any(one.record.number is None for one in first.values()):
            await known.hold_stations(self._tx)
        # In the order of their keys, so that two imports cannot deadlock.
        ordered = [first[key] for key in sorted(first)]
        await self._record([one for one in ordered if not one.record.campus_of])
        await self._record(await self._campuses([one for one in ordered if one.record.campus_of]))
        for one in again:
            self._compare_lines(first[one.record.key], one)
        await self._keep_rejects()
        return {
            "recorded": self._recorded,
            "unchanged": self._unchanged,
            "rejected": len(self._rejects),
        }

    async def _record(self, candidates: list[Candidate]) -> None:
        new = await self._compare(candidates) if candidates else []
        inserted = await self._insert(new) if new else set()
        self._recorded += len(inserted)
        # Another import was quicker with the others, just now.
        if lost := [one for one in new if one.record.key not in inserted]:
            for one in await self._compare(lost):
                self._rejects[one.line] = [why.REPEATED]

    async def _compare(self, candidates: list[Candidate]) -> list[Candidate]:
        """Those that are not on record; of the others it is told whether they differ."""
        recorded = await known.on_record(self._tx, [one.record for one in candidates])
        new = []
        for one in candidates:
            row = recorded.get(one.record.key)
            if row is None:
                new.append(one)
            elif differing := self._differing(one, row):
                self._rejects[one.line] = [replace(why.DIFFERS, field=name) for name in differing]
            else:
                self._unchanged += 1
        return new

    def _differing(self, one: Candidate, row: dict[str, Any]) -> list[str]:
        if not divisions.is_within(row["region"], self._job["region"]):
            return [
                "region"
            ]  # what else is on record elsewhere is not told, the phone least of all
        sealed = row["sealed_reserved_phone"]
        phone = sealed and self._kit.settings.cipher.open(sealed, purposes.PHONE)
        same = one.standard is None or one.standard["id"] == row["standard_id"]
        return one.record.differing({**row, "campus_of": same, "reserved_phone": phone})

    def _compare_lines(self, earlier: Candidate, one: Candidate) -> None:
        if reasons := self._rejects.get(earlier.line):
            self._rejects[one.line] = reasons
        elif earlier.record == one.record:
            self._unchanged += 1
        else:
            self._rejects[one.line] = [why.REPEATED]

    async def _campuses(self, candidates: list[Candidate]) -> list[Candidate]:
        """Those for which it was found what they are part of."""
        sought = {one.record.campus_of for one in candidates}
        found: dict[str, list[RowMapping]] = {}
        for row in await self._standards(sought) if sought else ():
            for term in {row["registration_number"], row["name"]} & sought:
                found.setdefault(term, []).append(row)
        good = []
        for one in candidates:
            standard = self._one_of(found.get(one.record.campus_of, []))
            if isinstance(standard, Reason):
                self._rejects[one.line] = [standard]
            else:
                one.standard = standard
                one.keys = keys_of(one.record, standard["name"])
                good.append(one)
        return good

    async def _standards(self, sought: set[str]) -> Sequence[RowMapping]:
        return await known.standards(self._tx, sought)

    def _one_of(self, rows: Sequence[RowMapping]) -> RowMapping | Reason:
        standards = [row for row in rows if not row["campus"] and not row["ended"]]
        if len(standards) > 1:
            return why.CAMPUS_AMBIGUOUS
        if not standards:
            if not rows:
                return why.CAMPUS_NOT_FOUND
            return CAMPUS_OF_CAMPUS if any(row["campus"] for row in rows) else CAMPUS_OF_ENDED
        if not divisions.is_within(standards[0]["region"], self._job["region"]):
            return CAMPUS_ELSEWHERE
        return standards[0]

    async def _insert(self, candidates: list[Candidate]) -> set[str]:
        """Record them and tell of them; the keys of those that were recorded."""
        now = self._kit.clock.now()
        regions = {one.record.region for one in candidates}
        defaults = await known.default_authorities(self._tx, regions)
        rows = [_row(one, defaults[one.record.region]) for one in candidates]
        fresh = {"version": 1, "created_at": now, "updated_at": now}
        inserted = await insert_rows(self._tx, institution, rows, fresh, returning="id")
        done = [
            (one, row) for one, row in zip(candidates, rows, strict=True) if row["id"] in inserted
        ]
        names = [
            {"id": new_id(), "institution_id": row["id"], "name": name}
            for one, row in done
            for name in one.record.other_names
        ]
        by = self._job["created_by"]
        await insert_rows(
            self._tx, other_name, names, {"kind": "other", "added_by": by, "added_at": now}
        )
        await insert_rows(
            self._tx,
            institution_history,
            [{"institution_id": row["id"], "after": _told(one, row)} for one, row in done],
            {
                "version": 1,
                "at": now,
                "change": "imported",
                "actor_account_id": by,
                "actor_name": self._job["created_by_name"],
                "before": {},
            },
        )
        deciding = {authority: resolve({}, authority) for authority in set(defaults.values())}
        self._tx.emit(
            *(
                InstitutionChanged(
                    aggregate_id=row["id"],
                    version=1,
                    occurred_at=now,
                    name=row["name"],
                    region=row["region"],
                    status=told_status(row["status"]),
                    other_names=list(one.record.other_names),
                    standard_id=row["standard_id"],
                    deciding_authorities=deciding[row["default_authority_id"]],
                )
                for one, row in done
            )
        )
        return {one.record.key for one, _ in done}

    async def _keep_rejects(self) -> None:
        rows = [
            {"line": line, "reasons": [{"field": r.field, "code": r.code} for r in reasons]}
            for line, reasons in sorted(self._rejects.items())
        ]
        await insert_rows(self._tx, import_reject, rows, {"import_id": self._job["id"]})


def _row(one: Candidate, authority: str | None) -> dict[str, Any]:
    record = one.record
    return {
        "id": new_id(),
        "registration_number": record.number,
        "name": record.name,
        "region": record.region,
        "category": record.category,
        "level": record.level,
        "ownership": record.ownership,
        "status": record.status,
        "standard_id": one.standard and one.standard["id"],
        "address": record.address,
        "beds": record.beds,
        "departments": record.departments,
        "subjects": record.subjects,
        "person_in_charge": record.person_in_charge,
        "sealed_reserved_phone": one.sealed_phone,
        "search_keys": one.keys,
        "default_authority_id": authority,
    }


_UNTOLD = {"id", "sealed_reserved_phone", "search_keys", "default_authority_id"}


def _told(one: Candidate, row: dict[str, Any]) -> dict[str, Any]:
    """What the history says of a record; the phone is never in it."""
    told = {name: value for name, value in row.items() if name not in _UNTOLD and value}
    if one.record.other_names:
        told["other_names"] = one.record.other_names
    return told
