"""Lines of an import that are recorded together: read, and checked by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from zhiye_chassis.sheets import Line
from zhiye_contracts.reasons import Reason
from zhiye_registration.application.take_over import Candidate, candidate
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.filing_list import FilingRecord
from zhiye_registration.domain.import_lists import ImportList
from zhiye_registration.domain.import_record import Record
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class FilingCandidate:
    """A filing that is to be recorded, and whose it is."""

    record: FilingRecord
    person_key: str


@dataclass(slots=True)
class Chunk:
    last: int
    end: int
    candidates: dict[int, Candidate] = field(default_factory=dict)
    """By line."""
    rejects: dict[int, Sequence[Reason]] = field(default_factory=dict)
    filings: dict[int, FilingCandidate] = field(default_factory=dict)


@dataclass(slots=True)
class Known:
    """Today, whose list it is, and the numbers that lines before had."""

    kit: Kit
    today: date
    of: ImportList
    seen: set[str] = field(default_factory=set)

    def again(self, record: Record | FilingRecord) -> str | None:
        """What a line before had as well: a number, or a filing's first day. From now on this one
        had them."""
        person = self.kit.person_key(record.person.value)
        if isinstance(record, FilingRecord):
            filing = f"{person} {record.from_on}"
            if filing in self.seen:
                return "from_on"
            self.seen.add(filing)
            return None
        certificate = self.kit.certificate_key(record.certificate_number)
        if person in self.seen:
            return "id_number"
        if certificate in self.seen:
            return "certificate_number"
        self.seen |= {person, certificate}
        return None

    def recall(self, lines: Iterable[Line], last: int) -> None:
        """What lines that another process worked on had."""
        for line in lines:
            if line.number > last:
                return
            record, _ = (None, ()) if line.reasons else self.of.read_line(line.cells, self.today)
            if record is not None:
                self.again(record)


def read_chunk(known: Known, lines: Iterable[Line], after: int, offset: int) -> Chunk:
    """Read lines. It takes a while and needs no database: do it in a thread."""
    chunk = Chunk(after, offset)
    for line in lines:
        chunk.last, chunk.end = line.number, line.end
        record, reasons = (
            (None, line.reasons) if line.reasons else known.of.read_line(line.cells, known.today)
        )
        if record is None:
            chunk.rejects[line.number] = reasons
        elif number := known.again(record):
            chunk.rejects[line.number] = [replace(why.REPEATED, field=number)]
        elif isinstance(record, FilingRecord):
            person = known.kit.person_key(record.person.value)
            chunk.filings[line.number] = FilingCandidate(record, person)
        else:
            chunk.candidates[line.number] = candidate(known.kit, record)
    return chunk
