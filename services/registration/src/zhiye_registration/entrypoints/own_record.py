"""A registration as others look it up, and as its owner sees it whole (deck 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from zhiye_contracts import purposes
from zhiye_contracts.codes import EMPLOYMENT, ETHNIC_GROUPS
from zhiye_contracts.reasons import Language
from zhiye_registration.application.look_up_registration import registration_view
from zhiye_registration.domain.changes import change_text
from zhiye_registration.domain.correction import FIELDS as CORRECTABLE
from zhiye_registration.domain.facts import STATUSES, HeldRegistration, Status, registration_status
from zhiye_registration.domain.information import (
    CODED,
    COLUMNS,
    DETAILS,
    FROM_EXAM,
    LABELS,
    SIDES,
    label_of,
)
from zhiye_registration.domain.practice import LABELS as PRACTICE
from zhiye_registration.domain.practice import label_of as practice_label
from zhiye_registration.domain.roster import MARKS, Mark, mark_of
from zhiye_registration.entrypoints.practice_schemas import LocationOut, PracticeOut
from zhiye_registration.kit import Kit

_LABELS = {**LABELS, **CORRECTABLE, **PRACTICE}
_NOT_SHOWN = "id_number"
"""Of what changed: it is masked wherever it is shown."""
_ONLY_SHOWN = ("nationality", "ethnic_group", "health")


class RegistrationFields(PracticeOut):
    """What is shown of any registration."""

    certificate_number: str = Field(examples=["202611000017"])
    name: str = Field(examples=["王芳"])
    id_number: str = Field(description="Masked", examples=["****************2X"])
    gender: str = Field(examples=["2"])
    gender_label: str = Field(examples=["女"])
    birth_year: int = Field(examples=[2002])
    birth_date: date | None = Field(None, description="To the owner only")
    profession: str = Field(examples=["nurse"])
    status: Status
    status_label: str = Field(examples=["在册"])
    institution_id: str
    institution_name: str | None = Field(examples=["北京示例医院"])
    region: str = Field(examples=["110102"])
    authority_name: str | None = Field(examples=["西城区卫生健康委员会"])
    department: str | None = Field(examples=["ward"])
    department_label: str | None = Field(examples=["病房"])
    work_category: str | None = Field(examples=["clinical-nursing"])
    work_category_label: str | None = Field(examples=["临床护理"])
    registered_on: date
    valid_from: date
    valid_until: date | None = Field(description="A nurse's; a physician's has no end")
    days_left: int | None = Field(description="Days until it expires; negative when it has")


class RegistrationOut(RegistrationFields):
    """A practice registration as others see it (执业信息验证, deck 5.2). A physician has one for
    each location under one number: here stands the first of ``locations``."""

    locations: list[LocationOut] = Field(
        description="A physician's, those in force first; of a nurse there are none"
    )


class OwnRegistrationOut(RegistrationFields):
    """One's own registration with every field of the deck's screen (2.1); what is not known is
    absent. ``school``, ``major`` and ``education`` are the exam's until the registration has its
    own."""

    mark: Mark | None = Field(description="blue: within a year; red: expired", examples=["blue"])
    mark_label: str | None = Field(examples=["一年内到期"])
    nationality: str | None = Field(examples=["中国"])
    ethnic_group: str | None = Field(examples=["01"])
    ethnic_group_label: str | None = Field(examples=["汉族"])
    health: str | None = Field(examples=["健康或良好"])
    exam_passed_on: date | None = Field(description="By the latest qualification in force")
    school: str | None = Field(examples=["北京护士学校"])
    study_length: str | None = Field(description="学制", examples=["四年制"])
    major: str | None = Field(examples=["护理学"])
    education: str | None = Field(examples=["40"])
    education_label: str | None = Field(examples=["中等专科"])
    degree: str | None = Field(examples=["0"])
    degree_label: str | None = Field(examples=["无学位"])
    graduated_on: str | None = Field(examples=["2010-07-01"])
    study_experience: str | None
    position: str | None = Field(description="职务", examples=["护士长"])
    title: str | None = Field(examples=["255"])
    title_label: str | None = Field(examples=["护士"])
    work_began_on: str | None = Field(examples=["2010-08-01"])
    work_experience: str | None
    employment: str | None = Field(description="As last confirmed (Q51)", examples=["in-post"])
    employment_label: str | None = Field(examples=["在职"])
    employment_confirmed_on: date | None


class ExamOut(BaseModel):
    """What the exam's record says: no change of information changes it (deck 2.3.1)."""

    passed_on: date
    school: str
    major: str
    education: str
    education_label: str


