"""What is asked and shown about catalogues of scopes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import (
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_LEVELS,
    PHYSICIAN_SCOPES,
)
from zhiye_registration.domain.scopes import LONGEST_LABEL, MOST_SCOPES
from zhiye_registration.entrypoints.schemas import CodeOut

Word = Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL, pattern=r"^[^\x00-\x1f\x7f]+$")]
Category = one_of(PHYSICIAN_CATEGORIES)
Level = one_of(PHYSICIAN_LEVELS)
Scope = one_of(PHYSICIAN_SCOPES)
_Department = one_of(PHYSICIAN_DEPARTMENTS)

_EXAMPLE: dict[str, Any] = {
    "most_scopes": 2,
    "entries": [
        {"category": "1", "scope": "11"},
        {
            "category": "4",
            "scope": "57",
            "label": {"zh": "针灸推拿专业", "en": "acupuncture and tuina"},
            "departments": ["50", "21"],
        },
    ],
}


class LabelIn(Schema):
    zh: Word
    en: Word


class EntryIn(Schema):
    """One scope that is offered."""

    category: Category  # type: ignore[valid-type]
    scope: Scope  # type: ignore[valid-type]
    label: LabelIn | None = Field(None, description="Absent: the national name")
    departments: list[_Department] | None = Field(  # type: ignore[valid-type]
        None,
        min_length=1,
        max_length=len(PHYSICIAN_DEPARTMENTS),
        description="Absent: the national ones of the scope",
    )


class CatalogueIn(Schema):
    """A year's catalogue, whole: what it does not have is not offered."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    most_scopes: int = Field(
        1, ge=1, le=MOST_SCOPES, description="How many scopes one physician may have"
    )
    entries: list[EntryIn] = Field(min_length=1, max_length=len(PHYSICIAN_SCOPES))


class EntryOut(BaseModel):
    category: str = Field(examples=["1"])
    category_label: str = Field(examples=["临床"])
    scope: str = Field(examples=["11"])
    label: str = Field(description="As the province calls it", examples=["内科专业"])
    label_zh: str = Field(examples=["内科专业"])
    label_en: str = Field(examples=["internal medicine"])
    departments: list[CodeOut]


class PublishedOut(BaseModel):
    """One version of a year's catalogue."""

    year: int = Field(examples=[2026])
    version: int = Field(examples=[1])
    most_scopes: int
    published_at: datetime
    authority_name: str = Field(examples=["北京市卫生健康委员会"])


class CatalogueItem(PublishedOut):
    province: str = Field(description="Two digits", examples=["11"])
    province_label: str = Field(examples=["北京市"])
    scopes: int = Field(description="How many it offers", examples=[24])


class CatalogueOut(BaseModel):
    """The catalogue that holds in a province in a year. The `ETag` is the version of that very
    year, `"0"` where it has none yet: send it as `If-Match` to publish one."""

    province: str = Field(description="Two digits", examples=["11"])
    province_label: str = Field(examples=["北京市"])
    asked_year: int
    year: int | None = Field(
        description="From which on it holds; absent: the national list, nothing is published",
        examples=[2026],
    )
    version: int | None
    newest: bool = Field(description="Whether no newer version of the year has replaced it")
    most_scopes: int
    entries: list[EntryOut]
    published_at: datetime | None
    authority_name: str | None
    versions: list[PublishedOut] = Field(description="All that the province has published")


class ScopeOption(CodeOut):
    departments: list[CodeOut]


class CategoryOption(CodeOut):
    scopes: list[ScopeOption]


class ChosenOut(BaseModel):
    """What was asked about: whether it can be had, and where one then works (Q53)."""

    category: CodeOut
    scopes: list[CodeOut]
    offered: bool
    reasons: list[ReasonOut] = Field(description="Every reason why not")
    departments: list[CodeOut]


class LocationOut(CodeOut):
    kind: str = Field(description="`province`, or of an assistant `county` (Q7, Q8)")
    kind_label: str = Field(examples=["省级行政区划"])


class PracticeOptionsOut(BaseModel):
    """What a physician can be registered with at an institution."""

    institution_id: str
    institution_name: str = Field(examples=["北京示例医院"])
    level: CodeOut
    location: LocationOut = Field(description="Of the registration (执业地点)")
    catalogue_year: int | None = Field(description="Absent: the national list holds")
    most_scopes: int
    categories: list[CategoryOption]
    chosen: ChosenOut | None = Field(description="Where category and scopes were asked about")
