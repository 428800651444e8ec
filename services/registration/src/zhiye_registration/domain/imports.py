"""A line of an import: what its cells say of a nurse who is registered, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from zhiye_contracts.identifiers import (
    NursePracticeCertificate,
    parse_cell,
    parse_name,
    parse_nurse_practice_certificate,
)
from zhiye_contracts.reasons import Reason
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.import_cells import (
    TABLES,
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
    Record,
    dated_wrongly,
    past_untimely,
    said_otherwise,
    unwanted,
    values_of,
)
from zhiye_registration.domain.periods import add_months
from zhiye_registration.domain.registration import VALID_YEARS

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "护士姓名"),
    "id_number": ("身份证号", "证件号", "身份证号码"),
    "certificate_number": ("护士证号", "护士执业证书编号", "执业证书编号"),
    "valid_until": ("有效期截止日期", "有效截止日期", "注册有效期至", "有效期至"),
    "registered_on": ("首次注册日期", "注册日期", "首次注册时间"),
    "department": ("工作科室", "所在科室", "科室"),
    "work_category": ("工作类别",),
    "title": ("技术职称", "职称"),
    "education": ("学历",),
    "degree": ("学位",),
    "school": ("毕业学校", "毕业院校"),
    "major": ("所学专业", "专业"),
    "study_length": ("学制",),
    "graduated_on": ("毕业时间", "毕业日期"),
    "position": ("职务",),
    "work_began_on": ("参加工作时间", "参加工作日期"),
    "ethnic_group": ("民族",),
    "nationality": ("国籍",),
    "status": ("执业状态", "注册状态", "状态"),
    "cancelled_on": ("注销日期", "注销时间"),
    "cancellation_ground": ("注销理由",),
    "last_change": ("业务类型",),
    "study_experience": ("专业学习经历", "学习经历"),
    "work_experience": ("工作经历",),
    "gender": ("性别",),
    "birth_date": ("出生日期", "出生年月"),
    "serial": ("序号", "编号"),
    "age": ("年龄",),
    "account_status": ("账户状态",),
}
"""Those of the deck's screens (2.1, 5.1). The last three are passed over; gender and birth date
are in the ID number, and have to be the same there."""
REQUIRED = ("name", "id_number", "certificate_number", "valid_until")
_DATES = ("valid_until", "registered_on", "cancelled_on", *PAST)
_STATUSES = dict.fromkeys(
    ("", "在册", "在册,过期未延续注册", "registered", "expired"), "registered"
) | dict.fromkeys(("注销", "已注销", "cancelled"), "cancelled")


def serial_of(number: NursePracticeCertificate) -> tuple[int, str, int] | None:
    """Year, province and serial of a number that has them."""
    if number.year and number.province and number.serial:
        return number.year, number.province[:2], number.serial
    return None


def read_line(given: Mapping[str, str], today: date) -> tuple[Record | None, list[Reason]]:
    """The record of a line, or every reason why it is none."""
    cells = filled(given)
    reasons = unwanted(cells, REQUIRED)
    name = parse_cell(parse_name, cells, "name", reasons)
    person = parse_cell(lambda text: read_id_number(text, today), cells, "id_number", reasons)
    certificate = parse_cell(
        lambda text: parse_nurse_practice_certificate(text, today),
        cells,
        "certificate_number",
        reasons,
    )
    days = {column: read_day(cells, column, reasons) for column in _DATES}
    codes = {column: read_code(cells, column, reasons) for column in TABLES}
    status = _STATUSES.get(fold(cells.get("status", "")))
    if status is None:
        reasons.append(replace(why.UNKNOWN_CODE, field="status"))
    else:
        reasons += dated_wrongly(CANCELLED, status, cells, days, today)
    if person:
        reasons += _untimely(days, person.birth_date, today)
        reasons += said_otherwise(cells, codes["gender"], person)
    until, registered_on = days["valid_until"], days["registered_on"]
    if reasons or not (name and person and certificate and until and status):
        return None, reasons
    record = Record(
        name=name,
        person=person,
        certificate_number=certificate.value,
        serial=serial_of(certificate),
        valid_from=_began(registered_on, until, today),
        valid_until=until,
        registered_on=registered_on,
        status=status,
        cancelled_on=days["cancelled_on"],
        cancellation_ground=codes["cancellation_ground"],
        last_change=codes["last_change"] or "imported",
        values=values_of(cells, codes, days),
        upgraded=is_fifteen(cells["id_number"]),
    )
    return record, []


def _began(registered_on: date | None, until: date, today: date) -> date:
    """The first of the five years that end on a day; whoever registered later began later. After
    a renewal that came early they may begin in the future: from today, then."""
    began = min(add_months(until + timedelta(days=1), -12 * VALID_YEARS), today)
    return max(began, registered_on or began)


def _untimely(days: Mapping[str, date | None], born: date, today: date) -> Iterator[Reason]:
    until, registered_on = days["valid_until"], days["registered_on"]
    # A year more than five, as renewals are taken up to a year early.
    late = add_months(today, 12 * (VALID_YEARS + 1)) + timedelta(days=1)
    if until and not born < until <= late:
        yield replace(why.EXPIRY, field="valid_until")
    if registered_on and not born < registered_on <= min(today, until or today):
        yield replace(why.DATE_ORDER, field="registered_on")
    yield from past_untimely(days, born, today)
