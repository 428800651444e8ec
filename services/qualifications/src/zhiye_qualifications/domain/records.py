"""Reading one record of a qualification: every fault at once, or the normalised record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from zhiye_contracts.codes import EDUCATION, GENDERS, ID_TYPES, PROFESSIONS, PROVINCES
from zhiye_contracts.identifiers import (
    IdentifierError,
    IdNumber,
    parse_nurse_exam_certificate,
    parse_physician_qualification_certificate,
)
from zhiye_contracts.identifiers.certificates import (
    EARLIEST_YEAR,
    PHYSICIAN_QUALIFICATION_ID_NUMBER,
)
from zhiye_contracts.identifiers.errors import compact
from zhiye_contracts.reasons import Reason
from zhiye_contracts.statements.form import HIGHEST_VERSION, Form
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.domain import reasons as why
from zhiye_qualifications.domain.codes import CATEGORIES, LEVELS, ROUTES
from zhiye_qualifications.domain.columns import FIELDS

_KNOWN = frozenset(FIELDS)
_ADMISSION = re.compile("[0-9A-Z]{4,32}")

_NO_DATE = date.min


@dataclass(frozen=True, slots=True)
class Record:
    """A qualification (资格) as the exam centre states it, every field checked and normalised."""

    certificate_number: str = field(repr=False)
    name: str = field(repr=False)
    gender: str
    birth_date: date = field(repr=False)
    id_type: str
    id_number: str = field(repr=False)
    profession: str
    category: str
    level: str
    school: str
    education: str
    major: str
    exam_year: int
    passed_on: date
    province: str
    admission_number: str | None = field(repr=False)
    route: str
    version: int
    assisted: bool
    """The name holds a bracketed pinyin: matching it to a person needs a person's check."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one line: a record with notes, or no record and every reason why."""

    record: Record | None
    reasons: tuple[Reason, ...] = ()


def read_record(fields: Mapping[str, object], today: date, *, as_printed: bool = False) -> Reading:
    """Check and normalise one record. ``today`` is the Asia/Shanghai date. ``as_printed`` lets a
    certificate number pass that holds another ID number, or none that can be: the certificate
    itself may be wrong, or older than the number (Q46, Q47)."""
    form = _Form(fields, today, as_printed=as_printed)
    record = form.read()
    return Reading(None, tuple(form.faults)) if form.faults else Reading(record, tuple(form.notes))


def parse_admission_number(text: str) -> str:
    """准考证号: 4 to 32 letters and digits, capitals. Raises ``IdentifierError``."""
    value = compact(text)
    if not _ADMISSION.fullmatch(value):
        raise IdentifierError(why.ADMISSION_FORMAT)
    return value


class _Form(Form):
    """One pass over a record's fields. A method that reports a fault returns an empty value."""

    def __init__(
        self, fields: Mapping[str, object], today: date, *, as_printed: bool = False
    ) -> None:
        super().__init__(fields, today, _KNOWN)
        self._as_printed = as_printed

    def read(self) -> Record | None:
        self.unknown_fields()
        profession = self.code("profession", PROFESSIONS)
        person = self.id_number()
        record = Record(
            certificate_number=self._certificate(profession, person),
            name=self.person_name(),
            gender=self._gender(person),
            birth_date=self._birth_date(person),
            id_type=self.code("id_type", ID_TYPES),
            id_number=person.value if person else "",
            profession=profession,
            category=self.code("category", CATEGORIES.get(profession)),
            level=self.code("level", LEVELS.get(profession)),
            school=self.plain("school"),
            education=self.code("education", EDUCATION),
            major=self.plain("major"),
            exam_year=(exam_year := self.integer("exam_year", EARLIEST_YEAR, self.today.year)),
            passed_on=self._passed_on(exam_year),
            province=self.code("province", PROVINCES),
            route=(route := self.code("route", ROUTES)),
            admission_number=self._admission(route),
            version=self.integer("version", 1, HIGHEST_VERSION),
            assisted=bool(self.notes)
            and any(note.code == why.NAME_ASSISTED.code for note in self.notes),
        )
        return None if self.faults else record

    def person_name(self, name: str = "name") -> str:
        read = super().person_name(name)
        if "(" not in read:
            return read
        self.notes.append(about(why.NAME_ASSISTED, name))
        return self.text(name)  # kept as the exam centre wrote it

    def _certificate(self, profession: str, person: IdNumber | None) -> str:
        if profession != "physician":
            return self.parsed("certificate_number", parse_nurse_exam_certificate) or ""
        read = self.parsed("certificate_number", self._physicians)
        if read is None:
            return ""
        number, holder = read
        if holder and person and holder != person.value and not self._as_printed:
            self.fault(why.CERTIFICATE_ID_DIFFERS, "certificate_number")
        return number

    def _physicians(self, text: str) -> tuple[str, str]:
        """A physician's certificate number and the ID number inside, empty if that cannot be."""
        try:
            read = parse_physician_qualification_certificate(text, self.today)
        except IdentifierError as error:
            if not self._as_printed or error.code != PHYSICIAN_QUALIFICATION_ID_NUMBER.code:
                raise
            return compact(text), ""
        return read.value, read.id_number.value

    def _gender(self, person: IdNumber | None) -> str:
        gender = self.code("gender", GENDERS)
        if gender in GENDERS and person and gender != person.gender:
            self.fault(why.GENDER_DIFFERS, "gender")
        return gender

    def _birth_date(self, person: IdNumber | None) -> date:
        born = self.day("birth_date")
        if born and person and born != person.birth_date:
            self.fault(why.BIRTH_DATE_DIFFERS, "birth_date")
        return born or _NO_DATE

    def _passed_on(self, exam_year: int) -> date:
        passed_on = self.day("passed_on")
        if passed_on and passed_on.year < exam_year:
            self.fault(why.PASSED_BEFORE_EXAM, "passed_on")
        return passed_on or _NO_DATE

    def _admission(self, route: str) -> str | None:
        return self.parsed("admission_number", parse_admission_number, required=route == "exam")
