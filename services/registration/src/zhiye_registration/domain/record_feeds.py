"""What other systems feed into the record of a physician or nurse (Q58): how a statement of each
feed is read, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from zhiye_contracts.codes import NURSING_TITLES, PHYSICIAN_TITLES, PROFESSIONS, CodeTable
from zhiye_contracts.codes.table import table
from zhiye_contracts.identifiers import IdNumber, parse_institution_number
from zhiye_contracts.reasons import Reason, Text
from zhiye_contracts.statements.form import HIGHEST_VERSION, Form
from zhiye_contracts.statements.reasons import BEFORE_BIRTH
from zhiye_registration.domain import record_feed_reasons as why

RESULTS: Final = table(
    "assessment_result",
    "Measures on the Periodic Assessment of Physicians (医师定期考核管理办法)",
    """
    passed | 合格 | passed
    failed | 不合格 | failed
    """,
)
RESIDENCY_STATES: Final = table(
    "residency_state",
    "Q52",
    """
    began | 在培 | in training
    finished | 结业 | finished
    left | 退出培训 | left
    """,
)
TITLES: Mapping[str, CodeTable] = {"physician": PHYSICIAN_TITLES, "nurse": NURSING_TITLES}
FIRST_YEAR: Final = 1990
"""Of continuing education."""
MOST_CREDITS: Final = 999
"""Of one class in one statement."""
_PERSON: Final = ("record_id", "version", "profession", "id_number", "name")


@dataclass(frozen=True, slots=True)
class Statement:
    """One record as a system outside states it, every field checked and normalised. ``data`` is
    what the feed has of its own; credits in tenths, days as YYYY-MM-DD. ``certificate_number`` is
    apart because it is kept sealed."""

    record_id: str
    version: int
    profession: str
    id_number: str = field(repr=False)
    name: str = field(repr=False)
    happened_on: date
    data: Mapping[str, Any]
    certificate_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: whom it is about, and how its own fields are read."""

    label: Text
    professions: tuple[str, ...]
    fields: tuple[str, ...]
    read: Callable[[_Reader], tuple[date | None, dict[str, Any]]]
    """The day that it is about, and the data."""


class _Reader(Form):
    """One pass over a statement's fields."""

    def __init__(self, fields: Mapping[str, object], today: date, feed: Feed) -> None:
        super().__init__(fields, today, (*_PERSON, *feed.fields))
        self._feed = feed
        self.profession = ""
        self.person: IdNumber | None = None
        self.certificate_number: str | None = None

    def statement(self) -> Statement | None:
        self.unknown_fields()
        record_id = self.plain("record_id")
        version = self.integer("version", 1, HIGHEST_VERSION)
        self.profession = self._profession()
        self.person = self.id_number()
        name = self.person_name()
        happened_on, data = self._feed.read(self)
        if self.faults or self.person is None or happened_on is None:
            return None
        return Statement(
            record_id=record_id,
            version=version,
            profession=self.profession,
            id_number=self.person.value,
            name=name,
            happened_on=happened_on,
            data=data,
            certificate_number=self.certificate_number,
        )

    def _profession(self) -> str:
        read = self.code("profession", PROFESSIONS)
        if read and read not in self._feed.professions:
            self.fault(why.NOT_OF_THIS_PROFESSION, "profession")
        return read

    def day_of_life(self, name: str, *, required: bool = True) -> date | None:
        """A day between birth and today."""
        day = self.day(name, required=required)
        if day and self.person and day < self.person.birth_date:
            self.fault(BEFORE_BIRTH, name)
        return day

    def certificate(self, *, required: bool = True) -> None:
        self.certificate_number = self.plain("certificate_number", required=required) or None

    def in_order(self, first: date | None, last: date | None, field_: str) -> None:
        if first and last and last < first:
            self.fault(why.DATES_ORDER, field_)


def _assessment(form: _Reader) -> tuple[date | None, dict[str, Any]]:
    cycle_from = form.day_of_life("cycle_from")
    cycle_to = form.day("cycle_to", future=True)
    form.in_order(cycle_from, cycle_to, "cycle_to")
    assessed_on = form.day_of_life("assessed_on")
    if cycle_from and assessed_on and assessed_on < cycle_from:
        form.fault(why.ASSESSED_BEFORE_CYCLE, "assessed_on")
    return assessed_on, {
        "result": form.code("result", RESULTS),
        "cycle_from": _written(cycle_from),
        "cycle_to": _written(cycle_to),
        "after_suspension": form.yes("after_suspension"),
        "assessing_body": form.plain("assessing_body"),
    }


