"""What becomes of a record that is sent: compared with what the register holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zhiye_contracts.reasons import Reason
from zhiye_contracts.statements.reasons import VERSION_NOT_RAISED, VERSION_OLDER, about
from zhiye_qualifications.domain import reasons as why
from zhiye_qualifications.domain.codes import Outcome
from zhiye_qualifications.domain.records import Record


@dataclass(frozen=True, slots=True)
class Stored:
    """What is needed of a qualification on record. ``record_version`` is the exam centre's,
    ``version`` our own."""

    id: str
    certificate_key: str
    profession: str
    person_key: str
    category: str
    exam_year: int
    record_version: int
    version: int
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that was read, with the keys it is compared by."""

    line: int
    record: Record
    notes: tuple[Reason, ...]
    person_key: str
    certificate_key: str
    admission_key: str | None
    fingerprint: bytes

    @property
    def certificate(self) -> tuple[str, str]:
        return self.certificate_key, self.record.profession


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome for one candidate; ``id`` and ``version`` are those of the qualification
    before it, if there was one."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    id: str | None = None
    version: int = 0


class Register:
    """The part of the register that some candidates touch. Settles each certificate once, in the
    order of the lines; a person's earlier lines count for the later ones."""

    def __init__(self, stored: Iterable[Stored]) -> None:
        self._certificates = {(row.certificate_key, row.profession): row for row in stored}
        self._years = {
            (row.person_key, row.profession, row.category, row.exam_year): certificate
            for certificate, row in self._certificates.items()
        }

    def settle(self, candidate: Candidate) -> Settled:
        """Several certificates of one person are fine, as the latest one counts for activation
        (Q29.4, deck: account activation, step two), but only one per category and year."""
        record, held = candidate.record, self._certificates.get(candidate.certificate)
        if held is not None:
            if held.person_key != candidate.person_key:
                return _refuse(why.CERTIFICATE_OF_OTHER_PERSON, "certificate_number")
            if record.version < held.record_version:
                note = about(VERSION_OLDER, "version")
                return Settled("ignored_older", (note,))
            if record.version == held.record_version:
                if candidate.fingerprint == held.fingerprint:
                    return Settled("unchanged", candidate.notes)
                return _refuse(VERSION_NOT_RAISED, "version")
        year = (candidate.person_key, record.profession, record.category, record.exam_year)
        if self._years.get(year, candidate.certificate) != candidate.certificate:
            return _refuse(why.EXAM_YEAR_TAKEN, "exam_year")
        self._years[year] = candidate.certificate
        if held is None:
            return Settled("recorded", candidate.notes)
        before = (held.person_key, held.profession, held.category, held.exam_year)
        if before != year:
            del self._years[before]
        return Settled("updated", candidate.notes, held.id, held.version)


def _refuse(fault: Reason, field: str) -> Settled:
    return Settled("rejected", (about(fault, field),))
