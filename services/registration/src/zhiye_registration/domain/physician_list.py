"""A line of an import of physicians: what its cells say, and what does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from zhiye_contracts.codes import (
    BUSINESS_TYPES,
    DEGREES,
    EDUCATION,
    ETHNIC_GROUPS,
    GENDERS,
    OFF_POST_GROUNDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_LEVELS,
    PHYSICIAN_SCOPES,
    PHYSICIAN_TITLES,
)
from zhiye_contracts.codes.scopes import SCOPE_CATEGORIES
from zhiye_contracts.identifiers import (
    IdNumber,
    PhysicianQualificationCertificate,
    parse_cell,
    parse_name,
    parse_physician_practice_certificate,
    parse_physician_qualification_certificate,
)
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.facts import Practice
from zhiye_registration.domain.import_cells import (
    ALSO,
    filled,
    fold,
    is_fifteen,
    read_code,
    read_day,
    read_id_number,
    words_of,
)
from zhiye_registration.domain.import_record import (
    CANCELLED,
    FILED,
    PAST,
    Record,
    dated_wrongly,
    past_untimely,
    said_otherwise,
    unwanted,
    values_of,
)
from zhiye_registration.domain.imports import COLUMNS as OF_NURSES

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
_DATES = ("registered_on", "cancelled_on", "filed_on", *PAST)
_TYPES = {slug: text for slug, text in BUSINESS_TYPES.items() if slug.startswith("physician-")}
_TABLES: Mapping[str, Mapping[str, Text]] = {
    "level": PHYSICIAN_LEVELS,
    "category": PHYSICIAN_CATEGORIES,
    "department": PHYSICIAN_DEPARTMENTS,
    "title": PHYSICIAN_TITLES,
    "education": EDUCATION,
    "degree": DEGREES,
    "ethnic_group": ETHNIC_GROUPS,
    "cancellation_ground": PHYSICIAN_CANCELLATION_GROUNDS,
    "filing_ground": OFF_POST_GROUNDS,
    "last_change": _TYPES,
    "gender": GENDERS,
}
_ALSO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "level": {
        "1": ("医师", "职业医师"),
        "2": ("助理医师", "执业助理", "助理"),
    },
    "category": {code: (f"{label.zh}类别",) for code, label in PHYSICIAN_CATEGORIES.items()}
    | {"3": ("公卫", "公卫类别", "公共卫生类别", "预防")},
    "department": {
        **{code: (label.zh.removesuffix("科"),) for code, label in PHYSICIAN_DEPARTMENTS.items()},
        "20": ("急诊科", "急诊", "急诊医学"),
        "28": ("重症医学", "icu"),
        "32": ("医学影像", "放射科", "影像科"),
    },
    "education": ALSO["education"],
    "degree": ALSO["degree"],
    "ethnic_group": ALSO["ethnic_group"],
    "gender": ALSO["gender"],
    "cancellation_ground": {
        "own-request": ("主动申请", "本人申请", "不再执业"),
        "death": ("死亡", "宣告失踪"),
        "revoked": ("吊销", "被吊销"),
        "two-years-out": ("中止执业满二年", "中止执业满两年"),
        "other": ("其他",),
    },
    "filing_ground": {
        "resigned": ("辞职", "退职", "离职"),
        "dismissed": ("辞退", "开除"),
        "unreachable": ("无法联系",),
        "trainee-finished": ("规培结束", "规范化培训结束"),
        "other": ("其他",),
    },
    "last_change": {
        "physician-registration": ("首次注册", "执业注册"),
        "physician-re-registration": ("重新注册",),
        "physician-change": ("变更注册", "变更"),
        "physician-cancellation": ("注销注册",),
        "physician-certificate-reissue": ("证书补办",),
    },
}
"""What people write beside codes and labels."""
_WORDS = words_of(_TABLES, _ALSO)
_ALSO_SCOPES: Mapping[str, tuple[str, ...]] = {
    "13": ("妇产",),
    "15": ("眼耳鼻咽喉", "五官科"),
    "16": ("皮肤科", "皮肤性病"),
    "17": ("精神科",),
    "19": ("医学影像", "影像和放射治疗"),
    "20": ("检验病理", "医学检验病理", "检验、病理", "医学检验", "病理"),
    "21": ("全科", "全科医疗"),
    "22": ("急救", "急诊医学", "急诊"),
    "23": ("康复",),
    "25": ("特种与军事医学",),
    "26": ("计划生育",),
    "41": ("公共卫生", "公卫"),
    "57": ("其他", "省级规定的其他"),
}
_BETWEEN = re.compile(r"[、，,;；/／|\s]+")


def _scope_words() -> Iterator[tuple[str, str]]:
    for code, label in PHYSICIAN_SCOPES.items():
        short = label.zh.removesuffix("专业").removesuffix("类别")
        for said in (code, label.zh, label.en, short, *_ALSO_SCOPES.get(code, ())):
            yield fold(_BETWEEN.sub("", said)), code
            yield fold(_BETWEEN.sub("", f"{said}专业")), code


_SCOPES = dict(_scope_words())
_STATUSES = {
    **dict.fromkeys(("", "在册", "有效", "已注册", "注册", "registered"), "registered"),
    **dict.fromkeys(("备案", "已备案", "离岗备案", "filed"), "filed"),
    **dict.fromkeys(("注销", "已注销", "cancelled"), "cancelled"),
    **dict.fromkeys(("区内到区外变更", "转出", "moving_out"), "moving_out"),
}
"""Q20.3; the second to last is the handbook's own word for who moves out (Q5.5)."""


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
    codes = {column: read_code(cells, column, reasons, _WORDS) for column in _TABLES}
    practice = _practice(cells, codes, reasons)
    status = _STATUSES.get(fold(cells.get("status", "")))
    if status is None:
        reasons.append(replace(why.UNKNOWN_CODE, field="status"))
    else:
        for of in (CANCELLED, FILED):
            reasons += dated_wrongly(of, status, cells, days, today)
    registered_on = days["registered_on"]
    if person:
        if registered_on and not person.birth_date < registered_on <= today:
            reasons.append(replace(why.DATE_ORDER, field="registered_on"))
        reasons += past_untimely(days, person.birth_date, today)
        reasons += said_otherwise(cells, codes["gender"], person)
        if qualification and not _is_of(qualification, person, codes["level"]):
            reasons.append(why.QUALIFICATION_OF_ANOTHER)
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


