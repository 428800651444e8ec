"""What an authority asks of its records, and what they show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import ETHNIC_GROUPS, GENDERS
from zhiye_registration.domain.roster import Mark
from zhiye_registration.entrypoints.own_record import ChangedValueOut, HistoryOut
from zhiye_registration.entrypoints.own_registrations import OwnFilingOut
from zhiye_registration.entrypoints.practice_schemas import PracticeOut
from zhiye_registration.entrypoints.roster_schemas import (
    ConfirmationBrief,
    InterruptionBrief,
    PersonDetails,
    PersonItem,
)


class RecordSearchIn(Schema):
    """One of three ways: an ID number; a certificate number; a name at an institution."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id_number": "11010120020305002X"},
                {"certificate_number": "202611000017"},
                {"certificate_number": "110110102000007"},
                {"institution_id": "01JD0000000000000000INS001", "name": "王芳"},
            ]
        }
    )

    id_number: str | None = Field(None, min_length=1, max_length=40)
    certificate_number: str | None = Field(None, min_length=1, max_length=40)
    institution_id: str | None = Field(None, min_length=1, max_length=64)
    name: str | None = Field(None, min_length=1, max_length=50, description="A part of the name")


class RecordItem(PersonItem, PracticeOut):
    """A registration of a nurse, or one of a physician's; what the other profession has is
    absent."""

    profession: str = Field(examples=["nurse"])
    version: int = Field(description="For If-Match of a correction")
    institution_id: str
    institution_name: str | None = Field(examples=["北京示例医院"])
    region: str = Field(examples=["110102"])
    valid_until: date | None = Field(None, description="A nurse's; a physician's has no end")
    days_left: int | None = Field(None, description="Negative when it has expired", examples=[120])
    mark: Mark | None = Field(None, description="Colour of name and date", examples=["blue"])
    mark_label: str | None = Field(None, examples=["一年内到期"])
    work_category: str | None = Field(None, examples=["clinical-nursing"])
    work_category_label: str | None = Field(None, examples=["临床护理"])
    employment: str | None = Field(None, description="As last confirmed (Q51)")
    employment_label: str | None = Field(None, examples=["在职"])
    employment_confirmed_on: date | None = None
    employment_to_confirm: bool = False
    interrupted_since: date | None = Field(None, description="Of an interruption that goes on")
    filed_on: date | None = Field(None, description="A physician's, off post since (离岗备案)")
    filing_ground: str | None = Field(None, examples=["left-post"])
    filing_ground_label: str | None = None


class ApplicationBrief(BaseModel):
    id: str
    number: str = Field(examples=["N202611230000017"])
    business_type: str = Field(examples=["nurse-renewal"])
    business_type_label: str = Field(examples=["延续注册"])
    state: str = Field(examples=["approved"])
    state_label: str = Field(examples=["审批通过"])
    submitted_at: datetime | None
    decided_at: datetime | None


class InformationChangeBrief(BaseModel):
    id: str
    state: str = Field(examples=["approved"])
    state_label: str = Field(examples=["已生效"])
    requested_at: datetime
    decided_at: datetime | None
    institution_name: str
    changes: list[ChangedValueOut]


class CorrectionBrief(BaseModel):
    """Who corrected the record, and why; what changed is in the history."""

    at: datetime
    authority_name: str = Field(examples=["北京市卫生健康委员会"])
    by: str = Field(examples=["孙处长"])
    ground: str
    version: int = Field(description="Of the record after it")


class RecordOut(RecordItem, PersonDetails):
    """The whole record of a registration."""

    interruptions: list[InterruptionBrief] = Field(description="A nurse's, the newest first")
    confirmations: list[ConfirmationBrief] = Field(description="A nurse's, the newest first")
    filings: list[OwnFilingOut] = Field(
        description="A physician's at further institutions, the newest first"
    )
    id_number: str = Field(
        description="Whole, to be compared with the card; each reading is logged",
        examples=["11010120020305002X"],
    )
    history: list[HistoryOut] = Field(description="历史沿革, the oldest first")
    applications: list[ApplicationBrief] = Field(description="In the region, the newest first")
    information_changes: list[InformationChangeBrief] = Field(description="The newest first")
    corrections: list[CorrectionBrief] = Field(description="The oldest first")
    verifications: int = Field(description="How often others verified it (deck 5.2)")


class CorrectionIn(Schema):
    """Fields as they are to be; what is left out stays. Gender and birth date follow a corrected
    ID number unless they are given. Neither the expiry nor the registration date can be corrected:
    they are what the businesses done made them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "王芬", "ground": "户籍姓名更正，已核验户口簿"}]}
    )

    name: str | None = Field(None, min_length=1, max_length=100)
    id_number: str | None = Field(None, min_length=1, max_length=40)
    gender: one_of(GENDERS) | None = None  # type: ignore[valid-type]
    birth_date: Annotated[date, Field(ge=date(1890, 1, 1), le=date(2199, 12, 31))] | None = None
    ethnic_group: one_of(ETHNIC_GROUPS) | None = None  # type: ignore[valid-type]
    nationality: str | None = Field(None, min_length=1, max_length=50)
    certificate_number: str | None = Field(None, min_length=1, max_length=40)
    ground: str = Field(min_length=1, max_length=500, description="Why, and what was seen")
