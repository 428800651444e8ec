"""What tables of every format have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from zhiye_chassis.sheets import reasons as why
from zhiye_contracts.reasons import Reason, Refused

LONGEST_CELL = 2_000
"""Characters."""
MOST_COLUMNS = 60
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its cells by field, without those of columns that the file lacks; or why it
    cannot be read."""

    number: int
    """From 1, the header included."""
    end: int
    """Bytes of the file read so far; of a workbook, about."""
    cells: Mapping[str, str]
    reasons: tuple[Reason, ...] = ()


class Sheet(Protocol):
    def lines(self, after: int, offset: int) -> Iterator[Line]:
        """The lines after one, which ended at the ``offset`` that was told then; 0 and 0 for all.

        Blank lines are left out. ``Refused`` when the rest of the file cannot be read.
        """
        ...


def fold(name: str) -> str:
    """The name of a column for comparing: without blanks, case, width and required marks."""
    return re.sub(r"[\s*_-]", "", unicodedata.normalize("NFKC", name)).lower()


def fields_of(
    header: Sequence[str], columns: Mapping[str, Sequence[str]], required: Sequence[str]
) -> list[str]:
    """The field of each column; ``Refused`` with every fault at once.

    A column is told by its place, as its name may be a value where the header is missing.
    """
    while header and not header[-1].strip():
        header = header[:-1]
    if not header:
        raise Refused(why.EMPTY)
    known = {fold(name): field for field, names in columns.items() for name in (field, *names)}
    fields: list[str] = []
    faults: list[Reason] = []
    for place, name in enumerate(header, 1):
        field = known.get(fold(name))
        if field is None:
            faults.append(replace(why.COLUMN_UNKNOWN, field=f"column {place}"))
        elif field in fields:
            faults.append(replace(why.COLUMN_REPEATED, field=field))
        fields.append(field or "")
    faults += [replace(why.COLUMN_MISSING, field=name) for name in required if name not in fields]
    if faults:
        raise Refused(*faults[:100])
    return fields


def line_of(number: int, end: int, fields: Sequence[str], cells: Sequence[str]) -> Line | None:
    """A line from its cells; ``None`` for a blank one."""
    texts = [cell.strip() for cell in cells]
    if not any(texts):
        return None
    if len(texts) < len(fields) or any(texts[len(fields) :]):
        return Line(number, end, {}, (why.LINE_CELLS,))
    named = dict(zip(fields, texts, strict=False))
    if max(map(len, texts)) <= LONGEST_CELL and not _CONTROL.search("".join(texts)):
        return Line(number, end, named)
    faults = tuple(
        replace(why.CELL_TOO_LONG if len(text) > LONGEST_CELL else why.CELL_CHARACTERS, field=field)
        for field, text in named.items()
        if len(text) > LONGEST_CELL or _CONTROL.search(text)
    )
    return Line(number, end, named, faults)
