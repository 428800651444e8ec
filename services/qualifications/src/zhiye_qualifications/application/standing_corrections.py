"""Corrections and revocations stand against a feed: what is fed goes below them.

A newer version of a record changes what was not corrected. A corrected field keeps its value, and
what is fed counts as the exam's original, until the exam centre says the corrected value itself:
then the correction has done its work. A revocation stands until it is taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import RowMapping

from zhiye_chassis.database import Transaction
from zhiye_contracts import purposes
from zhiye_qualifications.adapters import corrections
from zhiye_qualifications.adapters.corrections import IN_FORCE
from zhiye_qualifications.application.case_subjects import columns_of
from zhiye_qualifications.domain.corrections import values_of
from zhiye_qualifications.domain.register import Candidate
from zhiye_qualifications.kit import Kit


@dataclass(slots=True)
class _Qualification:
    """One qualification with the decisions that stand for it."""

    profession: str
    certificate_key: str
    fed_certificate_key: str
    person_key: str
    fields: dict[str, RowMapping] = field(default_factory=dict)

    def is_fed_as(self, candidate: Candidate) -> bool:
        """Whether a record is about it: under the number and person it is on record for, or under
        those that the exam centre still has."""
        number = self.fields.get("id_number")
        return (
            candidate.record.profession == self.profession
            and candidate.certificate_key in (self.certificate_key, self.fed_certificate_key)
            and candidate.person_key
            in (self.person_key, number["original_key"] if number else self.person_key)
        )


class Standing:
    """The decisions that stand for the qualifications which some candidates are about."""

    def __init__(self, kit: Kit, rows: Sequence[RowMapping]) -> None:
        self._kit = kit
        self._known: dict[str, _Qualification] = {}
        self._by_certificate: defaultdict[str, set[str]] = defaultdict(set)
        self._followed: list[tuple[str, Candidate, list[str]]] = []
        for row in rows:
            key = row["qualification_id"]
            one = self._known.setdefault(
                key,
                _Qualification(
                    row["profession"],
                    row["certificate_key"],
                    row["fed_certificate_key"],
                    row["person_key"],
                ),
            )
            one.fields[row["field"]] = row
            self._by_certificate[row["certificate_key"]].add(key)
            self._by_certificate[row["fed_certificate_key"]].add(key)

    @classmethod
    async def load(cls, kit: Kit, tx: Transaction, candidates: Sequence[Candidate]) -> Standing:
        keys = {candidate.certificate_key for candidate in candidates}
        return cls(kit, await corrections.of_certificates(tx, keys) if keys else ())

    def on_record(self, candidate: Candidate) -> Candidate:
        """The candidate under the numbers that its qualification is on record by."""
        for key in self._by_certificate.get(candidate.certificate_key, ()):
            one = self._known[key]
            if one.is_fed_as(candidate):
                return replace(
                    candidate, certificate_key=one.certificate_key, person_key=one.person_key
                )
        return candidate

    def upheld(self, row: dict[str, Any], candidate: Candidate) -> dict[str, Any]:
        """A newer version of a qualification with what was decided about it."""
        one = self._known.get(row["id"])
        if one is None:
            return row
        fed = values_of(candidate.record)
        changed: dict[str, object] = {}
        confirmed: list[str] = []
        for name, decided in one.fields.items():
            value = self._kit.cipher.open(decided["sealed_corrected"], purposes.CASE)
            if name == IN_FORCE:
                row = row | {IN_FORCE: False}
            elif name in fed and str(fed[name]) == value:
                confirmed.append(name)
            else:
                changed[name] = value or None
        for name in confirmed:
            del one.fields[name]
        self._followed.append((row["id"], candidate, confirmed))
        return row | columns_of(self._kit, changed) | {"corrected": sorted(changed)}

    async def follow(self, tx: Transaction) -> None:
        """Write down what the exam centre says by now of what was corrected."""
        for key, candidate, confirmed in self._followed:
            one = self._known[key]
            number = candidate.record.certificate_number
            await corrections.drop(tx, key, confirmed)
            await corrections.fed(tx, key, self._originals(one, candidate))
            await corrections.moved(tx, key, one.certificate_key, self._kit.certificate_key(number))
        self._followed.clear()

    def _originals(
        self, one: _Qualification, candidate: Candidate
    ) -> Mapping[str, tuple[str, str | None]]:
        fed = values_of(candidate.record)
        index = {"id_number": self._kit.person_key, "certificate_number": self._kit.certificate_key}
        return {
            name: (
                self._kit.cipher.seal(str(fed[name]), purposes.CASE),
                index[name](str(fed[name])) if name in index else None,
            )
            for name in one.fields
            if name in fed
        }
