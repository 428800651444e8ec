"""What reconciliations are asked for with, and what they show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema
from zhiye_registration.application.reconciliation_steps import MOST_AT_ONCE
from zhiye_registration.domain.facts import Status
from zhiye_registration.domain.reconciliation_findings import CODES

StepState = Literal["not_started", "started", "settled"]
Profession = Literal["nurse", "physician"]
FindingCode = one_of(CODES)
Line = Annotated[int, Field(ge=1, le=10_000_000)]


class StepIn(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "已电话联系"}]})

    note: str = Field("", max_length=500, description="For oneself, and for the authority")


class StepsIn(Schema):
    """The same step for many lines."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"finding": "registered_elsewhere"}]})

    finding: FindingCode  # type: ignore[valid-type]
    lines: list[Line] | None = Field(
        None,
        min_length=1,
        max_length=MOST_AT_ONCE,
        description="Of the finding; none: the next 2,000 that are not started",
    )
    note: str = Field("", max_length=500)


class StepsOut(BaseModel):
    started: int = Field(examples=[155])
    left: int = Field(description="Asked for, but started or settled before, or of another finding")
    more: bool = Field(description="Whether there are further lines to start: ask again")


class StepCounts(BaseModel):
    not_started: int = Field(0, examples=[3])
    started: int = Field(0, examples=[12])
    settled: int = Field(0, examples=[140])


class FindingCount(BaseModel):
    """How many lines come to the same, and how far they are."""

    finding: str = Field(examples=["registered_elsewhere"])
    finding_label: str = Field(examples=["注册在其他机构"])
    why: str
    source: str | None = Field(examples=["答疑手册问题41.4.1"])
    count: int = Field(examples=[155])
    step: str | None = Field(examples=["ask_to_change"])
    step_label: str | None = Field(examples=["提醒本人变更注册"])
    how: str | None = Field(description="What the step is")
    steps: StepCounts | None = Field(description="Absent in the list of reconciliations")


class ReconciliationOut(BaseModel):
    """A staff list that was compared."""

    id: str = Field(examples=["01JD0000000000000000RCN001"])
    profession: Profession
    created_at: datetime
    kept_until: date = Field(description="Then it is forgotten")
    lines: int = Field(description="Of the list", examples=[1996])
    roster: int = Field(description="On the register here then", examples=[1984])
    agree: int = Field(description="Filed here included", examples=[1800])
    findings: list[FindingCount]


class DifferenceOut(BaseModel):
    """A field in which list and register differ."""

    field: str = Field(examples=["title"])
    field_label: str = Field(examples=["技术职称"])
    listed: str = Field(examples=["主管护师"])
    registered: str | None = Field(examples=["护师"])


class RegisterOut(BaseModel):
    """What is shown of the register. Of people elsewhere: where, and until when."""

    registration_id: str | None = Field(description="Of one's own people")
    institution_id: str
    institution_name: str = Field(examples=["北京另一医院"])
    status: Status
    status_label: str = Field(examples=["在册"])
    valid_until: date | None = Field(description="A nurse's; a physician's has no end")


class FiledOut(BaseModel):
    """An open application that mends it."""

    id: str
    number: str = Field(examples=["N202611230000017"])
    business_type: str = Field(examples=["nurse-change"])
    business_type_label: str = Field(examples=["变更注册"])
    state: str = Field(examples=["awaiting_institution"])
    state_label: str = Field(examples=["待机构审核"])


class ToFile(BaseModel):
    """A request with which the institution goes on."""

    method: Literal["POST"] = "POST"
    path: str = Field(examples=["/api/v1/applications"])
    body: dict[str, Any]


class MayFile(ToFile):
    """One of the applications that the institution may file itself."""

    business_type: str = Field(examples=["physician-off-post"])
    business_type_label: str
    when: str = Field(description="When it is the right one (Q20.3)")
    source: str | None = Field(examples=["答疑手册问题20.3.2"])


class LineOut(BaseModel):
    line: int = Field(description="Of the file; people of the roster follow", examples=[17])
    name: str = Field(examples=["王芳"])
    id_number: str | None = Field(description="Masked", examples=["110***********002X"])
    finding: str = Field(examples=["registered_elsewhere"])
    finding_label: str = Field(examples=["注册在其他机构"])
    why: str
    source: str | None = Field(examples=["答疑手册问题41.4.1"])
    differences: list[DifferenceOut]
    reasons: list[ReasonOut] = Field(description="Why a line cannot be compared, by column")
    register_: RegisterOut | None = Field(alias="register")
    step: str | None = Field(examples=["ask_to_change"])
    step_label: str | None = Field(examples=["提醒本人变更注册"])
    how: str | None
    step_state: StepState | None
    step_state_label: str | None = Field(examples=["进行中"])
    step_ref: str | None = Field(
        description="The application or the request that mends it, or the filing to be ended"
    )
    step_note: str | None
    started_at: datetime | None
    started_by: str | None = Field(examples=["王主任"])
    settled_at: datetime | None
    application: FiledOut | None
    to_file: ToFile | None = Field(
        description="Where the institution files one application itself, whatever the case"
    )
    may_file: list[MayFile] = Field(description="Those that it may file, each in its case")


class MergeRequestOut(BaseModel):
    """An institution asks to have a name merged into its own."""

    id: str
    institution_id: str
    institution_name: str = Field(description="The standard one", examples=["北京示例医院"])
    source_id: str
    source_name: str = Field(examples=["北京示例医院（老院）"])
    region: str = Field(examples=["110102"])
    people: int = Field(description="On the institution's staff lists", examples=[12])
    note: str
    requested_at: datetime
    requested_by: str = Field(examples=["王主任"])
    settled_at: datetime | None
    preview: str = Field(
        description="Who would follow", examples=["/api/v1/institution-merges/previews/01JD…"]
    )
