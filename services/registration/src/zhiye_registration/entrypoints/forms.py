"""What applicants fill in: the application forms of the business types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import (
    EDUCATION,
    NURSE_DEPARTMENTS,
    NURSE_WORK_CATEGORIES,
    NURSING_TITLES,
    CodeTable,
)
from zhiye_contracts.reasons import Language


class Health(Schema):
    """Health check (健康体检)."""

    meets_standard: bool | None = Field(
        None, description="Whether the certificate says that the health standard is met"
    )
    checked_on: date | None = Field(None, description="Within 6 months before applying")
    institution_name: str | None = Field(None, max_length=100)


class Training(Schema):
    """Clinical nursing training (临床护理培训), when the exam is over three years ago."""

    institution_name: str = Field(min_length=1, max_length=100)
    began_on: date
    ended_on: date
    passed: bool = Field(description="Whether the assessment at its end was passed")


class Education(Schema):
    """Education (教育经历); the original exam record is not changed by it (deck 2.3)."""

    school: str | None = Field(None, max_length=100)
    education: one_of(EDUCATION) | None = None  # type: ignore[valid-type]
    major: str | None = Field(None, max_length=100)
    graduated_on: date | None = None


class NurseForm(Schema):
    """A nurse's application form (护士注册申请表). A draft may leave out anything; what is
    missing or not met is told, all of it, on submission."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "department": "ward",
                    "work_category": "clinical-nursing",
                    "title": "255",
                    "full_civil_capacity": True,
                    "health": {
                        "meets_standard": True,
                        "checked_on": "2026-11-02",
                        "institution_name": "北京示例医院",
                    },
                    "training": None,
                    "education": {
                        "school": "北京护士学校",
                        "education": "30",
                        "major": "护理学",
                        "graduated_on": "2026-07-01",
                    },
                    "study_experience": "2023.9——2026.6 北京护士学校 护理学",
                    "work_experience": None,
                }
            ]
        }
    )

    department: one_of(NURSE_DEPARTMENTS) | None = None  # type: ignore[valid-type]
    work_category: one_of(NURSE_WORK_CATEGORIES) | None = None  # type: ignore[valid-type]
    title: one_of(NURSING_TITLES) | None = None  # type: ignore[valid-type]
    full_civil_capacity: bool | None = Field(None, description="Declared by the applicant")
    health: Health | None = None
    training: Training | None = None
    education: Education | None = None
    study_experience: str | None = Field(None, max_length=1000)
    work_experience: str | None = Field(None, max_length=1000)


_CODED: dict[str, tuple[CodeTable, Callable[[Mapping[str, Any]], Any]]] = {
    "department": (NURSE_DEPARTMENTS, lambda form: form.get("department")),
    "work_category": (NURSE_WORK_CATEGORIES, lambda form: form.get("work_category")),
    "title": (NURSING_TITLES, lambda form: form.get("title")),
    "education.education": (
        EDUCATION,
        lambda form: (form.get("education") or {}).get("education"),
    ),
}


def labels_of(form: Mapping[str, Any], language: Language) -> dict[str, str]:
    """The labels of the codes in a form, by the path of the field."""
    found = {path: (table, read(form)) for path, (table, read) in _CODED.items()}
    return {path: table.label(code, language) for path, (table, code) in found.items() if code}
