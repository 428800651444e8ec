"""Requests and answers of the routes of cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.evidence.http import EvidenceOut
from zhiye_chassis.web import Schema
from zhiye_contracts.exam_centre import RECORD_EXAMPLE
from zhiye_qualifications.domain.case_reasons import (
    CASE_REASONS,
    RESTORATION_REASONS,
    REVOCATION_REASONS,
)
from zhiye_qualifications.domain.case_workflow import Action, State
from zhiye_qualifications.domain.cases import Kind
from zhiye_qualifications.entrypoints.schemas import QualificationOut

_QUALIFICATION = "01JD0000000000000000QUA001"
_ADDITION = {name: value for name, value in RECORD_EXAMPLE.items() if name != "version"}
_Value = Annotated[str, Field(max_length=200)] | int | None
_Values = Annotated[dict[Annotated[str, Field(max_length=60)], _Value], Field(max_length=40)]


class CaseIn(Schema):
    """A correction names the qualification by its id, or by its certificate number with the name
    on record (the person) or the ID number on record (on behalf of somebody); an addition has the
    whole record."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "correction",
                    "qualification_id": _QUALIFICATION,
                    "changes": {"name": "王芬"},
                },
                {
                    "kind": "correction",
                    "certificate_number": "202611100000001",
                    "name": "王芳",
                    "changes": {"id_number": "110105200203050021"},
                },
                {"kind": "addition", "record": _ADDITION},
            ]
        }
    )

    kind: Literal["correction", "addition"]
    qualification_id: str | None = Field(None, max_length=64)
    certificate_number: str | None = Field(None, max_length=60)
    name: str | None = Field(None, max_length=60, description="On record")
    id_number: str | None = Field(None, max_length=40, description="On record")
    changes: _Values = Field({}, description="Of a correction: field → right value (Q46)")
    record: _Values = Field({}, description="Of an addition: all fields of the record")


class RevisionIn(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"asked": {"name": "王芬"}}]})

    asked: _Values = Field(description="All that is asked for, instead of what was")


class CaseReasonIn(Schema):
    code: one_of(CASE_REASONS)  # type: ignore[valid-type]
    text: str = Field("", max_length=500, description="Free text; required with “other”")


class DecisionIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "approve"},
                {"decision": "forward"},
                {
                    "decision": "return",
                    "reasons": [
                        {"code": "materials_incomplete", "text": "缺少户口簿变更记录页"},
                        {"code": "materials_unclear"},
                    ],
                },
                {"decision": "approve", "id_number": "110105200203050021"},
            ]
        }
    )

    decision: Literal["approve", "return", "refuse", "forward"]
    reasons: list[CaseReasonIn] = Field(
        [], max_length=20, description="All of them; needed to return or refuse"
    )
    id_number: str | None = Field(
        None, max_length=40, description="Of an upgrade: the number found to be right (Q47)"
    )


class ForceIn(Schema):
    reason: str
    document: str = Field(min_length=1, max_length=100, description="Number of the decision (文号)")
    note: str = Field("", max_length=500, description="Required with “other”")


class RevocationIn(ForceIn):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "exam_fraud", "document": "京卫罚〔2026〕17号", "note": ""}]
        }
    )

    reason: one_of(REVOCATION_REASONS)  # type: ignore[valid-type]


class RestorationIn(ForceIn):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "reconsideration", "document": "京政复〔2026〕3号"}]
        }
    )

    reason: one_of(RESTORATION_REASONS)  # type: ignore[valid-type]


class CaseReasonOut(BaseModel):
    code: str = Field(examples=["materials_incomplete"])
    text: str = Field(examples=["证明资料不齐全：缺少户口簿变更记录页"])


class NeededOut(BaseModel):
    kind: str = Field(examples=["household_register"])
    label: str = Field(examples=["户口簿或公安机关证明"])
    uploaded: bool


class StepOut(BaseModel):
    """One entry of the timeline: who, when, what, why."""

    at: datetime
    action: str = Field(examples=["forwarded"])
    action_label: str = Field(examples=["提交考试中心"])
    state: State
    state_label: str
    actor_role: str = Field(examples=["authority"])
    actor_name: str
    organisation: str | None = Field(None, examples=["北京市卫生健康部门"])
    reasons: list[CaseReasonOut]
    deadline: date | None = None


class CaseItem(BaseModel):
    """One line of a list."""

    id: str
    number: str = Field(examples=["Z202611230000001"])
    kind: Kind
    kind_label: str = Field(examples=["资格信息更正"])
    state: State
    state_label: str = Field(examples=["待省级卫生健康部门审核"])
    profession: str = Field(examples=["nurse"])
    route: str = Field(examples=["exam"])
    route_label: str = Field(examples=["考试"])
    province: str = Field(examples=["110000"])
    province_label: str = Field(examples=["北京市"])
    name: str = Field(examples=["王芳"])
    fields: list[str] = Field(description="What is asked for", examples=[["name"]])
    filed_by: str = Field(examples=["practitioner"])
    created_at: datetime
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    deadline: date | None = Field(None, description="Last working day of the pending decision")
    working_days_left: int | None = Field(
        None, description="Negative when late; what is kept while the clock is stopped"
    )
    clock_stopped: bool = Field(description="It waits for the applicant's correction")
    reasons: list[CaseReasonOut] = Field(description="Of the last return or refusal")


class CaseOut(CaseItem):
    """One case whole; ``version`` is also the ETag."""

    version: int
    qualification_id: str | None = None
    asked: dict[str, Any] = Field(examples=[{"name": "王芬"}])
    recorded: dict[str, Any] | None = Field(
        None,
        description="What was on record when it was filed; for the owner and those who decide",
        examples=[{"name": "王芳"}],
    )
    actions: list[Action] = Field(description="What the caller may do now")
    evidence: list[EvidenceOut]
    evidence_needed: list[NeededOut]
    timeline: list[StepOut]


class UpgradesIn(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"after": None, "limit": 1000}]})

    after: str | None = Field(None, max_length=64, description="``next`` of the page before")
    limit: int = Field(1000, ge=1, le=10_000, description="Qualifications to look at")


class UpgradesOut(BaseModel):
    """One page of the register."""

    examined: int = Field(examples=[1000])
    upgraded: int = Field(description="By the algorithm", examples=[3])
    became_cases: int = Field(description="For the province to decide", examples=[1])
    next: str | None = Field(None, description="Where to go on; absent at the end")


class UpgradeReportOut(BaseModel):
    """Of one batch."""

    batch_id: str
    upgraded: int = Field(description="By the algorithm", examples=[1840])
    cases: int = Field(description="That became cases for provinces", examples=[12])
    open_cases: int = Field(description="Of these, not decided yet", examples=[7])


class ChangeOut(BaseModel):
    """Who made a version, and why."""

    kind: str = Field(examples=["correction"])
    kind_label: str = Field(examples=["资格信息更正"])
    number: str | None = Field(None, examples=["Z202611230000001"])
    document: str | None = Field(
        None, description="Of a revocation", examples=["京卫罚〔2026〕17号"]
    )
    fields: list[str] = Field(examples=[["name"]])
    asked_by: str | None = Field(None, description="Role", examples=["practitioner"])
    decided_by: str = Field(examples=["北京市卫生健康部门"])
    reasons: list[CaseReasonOut]
    at: datetime


class VersionOut(BaseModel):
    version: int = Field(examples=[2])
    changed_at: datetime
    change: ChangeOut | None = Field(None, description="Absent: the exam centre fed it")
    qualification: QualificationOut


class VersionsOut(BaseModel):
    items: list[VersionOut] = Field(description="The newest first")
