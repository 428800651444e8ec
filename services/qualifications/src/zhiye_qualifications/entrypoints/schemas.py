"""Bodies of the qualifications routes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema


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
    id_number: str = Field(description="Masked", examples=["110***********0021"])
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
    exam_year: int = Field(examples=[2026])
    passed_on: date
    province: str = Field(examples=["110000"])
    province_label: str = Field(examples=["北京市"])
    route: str = Field(examples=["exam"])
    route_label: str = Field(examples=["考试"])
    in_force: bool
    version: int = Field(examples=[1])


class QualificationsOut(BaseModel):
    items: list[QualificationOut] = Field(description="The latest first")


class OwnQualificationsOut(QualificationsOut):
    missing: list[ReasonOut] = Field(
        description="When there is none: where to turn, by the route it was obtained (Q4, Q14)"
    )
