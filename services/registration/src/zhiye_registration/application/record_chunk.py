"""Recording lines of an import together: compared with what is on record, then inserted at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping

from zhiye_chassis.database import Transaction
from zhiye_chassis.rows import insert_rows
from zhiye_contracts.reasons import Reason
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.adapters.record_tables import registration_import_reject
from zhiye_registration.application.compare_nurses import compare_nurses
from zhiye_registration.application.compare_physicians import (
    compare_physicians,
    give_certificates,
    hold_physicians,
)
from zhiye_registration.application.import_chunk import Chunk
from zhiye_registration.application.landing import Landing, land
from zhiye_registration.application.record_filings import record_filings
from zhiye_registration.application.take_over import Candidate, Office, take_over
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.kit import Kit


class Recording:
    """One chunk of one import, in one transaction."""

    def __init__(self, tx: Transaction, kit: Kit, job: RowMapping, chunk: Chunk) -> None:
        self._tx, self._kit, self._job = tx, kit, job
        self._candidates: Mapping[int, Candidate] = chunk.candidates
        self._chunk = chunk
        self._rejects: dict[int, Sequence[Reason]] = dict(chunk.rejects)
        self._unchanged = 0
        self._physicians = job["profession"] == "physician"

    async def run(self) -> dict[str, int]:
        """Record what is new, unless it is a dry run; how many lines were recorded, unchanged and
        rejected."""
        if self._job["subject"] == "filings":
            return await self._filings()
        if self._physicians:
            await hold_physicians(self._tx, self._candidates.values())
        new = await self._compare(self._candidates, await self._land(hold=False))
        recorded = len(new) if self._job["dry_run"] else await self._record(new)
        await self._tell([line for line, c in self._candidates.items() if c.record.upgraded])
        rejected = len(self._rejects)
        return {"recorded": recorded, "unchanged": self._unchanged, "rejected": rejected}

    async def _filings(self) -> dict[str, int]:
        chunk = self._chunk
        recorded, unchanged, rejects = await record_filings(self._tx, self._kit, self._job, chunk)
        self._rejects |= rejects
        await self._tell([line for line, c in chunk.filings.items() if c.record.upgraded])
        rejected = len(self._rejects)
        return {"recorded": recorded, "unchanged": unchanged, "rejected": rejected}

    async def _tell(self, upgraded: Sequence[int]) -> None:
        """Keep why lines were rejected, and whose ID numbers were upgraded (Q47)."""
        told: dict[int, Sequence[Reason]] = {line: [why.UPGRADED] for line in upgraded}
        told |= self._rejects
        rows = [
            {"line": line, "reasons": [{"field": r.field, "code": r.code} for r in reasons]}
            for line, reasons in sorted(told.items())
        ]
        await insert_rows(
            self._tx, registration_import_reject, rows, {"import_id": self._job["id"]}
        )

    async def _record(self, new: Mapping[int, Candidate], *, again: bool = True) -> int:
        """How many; somebody else may have been quicker with the others, just now. Those are
        looked at again: a physician may have been registered in a further location."""
        if not new:
            return 0
        able = await give_certificates(self._tx, new) if self._physicians else new
        place = await self._land(hold=True)
        online = await is_online(self._tx.connection, place.id)
        office = Office(self._job["authority_id"], self._job["authority_name"], online)
        done = await take_over(self._tx, self._kit, list(able.values()), place, office)
        lost = {line: one for line, one in new.items() if one.person_key not in done}
        left = await self._compare(lost, place) if lost else {}
        if again:
            return len(done) + await self._record(left, again=False)
        self._rejects |= {line: [why.REPEATED] for line in left}
        return len(done)

    async def _land(self, *, hold: bool) -> Landing:
        job = self._job
        return await land(
            self._tx, job["institution_id"], job["institution_name"], job["region"], hold=hold
        )

    async def _compare(
        self, candidates: Mapping[int, Candidate], place: Landing
    ) -> dict[int, Candidate]:
        """Those that nothing on record speaks against."""
        compare = compare_physicians if self._physicians else compare_nurses
        compared = await compare(self._tx, candidates, place)
        self._rejects |= compared.rejects
        self._unchanged += compared.unchanged
        return compared.new
