"""What applicants fill in: the application forms of the business types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, ValidationError, WrapValidator, field_validator

from zhiye_chassis.choices import one_of
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import (
    CANCELLATION_GROUNDS,
    DEGREES,
    EDUCATION,
    MILITARY_SOURCES,
    NURSE_DEPARTMENTS,
    NURSE_WORK_CATEGORIES,
    NURSING_TITLES,
    OFF_POST_GROUNDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_SCOPES,
    PHYSICIAN_TITLES,
    REISSUE_GROUNDS,
    WAYS_OF_INFORMING,
    CodeTable,
)
from zhiye_contracts.reasons import Language
from zhiye_registration.domain.business_type import BusinessType
from zhiye_registration.domain.grounds import ground_label

_PHYSICIAN_GROUNDS = {**PHYSICIAN_CANCELLATION_GROUNDS, **OFF_POST_GROUNDS, **REISSUE_GROUNDS}


class Health(Schema):
    """Health check (健康体检)."""

    meets_standard: bool | None = Field(
        None, description="Whether the certificate says that the health standard is met"
    )
    checked_on: date | None = Field(None, description="Within 6 months before applying")
    institution_name: str | None = Field(None, max_length=100)


class Training(Schema):
    """Training (培训): a nurse's whose exam is over three years ago, a physician's who has not
    practised for two."""

    institution_name: str = Field(min_length=1, max_length=100)
    began_on: date
    ended_on: date
    passed: bool = Field(description="Whether the assessment at its end was passed")


class Education(Schema):
    """Education (教育经历); the original exam record is not changed by it (deck 2.3)."""

    school: str | None = Field(None, max_length=100)
    education: one_of(EDUCATION) | None = None  # type: ignore[valid-type]
    major: str | None = Field(None, max_length=100)
    degree: one_of(DEGREES) | None = None  # type: ignore[valid-type]
    study_length: str | None = Field(None, max_length=20, description="学制")
    graduated_on: date | None = None


class Informed(Schema):
    """When and how the person was told that the institution files this (Q41)."""

    on: date | None = None
    by: one_of(WAYS_OF_INFORMING) | None = None  # type: ignore[valid-type]


class Military(Schema):
    """Where a nurse of the army or armed police comes from (deck 2.4, Q33)."""

    source: one_of(MILITARY_SOURCES) | None = None  # type: ignore[valid-type]
    institution_id: str | None = Field(None, max_length=64, description="The original institution")
    certificate_number: str | None = Field(None, max_length=40, description="护士证号")
    valid_until: date | None = None


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
    position: str | None = Field(None, max_length=50, description="职务")
    work_began_on: date | None = Field(None, description="参加工作时间")
    secondment: bool | None = Field(
        None, description="Change: an approved secondment, study or exchange, which needs none"
    )
    ground: one_of({**CANCELLATION_GROUNDS, **REISSUE_GROUNDS}) | None = Field(  # type: ignore[valid-type]
        None, description="Of a cancellation or a re-issue"
    )
    note: str | None = Field(None, max_length=1000, description="备注")
    informed: Informed | None = Field(None, description="Cancellation filed by an institution")
    military: Military | None = None


class PhysicianForm(Schema):
    """A physician's application form (医师执业、变更执业、多机构备案申请审核表).

    Level and location are not asked for: they follow from the qualification and the institution
    (Q7-Q9)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "scopes": ["11"],
                    "department": "03",
                    "title": "234",
                    "full_civil_capacity": True,
                    "no_criminal_record": True,
                    "education": {"school": "北京医学院", "education": "20"},
                }
            ]
        }
    )

    qualification_id: str | None = Field(
        None, max_length=64, description="By which to be registered; else the highest and newest"
    )
    scopes: list[one_of(PHYSICIAN_SCOPES)] | None = Field(  # type: ignore[valid-type]
        None, max_length=5, description="Left out of a change: they stay"
    )
    department: one_of(PHYSICIAN_DEPARTMENTS) | None = None  # type: ignore[valid-type]
    title: one_of(PHYSICIAN_TITLES) | None = None  # type: ignore[valid-type]
    full_civil_capacity: bool | None = Field(None, description="Declared by the applicant")
    no_criminal_record: bool | None = Field(
        None, description="Declared: no criminal punishment, or served 2 years ago; no ban"
    )
    training: Training | None = Field(None, description="Where 2 years have passed")
    education: Education | None = None
    study_experience: str | None = Field(None, max_length=1000)
    work_experience: str | None = Field(None, max_length=1000)
    position: str | None = Field(None, max_length=50, description="职务")
    work_began_on: date | None = Field(None, description="参加工作时间")
    from_on: date | None = Field(None, description="Filing at a further institution: first day")
    until_on: date | None = Field(None, description="Last day")
    left_on: date | None = Field(None, description="Off post: last day at work or of a residency")
    destination: str | None = Field(None, max_length=200, description="Moving out: where to")
    ground: one_of(_PHYSICIAN_GROUNDS) | None = Field(  # type: ignore[valid-type]
        None, description="Of a cancellation, a filing off post or a re-issue"
    )
    note: str | None = Field(None, max_length=1000, description="备注")
    informed: Informed | None = Field(None, description="Filed by an institution")

    @field_validator("scopes")
    @classmethod
    def _once(cls, scopes: list[str] | None) -> list[str] | None:
        return sorted(set(scopes)) if scopes else None


