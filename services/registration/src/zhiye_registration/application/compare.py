"""Comparing a line of an import with the registration that is on record of its person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from zhiye_contracts.identifiers import names_match
from zhiye_contracts.reasons import Reason
from zhiye_registration.application.take_over import Candidate
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.information import value_of
from zhiye_registration.domain.registration import Registration


@dataclass(slots=True)
class Compared:
    """Lines to be recorded and to be rejected; how many are on record as they say."""

    new: dict[int, Candidate] = field(default_factory=dict)
    rejects: dict[int, Sequence[Reason]] = field(default_factory=dict)
    unchanged: int = 0


def differing(one: Candidate, held: Registration, institution_id: str) -> list[Reason]:
    """Why a line about somebody who is on record is not as it is there. What is on record at
    another institution, and which it is, is not told."""
    record, practice = one.record, one.record.practice
    if held.status == "cancelled" != record.status:
        return [why.CANCELLED]
    if held.institution_id != institution_id:
        return [why.ELSEWHERE]
    if held.status != record.status:
        return [_differs("status")]
    said_known: list[tuple[str, Any, Any]] = [
        ("name", record.name, held.name),
        ("certificate_number", one.certificate_key, held.certificate_key),
        ("valid_until", record.valid_until, held.valid_until),
        ("registered_on", record.registered_on or held.registered_on, held.registered_on),
        ("cancelled_on", record.cancelled_on, held.cancelled_on),
        ("cancellation_ground", record.cancellation_ground, held.cancellation_ground),
        ("filed_on", record.filed_on, held.filed_on),
        ("filing_ground", record.filing_ground, held.filing_ground),
    ]
    if practice is not None:
        said_known += [
            ("level", practice.level, held.level),
            ("category", practice.category, held.category),
            ("scopes", practice.scopes, tuple(held.scopes)),
        ]
    said_known += [(name, said, value_of(held, name)) for name, said in record.values.items()]
    return [_differs(name) for name, said, known in said_known if said != known]


def named_otherwise(name: str, of_exams: Sequence[str]) -> bool:
    """Whether every exam record of the person has another name."""
    return bool(of_exams) and all(names_match(name, other) == "different" for other in of_exams)


def _differs(field: str) -> Reason:
    return replace(why.DIFFERS, field=field)
