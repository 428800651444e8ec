"""What rosters show of physicians (主要执业机构在本院医师, Q20; 多执业机构备案, Q10)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from zhiye_chassis.pagination import Page
from zhiye_registration.domain.roster import PlaceName
from zhiye_registration.entrypoints.own_registrations import OwnFilingOut
from zhiye_registration.entrypoints.practice_schemas import PracticeOut
from zhiye_registration.entrypoints.roster_schemas import PersonDetails, PersonItem


class FiledHereOut(BaseModel):
    """The filing by which somebody practises at the institution."""

    id: str = Field(examples=["01JD0000000000000000FIL001"])
    from_on: date
    until_on: date
    state: Literal["waiting", "in_force"]
    state_label: str = Field(examples=["有效"])


class PhysicianItem(PersonItem, PracticeOut):
    """One line of physicians. ``scopes`` and ``department`` are of the filing where it is one."""

    qualification_certificate_number: str | None = Field(
        description="Masked: the ID number is in it", examples=["2019*********************02"]
    )
    place: PlaceName
    place_label: str = Field(examples=["主要执业机构"])
    main_institution_id: str
    main_institution_name: str | None = Field(examples=["北京示例医院"])
    filing: FiledHereOut | None = Field(description="Of `filed`")
    off_post_on: date | None = Field(description="Filed off post since (离岗备案)")
    off_post_days: int | None = Field(description="As many days ago", examples=[400])
    off_post_ground: str | None = Field(examples=["retired"])
    off_post_ground_label: str | None = Field(examples=["退休"])
    two_years_off_post: bool = Field(
        description="A ground on which cancellation can be filed; nothing follows by itself"
    )
    two_years_off_post_label: str | None = Field(
        examples=["备案已满二年，可作为申请注销注册的理由"]
    )


class PhysicianCounts(BaseModel):
    """How many are on each list, whatever the filters."""

    registered: int = Field(description="Main institution", examples=[812])
    filed: int = Field(description="By filings that are not over", examples=[31])
    both: int = Field(examples=[843])
    off_post: int = Field(examples=[14])
    cancelled: int = Field(examples=[40])
    moving_out: int = Field(examples=[0])
    all: int = Field(examples=[897])


class PhysicianRosterOut(Page[PhysicianItem]):
    institution_id: str
    institution_name: str = Field(examples=["北京示例医院"])
    total: int | None = Field(description="That the filters leave; with the first page only")
    counts: PhysicianCounts | None = Field(description="With the first page only")


class PhysicianPerson(PhysicianItem, PersonDetails):
    """Everything about one of the physicians (详细信息). To an institution at which somebody is
    only filed, ``details`` are empty and ``filings`` its own."""

    qualification_id: str | None
    filings: list[OwnFilingOut] = Field(
        description="At further institutions under this registration, the newest first (Q10)"
    )
