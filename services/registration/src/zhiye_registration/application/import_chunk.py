"""Lines of an import that are recorded together: read, and checked by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.sheets import Line
from zhiye_contracts import purposes
from zhiye_contracts.reasons import Reason
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.imports import Record, read_line
from zhiye_registration.kit import Kit


@dataclass(slots=True)
class Candidate:
    """A line that is in order by itself, with what it is found by and kept as."""

    line: int
    record: Record
    person_key: str
    certificate_key: str
    sealed_id_number: str
    sealed_certificate_number: str
    pinyin: str
    initials: str


@dataclass(slots=True)
class Chunk:
    last: int
    end: int
    candidates: list[Candidate] = field(default_factory=list)
    rejects: dict[int, Sequence[Reason]] = field(default_factory=dict)


@dataclass(slots=True)
class Known:
    """Today, and the numbers that lines before had: of a dry run nothing else would tell."""

    today: date
    seen: set[str] = field(default_factory=set)


def read_chunk(kit: Kit, known: Known, lines: Iterator[Line], after: int, offset: int) -> Chunk:
    """Read lines. It takes a while and needs no database: do it in a thread."""
    chunk = Chunk(after, offset)
    for line in lines:
        chunk.last, chunk.end = line.number, line.end
        record, reasons = (
            (None, line.reasons) if line.reasons else read_line(line.cells, known.today)
        )
        if record is None or reasons:
            chunk.rejects[line.number] = reasons
            continue
        one = _candidate(kit, line.number, record)
        if again := {one.person_key, one.certificate_key} & known.seen:
            number = "id_number" if one.person_key in again else "certificate_number"
            chunk.rejects[line.number] = [replace(why.REPEATED, field=number)]
            continue
        known.seen |= {one.person_key, one.certificate_key}
        chunk.candidates.append(one)
    return chunk


def _candidate(kit: Kit, line: int, record: Record) -> Candidate:
    person, certificate = record.person.value, record.certificate.value
    cipher = kit.settings.cipher
    pinyin, initials = name_pinyin(record.name)
    return Candidate(
        line,
        record,
        kit.person_key(person),
        kit.certificate_key(certificate),
        cipher.seal(person, purposes.ID_NUMBER),
        cipher.seal(certificate, purposes.CERTIFICATE_NUMBER),
        pinyin,
        initials,
    )