def _residency(form: _Reader) -> tuple[date | None, dict[str, Any]]:
    state = form.code("state", RESIDENCY_STATES)
    began_on = form.day_of_life("began_on")
    finished_on = form.day_of_life("finished_on", required=state in ("finished", "left"))
    form.in_order(began_on, finished_on, "finished_on")
    form.certificate(required=False)
    if state == "began" and finished_on:
        form.fault(why.NOT_FINISHED_YET, "finished_on")
    if state == "began" and form.certificate_number:
        form.fault(why.NOT_FINISHED_YET, "certificate_number")
    if state == "left" and form.certificate_number:
        form.fault(why.NO_CERTIFICATE_FOR_LEAVING, "certificate_number")
    before = len(form.faults)
    number = form.parsed("base_institution_number", parse_institution_number, required=False)
    base = {
        "base_institution_id": form.plain("base_institution_id", required=False) or None,
        "base_institution_number": number.value if number else None,
        "base_institution_name": form.plain("base_institution_name", required=False) or None,
    }
    if not any(base.values()) and len(form.faults) == before:
        form.fault(why.BASE_MISSING, "base_institution_name")
    return finished_on or began_on, {
        "state": state,
        "specialty": form.plain("specialty"),
        **base,
        "began_on": _written(began_on),
        "finished_on": _written(finished_on),
    }


def _education(form: _Reader) -> tuple[date | None, dict[str, Any]]:
    year = form.integer("year", FIRST_YEAR, form.today.year)
    before = len(form.faults)
    first, second = (form.tenths(f"credits_class_{n}", MOST_CREDITS) for n in (1, 2))
    if not first and not second and len(form.faults) == before:
        form.fault(why.CREDITS_MISSING, "credits_class_1")
    completed_on = form.day_of_life("completed_on", required=False)
    if year and completed_on and completed_on.year != year:
        form.fault(why.OUTSIDE_THE_YEAR, "completed_on")
    last = min(date(year, 12, 31), form.today) if year else None
    return completed_on or last, {
        "year": year,
        "credits_class_1": first or 0,
        "credits_class_2": second or 0,
        "project": form.plain("project"),
        "completed_on": _written(completed_on),
    }


def _promotion(form: _Reader) -> tuple[date | None, dict[str, Any]]:
    obtained_on = form.day_of_life("obtained_on")
    form.certificate()
    return obtained_on, {
        "title": form.code("title", TITLES.get(form.profession)),
        "issuing_body": form.plain("issuing_body"),
    }


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


FEEDS: Mapping[str, Feed] = {
    "assessment": Feed(
        Text("医师定期考核", "periodic assessment"),
        ("physician",),
        ("result", "cycle_from", "cycle_to", "assessed_on", "after_suspension", "assessing_body"),
        _assessment,
    ),
    "residency": Feed(
        Text("住院医师规范化培训", "residency training"),
        ("physician",),
        (
            *("state", "specialty", "began_on", "finished_on", "certificate_number"),
            *("base_institution_id", "base_institution_number", "base_institution_name"),
        ),
        _residency,
    ),
    "education": Feed(
        Text("继续教育", "continuing education"),
        ("physician", "nurse"),
        ("year", "credits_class_1", "credits_class_2", "project", "completed_on"),
        _education,
    ),
    "promotion": Feed(
        Text("职称晋升", "promotion of title"),
        ("physician", "nurse"),
        ("title", "obtained_on", "certificate_number", "issuing_body"),
        _promotion,
    ),
}


def read_statement(
    feed: str, fields: Mapping[str, object], today: date
) -> tuple[Statement | None, list[Reason]]:
    """The statement with notes on it, or every reason why it cannot be taken. ``today`` is the
    Asia/Shanghai date."""
    form = _Reader(fields, today, FEEDS[feed])
    statement = form.statement()
    return (statement, form.notes) if statement else (None, form.faults)
