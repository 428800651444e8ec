"""Reading one record of a qualification: every fault at once, or the normalised record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from zhiye_contracts.codes import EDUCATION, GENDERS, ID_TYPES, PROVINCES, CodeTable
from zhiye_contracts.identifiers import (
    IdentifierError,
    IdNumber,
    parse_id_number,
    parse_name,
    parse_nurse_exam_certificate,
    parse_physician_qualification_certificate,
    upgrade_fifteen,
)
from zhiye_contracts.identifiers.certificates import (
    EARLIEST_YEAR,
    PHYSICIAN_QUALIFICATION_ID_NUMBER,
)
from zhiye_contracts.identifiers.errors import compact
from zhiye_contracts.identifiers.id_numbers import FIFTEEN_DIGITS
from zhiye_contracts.reasons import Reason
from zhiye_qualifications.domain import reasons as why
from zhiye_qualifications.domain.codes import CATEGORIES, LEVELS, PROFESSIONS, ROUTES
from zhiye_qualifications.domain.columns import FIELDS
from zhiye_qualifications.domain.values import (
    AmbiguousDate,
    code_of,
    is_formula,
    is_shortened,
    read_date,
)

LONGEST = 100
"""Characters of a school or a major."""
HIGHEST_VERSION = 2**31 - 1
MOST_UNKNOWN = 20
"""Unknown fields named in one record."""

_KNOWN = frozenset(FIELDS)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_ADMISSION = re.compile("[0-9A-Z]{4,32}")
_DIGITS = re.compile("[0-9]{1,10}")

_NO_DATE = date.min

T = TypeVar("T")


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


def read_id_number(text: str, today: date) -> tuple[IdNumber, bool]:
    """The 18-character number, and whether it was upgraded from 15 digits (Q47).

    Raises ``IdentifierError``, also for the serials 996 to 999, which the province decides.
    """
    try:
        return parse_id_number(text, today), False
    except IdentifierError as error:
        if error.code != FIFTEEN_DIGITS.code:
            raise
    return upgrade_fifteen(text, today), True


class _Form:
    """One pass over a record's fields. A method that reports a fault returns an empty value."""

    def __init__(
        self, fields: Mapping[str, object], today: date, *, as_printed: bool = False
    ) -> None:
        self._fields = fields
        self._today = today
        self._as_printed = as_printed
        self.faults: list[Reason] = []
        self.notes: list[Reason] = []

    def read(self) -> Record | None:
        self._unknown_fields()
        profession = self._code("profession", PROFESSIONS)
        person = self._parsed("id_number", self._eighteen)
        record = Record(
            certificate_number=self._certificate(profession, person),
            name=self._name(),
            gender=self._gender(person),
            birth_date=self._birth_date(person),
            id_type=self._code("id_type", ID_TYPES),
            id_number=person.value if person else "",
            profession=profession,
            category=self._code("category", CATEGORIES.get(profession)),
            level=self._code("level", LEVELS.get(profession)),
            school=self._plain("school"),
            education=self._code("education", EDUCATION),
            major=self._plain("major"),
            exam_year=(exam_year := self._integer("exam_year", EARLIEST_YEAR, self._today.year)),
            passed_on=self._passed_on(exam_year),
            province=self._code("province", PROVINCES),
            route=(route := self._code("route", ROUTES)),
            admission_number=self._admission(route),
            version=self._integer("version", 1, HIGHEST_VERSION),
            assisted=bool(self.notes)
            and any(note.code == why.NAME_ASSISTED.code for note in self.notes),
        )
        return None if self.faults else record

    def _fault(self, fault: Reason, name: str) -> None:
        self.faults.append(why.about(fault, name))

    def _unknown_fields(self) -> None:
        if self._fields.keys() <= _KNOWN:
            return
        unknown = [
            why.shown_name(name, place)
            for place, name in enumerate(self._fields, 1)
            if name not in _KNOWN
        ]
        for name in unknown[:MOST_UNKNOWN]:
            self._fault(why.FIELD_UNKNOWN, name)

    def _text(self, name: str, *, required: bool = True) -> str:
        value = self._fields.get(name)
        if value is not None and not isinstance(value, str):
            self._fault(why.TEXT_EXPECTED, name)
            return ""
        text = value.strip() if value else ""
        if text.isalnum():
            return text
        if not text:
            if required:
                self._fault(why.FIELD_MISSING, name)
        elif is_formula(text):
            self._fault(why.FORMULA, name)
            return ""
        elif is_shortened(text):
            self._fault(why.DIGITS_LOST, name)
            return ""
        return text

    def _parsed(self, name: str, parse: Callable[[str], T], *, required: bool = True) -> T | None:
        text = self._text(name, required=required)
        if not text:
            return None
        try:
            return parse(text)
        except IdentifierError as error:
            self.faults.append(error.about(name))
            return None

    def _code(self, name: str, table: CodeTable | None) -> str:
        value = self._fields.get(name)
        if table is not None and isinstance(value, str) and value in table.rows:
            return value
        value = self._text(name)
        if not value or table is None:  # then the profession it depends on has been reported
            return value
        if (code := code_of(table, value)) is None:
            self.faults.append(why.code_unknown(name, table.source))
        return code or ""

    def _plain(self, name: str) -> str:
        value = self._text(name)
        if len(value) > LONGEST:
            self._fault(why.TOO_LONG, name)
        if _CONTROL.search(value):
            self._fault(why.CHARACTERS, name)
        return value

    def _integer(self, name: str, lowest: int, highest: int) -> int:
        value = self._fields.get(name)
        if type(value) is int and lowest <= value <= highest:
            return value
        if isinstance(value, str):
            text = value.strip()
            value = int(text) if _DIGITS.fullmatch(text) else text or None
        if value is None:
            self._fault(why.FIELD_MISSING, name)
        elif isinstance(value, str) and is_formula(value):
            self._fault(why.FORMULA, name)
        elif not isinstance(value, int) or isinstance(value, bool):
            self._fault(why.INTEGER_EXPECTED, name)
        elif not lowest <= value <= highest:
            self._fault(why.OUT_OF_RANGE, name)
        else:
            return value
        return 0

    def _date(self, name: str) -> date:
        value = self._text(name)
        if not value:
            return _NO_DATE
        try:
            day = read_date(value)
        except AmbiguousDate:
            self._fault(why.DATE_AMBIGUOUS, name)
            return _NO_DATE
        except ValueError:
            self._fault(why.DATE_FORMAT, name)
            return _NO_DATE
        if day > self._today:
            self._fault(why.DATE_FUTURE, name)
            return _NO_DATE
        return day

    def _name(self) -> str:
        name = self._parsed("name", parse_name)
        if name is None or "(" not in name:
            return name or ""
        self.notes.append(why.about(why.NAME_ASSISTED, "name"))
        return self._text("name")  # kept as the exam centre wrote it

    def _eighteen(self, text: str) -> IdNumber:
        person, upgraded = read_id_number(text, self._today)
        if upgraded:
            self.notes.append(why.about(why.ID_NUMBER_UPGRADED, "id_number"))
        return person

    def _certificate(self, profession: str, person: IdNumber | None) -> str:
        if profession != "physician":
            return self._parsed("certificate_number", parse_nurse_exam_certificate) or ""
        read = self._parsed("certificate_number", self._physicians)
        if read is None:
            return ""
        number, holder = read
        if holder and person and holder != person.value and not self._as_printed:
            self._fault(why.CERTIFICATE_ID_DIFFERS, "certificate_number")
        return number

    def _physicians(self, text: str) -> tuple[str, str]:
        """A physician's certificate number and the ID number inside, empty if that cannot be."""
        try:
            read = parse_physician_qualification_certificate(text, self._today)
        except IdentifierError as error:
            if not self._as_printed or error.code != PHYSICIAN_QUALIFICATION_ID_NUMBER.code:
                raise
            return compact(text), ""
        return read.value, read.id_number.value

    def _gender(self, person: IdNumber | None) -> str:
        gender = self._code("gender", GENDERS)
        if gender in GENDERS and person and gender != person.gender:
            self._fault(why.GENDER_DIFFERS, "gender")
        return gender

    def _birth_date(self, person: IdNumber | None) -> date:
        born = self._date("birth_date")
        if born != _NO_DATE and person and born != person.birth_date:
            self._fault(why.BIRTH_DATE_DIFFERS, "birth_date")
        return born

    def _passed_on(self, exam_year: int) -> date:
        passed_on = self._date("passed_on")
        if passed_on != _NO_DATE and passed_on.year < exam_year:
            self._fault(why.PASSED_BEFORE_EXAM, "passed_on")
        return passed_on

    def _admission(self, route: str) -> str | None:
        return self._parsed("admission_number", parse_admission_number, required=route == "exam")
