"""Reading the fields of a statement: each fault is noted with its field, none ends the reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Final, TypeVar

from zhiye_contracts.codes import CodeTable
from zhiye_contracts.identifiers import (
    IdentifierError,
    IdNumber,
    parse_id_number,
    parse_name,
    upgrade_fifteen,
)
from zhiye_contracts.identifiers.id_numbers import FIFTEEN_DIGITS
from zhiye_contracts.reasons import Reason
from zhiye_contracts.statements import reasons as why
from zhiye_contracts.statements.values import (
    AmbiguousDate,
    code_of,
    is_formula,
    is_shortened,
    read_date,
)

LONGEST: Final = 100
"""Characters of a text."""
HIGHEST_VERSION: Final = 2**31 - 1
MOST_UNKNOWN: Final = 20
"""Unknown fields named in one statement."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_DIGITS = re.compile("[0-9]{1,10}")

T = TypeVar("T")


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


class Form:
    """One pass over the fields of a statement. A method that notes a fault returns an empty value,
    so that the reading goes on: all ``faults`` are told at once (Q59.9). ``notes`` are about what
    was taken nevertheless. ``today`` is the Asia/Shanghai date."""

    def __init__(self, fields: Mapping[str, object], today: date, known: Collection[str]) -> None:
        """``known`` are the fields that there are."""
        self._fields = fields
        self.today = today
        self._known = known
        self.faults: list[Reason] = []
        self.notes: list[Reason] = []

    def fault(self, fault: Reason, name: str) -> None:
        self.faults.append(why.about(fault, name))

    def unknown_fields(self) -> None:
        """Each is a fault, told by its name only where that cannot be somebody's value."""
        if all(name in self._known for name in self._fields):
            return
        unknown = [
            why.shown_name(name, place)
            for place, name in enumerate(self._fields, 1)
            if name not in self._known
        ]
        for name in unknown[:MOST_UNKNOWN]:
            self.fault(why.FIELD_UNKNOWN, name)

    def text(self, name: str, *, required: bool = True) -> str:
        value = self._fields.get(name)
        if value is not None and not isinstance(value, str):
            self.fault(why.TEXT_EXPECTED, name)
            return ""
        text = value.strip() if value else ""
        if text.isalnum():
            return text
        if not text:
            if required:
                self.fault(why.FIELD_MISSING, name)
        elif is_formula(text):
            self.fault(why.FORMULA, name)
            return ""
        elif is_shortened(text):
            self.fault(why.DIGITS_LOST, name)
            return ""
        return text

    def parsed(self, name: str, parse: Callable[[str], T], *, required: bool = True) -> T | None:
        """The text as ``parse`` reads it, which raises ``IdentifierError``."""
        text = self.text(name, required=required)
        if not text:
            return None
        try:
            return parse(text)
        except IdentifierError as error:
            self.faults.append(error.about(name))
            return None

    def code(self, name: str, table: CodeTable | None, *, required: bool = True) -> str:
        """A code of the table, also where its Chinese label was sent. Without a table, what it
        depends on has been noted already."""
        value = self._fields.get(name)
        if table is not None and isinstance(value, str) and value in table.rows:
            return value
        value = self.text(name, required=required)
        if not value or table is None:
            return value
        if (code := code_of(table, value)) is None:
            self.faults.append(why.code_unknown(name, table.source))
        return code or ""

    def plain(self, name: str, *, required: bool = True) -> str:
        """A text of at most 100 characters that can be stored and shown."""
        value = self.text(name, required=required)
        if len(value) > LONGEST:
            self.fault(why.TOO_LONG, name)
        if _CONTROL.search(value):
            self.fault(why.CHARACTERS, name)
        return value

    def integer(self, name: str, lowest: int, highest: int, *, required: bool = True) -> int:
        """A whole number, also as digits in a text; 0 where there is none."""
        value = self._fields.get(name)
        if type(value) is int and lowest <= value <= highest:
            return value
        if isinstance(value, str):
            text = value.strip()
            value = int(text) if _DIGITS.fullmatch(text) else text or None
        if value is None:
            if required:
                self.fault(why.FIELD_MISSING, name)
        elif isinstance(value, str) and is_formula(value):
            self.fault(why.FORMULA, name)
        elif not isinstance(value, int) or isinstance(value, bool):
            self.fault(why.INTEGER_EXPECTED, name)
        elif not lowest <= value <= highest:
            self.fault(why.OUT_OF_RANGE, name)
        else:
            return value
        return 0

    def tenths(self, name: str, highest: int) -> int | None:
        """A number from 0 to ``highest`` with at most one decimal place, in tenths; ``None`` where
        there is none."""
        value = self._fields.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(why.NUMBER_EXPECTED, name)
        elif not 0 <= value <= highest:
            self.fault(why.OUT_OF_RANGE, name)
        elif abs(value * 10 - round(value * 10)) > 1e-6:
            self.fault(why.NUMBER_EXPECTED, name)
        else:
            return round(value * 10)
        return None

    def yes(self, name: str) -> bool:
        """Whether it is ``true``; what is not there is not."""
        value = self._fields.get(name)
        if value is not None and not isinstance(value, bool):
            self.fault(why.YES_OR_NO_EXPECTED, name)
        return value is True

    def day(self, name: str, *, required: bool = True, future: bool = False) -> date | None:
        """A calendar date, not after today unless ``future`` lets it."""
        value = self.text(name, required=required)
        if not value:
            return None
        try:
            day = read_date(value)
        except AmbiguousDate:
            self.fault(why.DATE_AMBIGUOUS, name)
            return None
        except ValueError:
            self.fault(why.DATE_FORMAT, name)
            return None
        if day > self.today and not future:
            self.fault(why.DATE_FUTURE, name)
            return None
        return day

    def person_name(self, name: str = "name") -> str:
        """As names are written here; a rare character may be pinyin in brackets."""
        return self.parsed(name, parse_name) or ""

    def id_number(self, name: str = "id_number") -> IdNumber | None:
        """18 characters; of 15 digits the upgraded number, with a note (Q47)."""
        return self.parsed(name, lambda text: self._eighteen(name, text))

    def _eighteen(self, name: str, text: str) -> IdNumber:
        person, upgraded = read_id_number(text, self.today)
        if upgraded:
            self.notes.append(why.about(why.ID_NUMBER_UPGRADED, name))
        return person
