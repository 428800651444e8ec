"""Bodies of the routes about staff accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_accounts.domain.handover import MATERIALS, Handover
from zhiye_accounts.domain.staff_accounts import END_REASONS
from zhiye_accounts.entrypoints.schemas import (
    IdNumberField,
    NameField,
    PhoneField,
    UserNameField,
)
from zhiye_chassis.choices import one_of
from zhiye_chassis.web import Schema

Phone = Annotated[str, Field(description="Masked", examples=["138****8000"])]


class DelegateIn(Schema):
    """Who collects in the place of the person in charge. The number is kept masked."""

    name: NameField
    id_number: IdNumberField


class HandoverIn(Schema):
    """What the officer saw, in the original, with a copy kept (Q15, Q36, deck 3.1)."""

    materials: list[one_of(MATERIALS)] = Field(  # type: ignore[valid-type]
        [],
        max_length=10,
        description="For an institution: `licence_copy`, `authorisation_letter`, "
        "`person_in_charge_id`; also `delegate_id` when a delegate collects",
        examples=[["licence_copy", "authorisation_letter", "person_in_charge_id"]],
    )
    person_in_charge: NameField | None = None
    delegate: DelegateIn | None = None

    def handover(self) -> Handover:
        who = (self.delegate.name, self.delegate.id_number) if self.delegate else None
        return Handover(frozenset(self.materials), self.person_in_charge, who)


class StaffAccountIn(HandoverIn):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "role": "institution",
                    "organisation_id": "01JD0000000000000000INS001",
                    "user_name": "yyzc001",
                    "phone": "13800138000",
                    "person_in_charge": "王芳",
                    "materials": ["licence_copy", "authorisation_letter", "person_in_charge_id"],
                }
            ]
        }
    )

    role: Literal["institution", "authority", "exam_centre", "operator"]
    organisation_id: str | None = Field(None, max_length=40)
    name: str | None = Field(
        None,
        min_length=2,
        max_length=100,
        description="Of an exam centre or operator; others bear the organisation's name",
    )
    user_name: UserNameField
    phone: PhoneField


class IssuedOut(BaseModel):
    account_id: str = Field(examples=["01JD0000000000000000ACC001"])
    user_name: str = Field(examples=["yyzc001"])
    sent_to: Phone


class ReissueIn(HandoverIn):
    """``phone`` only if the reserved phone changes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "materials": ["licence_copy", "authorisation_letter", "person_in_charge_id"],
                    "phone": "13900139000",
                }
            ]
        }
    )

    phone: PhoneField | None = None


class ReissuedOut(IssuedOut):
    clones: int = Field(description="Clones of it that go on; end those that should not")


class CloneIn(Schema):
    """For one more of the own staff, who keeps it to himself or herself (Q54)."""

    staff_name: NameField
    user_name: UserNameField
    phone: PhoneField


class EndIn(Schema):
    reason: one_of(END_REASONS) = Field(examples=["left"])  # type: ignore[valid-type]


class EndedOut(BaseModel):
    ended: int = Field(description="Accounts: with a main account its clones end too")


class StaffAccountOut(BaseModel):
    account_id: str
    main_account_id: str | None = Field(None, description="Of a clone: whose it is")
    role: str
    organisation_id: str | None
    organisation: str | None
    name: str
    staff_name: str | None = Field(description="Person in charge, or who uses the clone")
    user_name: str
    phone: Phone
    state: Literal["first_login_pending", "active", "ended"]
    state_label: str
    created_at: datetime


class ActOut(BaseModel):
    """Who did what, for whom, to which account, when."""

    id: int
    at: datetime
    act: str = Field(examples=["clone_made"])
    act_label: str
    actor: str = Field(description="Organisation and, of a clone or delegate, who")
    actor_account_id: str
    organisation_id: str | None
    organisation: str | None
    for_organisation_id: str | None
    for_organisation: str | None
    account_id: str | None
    account: str | None = Field(description="Its name; of a person, masked")
    details: dict[str, Any]


class DelegationIn(Schema):
    """The institution to act for. Its principal must be present and read out the code (Q54)."""

    institution_id: str = Field(max_length=40, examples=["01JD0000000000000000INS001"])


class RequestedOut(BaseModel):
    delegation_id: str
    institution: str
    sent_to: Phone
    expires_at: datetime


class DelegationOut(BaseModel):
    delegation_id: str
    institution_id: str
    institution: str | None
    delegate: str = Field(description="Organisation and, of a clone, who")
    state: Literal["waiting", "lasting", "over"]
    state_label: str
    requested_at: datetime
    present_at: datetime | None = Field(description="When the principal's presence was proven")
    ends_at: datetime
