"""What lists of applications are asked for with, and what they show."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.sheets import Format
from zhiye_chassis.web import Schema
from zhiye_registration.domain.application import Source
from zhiye_registration.domain.application_list import SOON_DAYS, Due, ListName, Result, Sort
from zhiye_registration.domain.business_type import Profession
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import STATES
from zhiye_registration.entrypoints.schemas import ApplicationItem

Day = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2199, 12, 31))]
SoonDays = Annotated[int, Field(ge=1, le=20, description="How many working days are soon")]


class Narrowing(Schema):
    """Filters that lists and selections share. One that is not known is refused."""

    source: Source | None = Field(None, description="Who filed it")
    institution_id: str | None = Field(
        None, max_length=64, description="Whom it is addressed to: for authorities"
    )
    applied_from: Day | None = None
    applied_to: Day | None = Field(None, description="The last day, included")
    due: Due | None = Field(
        None,
        description="Where the pending review stands: `late`, `today`, or `soon`, which is one of"
        " the next `soon_days` working days",
    )
    soon_days: SoonDays = SOON_DAYS
    valid_until: Day | None = Field(
        None, description="Of the applicant's registration: all renewals of one expiry date"
    )


class ListFilters(Narrowing):
    list_name: ListName = Field("waiting_for_me", alias="list")
    business_type: one_of(BUSINESS_TYPES) | None = None  # type: ignore[valid-type]
    profession: Profession | None = Field(None, description="All businesses of one profession")
    state: one_of(STATES) | None = None  # type: ignore[valid-type]
    result: Result | None = None
    number: str | None = Field(
        None, max_length=40, description="The whole number", examples=["N202611230000017"]
    )
    name: str | None = Field(None, min_length=1, max_length=50, description="A part of the name")
    decided_from: Day | None = Field(None, description="By the authority")
    decided_to: Day | None = Field(None, description="The last day, included")
    sort: Sort = Field(
        "newest", description="`deadline`, the oldest first, is for what waits for the caller"
    )


class ListQuery(ListFilters):
    limit: int = Field(50, ge=1, le=200, description="Items on a page")
    cursor: str | None = Field(
        None, max_length=1_200, description="``next_cursor`` of the page before"
    )


class ListExportQuery(ListFilters):
    format: Format = "xlsx"


class ListedApplication(ApplicationItem):
    """One line of a list, with what the deck shows of the applicant (deck 7)."""

    gender: str = Field(examples=["2"])
    gender_label: str = Field(examples=["女"])
    certificate_number: str | None = Field(
        None, description="Of the practice certificate, if there is one", examples=["202111000101"]
    )
    version: int = Field(description="That a review or decision is based on")


class Queue(BaseModel):
    """How many wait for the caller, where their deadlines stand, and what is under way."""

    waiting: int
    late: int
    due_today: int
    due_soon: int = Field(description="On one of the next working days")
    in_progress: int


class QueueOfType(Queue):
    business_type: str = Field(examples=["nurse-renewal"])
    business_type_label: str = Field(examples=["延续注册"])


class QueuesOut(BaseModel):
    soon_days: int
    soon_until: date = Field(description="The last day that is soon")
    items: list[QueueOfType] = Field(description="Business types of which there is any")
    total: Queue