def read_department(cells: Mapping[str, str], reasons: list[Reason]) -> str | None:
    """The code of a physician's department."""
    return read_code(cells, "department", reasons, _WORDS)


def read_scopes(cell: str) -> list[str] | None:
    """The codes of a cell with one scope or several, sorted; ``None`` if one is none.

    Names are put together again that have a sign in them by which others are separated.
    """
    parts = [part for part in _BETWEEN.split(cell) if part]
    codes: set[str] = set()
    at = 0
    while at < len(parts):
        ends = range(len(parts), at, -1)
        known = ((end, _SCOPES.get(fold("".join(parts[at:end])))) for end in ends)
        end, code = next(((end, code) for end, code in known if code), (at, None))
        if code is None:
            return None
        codes.add(code)
        at = end
    return sorted(codes)


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
        reasons.append(why.SCOPE_OF_OTHER_CATEGORY)
    elif level and category and scopes:
        return Practice(level, category, tuple(scopes), "")
    return None


def _unknown(field: str) -> Reason:
    return replace(why.UNKNOWN_CODE, field=field)


def _is_of(number: PhysicianQualificationCertificate, person: IdNumber, level: str | None) -> bool:
    """Whether a qualification's number says the same of the person and the level."""
    return number.id_number.value == person.value and level in (None, number.level)
