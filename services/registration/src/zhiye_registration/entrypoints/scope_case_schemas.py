"""What is asked and shown about scope cases (Q49)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import PHYSICIAN_SCOPES
from zhiye_registration.domain.scope_case import Action, Side, State
from zhiye_registration.domain.scope_case_reasons import DISAGREEMENT_REASONS
from zhiye_registration.entrypoints.schemas import CodeOut, ToldReasonOut

_Scope = one_of(PHYSICIAN_SCOPES)
Note = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]


class ProposalIn(Schema):
    """Scopes of the new province's catalogue in the physician's category, or `keep`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"scopes": ["13"], "note": "原计划生育技术服务专业调整为妇产科专业"}]
        }
    )

    scopes: list[_Scope] | None = Field(  # type: ignore[valid-type]
        None, min_length=1, max_length=3
    )
    keep: bool = Field(False, description="The old scopes stay, as an exception in the province")
    note: Note = ""


class DisagreementReasonIn(Schema):
    code: one_of(DISAGREEMENT_REASONS)  # type: ignore[valid-type]
    text: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = Field(
        "", description="Needed with the code `other`"
    )


class DisagreementIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reasons": [{"code": "no_matching_scope"}]}]}
    )

    reasons: list[DisagreementReasonIn] = Field(max_length=10)


class SideOut(BaseModel):
    """One of the two provinces."""

    side: Side
    side_label: str = Field(examples=["变更出省份"])
    province: str = Field(description="Two digits", examples=["13"])
    province_label: str = Field(examples=["河北省"])
    authority_id: str | None
    authority_name: str | None = Field(examples=["河北省卫生健康委员会"])


class ScopeCaseItem(BaseModel):
    id: str = Field(examples=["01JD0000000000000000SCO001"])
    number: str = Field(examples=["X202611230000001"])
    state: State
    state_label: str = Field(examples=["协商中"])
    application_id: str
    application_number: str = Field(examples=["N202611230000017"])
    business_type: str = Field(examples=["physician-change"])
    business_type_label: str = Field(examples=["变更注册"])
    name: str = Field(examples=["李明"])
    category: CodeOut
    scopes: list[CodeOut] = Field(description="Registered so far")
    from_side: SideOut
    to_side: SideOut
    opened_on: date
    deadline: date = Field(description="The last working day to settle it")
    working_days_left: int | None = Field(description="While it is open; below 0: past it")
    waits_for: Side | None = Field(description="Who is to answer the proposal; absent: either side")
    updated_at: datetime


class ProposalOut(BaseModel):
    by: Side
    by_label: str
    scopes: list[CodeOut]
    keeps: bool = Field(description="Whether the old scopes stay, as an exception")
    note: str


class ScopeCaseStepOut(BaseModel):
    at: datetime
    action: str = Field(examples=["proposed"])
    action_label: str = Field(examples=["提出方案"])
    state: State
    state_label: str
    actor_name: str
    organisation: str | None
    side: Side | None
    side_label: str | None
    scopes: list[CodeOut]
    note: str
    reasons: list[ToldReasonOut]
    deadline: date | None


class ScopeCaseOut(ScopeCaseItem):
    version: int
    id_number: str = Field(description="Masked", examples=["110***********002X"])
    from_institution_name: str | None = Field(examples=["石家庄示例医院"])
    to_institution_name: str = Field(examples=["北京示例医院"])
    proposal: ProposalOut | None
    agreed_scopes: list[CodeOut] | None
    reasons: list[ToldReasonOut] = Field(description="Why it is not agreed")
    own_side: Side | None = Field(description="On which the caller acts")
    actions: list[Action] = Field(description="What the caller may do now")
    offered: list[CodeOut] = Field(description="By the new province in this category")
    most_scopes: int
    timeline: list[ScopeCaseStepOut]
