"""Requests and answers of the routes about filings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from zhiye_chassis.choices import one_of
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import FILING_KINDS
from zhiye_contracts.identifiers import parse_institution_number, parse_name
from zhiye_institutions.domain.filing_reasons import FILING_REASONS
from zhiye_institutions.domain.filing_workflow import Action, State
from zhiye_institutions.entrypoints.institution_schemas import InstitutionName, Name, Names

KindName = one_of(FILING_KINDS)
Delivery = Literal["paper", "electronic"]

_MATERIALS: dict[str, JsonValue] = {"change-form": "paper", "change-reason": "electronic"}


class ProposedIn(Schema):
    """What is to be set; each kind uses some of it."""

    name: Name | None = None
    address: str | None = Field(None, min_length=2, max_length=300)
    person_in_charge: str | None = Field(None, max_length=100)
    level: str | None = Field(None, max_length=20, description="Code of institution_level")
    beds: int | None = Field(None, ge=0, le=100_000)
    departments: Names | None = None
    subjects: Names | None = None
    closed_from: date | None = Field(None, description="First day of a closure")
    closed_until: date | None = Field(None, description="Last day; at most one year")
    reason: str | None = Field(None, min_length=2, max_length=1000)

    @field_validator("person_in_charge")
    @classmethod
    def _person(cls, value: str | None) -> str | None:
        return parse_name(value) if value else None


class RevisionIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"proposed": {"beds": 120}, "materials": _MATERIALS}]}
    )

    proposed: ProposedIn = Field(default_factory=ProposedIn)
    materials: dict[str, Delivery] = Field(
        {}, max_length=50, description="Material → how it is handed in"
    )


class FilingIn(RevisionIn):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "change", "proposed": {"beds": 120}, "materials": _MATERIALS},
                {
                    "kind": "closure",
                    "proposed": {
                        "closed_from": "2026-12-01",
                        "closed_until": "2027-05-31",
                        "reason": "病房楼改造",
                    },
                    "materials": {"closure-form": "paper"},
                },
            ]
        }
    )

    kind: KindName  # type: ignore[valid-type]


class FilingReasonIn(Schema):
    code: one_of(FILING_REASONS)  # type: ignore[valid-type]
    text: str = Field("", max_length=500, description="Free text; required with “other”")


class DecisionIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "approve", "materials_seen": ["change-form", "change-reason"]},
                {
                    "decision": "return",
                    "reasons": [
                        {"code": "form_incorrect", "text": "床位数与平面图不一致"},
                        {"code": "materials_incomplete", "text": "缺少负责人签署页"},
                    ],
                },
            ]
        }
    )

    decision: Literal["approve", "return", "refuse"]
    materials_seen: list[str] = Field([], max_length=50, description="Codes ticked by the officer")
    registration_number: str | None = Field(
        None, max_length=40, description="With the approval of a practice licence: 22 characters"
    )
    reasons: list[FilingReasonIn] = Field(
        default_factory=list, max_length=20, description="All of them; needed unless it approves"
    )

    @field_validator("registration_number")
    @classmethod
    def _number(cls, value: str | None) -> str | None:
        return parse_institution_number(value).value if value else None


class ToldReasonOut(BaseModel):
    code: str = Field(examples=["form_incorrect"])
    text: str = Field(examples=["申请内容填写有误：床位数与平面图不一致"])


class FilingItem(BaseModel):
    """One line of a list."""

    id: str = Field(examples=["01JD0000000000000000FIL001"])
    number: str = Field(examples=["J202611230000001"])
    kind: str = Field(examples=["change"])
    kind_label: str = Field(examples=["变更登记"])
    institution: InstitutionName
    state: State
    state_label: str = Field(examples=["待登记机关审批"])
    authority_id: str | None
    authority_name: str | None = Field(examples=["西城区卫生健康委员会"])
    submitted_at: datetime | None
    deadline: date | None = Field(description="Last day of the decision")
    days_left: int | None = Field(
        description="Calendar days; negative when late; what is kept while the clock is stopped"
    )
    late: bool
    clock_stopped: bool = Field(description="It waits for the institution's correction")
    reasons: list[ToldReasonOut] = Field(description="Of the return or refusal")


class MaterialOut(BaseModel):
    """One material of a kind."""

    code: str = Field(examples=["floor-plan"])
    name: str = Field(examples=["医疗机构建筑设计平面图"])
    required: bool
    only_for: list[str] = Field(description="Beginnings of category codes; empty: for all")
    source: str | None = Field(description="Absent: configuration", examples=["Q48"])


class CheckedMaterialOut(MaterialOut):
    """One material of one filing: whether it was declared, and seen by the officer."""

    declared: Delivery | None
    seen: bool
    missing: bool = Field(description="Required, and not declared yet")


class FilingStepOut(BaseModel):
    """One entry of the timeline: who, when, what, why."""

    at: datetime
    action: str = Field(examples=["submit"])
    action_label: str = Field(examples=["提交"])
    state: State
    state_label: str
    actor_role: str = Field(examples=["institution"])
    actor_name: str = Field(examples=["王主任"])
    reasons: list[ToldReasonOut]
    deadline: date | None


class FilingOut(FilingItem):
    """One filing whole; ``version`` is also the ETag."""

    version: int
    created_at: datetime
    proposed: dict[str, Any] = Field(examples=[{"beds": 120}])
    proposed_labels: dict[str, str] = Field(examples=[{"beds": "床位数"}])
    materials: list[CheckedMaterialOut]
    actions: list[Action] = Field(description="What the caller may do now")
    decided_at: datetime | None
    timeline: list[FilingStepOut]


class CodeOut(BaseModel):
    code: str
    label: str


class KindOut(BaseModel):
    """One kind of filing: who may, what it takes, how long it takes, what follows."""

    kind: str = Field(examples=["practice-licence"])
    name: str = Field(examples=["执业登记"])
    summary: str
    from_status: list[CodeOut]
    fields: list[CodeOut] = Field(description="What may be proposed")
    needed: list[str] = Field(description="What must be proposed, or be on record")
    materials: list[MaterialOut]
    days: int = Field(description="Calendar days for the decision", examples=[45])
    days_source: str | None = Field(description="Absent: configuration")
    effect: str
    refusal_effect: str | None


class KindsOut(BaseModel):
    items: list[KindOut]
