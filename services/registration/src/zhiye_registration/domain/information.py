"""Information about nurses and physicians that they may change themselves (信息修改, deck 2.3; Q6,
Q30)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zhiye_contracts.codes import (
    DEGREES,
    EDUCATION,
    NURSE_DEPARTMENTS,
    NURSE_WORK_CATEGORIES,
    NURSING_TITLES,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_TITLES,
    CodeTable,
)
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.domain.registration import Registration

COLUMNS = ("department", "work_category", "title", "education")
"""Fields that a registration has a place of its own for; the others are in its details."""
DETAILS = (
    "school",
    "major",
    "degree",
    "study_length",
    "graduated_on",
    "study_experience",
    "work_experience",
    "position",
    "work_began_on",
)
FIELDS = (*COLUMNS, *DETAILS)
SIDES = ("before", "after")
PHOTO = "photo"
"""Asked for as the others are, but kept as a file: its values are digests."""
LABELS: dict[str, Text] = {
    "department": Text("工作科室", "department"),
    "work_category": Text("工作类别", "work category"),
    "title": Text("技术职称", "title"),
    "education": Text("学历", "education"),
    "school": Text("毕业学校", "school"),
    "major": Text("所学专业", "major"),
    "degree": Text("学位", "degree"),
    "study_length": Text("学制", "length of study"),
    "graduated_on": Text("毕业时间", "graduated on"),
    "study_experience": Text("专业学习经历", "study experience"),
    "work_experience": Text("工作经历", "work experience"),
    "position": Text("职务", "position"),
    "work_began_on": Text("参加工作时间", "work began on"),
    PHOTO: Text("个人相片", "photo"),
}
"""As the deck's screens call them (2.1, 2.3)."""
_OF_BOTH: dict[str, CodeTable] = {"education": EDUCATION, "degree": DEGREES}
CODED_OF: dict[str, dict[str, CodeTable]] = {
    "nurse": {
        "department": NURSE_DEPARTMENTS,
        "work_category": NURSE_WORK_CATEGORIES,
        "title": NURSING_TITLES,
        **_OF_BOTH,
    },
    "physician": {
        "department": PHYSICIAN_DEPARTMENTS,
        "title": PHYSICIAN_TITLES,
        **_OF_BOTH,
    },
}
"""Profession → the fields that have codes, and which."""


def _either(field: str) -> CodeTable:
    tables = [coded[field] for coded in CODED_OF.values() if field in coded]
    rows = {code: text for table in tables for code, text in table.rows.items()}
    return replace(tables[0], rows=rows)


CODED: dict[str, CodeTable] = {name: _either(name) for name in CODED_OF["nurse"]}
"""To read a value by: no code means one thing of a nurse and another of a physician (a test looks
at it)."""
OF_POST = ("department", "work_category", "position")
"""Of one registration; all else that is changed is about the person, and so the same in each."""
FROM_EXAM = ("school", "major", "education")
"""Shown as the exam's record has them until the registration has its own (deck 2.3.1)."""


def value_of(one: Registration, field: str) -> Any:
    """What a registration has on record for a field; ``None`` for nothing."""
    return getattr(one, field) if field in COLUMNS else one.details.get(field)


def on_record(one: Registration, exam: Mapping[str, Any]) -> dict[str, Any]:
    """Every field as it is shown: what the registration does not have is the exam's."""
    values = {name: value_of(one, name) for name in FIELDS}
    for name in FROM_EXAM:
        if values[name] is None:
            values[name] = exam.get(name) or None
    return values


def label_of(field: str, value: Any, language: Language) -> str | None:
    """The label of a coded value; ``None`` where the field has no codes, or nothing."""
    table = CODED.get(field)
    return table.label(str(value), language) if table and value is not None else None


def with_values(one: Registration, values: Mapping[str, Any]) -> Registration:
    """The registration with these fields; anything that is not of ``FIELDS`` is left out."""
    columns = {name: value for name, value in values.items() if name in COLUMNS}
    details = {name: value for name, value in values.items() if name in DETAILS}
    return replace(one, **columns, details={**one.details, **details})


def differences(one: Registration, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Field → ``before`` and ``after``, of those values that are not on record yet."""
    return {
        name: {"before": value_of(one, name), "after": value}
        for name, value in values.items()
        if name in FIELDS and value != value_of(one, name)
    }


def carried(
    one: Registration, form: Mapping[str, Any]
) -> tuple[Registration, dict[str, dict[str, Any]]]:
    """The registration with what an application's form says, and what that changes. What the form
    leaves out stays."""
    given = {**form, **(form.get("education") or {})}
    if not isinstance(given.get("education"), str):
        given.pop("education", None)
    values = {name: given[name] for name in FIELDS if given.get(name) not in (None, "")}
    changes = differences(one, values)
    return with_values(one, {name: change["after"] for name, change in changes.items()}), changes
