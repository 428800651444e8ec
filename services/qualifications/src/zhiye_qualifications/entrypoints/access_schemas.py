"""Bodies of the routes about who sees a qualification, and about those that are missing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema
from zhiye_qualifications.application.answer_request import Answer
from zhiye_qualifications.application.list_requests import State
from zhiye_qualifications.application.request_record import By, Outcome
from zhiye_qualifications.domain.access import PURPOSES, AccessKind


class DisclosureIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"purpose": "registration_review", "note": "核实首次注册申请"}]
        }
    )

    purpose: one_of(PURPOSES)  # type: ignore[valid-type]
    note: str = Field("", max_length=200, description="Required with “other”")


class AccessOut(BaseModel):
    """One look at one of the person's qualifications."""

    qualification_id: str
    at: datetime
    kind: AccessKind
    kind_label: str = Field(examples=["查看完整信息"])
    purpose: str | None = Field(None, examples=["registration_review"])
    purpose_label: str | None = Field(None, examples=["执业注册核实"])
    note: str | None = None
    by: str = Field(examples=["北京市卫生健康部门"])


class RefreshIn(Schema):
    """Exactly one number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"admission_number": "202611000000001"},
                {"certificate_number": "202611100000001"},
            ]
        }
    )

    admission_number: str | None = Field(None, max_length=60)
    certificate_number: str | None = Field(None, max_length=60)


class RefreshOut(BaseModel):
    outcome: Outcome = Field(examples=["asked"])
    request_id: str | None = Field(None, description="Of what the exam centre was asked for")
    advice: ReasonOut


class OwnRequestOut(BaseModel):
    """What one asked for, and how it stands now."""

    id: str = Field(examples=["01JD0000000000000000REQ001"])
    by: By
    number: str = Field(description="Masked", examples=["2026*********01"])
    state: State
    asked_at: datetime
    answered_at: datetime | None = None
    note: str | None = Field(None, description="Of the exam centre")


class RequestOut(BaseModel):
    """A record that somebody misses, as the exam centre is asked for it."""

    id: str = Field(examples=["01JD0000000000000000REQ001"])
    by: By
    number: str = Field(examples=["202611000000001"])
    asked_at: datetime
    answer: Answer | None = None
    answered_at: datetime | None = None


class AnswerIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "not_found", "note": "该准考证号未通过考试"}]}
    )

    answer: Literal["recorded", "not_found"] = Field(
        description="What was found is fed as any record"
    )
    note: str = Field("", max_length=200)
