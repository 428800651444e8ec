"""Requests and answers of the applications' routes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.domain.workflow import State
from zhiye_registration.entrypoints.forms import Form

_INSTITUTION = "01JD0000000000000000INS001"
EXAMPLE_FORM: dict[str, Any] = {
    "department": "ward",
    "work_category": "clinical-nursing",
    "full_civil_capacity": True,
    "health": {"meets_standard": True, "checked_on": "2026-11-02"},
}


class ApplicationIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "business_type": "nurse-first",
                    "institution_id": _INSTITUTION,
                    "form": EXAMPLE_FORM,
                }
            ]
        }
    )

    business_type: one_of(BUSINESS_TYPES)  # type: ignore[valid-type]
    institution_id: str | None = Field(
        None, min_length=1, max_length=64, description="A person's: where it is addressed to"
    )
    registration_id: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="An institution's or authority's: whom it is about; a physician's who has"
        " several: which one",
    )
    form: Form = Field(default_factory=dict)  # type: ignore[assignment]


class RevisionIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"institution_id": _INSTITUTION, "form": EXAMPLE_FORM}]}
    )

    institution_id: str | None = Field(
        None, min_length=1, max_length=64, description="Another one, while it is a draft"
    )
    form: Form


class SearchIn(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"id_number": "11010519491231002X"}]})

    id_number: str = Field(min_length=1, max_length=40, description="The full ID number")


class ReviewReasonIn(Schema):
    code: one_of(REVIEW_REASONS)  # type: ignore[valid-type]
    text: str = Field("", max_length=500, description="Free text; required with “other”")


class ReviewIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "approve"},
                {
                    "decision": "return",
                    "reasons": [
                        {"code": "form_incorrect", "text": "工作科室应为急诊科"},
                        {"code": "materials_incomplete", "text": "缺少健康检查证明"},
                    ],
                },
            ]
        }
    )

    decision: Literal["approve", "return", "refuse"]
    reasons: list[ReviewReasonIn] = Field(
        default_factory=list, max_length=20, description="All of them; needed unless it approves"
    )


class ToldReasonOut(BaseModel):
    code: str = Field(examples=["form_incorrect"])
    text: str = Field(examples=["申请表填写有误：工作科室应为急诊科"])


class ReviewOut(BaseModel):
    """One side's review of an application (审核)."""

    by: str = Field(description="Institution or authority", examples=["北京示例医院"])
    decision: str | None = Field(None, examples=["approve"])
    decision_label: str | None = Field(None, examples=["同意"])
    at: datetime | None = None


class ApplicationItem(BaseModel):
    """One line of a list (deck 7)."""

    id: str
    number: str = Field(examples=["N202611230000017"])
    business_type: str = Field(examples=["nurse-first"])
    business_type_label: str = Field(examples=["首次注册"])
    profession: Literal["nurse", "physician"]
    registration_id: str | None = Field(
        None, description="Of a physician: the registration that it is about"
    )
    name: str = Field(examples=["王芳"])
    id_number: str = Field(description="Masked", examples=["110***********002X"])
    state: State
    state_label: str = Field(examples=["待机构审核"])
    applied_on: date | None = None
    institution_id: str
    institution_review: ReviewOut
    authority_id: str | None = None
    authority_decision: ReviewOut | None = None
    source: Literal["person", "institution", "authority"] = Field(description="Who filed it")
    source_label: str = Field(examples=["个人网上申请"])
    origin_institution_id: str | None = Field(None, description="Army or armed police (Q33)")
    origin_review: ReviewOut | None = None
    confirmation: ReviewOut | None = Field(None, description="By the origin, after the decision")
    reasons: list[ToldReasonOut] = Field(description="Of the last return or refusal")
    deadline: date | None = Field(None, description="Last working day of the pending review")
    working_days_left: int | None = Field(
        None, description="Negative when late; what is kept while the clock is stopped"
    )
    clock_stopped: bool = Field(description="It waits for the applicant's correction")


class ConditionOut(BaseModel):
    """One condition: what, by which source, and how to meet it."""

    name: str = Field(examples=["nurse_exam_passed"])
    text: str
    source: str = Field(examples=["Nurses Regulation art. 7"])
    needs: list[str]
    how: str = Field(description="How to meet it")


class AssessedConditionOut(ConditionOut):
    outcome: Literal["met", "not_met", "unknown"]
    outcome_label: str
    reason: ReasonOut | None = Field(None, description="Why not, unless it is met")


class OffPostOut(BaseModel):
    """Whether it is reported in time that somebody left (Q20.3.2). Being late is shown only."""

    left_on: date
    report_by: date = Field(description="The last day of the thirty")
    reported_on: date = Field(description="The first submission; of a draft it is today")
    days: int = Field(description="From the last day at work to the report", examples=[12])
    late: bool
    late_label: str = Field(examples=["按期备案"])


class EligibilityOut(BaseModel):
    """“May I?”, before anything is filled in."""

    business_type: str
    business_type_label: str
    answer: Literal["yes", "no", "unknown"] = Field(
        description="no: a condition is not met; unknown: one cannot be told yet"
    )
    registration_id: str | None = Field(
        None, description="Of a physician: the registration that it would be about"
    )
    off_post: OffPostOut | None = Field(None, description="Of a filing off post that is drafted")
    conditions: list[AssessedConditionOut]


class ReviewStepOut(BaseModel):
    by: Literal["origin", "institution", "authority"]
    title: str
    working_days: int
    statutory: bool = Field(description="Whether a law fixes the days, or a setting does")
    source: str


class CodeOut(BaseModel):
    code: str
    label: str


class BusinessTypeItem(BaseModel):
    slug: str = Field(examples=["nurse-first"])
    name: str = Field(examples=["首次注册"])
    profession: Literal["nurse", "physician"]
    summary: str


class BusinessTypeOut(BusinessTypeItem):
    """A business type whole: who may, what is needed, who reviews in how many working days."""

    from_status: list[CodeOut]
    conditions: list[ConditionOut]
    information: list[CodeOut] = Field(description="Fields of the form that must be filled in")
    reviews: list[ReviewStepOut]
    effect: str
    materials: list[str]
    by_institution: bool = Field(
        description="Whether an institution may file it about one of its own people"
    )
    by_authority: bool = Field(description="Whether the deciding authority may open it by itself")
    review_reasons: list[CodeOut]
