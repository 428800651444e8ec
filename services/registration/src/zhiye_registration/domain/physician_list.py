"""A line of an import of physicians: what its cells say, and what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from zhiye_contracts.codes.scopes import SCOPE_CATEGORIES
from zhiye_contracts.identifiers import (
    IdNumber,
    PhysicianQualificationCertificate,
    parse_cell,
    parse_name,
    parse_physician_practice_certificate,
    parse_physician_qualification_certificate,
)
from zhiye_contracts.reasons import Reason
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain import physician_import_reasons as also
from zhiye_registration.domain.facts import Practice
from zhiye_registration.domain.import_cells import (
    filled,
    fold,
    is_fifteen,
    read_code,
    read_day,
    read_id_number,
)
from zhiye_registration.domain.import_record import (
    CANCELLED,
    PAST,
    Dated,
    Record,
    dated_wrongly,
    past_untimely,
    said_otherwise,
    unwanted,
    values_of,
)
from zhiye_registration.domain.imports import COLUMNS as OF_NURSES
from zhiye_registration.domain.physician_words import STATUSES, TABLES, WORDS, read_scopes

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "医师姓名"),
    "id_number": OF_NURSES["id_number"],
    "level": ("级别", "医师级别", "执业级别", "资格级别"),
    "category": ("类别", "执业类别", "医师类别"),
    "scopes": ("执业范围", "范围"),
    "qualification_number": (
        "医师资格证书编码",
        "医师资格证书编号",
        "资格证书编码",
        "资格证书编号",
    ),
    "certificate_number": (
        "医师执业证书编码",
        "医师执业证书编号",
        "执业证书编码",
        "执业证书编号",
        "执业证编码",
    ),
    "institution_name": ("主要执业机构", "执业机构", "主要执业机构名称", "机构名称"),
    "location": ("执业地点",),
    "registered_on": (*OF_NURSES["registered_on"], "首次执业注册日期"),
    "department": ("执业科室", *OF_NURSES["department"]),
    "title": ("职称", "技术职称", "专业技术职称"),
    **{
        name: OF_NURSES[name]
        for name in (
            *("education", "degree", "school", "major", "study_length", "graduated_on"),
            *("position", "work_began_on", "ethnic_group", "nationality", "status"),
            *("cancelled_on", "cancellation_ground", "last_change"),
            *("study_experience", "work_experience", "gender", "birth_date"),
            *("serial", "age", "account_status"),
        )
    },
    "filed_on": ("备案日期", "备案时间"),
    "filing_ground": ("备案理由", "备案原因"),
}
"""Those of the registration form and of the handbook's lists (Q7-Q10, Q20). The institution and
the location are of the import, and have to be the same where a list has them."""
REQUIRED = (
    *("name", "id_number", "level", "category", "scopes"),
    *("certificate_number", "registered_on"),
)
_FILED = Dated("filed", "filed_on", "filing_ground", also.FILED_HOW)
_DATES = ("registered_on", "cancelled_on", "filed_on", *PAST)


def read_line(given: Mapping[str, str], today: date) -> tuple[Record | None, list[Reason]]:
    """The record of a line, or every reason why it is none."""
    cells = filled(given)
    reasons = unwanted(cells, REQUIRED)
    name = parse_cell(parse_name, cells, "name", reasons)
    person = parse_cell(lambda text: read_id_number(text, today), cells, "id_number", reasons)
    number = parse_cell(parse_physician_practice_certificate, cells, "certificate_number", reasons)
    qualification = parse_cell(
        lambda text: parse_physician_qualification_certificate(text, today),
        cells,
        "qualification_number",
        reasons,
    )
    days = {column: read_day(cells, column, reasons) for column in _DATES}
    codes = {column: read_code(cells, column, reasons, WORDS) for column in TABLES}
    practice = _practice(cells, codes, reasons)
    status = STATUSES.get(fold(cells.get("status", "")))
    if status is None:
        reasons.append(replace(why.UNKNOWN_CODE, field="status"))
    else:
        for of in (CANCELLED, _FILED):
            reasons += dated_wrongly(of, status, cells, days, today)
    registered_on = days["registered_on"]
    if person:
        if registered_on and not person.birth_date < registered_on <= today:
            reasons.append(replace(why.DATE_ORDER, field="registered_on"))
        reasons += past_untimely(days, person.birth_date, today)
        reasons += said_otherwise(cells, codes["gender"], person)
        if qualification and not _is_of(qualification, person, codes["level"]):
            reasons.append(also.QUALIFICATION_OF_ANOTHER)
    if reasons or not (name and person and number and practice and registered_on and status):
        return None, reasons
    record = Record(
        name=name,
        person=person,
        certificate_number=number,
        valid_from=registered_on,
        valid_until=None,
        registered_on=registered_on,
        status=status,
        cancelled_on=days["cancelled_on"],
        cancellation_ground=codes["cancellation_ground"],
        filed_on=days["filed_on"],
        filing_ground=codes["filing_ground"],
        last_change=codes["last_change"] or "imported",
        values=values_of(cells, codes, days),
        upgraded=is_fifteen(cells["id_number"]),
        practice=practice,
        qualification_number=qualification.value if qualification else None,
        institution_name=cells.get("institution_name") or None,
        location_name=cells.get("location") or None,
    )
    return record, []


def _practice(
    cells: Mapping[str, str], codes: Mapping[str, str | None], reasons: list[Reason]
) -> Practice | None:
    level, category, cell = codes["level"], codes["category"], cells.get("scopes", "")
    for field in ("level", "category"):
        if cells.get(field) and codes[field] is None:  # a word for nothing is none here
            reasons += [] if any(r.field == field for r in reasons) else [_unknown(field)]
    scopes = read_scopes(cell)
    if scopes is None:
        reasons.append(_unknown("scopes"))
    elif category and any(SCOPE_CATEGORIES.get(scope) != category for scope in scopes):
        reasons.append(also.SCOPE_OF_OTHER_CATEGORY)
    elif level and category and scopes:
        return Practice(level, category, tuple(scopes), "")
    return None


def _unknown(field: str) -> Reason:
    return replace(why.UNKNOWN_CODE, field=field)


def _is_of(number: PhysicianQualificationCertificate, person: IdNumber, level: str | None) -> bool:
    """Whether a qualification's number says the same of the person and the level."""
    return number.id_number.value == person.value and level in (None, number.level)
