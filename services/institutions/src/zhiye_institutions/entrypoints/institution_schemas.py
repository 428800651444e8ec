"""Requests and answers of the routes about institutions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, field_validator
from sqlalchemy import RowMapping

from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import ECONOMIC_TYPES, INSTITUTION_CATEGORIES
from zhiye_contracts.identifiers import parse_institution_number, parse_name, parse_phone
from zhiye_contracts.reasons import Language
from zhiye_institutions.domain.institution import INSTITUTION_LEVELS
from zhiye_institutions.domain.lifecycle import STATUSES
from zhiye_institutions.domain.regions import full_name

_EXAMPLE: dict[str, JsonValue] = {
    "registration_number": "40000001811010211A1001",
    "name": "北京示例医院",
    "region": "110102",
    "category": "A100",
    "level": "tertiary-a",
    "ownership": "11",
}

_SHOWN: dict[str, JsonValue] = {
    **_EXAMPLE,
    "id": "01JD0000000000000000INS001",
    "region_name": "北京市西城区",
    "category_label": "综合医院",
    "level_label": "三级甲等",
    "ownership_label": "国有全资",
    "status": "in_force",
    "status_label": "执业",
    "version": 1,
}
_RECORD: dict[str, JsonValue] = {
    "address": "北京市西城区示例路 1 号",
    "person_in_charge": "李明",
    "beds": 500,
    "departments": ["内科", "外科"],
    "subjects": ["内科", "外科", "医学影像科"],
}

Name = Annotated[str, StringConstraints(min_length=2, max_length=200, strip_whitespace=True)]
Names = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]],
    Field(max_length=300),
]


class InstitutionIn(Schema):
    """A medical institution to put on record."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, **_RECORD, "status": "in_force"}]}
    )

    name: str = Field(min_length=2, max_length=200, description="Standard name")
    region: str = Field(pattern="^[0-9]{6}$", description="6-digit division or zone code")
    registration_number: str | None = Field(
        None, description="22 characters, WS 218-2002; blood and plasma stations may have none"
    )
    category: str | None = Field(None, description="Default: that of the registration number")
    level: str = Field("ungraded", description="Code of the table institution_level")
    ownership: str | None = Field(
        None, description="Code of the table economic_type; default: that of the number"
    )
    status: Literal["planned", "in_force"] = Field(
        "in_force", description="planned: allowed to be set up (设置批准), without a licence yet"
    )
    campus_of: str | None = Field(
        None, max_length=64, description="Of a campus or branch: the institution it is part of"
    )
    address: str | None = Field(None, max_length=300)
    person_in_charge: str | None = Field(None, max_length=100)
    reserved_phone: str | None = Field(
        None, max_length=40, description="Of the person in charge; kept sealed, never shown"
    )
    beds: int | None = Field(None, ge=0, le=100_000)
    departments: Names = []
    subjects: Names = Field([], description="诊疗科目")
    other_names: list[Name] = Field(
        [], max_length=50, description="Other names under which people are recorded"
    )

    @field_validator("registration_number")
    @classmethod
    def _number(cls, value: str | None) -> str | None:
        return parse_institution_number(value).value if value else None

    @field_validator("reserved_phone")
    @classmethod
    def _phone(cls, value: str | None) -> str | None:
        return parse_phone(value) if value else None

    @field_validator("person_in_charge")
    @classmethod
    def _person(cls, value: str | None) -> str | None:
        return parse_name(value) if value else None


class InstitutionOut(BaseModel):
    """What anybody may know of an institution."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SHOWN]})

    id: str
    registration_number: str | None
    name: str
    region: str
    region_name: str
    category: str
    category_label: str
    level: str
    level_label: str
    ownership: str
    ownership_label: str
    status: str = Field(description="Code of the table institution_status")
    status_label: str
    version: int


class InstitutionName(BaseModel):
    id: str = Field(examples=["01JD0000000000000000INS001"])
    name: str = Field(examples=["北京示例医院"])


class OtherNameOut(BaseModel):
    id: str = Field(examples=["01JD0000000000000000NAM001"])
    name: str = Field(examples=["北京示例医院（西区）"])
    kind: Literal["other", "former", "merged"] = Field(
        description="former: replaced by a change; merged: of a record merged into this one"
    )


class InstitutionDetail(InstitutionOut):
    """One institution whole, as anybody may see it: what a licence states, and its names."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_SHOWN,
                    **_RECORD,
                    "campus_of": None,
                    "merged_into": None,
                    "other_names": [
                        {
                            "id": "01JD0000000000000000NAM001",
                            "name": "北京示例职工医院",
                            "kind": "other",
                        }
                    ],
                    "licensed_on": "2020-03-01",
                    "next_check_due": "2027-03-01",
                }
            ]
        }
    )

    campus_of: InstitutionName | None = Field(description="Of a campus: the standard name (Q57)")
    merged_into: InstitutionName | None
    other_names: list[OtherNameOut]
    address: str | None
    person_in_charge: str | None
    beds: int | None
    departments: list[str]
    subjects: list[str]
    licensed_on: date | None
    next_check_due: date | None = Field(description="Next periodic check (校验)")


class InstitutionId(BaseModel):
    id: str = Field(examples=["01JD0000000000000000INS001"])


class DecidingAuthorityIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"authority_id": "01JD0000000000000000AUT001"}]}
    )

    authority_id: str = Field(max_length=64)


class AuthorityName(BaseModel):
    id: str = Field(examples=["01JD0000000000000000AUT001"])
    name: str = Field(examples=["北京市西城区卫生健康委员会"])


class DecidingAuthorityOut(BaseModel):
    business_type: str = Field(examples=["nurse-first"])
    business_type_label: str = Field(examples=["首次注册"])
    authority: AuthorityName | None = Field(None, description="Absent: nobody can decide yet")
    origin: Literal["set", "default", "none"] = Field(examples=["default"])
    warning: ReasonOut | None = Field(
        None, description="Where nobody decides: what that means and what to do"
    )


class DecidingAuthoritiesOut(BaseModel):
    """Who decides, for every business type. The ETag is the institution's version."""

    items: list[DecidingAuthorityOut]


def shown(
    row: RowMapping, language: Language, zones: Mapping[str, tuple[str, str]] | None = None
) -> InstitutionOut:
    return InstitutionOut(
        id=row["id"],
        registration_number=row["registration_number"],
        name=row["name"],
        region=row["region"],
        region_name=full_name(row["region"], zones),
        category=row["category"],
        category_label=INSTITUTION_CATEGORIES.label(row["category"], language),
        level=row["level"],
        level_label=INSTITUTION_LEVELS.label(row["level"], language),
        ownership=row["ownership"],
        ownership_label=ECONOMIC_TYPES.label(row["ownership"], language),
        status=row["status"],
        status_label=STATUSES.label(row["status"], language),
        version=row["version"],
    )
