"""Bodies of the qualifications routes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import PROFESSIONS, PROVINCES
from zhiye_qualifications.domain.access import PURPOSES
from zhiye_qualifications.domain.codes import ROUTES


class LookupIn(Schema):
    """Exactly one of: certificate number; name and ID number; admission number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"certificate_number": "202611100000001"},
                {"name": "王芳", "id_number": "110105200203050021"},
                {"admission_number": "202611000000001"},
            ]
        }
    )

    certificate_number: Annotated[str, Field(max_length=60)] | None = None
    name: Annotated[str, Field(max_length=60)] | None = None
    id_number: Annotated[str, Field(max_length=40)] | None = None
    admission_number: Annotated[str, Field(max_length=60)] | None = None
    purpose: one_of(PURPOSES) | None = Field(  # type: ignore[valid-type]
        None, description="Kept in the record of who looked", examples=["registration_review"]
    )


class SearchIn(Schema):
    """What is not given is not asked for. The national authority names a province."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "王", "exam_year": 2026, "school": "护士学校"}]}
    )

    name: str | None = Field(None, max_length=60, description="How the name begins")
    province: one_of(PROVINCES) | None = None  # type: ignore[valid-type]
    exam_year: int | None = Field(None, ge=1949, le=9999)
    profession: one_of(PROFESSIONS) | None = None  # type: ignore[valid-type]
    category: str | None = Field(None, max_length=20, description="Code, by profession")
    level: str | None = Field(None, max_length=20, description="Code, by profession")
    route: one_of(ROUTES) | None = None  # type: ignore[valid-type]
    school: str | None = Field(None, max_length=100, description="Part of the school's name")
    in_force: bool | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=800, description="``next_cursor`` before")


class QualificationItem(BaseModel):
    """One line of a search. Nothing here identifies a person to whoever did not know them."""

    id: str = Field(examples=["01JD0000000000000000QUA001"])
    name: str = Field(examples=["王芳"])
    gender: str = Field(examples=["2"])
    id_number: str = Field(description="The last two characters", examples=["****************21"])
    certificate_number: str = Field(description="Masked", examples=["2026*********01"])
    profession: str = Field(examples=["nurse"])
    profession_label: str = Field(examples=["护士"])
    category: str = Field(examples=["nurse"])
    category_label: str = Field(examples=["护士"])
    level: str = Field(examples=["nurse"])
    level_label: str = Field(examples=["护士"])
    school: str = Field(examples=["北京护士学校"])
    exam_year: int = Field(examples=[2026])
    province: str = Field(examples=["110000"])
    route: str = Field(examples=["exam"])
    route_label: str = Field(examples=["考试"])
    in_force: bool


class QualificationOut(BaseModel):
    """A qualification. Codes have their label in the reader's language beside them."""

    id: str = Field(examples=["01JD0000000000000000QUA001"])
    profession: str = Field(examples=["nurse"])
    profession_label: str = Field(examples=["护士"])
    name: str = Field(examples=["王芳"])
    name_match: Literal["exact", "assisted"] | None = Field(
        None, description="assisted: a pinyin stands for a character, confirm it is the same person"
    )
    gender: str = Field(examples=["2"])
    gender_label: str = Field(examples=["女"])
    birth_date: date
    id_type: str = Field(examples=["01"])
    id_type_label: str = Field(examples=["居民身份证"])
    id_number: str = Field(
        description="Masked, but for who was disclosed it", examples=["110***********0021"]
    )
    certificate_number: str = Field(
        description="Whole for its owner, else masked: it activates an account (Q29.4)",
        examples=["202611100000001"],
    )
    admission_number: str | None = Field(
        None, description="Whole for its owner, else masked", examples=["202611000000001"]
    )
    category: str = Field(examples=["nurse"])
    category_label: str = Field(examples=["护士"])
    level: str = Field(examples=["nurse"])
    level_label: str = Field(examples=["护士"])
    school: str = Field(examples=["北京护士学校"])
    education: str = Field(examples=["40"])
    education_label: str = Field(examples=["中等专科"])
    major: str = Field(examples=["护理"])
    title: str | None = Field(None, examples=["254"])
    title_label: str | None = Field(None, examples=["护师"])
    exam_year: int = Field(examples=[2026])
    passed_on: date
    province: str = Field(examples=["110000"])
    province_label: str = Field(examples=["北京市"])
    route: str = Field(examples=["exam"])
    route_label: str = Field(examples=["考试"])
    in_force: bool
    version: int = Field(examples=[1])
    original: dict[str, str | None] = Field(
        {},
        description="What the exam's record says of the fields that were corrected since (Q46)",
        examples=[{"name": "王方"}],
    )


class QualificationsOut(BaseModel):
    items: list[QualificationOut] = Field(description="The latest first")


class OwnQualificationsOut(QualificationsOut):
    missing: list[ReasonOut] = Field(
        description="When there is none: where to turn, by the route it was obtained (Q4, Q14)"
    )
