"""What rosters are asked for with, and what they show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.pagination import Page
from zhiye_chassis.sheets import Format
from zhiye_chassis.web import Schema
from zhiye_contracts.codes import (
    BUSINESS_TYPES,
    EDUCATION,
    EMPLOYMENT,
    GENDERS,
    NURSE_DEPARTMENTS,
    NURSE_WORK_CATEGORIES,
    NURSING_TITLES,
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_LEVELS,
    PHYSICIAN_SCOPES,
    PHYSICIAN_TITLES,
)
from zhiye_registration.domain.changes import BY_THE_SYSTEM
from zhiye_registration.domain.facts import Status
from zhiye_registration.domain.roster import (
    TO_CONFIRM,
    AccountStatus,
    ListName,
    Mark,
    Order,
    Profession,
    SortName,
)

_EMPLOYMENT = {**EMPLOYMENT, TO_CONFIRM: None}
_CHANGES = {**BUSINESS_TYPES, **BY_THE_SYSTEM}
_DEPARTMENTS = {**NURSE_DEPARTMENTS, **PHYSICIAN_DEPARTMENTS}
_TITLES = {**NURSING_TITLES, **PHYSICIAN_TITLES}


class RosterFilters(Schema):
    """What a roster is narrowed to. A filter that is not known is refused, not passed over, and so
    is one that the profession does not have."""

    profession: Profession = "nurse"
    institution_id: str | None = Field(
        None, max_length=64, description="For an authority: an institution of its region"
    )
    list_name: ListName = Field(
        "registered",
        alias="list",
        description="`registered` is everybody on the register, `all` the cancelled as well."
        " Of nurses `due` within a year, `due_or_expired` is the deck's 待延续注册 (5.3), `expired`"
        " its 5.4. Of physicians `registered` is whose main institution it is (Q20), `filed` who"
        " practises there besides by a filing (Q10), `both` these two, `off_post` who is filed off"
        " post, `moving_out` who moves to where registration is not electronic",
    )
    q: str | None = Field(
        None,
        max_length=50,
        description="Part of the name, pinyin or initials from their beginning, or a whole"
        " certificate number; for an ID number there is POST /api/v1/roster/search",
        examples=["wangfang"],
    )
    department: one_of(_DEPARTMENTS) | None = None  # type: ignore[valid-type]
    work_category: one_of(NURSE_WORK_CATEGORIES) | None = None  # type: ignore[valid-type]
    title: one_of(_TITLES) | None = None  # type: ignore[valid-type]
    education: one_of(EDUCATION) | None = None  # type: ignore[valid-type]
    gender: one_of(GENDERS) | None = None  # type: ignore[valid-type]
    business_type: one_of(_CHANGES) | None = Field(  # type: ignore[valid-type]
        None, description="The business that was done last"
    )
    mark: Mark | None = None
    account: AccountStatus | None = None
    employment: one_of(_EMPLOYMENT) | None = Field(  # type: ignore[valid-type]
        None, description="As last confirmed; `to_confirm`: older people who are to be (Q51)"
    )
    interrupted: bool | None = Field(None, description="Whether practice is interrupted now")
    age_from: int | None = Field(None, ge=0, le=150)
    age_to: int | None = Field(None, ge=0, le=150)
    valid_until_from: date | None = None
    valid_until_to: date | None = None
    level: one_of(PHYSICIAN_LEVELS) | None = None  # type: ignore[valid-type]
    category: one_of(PHYSICIAN_CATEGORIES) | None = None  # type: ignore[valid-type]
    scope: one_of(PHYSICIAN_SCOPES) | None = None  # type: ignore[valid-type]
    two_years_off_post: bool | None = Field(
        None, description="Whether somebody was filed off post two years ago or more"
    )
    sort: SortName | None = Field(
        None,
        description="`name` is by pinyin; `valid_until`, of nurses only, is theirs unless named",
    )
    order: Order = "asc"


class RosterQuery(RosterFilters):
    limit: int = Field(50, ge=1, le=200, description="Items on a page")
    cursor: str | None = Field(
        None, max_length=1_200, description="``next_cursor`` of the page before"
    )


class ExportQuery(RosterFilters):
    format: Format = "xlsx"


class IdNumberIn(Schema):
    """Whom to look for among the own people."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id_number": "11010120020305002X"}]})

    id_number: str = Field(max_length=40, examples=["11010120020305002X"])
    institution_id: str | None = Field(None, max_length=64)
    profession: Profession = "nurse"


