"""The lists that can be imported, by profession: their columns, and how a line is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhiye_contracts.reasons import Reason
from zhiye_registration.domain import imports, physician_list
from zhiye_registration.domain.import_record import Record


@dataclass(frozen=True, slots=True)
class ImportList:
    columns: Mapping[str, tuple[str, ...]]
    required: Sequence[str]
    read_line: Callable[[Mapping[str, str], date], tuple[Record | None, list[Reason]]]


LISTS: Mapping[str, ImportList] = {
    "nurse": ImportList(imports.COLUMNS, imports.REQUIRED, imports.read_line),
    "physician": ImportList(
        physician_list.COLUMNS, physician_list.REQUIRED, physician_list.read_line
    ),
}
