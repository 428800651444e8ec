"""The dry run of an import: everything but the records, the history and the events."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping

from zhiye_chassis.rows import insert_rows
from zhiye_institutions.adapters import import_records as known
from zhiye_institutions.adapters.tables import import_seen
from zhiye_institutions.application.import_chunk import Candidate
from zhiye_institutions.application.record_chunk import Recording
from zhiye_institutions.domain import import_reasons as why


class Rehearsal(Recording):
    """Instead of recording a line it is remembered, for lines that repeat it or refer to it."""

    async def _compare(self, candidates: list[Candidate]) -> list[Candidate]:
        left = await super()._compare(candidates)
        keys = [one.record.key for one in left]
        seen = await known.digests_seen(self._tx, self._job["id"], keys)
        new = []
        for one in left:
            digest = seen.get(one.record.key)
            if digest is None:
                new.append(one)
            elif digest == one.record.digest:
                self._unchanged += 1
            else:
                self._rejects[one.line] = [why.REPEATED]
        return new

    async def _standards(self, sought: set[str]) -> Sequence[RowMapping]:
        return [
            *await super()._standards(sought),
            *await known.standards_seen(self._tx, self._job["id"], sought),
        ]

    async def _insert(self, candidates: list[Candidate]) -> set[str]:
        rows = [
            {
                "key": one.record.key,
                "name": one.record.name,
                "region": one.record.region,
                "campus": bool(one.record.campus_of),
                "ended": one.record.status == "cancelled",
                "digest": one.record.digest,
            }
            for one in candidates
        ]
        return await insert_rows(self._tx, import_seen, rows, {"import_id": self._job["id"]}, "key")
