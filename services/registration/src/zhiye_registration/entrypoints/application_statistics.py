"""The route of an authority's statistics of applications (Q59.9)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Schema
from zhiye_registration.application.application_statistics import application_statistics
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.roster import Profession
from zhiye_registration.entrypoints.list_schemas import Day
from zhiye_registration.kit import Kit


class PeriodQuery(Schema):
    first: Day = Field(alias="from", description="Of the submission", examples=["2026-01-01"])
    last: Day = Field(
        alias="to", description="The last day, included; 366 days at most", examples=["2026-11-23"]
    )
    profession: Profession | None = Field(None, description="Of both unless one is named")


class HandledOut(BaseModel):
    """What was submitted in the period, and where it stands now: each is counted once, as
    approved, refused, institution_refused, returned, withdrawn or pending."""

    business_type: str = Field(examples=["nurse-renewal"])
    business_type_label: str = Field(examples=["延续注册"])
    received: int = Field(examples=[4700])
    approved: int
    refused: int = Field(description="By the authority")
    institution_refused: int
    returned: int = Field(description="With the applicant now, for correction")
    withdrawn: int
    pending: int = Field(description="Waiting for a review or a decision")
    late: int = Field(description="Of those pending, beyond the deadline")
    decided_late: int = Field(description="Decided after more working days than the law gives")
    median_working_days: float | None = Field(
        description="From the authority's receipt to its decision", examples=[3.0]
    )


class ApplicationStatistics(BaseModel):
    first: date
    last: date
    region: str = Field(examples=["110000"])
    items: list[HandledOut] = Field(description="Business types of which there was any")


def routes(kit: Kit) -> Routes:
    router = Routes("statistics")

    @router.expose("GET", "/api/v1/statistics/applications", allow("authority"))
    async def get_application_statistics(
        query: Annotated[PeriodQuery, Query()], caller: Caller, language: Reader
    ) -> ApplicationStatistics:
        """What the authority's region received in a period and how it was handled, by type."""
        found = await application_statistics(kit, caller, query.first, query.last, query.profession)
        return ApplicationStatistics(
            first=query.first,
            last=query.last,
            region=caller.region or "",
            items=[
                HandledOut(
                    business_type=slug,
                    business_type_label=BUSINESS_TYPES[slug].name.read(language),
                    **asdict(numbers),
                )
                for slug, numbers in found.items()
            ],
        )

    return router
