"""A line of an import of filings at a further institution (多执业机构备案, Q10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from zhiye_contracts.identifiers import IdNumber, parse_cell, parse_name
from zhiye_contracts.reasons import Reason
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain import physician_import_reasons as also
from zhiye_registration.domain.import_cells import filled, is_fifteen, read_day, read_id_number
from zhiye_registration.domain.import_record import unwanted
from zhiye_registration.domain.physician_list import COLUMNS as OF_PHYSICIANS
from zhiye_registration.domain.physician_words import read_department, read_scopes

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": OF_PHYSICIANS["name"],
    "id_number": OF_PHYSICIANS["id_number"],
    "institution_name": ("备案机构", "多执业机构", "拟执业机构", "机构名称"),
    "from_on": ("起始日期", "备案起始日期", "开始日期", "备案开始日期"),
    "until_on": ("终止日期", "备案终止日期", "截止日期", "结束日期", "备案截止日期"),
    "scopes": OF_PHYSICIANS["scopes"],
    "department": OF_PHYSICIANS["department"],
    "serial": OF_PHYSICIANS["serial"],
}
"""The serial is passed over; the institution is of the import, and has to be the same there."""
REQUIRED = ("name", "id_number", "from_on", "until_on")


@dataclass(frozen=True, slots=True)
class FilingRecord:
    """What a line says; both days are included. Without scopes: all that are registered."""

    name: str
    person: IdNumber
    from_on: date
    until_on: date
    scopes: tuple[str, ...] = ()
    department: str | None = None
    institution_name: str | None = None
    upgraded: bool = False


def read_line(given: Mapping[str, str], today: date) -> tuple[FilingRecord | None, list[Reason]]:
    """The filing of a line, or every reason why it is none."""
    cells = filled(given)
    reasons = unwanted(cells, REQUIRED)
    name = parse_cell(parse_name, cells, "name", reasons)
    person = parse_cell(lambda text: read_id_number(text, today), cells, "id_number", reasons)
    from_on = read_day(cells, "from_on", reasons)
    until_on = read_day(cells, "until_on", reasons)
    scopes = read_scopes(cells.get("scopes", ""))
    department = read_department(cells, reasons)
    if scopes is None:
        reasons.append(replace(why.UNKNOWN_CODE, field="scopes"))
    if from_on and until_on and not from_on <= until_on:
        reasons.append(also.FILING_PERIOD)
    if reasons or not (name and person and from_on and until_on):
        return None, reasons
    record = FilingRecord(
        name=name,
        person=person,
        from_on=from_on,
        until_on=until_on,
        scopes=tuple(scopes or ()),
        department=department,
        institution_name=cells.get("institution_name") or None,
        upgraded=is_fifteen(cells["id_number"]),
    )
    return record, []
