"""A report of a penalty: what an authority enters, or a system outside states; and its checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from zhiye_contracts.codes import PENALTY_KINDS, PROFESSIONS
from zhiye_contracts.identifiers import IdNumber
from zhiye_contracts.reasons import Reason
from zhiye_contracts.statements.form import Form
from zhiye_registration.domain import penalty_reasons as why
from zhiye_registration.domain.penalty import ENDING
from zhiye_registration.domain.periods import add_years

MOST_YEARS: Final = 100
"""From a decision to its end."""
FIELDS: Final = (
    *("document_number", "profession", "id_number", "name", "kind", "decided_on", "ends_on"),
    *("deciding_body", "reporting_authority"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """Every field checked and normalised."""

    profession: str
    person: IdNumber = field(repr=False)
    name: str = field(repr=False)
    kind: str
    decided_on: date
    ends_on: date | None
    deciding_body: str
    document_number: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A report as a system outside states it. ``reporting_authority`` is the id or the division
    code of the authority in whose name it does."""

    report: Report
    reporting_authority: str


def objections(
    kind: str, decided_on: date, ends_on: date | None, birth_date: date | None, today: date
) -> list[Reason]:
    """Every fault of the dates. ``today`` is the Asia/Shanghai date."""
    faults = []
    if decided_on > today:
        faults.append(why.DECIDED_IN_FUTURE)
    if birth_date is not None and decided_on < birth_date:
        faults.append(why.DECIDED_BEFORE_BIRTH)
    if ends_on is None:
        if kind == "suspension":
            faults.append(why.END_NEEDED)
    elif kind not in ENDING:
        faults.append(why.END_NOT_ALLOWED)
    elif ends_on < decided_on:
        faults.append(why.END_BEFORE_DECISION)
    elif decided_on <= today and ends_on > add_years(decided_on, MOST_YEARS):
        faults.append(why.END_TOO_FAR)
    return faults


def read_statement(fields: Mapping[str, object], today: date) -> tuple[Stated | None, list[Reason]]:
    """The statement with notes on it, or every reason why it cannot be taken."""
    form = Form(fields, today, FIELDS)
    form.unknown_fields()
    document_number = form.plain("document_number")
    profession = form.code("profession", PROFESSIONS)
    person = form.id_number()
    name = form.person_name()
    kind = form.code("kind", PENALTY_KINDS)
    decided_on = form.day("decided_on")
    ends_on = form.day("ends_on", required=False, future=True)
    deciding_body = form.plain("deciding_body")
    reporting_authority = form.plain("reporting_authority")
    if kind and decided_on:
        birth_date = person.birth_date if person else None
        no_day = ends_on is None and fields.get("ends_on") not in (None, "")
        found = objections(kind, decided_on, ends_on, birth_date, today)
        # What was given and could not be read is told as such, not as missing.
        form.faults += [one for one in found if not (no_day and one is why.END_NEEDED)]
    if form.faults or person is None or decided_on is None:
        return None, form.faults
    report = Report(
        profession=profession,
        person=person,
        name=name,
        kind=kind,
        decided_on=decided_on,
        ends_on=ends_on,
        deciding_body=deciding_body,
        document_number=document_number,
    )
    return Stated(report, reporting_authority), form.notes
