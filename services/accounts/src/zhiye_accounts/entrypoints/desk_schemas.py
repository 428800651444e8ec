"""Bodies of the activation desk's routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_accounts.domain.desk import Status
from zhiye_accounts.domain.revocation import REVOCATION_REASONS
from zhiye_accounts.entrypoints.schemas import IdNumberField, NameField, PhoneField
from zhiye_chassis.choices import one_of
from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema

_ACCOUNT = "01JD0000000000000000ACC001"
AccountId = Annotated[str, Field(max_length=40, examples=[_ACCOUNT])]


class DeskPersonOut(BaseModel):
    """A registration in force at the institution, and the account of its holder as it is now."""

    registration_id: str
    account_id: str | None = Field(examples=[_ACCOUNT])
    name: str = Field(description="As registered", examples=["王芳"])
    id_number: str | None = Field(description="Masked", examples=["110***********002X"])
    profession: Literal["nurse", "physician"]
    status: Status
    status_label: str = Field(examples=["等待激活账户"])
    missing: list[Literal["identity", "contact"]] = Field(
        description="What is not verified yet, while the status is not_verified"
    )
    identity: ReasonOut | None = Field(description="Outcome of the identity check")
    account_opened_at: datetime | None
    code_issued_at: datetime | None
    code: str | None = Field(
        description="To be read out, while it is not used", examples=["KTRW4793"]
    )
    activated_at: datetime | None


class CodesIn(Schema):
    """For whom: a list, or everybody who waits."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"account_ids": [_ACCOUNT]}]})

    account_ids: list[AccountId] | None = Field(None, min_length=1, max_length=2000)
    all_waiting: Literal[True] | None = Field(
        None, description="Everybody who awaits a code, at most 2,000 at once"
    )


class DeskCodeOut(BaseModel):
    account_id: str = Field(examples=[_ACCOUNT])
    result: Literal["issued", "already_issued", "refused"]
    name: str | None = Field(description="As registered; nobody's but the own people")
    code: str | None = Field(examples=["KTRW4793"])
    issued_at: datetime | None
    channel: Literal["sms", "email"] | None = Field(description="How it was sent, just now")
    sent_to: str | None = Field(description="Masked", examples=["138****8000"])
    reasons: list[ReasonOut] = Field(description="Why not, or why it is not sent again; all")


class DeskCodesOut(BaseModel):
    items: list[DeskCodeOut]
    more_waiting: bool = Field(description="Others wait who did not fit: ask again")


class ExplanationsIn(Schema):
    id_numbers: list[Annotated[str, Field(max_length=40)]] = Field(
        min_length=1, max_length=200, examples=[["11010519491231002X"]]
    )


class ExplanationOut(BaseModel):
    id_number: str = Field(description="As it was given, masked", examples=["110***********002X"])
    name: str | None = Field(description="As recorded, masked", examples=["王*"])
    recorded_at: list[str] = Field(
        description="Other institutions that the person is registered at", examples=[["示例诊所"]]
    )
    reasons: list[ReasonOut] = Field(description="All of them, the first thing to do first")


class ExplanationsOut(BaseModel):
    items: list[ExplanationOut] = Field(description="In the order of the request")


class RevocationIn(Schema):
    """Whom: one of the own people by account, or anybody by ID number and recorded name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id_number": "11010519491231002X",
                    "name": "王芳",
                    "reason": "registered_by_another",
                }
            ]
        }
    )

    account_id: AccountId | None = None
    id_number: IdNumberField | None = None
    name: NameField | None = Field(None, description="As on record; needed with an ID number")
    reason: one_of(REVOCATION_REASONS)  # type: ignore[valid-type]
    text: str = Field("", max_length=100, description="In words; needed with other")


class RevokedOut(BaseModel):
    account_id: str = Field(examples=[_ACCOUNT])
    status: Literal["revoked"] = "revoked"


class ContactResetIn(Schema):
    account_id: AccountId
    phone: PhoneField
    reason: str = Field(min_length=2, max_length=200, examples=["手机遗失，已当面核对身份证"])


class ContactResetOut(BaseModel):
    account_id: str = Field(examples=[_ACCOUNT])
    phone: str = Field(description="Masked; to be verified by the person", examples=["138****8000"])
    status: str = Field(examples=["active"])


class NameWaitingOut(BaseModel):
    """A name with a rare character, and what the record has in its place."""

    account_id: str = Field(examples=[_ACCOUNT])
    given_name: str = Field(examples=["王䓫"])
    recorded_names: list[str] = Field(examples=[["王(suo)"]])
    id_number: str = Field(description="Masked", examples=["110***********002X"])
    account_opened_at: datetime


class NameDecisionIn(Schema):
    """Whom: by account, or, somebody who is registered nowhere yet, by the whole ID number."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"account_id": _ACCOUNT, "same_person": True}]}
    )

    account_id: AccountId | None = None
    id_number: IdNumberField | None = None
    same_person: bool


class NameDecidedOut(NameWaitingOut):
    same_person: bool
    identity: str = Field(description="Outcome of the identity check now", examples=["matched"])