FORMS: dict[str, type[NurseForm] | type[PhysicianForm]] = {
    "nurse": NurseForm,
    "physician": PhysicianForm,
}
"""By profession."""

Form = Annotated[NurseForm | PhysicianForm, WrapValidator(lambda given, _: given)]
"""As it came: which of the two it has to be is known by the business type (``read_form``)."""


def read_form(profession: str, given: Any) -> dict[str, Any]:
    """The form of an application, as it is stored.

    Raises ``RequestValidationError`` (422), each field named.
    """
    try:
        form = FORMS[profession].model_validate({} if given is None else given)
    except ValidationError as error:
        found = [{**one, "loc": ("body", "form", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(found) from None
    return form.model_dump(mode="json", exclude_none=True)


_Read = Callable[[Mapping[str, Any]], Any]
_OF_BOTH: dict[str, tuple[CodeTable, _Read]] = {
    "education.education": (
        EDUCATION,
        lambda form: (form.get("education") or {}).get("education"),
    ),
    "education.degree": (DEGREES, lambda form: (form.get("education") or {}).get("degree")),
    "informed.by": (WAYS_OF_INFORMING, lambda form: (form.get("informed") or {}).get("by")),
}
_CODED: dict[str, dict[str, tuple[CodeTable, _Read]]] = {
    "nurse": {
        "department": (NURSE_DEPARTMENTS, lambda form: form.get("department")),
        "work_category": (NURSE_WORK_CATEGORIES, lambda form: form.get("work_category")),
        "title": (NURSING_TITLES, lambda form: form.get("title")),
        "military.source": (
            MILITARY_SOURCES,
            lambda form: (form.get("military") or {}).get("source"),
        ),
        **_OF_BOTH,
    },
    "physician": {
        "department": (PHYSICIAN_DEPARTMENTS, lambda form: form.get("department")),
        "title": (PHYSICIAN_TITLES, lambda form: form.get("title")),
        **_OF_BOTH,
    },
}


def labels_of(row: BusinessType, form: Mapping[str, Any], language: Language) -> dict[str, str]:
    """The labels of the codes in a form, by the path of the field."""
    found = {path: (table, read(form)) for path, (table, read) in _CODED[row.profession].items()}
    labels = {path: table.label(code, language) for path, (table, code) in found.items() if code}
    if ground := form.get("ground"):
        labels["ground"] = ground_label(row, ground, language)
    for place, scope in enumerate(form.get("scopes") or ()):
        labels[f"scopes.{place}"] = PHYSICIAN_SCOPES.label(scope, language)
    return labels
