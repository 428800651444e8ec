"""The lists that can be imported, by profession: their columns, and how a line is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from zhiye_contracts.reasons import Reason
from zhiye_registration.domain import filing_list, imports, physician_list
from zhiye_registration.domain.filing_list import FilingRecord
from zhiye_registration.domain.import_record import Record


@dataclass(frozen=True, slots=True)
class ImportList:
    columns: Mapping[str, tuple[str, ...]]
    required: Sequence[str]
    read_line: Callable[
        [Mapping[str, str], date], tuple[Record | FilingRecord | None, list[Reason]]
    ]


Subject = Literal["registrations", "filings"]
"""What a list is of: registrations, or a physician's filings at a further institution (Q10)."""
_FILINGS = ImportList(filing_list.COLUMNS, filing_list.REQUIRED, filing_list.read_line)
_REGISTRATIONS: Mapping[str, ImportList] = {
    "nurse": ImportList(imports.COLUMNS, imports.REQUIRED, imports.read_line),
    "physician": ImportList(
        physician_list.COLUMNS, physician_list.REQUIRED, physician_list.read_line
    ),
}


def list_of(profession: str, subject: str) -> ImportList:
    """Only physicians are filed."""
    return _FILINGS if subject == "filings" else _REGISTRATIONS[profession]
