"""Bodies of the accounts routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from zhiye_accounts.domain.policy import check_user_name
from zhiye_chassis.clock import SystemClock
from zhiye_chassis.web import Schema
from zhiye_contracts.identifiers import (
    IdNumber,
    parse_email,
    parse_id_number,
    parse_name,
    parse_phone,
)
from zhiye_contracts.identifiers.errors import fold

_TODAY = SystemClock().today


def _id_number(value: str) -> str:
    return parse_id_number(value, _TODAY()).value


def as_id_number(value: str) -> IdNumber:
    """The parsed form of a field that was validated already."""
    return parse_id_number(value, _TODAY())


def _fold(value: object) -> object:
    """Full-width digits, as Chinese keyboards write them, are digits too."""
    return fold(value) if isinstance(value, str) else value


def empty_is_none(value: object) -> object:
    """A field left empty is a field left out."""
    return None if isinstance(value, str) and not value.strip() else value


IdNumberField = Annotated[
    str, AfterValidator(_id_number), Field(max_length=40, examples=["11010519491231002X"])
]
NameField = Annotated[str, AfterValidator(parse_name), Field(max_length=60, examples=["王芳"])]
PhoneField = Annotated[
    str, AfterValidator(parse_phone), Field(max_length=20, examples=["13800138000"])
]
EmailField = Annotated[
    str, AfterValidator(parse_email), Field(max_length=254, examples=["wangfang@example.com"])
]
UserNameField = Annotated[
    str, AfterValidator(check_user_name), Field(max_length=40, examples=["wangfang1"])
]
CodeField = Annotated[str, BeforeValidator(_fold), Field(pattern="^[0-9]{6}$", examples=["042137"])]
PasswordField = Annotated[SecretStr, Field(max_length=128, examples=["Nightingale1860"])]


class ReasonOut(BaseModel):
    code: str
    reason: str
    next_step: str
    source: str | None = None


class CaptchaOut(BaseModel):
    captcha_id: str = Field(examples=["01JD0000000000000000CAP001"])
    picture: str = Field(description="PNG as a data URL")
    expires_at: datetime
    development_answer: str | None = Field(
        None, description="Only in development mode: what a person would read off the picture"
    )


class RegisterIn(Schema):
    """Opening an account; name and ID number as on the certificate (Q2, Q26)."""

    model_config = ConfigDict(str_strip_whitespace=False)  # blanks belong to a password

    name: NameField
    id_number: IdNumberField
    captcha_id: str = Field(max_length=40, examples=["01JD0000000000000000CAP001"])
    captcha_answer: str = Field(max_length=10, examples=["K7TQM"])
    phone: PhoneField
    email: Annotated[EmailField | None, BeforeValidator(empty_is_none)] = None
    user_name: UserNameField
    password: PasswordField


class ActivationOut(BaseModel):
    route: str | None = Field(examples=["qualification_certificate"])
    how: str


class AccountOut(BaseModel):
    """One's own account. Contacts and names are masked."""

    account_id: str
    role: str
    user_name: str
    name: str
    status: Literal["registered", "verified", "active", "revoked"]
    identity: ReasonOut | None = Field(None, description="Outcome of the identity check")
    phone: str | None
    phone_verified: bool
    email: str | None
    email_verified: bool
    activation: ActivationOut | None = Field(None, description="How it becomes active")
    next_step: str
    version: int


class CodeIn(Schema):
    channel: Literal["sms", "email"] = Field(examples=["sms"])


class CodeOut(BaseModel):
    sent_to: str = Field(description="Masked address", examples=["138****8000"])
    expires_at: datetime


class VerificationIn(CodeIn):
    code: CodeField


class ActivationIn(Schema):
    certificate_number: str = Field(min_length=4, max_length=40, examples=["H2026110100001"])


class IdentityIn(Schema):
    """What to correct; leave out what is right. An empty body only checks again."""

    name: NameField | None = None
    id_number: IdNumberField | None = None


class StaffAccountIn(Schema):
    role: Literal["institution", "authority", "exam_centre", "operator"]
    name: str = Field(min_length=2, max_length=100, examples=["北京示例医院"])
    user_name: UserNameField
    phone: PhoneField
    organisation_id: str | None = Field(None, max_length=40)


class StaffAccountOut(BaseModel):
    account_id: str
    user_name: str
    sent_to: str = Field(description="Phone that the credentials were sent to, masked")


class TokenOut(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int = Field(description="Seconds", examples=[600])
    refresh_token: str | None = None
