"""What is asked and shown about penalties and duties (Q50)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.pagination import Page
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import PENALTY_KINDS
from zhiye_registration.domain.duty import Responsible, State
from zhiye_registration.entrypoints.schemas import CodeOut

Word = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
Note = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]
Kind = one_of(PENALTY_KINDS)


class PenaltyIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "profession": "physician",
                    "id_number": "11010519491231002X",
                    "name": "李明",
                    "kind": "revocation",
                    "decided_on": "2026-11-20",
                    "deciding_body": "北京市卫生健康委员会",
                    "document_number": "京卫罚〔2026〕17号",
                }
            ]
        }
    )

    profession: Literal["nurse", "physician"]
    id_number: str = Field(min_length=1, max_length=40, description="The full ID number")
    name: str = Field(min_length=1, max_length=100)
    kind: Kind  # type: ignore[valid-type]
    decided_on: date = Field(description="Date of the decision or judgement")
    ends_on: date | None = Field(
        None,
        description="Last day of a suspension (needed) or a ban (none: for life); of a sentence the"
        " day on which it was served, once that is known",
    )
    deciding_body: Word
    document_number: Word = Field(description="Of the decision or judgement")
    note: Note = ""


class RescissionIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"note": "行政复议决定撤销（京政复〔2026〕9号）"}]}
    )

    rescinded_on: date | None = Field(None, description="Today unless it is given")
    note: str = Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$", description="Why")


class PenaltyOut(BaseModel):
    """A penalty; of nobody's public record."""

    id: str = Field(examples=["01JD0000000000000000PEN001"])
    version: int
    profession: str = Field(examples=["physician"])
    profession_label: str = Field(examples=["医师"])
    name: str = Field(examples=["李明"])
    id_number: str = Field(description="Masked", examples=["110***********002X"])
    kind: str = Field(examples=["revocation"])
    kind_label: str = Field(examples=["吊销执业证书"])
    decided_on: date
    ends_on: date | None
    deciding_body: str
    document_number: str = Field(examples=["京卫罚〔2026〕17号"])
    note: str
    source: Literal["http", "bus"] = Field(description="bus: stated by a system outside")
    reported_by_id: str
    reported_by_name: str = Field(examples=["北京市卫生健康委员会"])
    reported_at: datetime
    suspends: bool = Field(description="Practice is suspended by it today")
    bars: bool = Field(description="It keeps from being registered today")
    barred_until: date | None = Field(
        description="First day on which it bars no more; none: it bars without end, or not at all"
    )
    rescinded_on: date | None
    rescission_note: str
    actions: list[Literal["rescind"]] = Field(description="What the caller may do now")


class DutyCounts(BaseModel):
    """Of the caller's whole list: what is still to be done."""

    open: int = Field(description="Within the institution's days")
    due_soon: int = Field(description="Of those, due within 7 days")
    overdue: int
    escalated: int = Field(description="The authority is to act")


class UnderWay(BaseModel):
    """The application by which it is being done."""

    number: str = Field(examples=["N202611230000017"])
    state: str = Field(examples=["awaiting_authority"])
    state_label: str


class DutyOut(BaseModel):
    """What has to be done about a registration, by whom, by when and how. It is done once the
    registration says so."""

    id: str = Field(examples=["01JD0000000000000000DUT001"])
    version: int
    kind: str = Field(examples=["cancel"])
    kind_label: str = Field(examples=["办理注销注册"])
    cause: str = Field(examples=["penalty"])
    cause_label: str = Field(examples=["受到处罚"])
    state: State
    state_label: str = Field(examples=["待机构办理"])
    responsible: Responsible | None = Field(description="Who has to act now; none: it is over")
    responsible_label: str | None = Field(examples=["主要执业机构"])
    profession: str = Field(examples=["physician"])
    profession_label: str = Field(examples=["医师"])
    name: str = Field(examples=["李明"])
    id_number: str = Field(description="Masked", examples=["110***********002X"])
    registration_id: str
    institution_id: str
    institution_name: str = Field(examples=["北京示例医院"])
    authority_id: str | None
    authority_name: str | None = Field(examples=["西城区卫生健康委员会"])
    penalty_id: str | None = Field(description="Read it under /api/v1/penalties")
    opened_on: date
    due_on: date = Field(description="Last day of the institution")
    days_left: int | None = Field(description="Below 0: past it; none: it is over")
    escalated_on: date | None
    closed_on: date | None
    business_type: str = Field(
        description="By which it is done", examples=["physician-cancellation"]
    )
    business_type_label: str = Field(examples=["医师注销注册"])
    ground: str | None = Field(description="To give in its form", examples=["revoked"])
    ground_label: str | None = Field(examples=["被吊销《医师执业证书》"])
    may: list[CodeOut] = Field(description="Who may file that: person, institution, authority")
    application: UnderWay | None = Field(description="By which it is being done already")


class DutyPage(Page[DutyOut]):
    counts: DutyCounts
