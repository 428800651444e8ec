"""A line of an import: what its cells say of an institution, and what does not fit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from zhiye_contracts.codes import ECONOMIC_TYPES, INSTITUTION_CATEGORIES, CodeTable, divisions
from zhiye_contracts.identifiers import (
    parse_cell,
    parse_institution_number,
    parse_name,
    parse_phone,
)
from zhiye_contracts.reasons import Reason
from zhiye_institutions.domain import import_reasons as why
from zhiye_institutions.domain.institution import (
    CATEGORY_MISSING,
    NUMBER_NOT_YET,
    OWNERSHIP_MISSING,
    Description,
    may_lack_number,
    refusals,
)
from zhiye_institutions.domain.institution import INSTITUTION_LEVELS as LEVELS
from zhiye_institutions.domain.lifecycle import STATUSES
from zhiye_institutions.domain.regions import is_official
from zhiye_institutions.domain.search import fold

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("机构名称", "医疗机构名称", "标准名称", "名称", "standard name"),
    "registration_number": ("登记号", "机构登记号", "医疗机构登记号", "number"),
    "region": ("行政区划", "行政区划代码", "所在行政区划", "所在地区"),
    "category": ("机构类别", "类别", "类别代码"),
    "level": ("机构等级", "等级", "级别"),
    "ownership": ("经济类型", "所有制形式", "economic type"),
    "other_names": ("其他名称", "别名", "第二名称"),
    "campus_of": ("所属机构", "所属标准名称", "标准名称机构"),
    "person_in_charge": ("负责人", "主要负责人"),
    "reserved_phone": ("预留手机", "预留手机号", "负责人手机"),
    "beds": ("床位数", "床位", "编制床位"),
    "address": ("地址", "执业地址"),
    "departments": ("科室", "科室设置"),
    "subjects": ("诊疗科目", "科目"),
    "status": ("状态", "机构状态"),
}
REQUIRED = ("name", "registration_number", "region")
_MOST = {"other_names": 50, "departments": 300, "subjects": 300}
_LONGEST = {"name": 200, "other_names": 200, "address": 300, "departments": 60, "subjects": 60}
_NAMES = re.compile("[;；\n]")
_LIST = re.compile("[;；、，,\n]")
_TABLES: Mapping[str, CodeTable] = {
    "category": INSTITUTION_CATEGORIES,
    "level": LEVELS,
    "ownership": ECONOMIC_TYPES,
    "status": STATUSES,
}
_CODES = {
    field: {
        fold(text): code for code, label in table.items() for text in (label.en, label.zh, code)
    }
    for field, table in _TABLES.items()
}


@dataclass(frozen=True, slots=True)
class Record:
    """What a line says. What it does not say is empty, or as if nothing were known."""

    name: str
    number: str | None
    region: str
    category: str
    level: str
    ownership: str
    status: str
    other_names: tuple[str, ...]
    campus_of: str
    """Standard name or registration number."""
    person_in_charge: str | None
    reserved_phone: str | None
    beds: int | None
    address: str | None
    departments: tuple[str, ...]
    subjects: tuple[str, ...]
    told: frozenset[str]
    """The fields whose cells were filled in."""

    @property
    def key(self) -> str:
        return key_of(self.number, self.region, self.name)

    @property
    def digest(self) -> str:
        """The same for records that say the same."""
        said = [getattr(self, name) for name in self.__slots__ if name != "told"]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:24]

    def differing(self, recorded: Mapping[str, Any]) -> list[str]:
        """The fields of which the line says something else than is on record. ``recorded`` has
        other names, ``campus_of`` resolved as ``standard_id``, and the phone in the clear."""
        return [
            field
            for field in COLUMNS
            if (field in self.told or field in ("name", "region"))
            and not self._agrees(field, recorded)
        ]

    def _agrees(self, field: str, recorded: Mapping[str, Any]) -> bool:
        if field == "registration_number":
            return bool(self.number == recorded["registration_number"])
        if field == "other_names":
            return set(self.other_names) <= {*recorded["other_names"], recorded["name"]}
        if field == "campus_of":
            return bool(recorded["campus_of"])
        said = getattr(self, field)
        return bool((list(said) if isinstance(said, tuple) else said) == recorded[field])


def key_of(number: str | None, region: str, name: str) -> str:
    """What tells an institution from every other: the number, or of a station without one the
    place and the name (Q55)."""
    return number or f"{region} {name}"


class Places:
    """Regions by their code or full name, special zones among them.

    ``zones`` are names and parents of the assigned zones, by code.
    """

    def __init__(self, zones: Mapping[str, tuple[str, str]], today: date) -> None:
        self._zones = zones
        self._today = today
        self._by_name = {
            "".join(divisions.path(parent)) + name: code for code, (name, parent) in zones.items()
        }
        self.code_of = lru_cache(maxsize=10_000)(self._code_of)

    def _code_of(self, text: str) -> str | None:
        """The code of a region in force; ``None`` if there is none."""
        if text.isdecimal():
            return text if text in self._zones or is_official(text, self._today) else None
        return self._by_name.get(text) or _named(text, divisions.NATION)


def _named(name: str, above: str) -> str | None:
    """The division below another that has this name, with the names of those in between."""
    for division in divisions.children(above):
        rest = name if division.placeholder else name.removeprefix(division.name)
        if not rest:
            return division.code
        if (division.placeholder or rest != name) and (found := _named(rest, division.code)):
            return found
    return None


def read_line(cells: Mapping[str, str], places: Places) -> tuple[Record | None, list[Reason]]:
    """The record of a line, or every reason why it is none."""
    reasons = [
        replace(why.FORMULA, field=field)
        for field, cell in cells.items()
        if cell.startswith(("=", "@", "+", "-")) and field != "reserved_phone"
    ]
    lists = {field: _items(cells.get(field), field) for field in _MOST}
    reasons += _too_much(cells, lists)
    number = parse_cell(parse_institution_number, cells, "registration_number", reasons)
    person = parse_cell(parse_name, cells, "person_in_charge", reasons)
    phone = parse_cell(parse_phone, cells, "reserved_phone", reasons)
    name, given_region = cells.get("name", ""), cells.get("region", "")
    region = places.code_of(given_region)
    described = Description(
        region=region or given_region,
        region_known=region is not None,
        number=number,
        category=_code(cells, "category"),
        level=_code(cells, "level") or "ungraded",
        ownership=_code(cells, "ownership"),
    )
    status = _code(cells, "status") or "in_force"
    reasons += _misfits(described, cells, name, status)
    if reasons:
        return None, reasons
    return (
        Record(
            name=name,
            number=number.value if number else None,
            region=described.region,
            category=described.resolved_category,
            level=described.level,
            ownership=described.resolved_ownership,
            status=status,
            other_names=tuple(other for other in lists["other_names"] if other != name),
            campus_of=_name_or_number(cells.get("campus_of", "")),
            person_in_charge=person,
            reserved_phone=phone,
            beds=int(cells["beds"]) if cells.get("beds") else None,
            address=cells.get("address") or None,
            departments=lists["departments"],
            subjects=lists["subjects"],
            told=frozenset(field for field, cell in cells.items() if cell),
        ),
        [],
    )


def _misfits(
    described: Description, cells: Mapping[str, str], name: str, status: str
) -> list[Reason]:
    number = described.number
    found = refusals(described)
    if described.category and CATEGORY_MISSING in found:
        found[found.index(CATEGORY_MISSING)] = why.CATEGORY_UNKNOWN
    if cells.get("registration_number"):
        if number is None:  # mistyped: what it would say is not missing
            found = [one for one in found if one not in (CATEGORY_MISSING, OWNERSHIP_MISSING)]
        elif status == "planned":
            found.append(NUMBER_NOT_YET)
        elif described.numbered_elsewhere:
            found.append(why.NUMBER_ELSEWHERE)
    elif status != "planned" and not may_lack_number(described.resolved_category):
        found.append(why.NUMBER_MISSING)
    if len(name) < 2:
        found.append(why.NAME_MISSING)
    if status not in STATUSES or status == "merged":
        found.append(why.STATUS_UNKNOWN)
    if (beds := cells.get("beds")) and not re.fullmatch("[0-9]{1,5}", beds):
        found.append(why.BEDS)
    return found


def _code(cells: Mapping[str, str], field: str) -> str | None:
    """The code of a cell that has a code or its label; what is neither is left to be refused."""
    cell = cells.get(field)
    if not cell or cell in _TABLES[field]:
        return cell
    return _CODES[field].get(fold(cell), cell)


def _name_or_number(text: str) -> str:
    return text.upper() if text.isascii() else text


def _items(cell: str | None, field: str) -> tuple[str, ...]:
    if not cell:
        return ()
    items = (_NAMES if field == "other_names" else _LIST).split(cell)
    return tuple(dict.fromkeys(stripped for item in items if (stripped := item.strip())))


def _too_much(cells: Mapping[str, str], lists: Mapping[str, tuple[str, ...]]) -> Iterator[Reason]:
    for field, longest in _LONGEST.items():
        texts = lists[field] if field in lists else (cells.get(field, ""),)
        if any(len(text) > longest for text in texts):
            yield replace(why.TOO_LONG, field=field)
    for field, most in _MOST.items():
        if len(lists[field]) > most:
            yield replace(why.TOO_MANY, field=field)
