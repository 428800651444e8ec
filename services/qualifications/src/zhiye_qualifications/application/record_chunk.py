"""One chunk of a batch, one transaction: register, results, progress and events together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import mask_certificate
from zhiye_contracts.reasons import Reason
from zhiye_qualifications.adapters import events, register_store
from zhiye_qualifications.application.open_upgrades import open_upgrade, without_collisions
from zhiye_qualifications.application.standing_corrections import Standing
from zhiye_qualifications.domain.codes import ADMISSION_NUMBER, OUTCOMES, Outcome
from zhiye_qualifications.domain.records import Record
from zhiye_qualifications.domain.register import Candidate, Register, Settled
from zhiye_qualifications.domain.upgrades import Unnumbered, only_the_number_is_wrong
from zhiye_qualifications.kit import Kit

LONGEST_NUMBER = 32
"""Characters of a masked number that a result keeps: the longest certificate number."""

_UNPRINTED = re.compile("[^0-9A-Za-z*-]")


@dataclass(slots=True)
class Chunk:
    """Records on their way into the register, and the results so far."""

    last_line: int = 0
    received: int = 0
    event_ids: dict[int, str] = field(default_factory=dict)
    """By line, of records that came over the bus."""
    candidates: list[Candidate] = field(default_factory=list)
    unnumbered: list[Unnumbered] = field(default_factory=list)
    """Right but for a 15-digit ID number that cannot be upgraded (Q47)."""
    results: list[dict[str, Any]] = field(default_factory=list)

    def reject(
        self, line: int, fields: Mapping[str, object], reasons: Sequence[Reason], today: date
    ) -> None:
        """Keep why a record is not taken, or the record if the province can still save it."""
        record = only_the_number_is_wrong(fields, today)
        if record is not None:
            self.unnumbered.append(Unnumbered(line, record, tuple(reasons)))
            return
        numbers = fields.get("certificate_number"), fields.get("admission_number")
        self.result(line, "rejected", reasons, *numbers)

    def result(
        self,
        line: int,
        outcome: Outcome,
        reasons: Sequence[Reason],
        certificate: object = None,
        admission: object = None,
    ) -> None:
        """Keep the outcome of a line; of the numbers only masked ones, of an ID number nothing."""
        self.results.append(
            {
                "line": line,
                "event_id": self.event_ids.get(line),
                "outcome": outcome,
                "certificate": _masked(certificate),
                "admission": _masked(admission),
                "reasons": [_told(reason) for reason in reasons],
            }
        )


def candidate_of(kit: Kit, line: int, record: Record, notes: tuple[Reason, ...]) -> Candidate:
    """A record with its keys and its fingerprint, which tells whether two say the same."""
    person_key = kit.person_key(record.id_number)
    admission = record.admission_number
    admission_key = kit.admission_key(admission) if admission else None
    said = (
        person_key,
        record.name,
        record.gender,
        record.id_type,
        record.category,
        record.level,
        record.school,
        record.education,
        record.major,
        str(record.exam_year),
        record.passed_on.isoformat(),
        record.province,
        admission_key or "",
        record.route,
    )
    return Candidate(
        line,
        record,
        notes,
        person_key,
        kit.certificate_key(record.certificate_number),
        admission_key,
        blake2b("\0".join(said).encode(), digest_size=16).digest(),
    )


async def record_chunk(kit: Kit, batch_id: str, attempt: int, chunk: Chunk) -> Counter[str]:
    """Write a chunk in a transaction of its own and return its counts by outcome."""
    async with kit.database.transaction() as tx:
        return await record_within(kit, tx, batch_id, attempt, chunk)


async def record_within(
    kit: Kit, tx: Transaction, batch_id: str, attempt: int, chunk: Chunk
) -> Counter[str]:
    """Write a chunk and return its counts by outcome. ``Superseded``: nothing of it is to stay."""
    await register_store.take_turn(tx)
    await _to_provinces(kit, tx, batch_id, chunk)
    standing = await Standing.load(kit, tx, chunk.candidates)
    rounds: defaultdict[int, list[Candidate]] = defaultdict(list)
    seen: Counter[tuple[str, str]] = Counter()
    for candidate in map(standing.on_record, chunk.candidates):
        rounds[seen[candidate.certificate]].append(candidate)
        seen[candidate.certificate] += 1
    counts: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
    counts["rejected"] = chunk.received - len(chunk.candidates)
    now = kit.clock.now()
    written: list[dict[str, Any]] = []
    # A certificate that comes twice is settled twice, each time against what is stored.
    for candidates in rounds.values():
        register = Register(await register_store.load(tx, candidates))
        rows = []
        for candidate in candidates:
            settled = register.settle(candidate)
            counts[settled.outcome] += 1
            if settled.outcome in ("recorded", "updated"):
                row = row_of(kit, batch_id, candidate, settled, now)
                rows.append(standing.upheld(row, candidate))
            if settled.outcome != "recorded" or settled.reasons:
                record = candidate.record
                numbers = record.certificate_number, record.admission_number
                chunk.result(candidate.line, settled.outcome, settled.reasons, *numbers)
        await register_store.write(tx, rows)
        await standing.follow(tx)
        written += rows
    await register_store.write_results(tx, batch_id, chunk.results)
    received = {**counts, "received": chunk.received}
    await register_store.progress(tx, batch_id, attempt, chunk.last_line, received, now)
    tx.emit(*events.recorded_in_batch(batch_id, chunk.last_line, written, now))
    return counts


async def _to_provinces(kit: Kit, tx: Transaction, batch_id: str, chunk: Chunk) -> None:
    """Have the provinces decide the ID numbers that cannot be upgraded (Q47). A record whose
    number was decided before goes on with it."""
    chunk.candidates, collided = await without_collisions(tx, chunk.candidates)
    for one in (*chunk.unnumbered, *collided):
        told = await open_upgrade(tx, kit, batch_id, one)
        if isinstance(told, Record):
            chunk.candidates.append(candidate_of(kit, one.line, told, ()))
        else:
            numbers = one.record.certificate_number, one.record.admission_number
            chunk.result(one.line, "rejected", told, *numbers)


def row_of(
    kit: Kit, batch_id: str, candidate: Candidate, settled: Settled, now: datetime
) -> dict[str, Any]:
    seal, record = kit.cipher.seal, candidate.record
    admission = record.admission_number
    certificate = record.certificate_number
    return {
        "id": settled.id or new_id(),
        "profession": record.profession,
        "person_key": candidate.person_key,
        "sealed_id_number": seal(record.id_number, purposes.ID_NUMBER),
        "id_type": record.id_type,
        "name": record.name,
        "assisted": record.assisted,
        "gender": record.gender,
        "birth_date": record.birth_date,
        "certificate_key": candidate.certificate_key,
        "sealed_certificate_number": seal(certificate, purposes.CERTIFICATE_NUMBER),
        "category": record.category,
        "level": record.level,
        "school": record.school,
        "education": record.education,
        "major": record.major,
        "title": None,
        "exam_year": record.exam_year,
        "passed_on": record.passed_on,
        "province": record.province,
        "admission_key": candidate.admission_key,
        "sealed_admission_number": seal(admission, ADMISSION_NUMBER) if admission else None,
        "route": record.route,
        "record_version": record.version,
        "version": settled.version + 1,
        "in_force": True,
        "fingerprint": candidate.fingerprint,
        "batch_id": batch_id,
        "changed_at": now,
    }


def _masked(number: object) -> str:
    if not isinstance(number, str):
        return ""
    return _UNPRINTED.sub("", mask_certificate(number[:200]))[:LONGEST_NUMBER]


def _told(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "field": reason.field,
        "reason": {"zh": reason.reason.zh, "en": reason.reason.en},
        "next_step": {"zh": reason.next_step.zh, "en": reason.next_step.en},
        "source": reason.source,
    }