class ChangedValueOut(BaseModel):
    """What else changed: before and after."""

    field: str = Field(examples=["title"])
    field_label: str = Field(examples=["技术职称"])
    before: str | None = Field(description="Of several codes: with blanks", examples=["255"])
    before_label: str | None = Field(examples=["护士"])
    after: str | None = Field(examples=["254"])
    after_label: str | None = Field(examples=["护师"])


class HistoryOut(BaseModel):
    """One change of a registration (历史沿革)."""

    at: datetime
    change: str = Field(examples=["nurse-first"])
    change_label: str = Field(examples=["首次注册"])
    application_number: str | None
    status: str
    status_label: str = Field(examples=["在册"])
    institution_name: str
    from_institution_name: str | None = Field(description="Of a move")
    authority_name: str | None
    valid_from: date
    valid_until: date | None = Field(description="Of nurses")
    values: list[ChangedValueOut]


class MyRegistrationOut(BaseModel):
    """One's own registration; ``registration`` is absent when never registered."""

    status: Status
    status_label: str
    registration: OwnRegistrationOut | None
    exam: ExamOut | None
    history: list[HistoryOut]


def own_view(
    kit: Kit, row: RowMapping, exam: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    """One's own registration, the certificate number whole."""
    today = kit.clock.today()
    number = kit.settings.cipher.open(row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER)
    until = row["valid_until"]
    mark = mark_of(row["status"], until, today) if until else None
    details = row["details"]
    values = {name: row[name] for name in COLUMNS}
    values |= {name: details.get(name) for name in (*DETAILS, *_ONLY_SHOWN)}
    for name in FROM_EXAM:
        values[name] = values[name] or exam.get(name) or None
    ethnic, employment = values["ethnic_group"], row["employment"]
    return (
        registration_view(kit, row, number, today, language, own=True)
        | {name: _text(value) for name, value in values.items()}
        | {f"{name}_label": label_of(name, values[name], language) for name in CODED}
        | {
            "mark": mark,
            "mark_label": mark and MARKS[mark].read(language),
            "ethnic_group_label": ethnic and ETHNIC_GROUPS.label(ethnic, language),
            "exam_passed_on": exam.get("passed_on"),
            "employment": employment,
            "employment_label": employment and EMPLOYMENT.label(employment, language),
            "employment_confirmed_on": row["employment_confirmed_on"],
        }
    )


def exam_view(exam: Mapping[str, Any], language: Language) -> dict[str, Any] | None:
    if not exam:
        return None
    return {**exam, "education_label": label_of("education", exam["education"], language)}


def history_view(
    entry: RowMapping, language: Language, *, id_numbers: bool = False
) -> dict[str, Any]:
    """One change, with what the registration was after it; ``id_numbers``: masked, before and
    after a correction."""
    # As it was called then: whether it has expired by now is no change.
    status = registration_status(HeldRegistration(entry["status"], None), date.min)
    return {
        **entry,
        "change_label": change_text(entry["change"]).read(language),
        "status_label": STATUSES[status].read(language),
        "values": [
            _value(name, change, language)
            for name, change in (entry["values"] or {}).items()
            if name in _LABELS and (id_numbers or name != _NOT_SHOWN)
        ],
    }


def _value(name: str, change: Mapping[str, Any], language: Language) -> dict[str, Any]:
    shown: dict[str, Any] = {"field": name, "field_label": _LABELS[name].read(language)}
    label = practice_label if name in PRACTICE else label_of
    for side in SIDES:
        value = change.get(side)
        shown |= {side: _text(value), f"{side}_label": label(name, value, language)}
    return shown


def _text(value: Any) -> str | None:
    return None if value is None else " ".join(value) if isinstance(value, list) else str(value)
