"""Checking one record on its way into the register, wherever it came from."""

from __future__ import annotations

from datetime import date

from zhiye_contracts.reasons import Reason
from zhiye_qualifications.adapters.lines import Fields
from zhiye_qualifications.application.record_chunk import Chunk, candidate_of
from zhiye_qualifications.domain.records import read_record
from zhiye_qualifications.kit import Kit


def check_record(kit: Kit, chunk: Chunk, line: int, fields: Fields | Reason, today: date) -> None:
    """Add a record to a chunk: as a candidate for the register, or with why it is not taken."""
    chunk.received += 1
    chunk.last_line = line
    if isinstance(fields, Reason):
        chunk.result(line, "rejected", (fields,))
    elif (reading := read_record(fields, today)).record is None:
        chunk.reject(line, fields, reading.reasons, today)
    else:
        chunk.candidates.append(candidate_of(kit, line, reading.record, reading.reasons))
