"""One application whole, as it is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from zhiye_registration.domain.facts import Status
from zhiye_registration.domain.scope_case import State as ScopeCaseState
from zhiye_registration.domain.workflow import Action, State
from zhiye_registration.entrypoints.practice_schemas import PracticeOut
from zhiye_registration.entrypoints.schemas import (
    EXAMPLE_FORM,
    ApplicationItem,
    OffPostOut,
    ToldReasonOut,
)


class AboutOut(PracticeOut):
    """The registration that a physician's application is about, as it is now."""

    registration_id: str = Field(examples=["01JD0000000000000000REG001"])
    institution_id: str | None
    institution_name: str | None = Field(description="The main one", examples=["北京示例医院"])
    region: str = Field(examples=["110102"])
    status: Status
    status_label: str = Field(examples=["在册"])


class ChangeOut(BaseModel):
    """One item of a change (变更事项); of an institution the values are ids."""

    item: str = Field(
        description="location, institution, level, category or scopes", examples=["institution"]
    )
    item_label: str = Field(examples=["主要执业机构"])
    before: str | list[str] = Field(examples=["01JD0000000000000000INS001"])
    before_label: str = Field(examples=["北京示例医院"])
    after: str | list[str] = Field(examples=["01JD0000000000000000INS002"])
    after_label: str = Field(examples=["北京另一医院"])


class StepOut(BaseModel):
    """One entry of the timeline: who, when, what, why."""

    at: datetime
    action: str = Field(examples=["institution_approved"])
    action_label: str = Field(examples=["机构审核同意"])
    state: State
    state_label: str
    actor_role: str
    actor_name: str
    organisation: str | None = None
    reasons: list[ToldReasonOut]
    deadline: date | None = None


class ScopeCaseBrief(BaseModel):
    """What two provinces settle about a physician's scopes (Q49): see `/api/v1/scope-cases`."""

    id: str = Field(examples=["01JD0000000000000000SCO001"])
    number: str = Field(examples=["X202611230000001"])
    state: ScopeCaseState
    state_label: str = Field(examples=["协商中"])
    deadline: date
    agreed_scopes: list[str] | None = Field(description="With which it can be approved")


class ApplicationOut(ApplicationItem):
    """One application whole; ``version`` is also the ETag."""

    version: int
    created_at: datetime
    form: dict[str, Any] = Field(examples=[EXAMPLE_FORM])
    form_labels: dict[str, str] = Field(
        description="Labels of the codes in the form, by path", examples=[{"department": "病房"}]
    )
    actions: list[Action] = Field(description="What the caller may do now")
    checklist: list[str] = Field(description="Paper still to be handed in (Q48)")
    about: AboutOut | None = Field(None, description="Of a physician's, for whoever may see it")
    changes: list[ChangeOut] | None = Field(
        None, description="Of a physician's change: derived from the rule of locations, not asked"
    )
    location_changes: bool | None = Field(None, description="是否变更执业地点 (Q7, Q8)")
    institution_changes: bool | None = Field(None, description="是否变更主要执业机构 (Q7, Q8)")
    off_post: OffPostOut | None = Field(None, description="Of a filing off post")
    scope_case: ScopeCaseBrief | None = Field(None, description="Of a physician's, if there is one")
    timeline: list[StepOut]
