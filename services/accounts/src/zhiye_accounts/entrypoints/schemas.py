"""Bodies of the accounts routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
)

from zhiye_accounts.domain.policy import check_user_name
from zhiye_accounts.domain.questions import check_answer, check_question
from zhiye_chassis.clock import SystemClock
from zhiye_chassis.problems import ReasonOut, refused
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


def exactly_one(**given: object) -> None:
    """Refuse a body that has none or several of these fields."""
    if sum(value is not None for value in given.values()) != 1:
        names = "、".join(given), " or ".join(given)
        raise refused(
            "exactly_one",
            (f"{names[0]} 应填写且只能填写一项。", f"Give {names[1]}: exactly one of them."),
            ("请只填写一项后重新提交。", "Leave one, and send it again."),
            field=next(iter(given)),
        )


def _fold(value: object) -> object:
    """Full-width digits, as Chinese keyboards write them, are digits too."""
    return fold(value) if isinstance(value, str) else value


def empty_is_none(value: object) -> object:
    """A field left empty is a field left out."""
    return None if isinstance(value, str) and not value.strip() else value


def _answer(value: SecretStr) -> SecretStr:
    check_answer(value.get_secret_value())
    return value


def _address(value: str, info: ValidationInfo) -> str:
    """A phone or an email address, as the field before it says."""
    match info.data.get("channel") or info.data.get("method"):
        case "sms" | "phone":
            return parse_phone(value)
        case "email":
            return parse_email(value)
    return value


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
QuestionField = Annotated[
    str, AfterValidator(check_question), Field(max_length=40, examples=["primary_school"])
]
AnswerField = Annotated[
    SecretStr, AfterValidator(_answer), Field(max_length=100, examples=["育才小学"])
]
AddressField = Annotated[
    str, AfterValidator(_address), Field(max_length=254, examples=["13800138000"])
]
CaptchaIdField = Annotated[str, Field(max_length=40, examples=["01JD0000000000000000CAP001"])]
CaptchaAnswerField = Annotated[str, Field(max_length=10, examples=["K7TQM"])]


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
    captcha_id: CaptchaIdField
    captcha_answer: CaptchaAnswerField
    phone: PhoneField
    email: Annotated[EmailField | None, BeforeValidator(empty_is_none)] = None
    user_name: UserNameField
    password: PasswordField
    security_question: QuestionField | None = Field(
        None, description="With its answer: a last way back into the account (Q12.3)"
    )
    security_answer: AnswerField | None = None


class ActivationOut(BaseModel):
    route: str | None = Field(examples=["qualification_certificate"])
    how: str


class FindingOut(BaseModel):
    """What the registry has for the ID number, and what to do where it is missing or wrong."""

    about: Literal["qualification", "registration"]
    found: bool
    code: str = Field(examples=["registration_not_found"])
    reason: str
    next_steps: list[str] = Field(description="One for each way the person may have come")
    source: str


class AccountOut(BaseModel):
    """One's own account. Contacts and names are masked."""

    account_id: str
    role: str
    user_name: str
    name: str
    status: Literal["registered", "verified", "active", "revoked"]
    identity: ReasonOut | None = Field(None, description="Outcome of the identity check")
    findings: list[FindingOut] = Field([], description="Of a person: what was found, what not")
    phone: str | None
    phone_verified: bool
    email: str | None
    email_verified: bool
    activation: ActivationOut | None = Field(None, description="How it becomes active")
    next_step: str
    security_question: str | None = Field(None, description="Code of the question that is set")
    version: int


class RegisteredOut(AccountOut):
    note: str = Field(description="What to note down; told this once")


class CodeIn(Schema):
    channel: Literal["sms", "email"] = Field(examples=["sms"])


class CodeOut(BaseModel):
    sent_to: str = Field(description="Masked address", examples=["138****8000"])
    expires_at: datetime


class VerificationIn(CodeIn):
    code: CodeField


class ActivationIn(Schema):
    """A code, and for a nurse the practice certificate's number with it; or a certificate's number
    alone, as the account's ``activation`` says."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"certificate_number": "H2026110100001"},
                {"activation_code": "KTRW4793", "certificate_number": "202111000123"},
            ]
        }
    )

    certificate_number: str | None = Field(
        None, min_length=4, max_length=40, examples=["H2026110100001"]
    )
    activation_code: str | None = Field(None, min_length=4, max_length=40, examples=["KTRW4793"])


class IdentityIn(Schema):
    """What to correct; leave out what is right. An empty body only checks again."""

    name: NameField | None = None
    id_number: IdNumberField | None = None


class TokenOut(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int = Field(description="Seconds", examples=[600])
    refresh_token: str | None = None
