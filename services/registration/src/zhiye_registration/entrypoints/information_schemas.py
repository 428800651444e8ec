"""Requests and answers of the routes about changes of information (信息修改)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import (
    DEGREES,
    EDUCATION,
    NURSE_WORK_CATEGORIES,
)
from zhiye_registration.domain.information import CODED
from zhiye_registration.domain.information_change import IDENTITY, Action, State
from zhiye_registration.domain.information_reasons import INFORMATION_REASONS
from zhiye_registration.entrypoints.schemas import ToldReasonOut

_NOT_HERE = "Always refused, and told how it is corrected (Q6.2, Q30.2)"


class InformationChangeIn(Schema):
    """What is to be changed; what is left out stays (deck 2.3.1)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"title": "254"},
                {"registration_id": "01JD0000000000000000REG001", "title": "233"},
                {
                    "school": "首都医科大学",
                    "major": "护理学",
                    "education": "20",
                    "degree": "4",
                    "graduated_on": "2025-07-01",
                },
            ]
        }
    )

    registration_id: str | None = Field(
        None, max_length=64, description="Of several in force: whose institution reviews it"
    )
    school: str | None = Field(None, min_length=1, max_length=100)
    major: str | None = Field(None, min_length=1, max_length=100)
    education: one_of(EDUCATION) | None = None  # type: ignore[valid-type]
    degree: one_of(DEGREES) | None = None  # type: ignore[valid-type]
    study_length: str | None = Field(None, min_length=1, max_length=20, description="学制")
    graduated_on: date | None = None
    study_experience: str | None = Field(None, min_length=1, max_length=1000)
    work_experience: str | None = Field(None, min_length=1, max_length=1000)
    title: one_of(CODED["title"]) | None = None  # type: ignore[valid-type]
    position: str | None = Field(None, min_length=1, max_length=50, description="职务")
    department: one_of(CODED["department"]) | None = None  # type: ignore[valid-type]
    work_category: one_of(NURSE_WORK_CATEGORIES) | None = None  # type: ignore[valid-type]
    work_began_on: date | None = Field(None, description="参加工作时间")
    name: Any = Field(None, description=_NOT_HERE)
    id_number: Any = Field(None, description=_NOT_HERE)
    gender: Any = Field(None, description=_NOT_HERE)
    birth_date: Any = Field(None, description=_NOT_HERE)
    ethnic_group: Any = Field(None, description=_NOT_HERE)

    def asked(self) -> dict[str, Any]:
        """What is given, as it is kept."""
        return self.model_dump(
            mode="json", exclude_none=True, exclude={*IDENTITY, "registration_id"}
        )

    def identity(self) -> list[str]:
        """What is given although nobody changes it about herself."""
        return [name for name in IDENTITY if name in self.model_fields_set]


class InformationReasonIn(Schema):
    code: one_of(INFORMATION_REASONS)  # type: ignore[valid-type]
    text: str = Field("", max_length=500, description="Free text; required with “other”")


class InformationReviewIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "approve"},
                {
                    "decision": "refuse",
                    "reasons": [{"code": "materials_missing", "text": "请出示职称证书原件"}],
                },
            ]
        }
    )

    decision: Literal["approve", "refuse"]
    reasons: list[InformationReasonIn] = Field(
        default_factory=list, max_length=20, description="All of them; needed to refuse"
    )


class ChangedFieldOut(BaseModel):
    """One field, before and after side by side; a photo by its digests, and where it is."""

    field: str = Field(examples=["title"])
    field_label: str = Field(examples=["技术职称"])
    before: str | None = Field(examples=["255"])
    before_label: str | None = Field(examples=["护士"])
    before_photo: str | None = Field(None, description="Address of the photo before")
    after: str = Field(examples=["254"])
    after_label: str | None = Field(examples=["护师"])
    after_photo: str | None = Field(None, description="Address of the photo asked for")
    warnings: list[ReasonOut] = Field(description="What may be objected to: of a photo")


class InformationChangeItem(BaseModel):
    """One line of a list (deck 6)."""

    id: str = Field(examples=["01JD0000000000000000CHG001"])
    state: State
    state_label: str = Field(examples=["待机构审核"])
    requested_at: datetime
    decided_at: datetime | None
    registration_id: str
    profession: str = Field(examples=["nurse"])
    name: str = Field(examples=["王芳"])
    gender: str = Field(examples=["2"])
    gender_label: str = Field(examples=["女"])
    id_number: str = Field(description="Masked", examples=["110***********002X"])
    certificate_number: str = Field(examples=["202611000017"])
    institution_id: str = Field(description="That reviews it, or has")
    institution_name: str = Field(examples=["北京示例医院"])
    changes: list[ChangedFieldOut]
    reasons: list[ToldReasonOut] = Field(description="Why it was refused")
    actions: list[Action] = Field(description="What the caller may do now")


class InformationStepOut(BaseModel):
    """One entry of the timeline."""

    at: datetime
    action: str = Field(examples=["requested"])
    action_label: str = Field(examples=["提交修改申请"])
    state: State
    state_label: str
    actor_role: str
    actor_name: str
    organisation: str | None = None
    reasons: list[ToldReasonOut]


class InformationChangeOut(InformationChangeItem):
    """One request whole; ``version`` is also the ETag."""

    version: int
    timeline: list[InformationStepOut]
