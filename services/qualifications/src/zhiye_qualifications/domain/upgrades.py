"""15-digit ID numbers that the standard's algorithm cannot upgrade: the province decides (Q47)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from zhiye_contracts.codes import GENDERS
from zhiye_contracts.identifiers import make_id_number, names_match
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.identifiers.id_numbers import normalise_id_number
from zhiye_contracts.reasons import Reason
from zhiye_contracts.statements.reasons import ID_NUMBER_UPGRADED
from zhiye_contracts.statements.values import code_of, read_date
from zhiye_qualifications.domain.records import Record, read_record

_FIFTEEN = re.compile("[0-9]{15}")

BECAME_CASE = reason(
    "id_upgrade_case",
    "该15位身份证号不能自动升为18位，已转为事项，由该资格所在省的省级卫生健康部门核定。",
    "This 15-digit ID number cannot be upgraded by the algorithm: the province decides it now.",
    "无需重新报送；省级部门核定后此记录即行生效。",
    "Do not send it again: the record counts once the province has decided.",
    "Q47",
)
COLLISION = reason(
    "id_number_upgrade_collides",
    "自动升位后的身份证号已属于另一人。",
    "The upgraded ID number belongs to another person on record.",
    "请由省级卫生健康部门核实后确定正确的号码。",
    "The province has to find out the right number.",
    "Q47",
)
REFUSED_BEFORE = reason(
    "id_upgrade_refused",
    "该记录的升位申请未获省级卫生健康部门同意。",
    "The province refused the upgrade of this record.",
    "请核对后改正，并提高 version 重新报送。",
    "Check and correct the record, raise its version and send it again.",
    "Q47",
)

UPGRADED: Final = ID_NUMBER_UPGRADED.code
"""Code of the note on a record whose number was upgraded by the algorithm."""


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """A record that is right but for its 15-digit ID number, and why that was not upgraded."""

    line: int
    record: Record
    reasons: tuple[Reason, ...]


def is_fifteen(number: object) -> bool:
    return isinstance(number, str) and bool(_FIFTEEN.fullmatch(normalise_id_number(number)))


def only_the_number_is_wrong(fields: Mapping[str, object], today: date) -> Record | None:
    """The record of the recognition route with a 15-digit number that cannot be upgraded, checked
    and normalised; ``None`` when something else is wrong with it, or it is none.

    Tried with a number that agrees with birth date and gender, as the right one will have to. The
    ID number of the result is the one that was sent.
    """
    number = fields.get("id_number")
    if not is_fifteen(number):
        return None
    try:
        born = read_date(str(fields.get("birth_date")))
        odd = code_of(GENDERS, str(fields.get("gender"))) == "1"
        stand_in = make_id_number(normalise_id_number(str(number))[:6], born, 1 if odd else 2)
    except ValueError:
        return None
    record = read_record(dict(fields) | {"id_number": stand_in}, today, as_printed=True).record
    if record is None or record.route != "recognition":
        return None
    return replace(record, id_number=normalise_id_number(str(number)))


def collides(name: str, on_record: Iterable[str]) -> bool:
    """Whether an upgraded number is somebody else's: one person does not have two names."""
    return any(names_match(name, other) == "different" for other in on_record)


def was_upgraded(notes: Iterable[Reason]) -> bool:
    return any(note.code == UPGRADED for note in notes)