class PersonItem(BaseModel):
    """What a line has of nurses and physicians alike (deck 5.1)."""

    registration_id: str = Field(examples=["01JD0000000000000000REG001"])
    name: str = Field(examples=["王芳"])
    gender: str = Field(examples=["2"])
    gender_label: str = Field(examples=["女"])
    id_number: str = Field(description="Masked", examples=["110***********002X"])
    birth_date: date
    age: int = Field(examples=[32])
    status: Status
    status_label: str = Field(examples=["在册，过期未延续注册"])
    business_type: str = Field(description="Done last", examples=["nurse-renewal"])
    business_type_label: str = Field(examples=["延续注册"])
    certificate_number: str = Field(examples=["202611000017"])
    title: str | None = Field(examples=["254"])
    title_label: str | None = Field(examples=["护师"])
    department: str | None = Field(examples=["ward"])
    department_label: str | None = Field(examples=["病房"])
    education: str | None = Field(examples=["30"])
    education_label: str | None = Field(examples=["大学专科"])
    account_status: AccountStatus = Field(description="As it is now (Q21, Q42)")
    account_status_label: str = Field(examples=["未激活"])


class RosterItem(PersonItem):
    """One line of nurses (deck 5.1)."""

    valid_until: date
    days_left: int = Field(description="Negative when it has expired", examples=[120])
    mark: Mark | None = Field(description="Colour of name and date", examples=["blue"])
    mark_label: str | None = Field(examples=["一年内到期"])
    work_category: str | None = Field(examples=["clinical-nursing"])
    work_category_label: str | None = Field(examples=["临床护理"])
    employment: str | None = Field(description="As last confirmed (Q51)", examples=["in-post"])
    employment_label: str | None = Field(examples=["在职"])
    employment_confirmed_on: date | None
    employment_to_confirm: bool
    interrupted_since: date | None = Field(description="Of an interruption that goes on")


class RosterCounts(BaseModel):
    """How many are on each list, whatever the filters."""

    registered: int = Field(examples=[1996])
    all: int = Field(examples=[2004])
    due: int = Field(description="Blue", examples=[120])
    expired: int = Field(description="Red", examples=[3])
    due_or_expired: int = Field(examples=[123])
    cancelled: int = Field(examples=[8])


class RosterOut(Page[RosterItem]):
    institution_id: str
    institution_name: str = Field(examples=["北京示例医院"])
    total: int | None = Field(description="That the filters leave; with the first page only")
    counts: RosterCounts | None = Field(description="With the first page only")


class InterruptionBrief(BaseModel):
    id: str
    version: int = Field(description="For If-Match when it is ended")
    began_on: date
    ended_on: date | None
    ground: str = Field(examples=["parental"])
    ground_label: str = Field(examples=["生育休假"])


class ConfirmationBrief(BaseModel):
    """An answer whether somebody still works (Q51)."""

    at: datetime
    employment: str = Field(examples=["re-employed"])
    employment_label: str = Field(examples=["退休返聘"])
    note: str
    by: str = Field(examples=["王主任"])


class PersonDetails(BaseModel):
    """What the details of nurses and physicians have alike (详细信息)."""

    version: int
    institution_id: str
    institution_name: str | None = Field(examples=["北京示例医院"])
    region: str = Field(examples=["110102"])
    authority_name: str | None = Field(examples=["西城区卫生健康委员会"])
    registered_on: date
    valid_from: date
    cancelled_on: date | None
    cancellation_ground: str | None = Field(examples=["expired"])
    cancellation_ground_label: str | None = Field(examples=["注册有效期届满未延续注册"])
    details: dict[str, Any] = Field(description="School, degree, health and more, where known")
    details_labels: dict[str, str] = Field(examples=[{"degree": "学士"}])
    photo: str | None = Field(description="Where the photo is", examples=["/api/v1/roster/…/photo"])


class RosterPerson(RosterItem, PersonDetails):
    """Everything about one of the nurses (详细信息)."""

    interruptions: list[InterruptionBrief] = Field(description="The newest first")
    confirmations: list[ConfirmationBrief] = Field(description="The newest first")


class ChangeOut(BaseModel):
    """One change of a registration (历史沿革)."""

    at: datetime
    change: str = Field(examples=["nurse-change"])
    change_label: str = Field(examples=["变更注册"])
    application_number: str | None
    status: str = Field(examples=["registered"])
    status_label: str = Field(examples=["在册"])
    institution_name: str
    from_institution_name: str | None = Field(description="Of a move")
    authority_name: str | None
    valid_from: date
    valid_until: date | None = Field(description="A physician's has no end")
    values: dict[str, Any] = Field(description="What else changed: field → before and after")


class HistoryOfPerson(BaseModel):
    registration_id: str
    name: str = Field(examples=["王芳"])
    items: list[ChangeOut] = Field(description="The oldest first")
