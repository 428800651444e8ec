"""Lines of an import that are recorded together: read, and checked by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import RowMapping

from zhiye_chassis.pinyin import initials
from zhiye_chassis.sheets import Line
from zhiye_contracts import purposes
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Reason
from zhiye_institutions.domain import import_reasons as why
from zhiye_institutions.domain.imports import Places, Record, read_line
from zhiye_institutions.domain.search import search_keys
from zhiye_institutions.kit import Kit


@dataclass(slots=True)
class Candidate:
    """A line that is in order by itself."""

    line: int
    record: Record
    keys: set[str]
    """It is to be found by these."""
    sealed_phone: str | None
    standard: RowMapping | None = None
    """Of a campus: what it is part of."""


@dataclass(slots=True)
class Chunk:
    after: int
    """The line before the first."""
    last: int
    end: int
    """Bytes of the file up to the end of the last."""
    candidates: list[Candidate] = field(default_factory=list)
    rejects: dict[int, Sequence[Reason]] = field(default_factory=dict)


def read_chunk(
    kit: Kit, lines: Iterable[Line], after: int, offset: int, region: str, places: Places
) -> Chunk:
    """Read lines. It takes a while and needs no database: do it in a thread."""
    chunk = Chunk(after, after, offset)
    for line in lines:
        chunk.last, chunk.end = line.number, line.end
        record, reasons = (None, line.reasons) if line.reasons else read_line(line.cells, places)
        if record is not None and not divisions.is_within(record.region, region):
            reasons = [why.REGION_NOT_YOURS]
        if record is None or reasons:
            chunk.rejects[line.number] = reasons
            continue
        phone = record.reserved_phone
        chunk.candidates.append(
            Candidate(
                line.number,
                record,
                keys_of(record),
                kit.settings.cipher.seal(phone, purposes.PHONE) if phone else None,
            )
        )
    return chunk


def keys_of(record: Record, *more_names: str) -> set[str]:
    others = [*record.other_names, *more_names]
    return search_keys(record.name, record.region, record.category, others, initials)
