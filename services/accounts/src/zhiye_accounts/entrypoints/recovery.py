"""Routes of account recovery (找回账户): public, behind a captcha, the same for whoever asks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.application import recover_by_code
from zhiye_accounts.application.codes import Sent
from zhiye_accounts.application.recover_by_knowledge import (
    Claim,
    recover_by_personal_information,
    recover_by_security_question,
)
from zhiye_accounts.entrypoints.schemas import (
    AddressField,
    AnswerField,
    CaptchaAnswerField,
    CaptchaIdField,
    CodeField,
    IdNumberField,
    NameField,
    PasswordField,
    PhoneField,
    QuestionField,
    UserNameField,
    as_id_number,
)
from zhiye_accounts.kit import Kit
from zhiye_chassis.security import PUBLIC
from zhiye_chassis.web import Reader, Routes, Schema, Tx, client_address
from zhiye_contracts.reasons import Language, Text

_SENT = Text(
    "如果该手机号或邮箱已在某个账户通过验证，验证码已发送。没有收到的，请核对后重试，或换一种方式"
    "找回。",
    "If this phone or address is verified for an account, a code is on its way. If none comes, "
    "check what you typed, or recover in another way.",
)
_SENT_TO_STAFF = Text(
    "如果用户名与预留手机号相符，验证码已发送至预留手机。没有收到的，请联系发放该账户的卫生健康行政"
    "部门（克隆账户请联系主账户）。",
    "If user name and reserved phone belong together, a code is on its way. If none comes, ask the "
    "health authority that issued the account (for a clone: the holder of the main account).",
)
_RECOVERED = Text(
    "密码已重新设置，此前的登录均已退出。请牢记用户名，并用新密码登录。",
    "The password is set and every earlier session has ended. Note down your user name and log in "
    "with the new password.",
)


class _WithCaptcha(Schema):
    model_config = ConfigDict(str_strip_whitespace=False)  # blanks belong to a password

    captcha_id: CaptchaIdField
    captcha_answer: CaptchaAnswerField


class RecoveryIn(_WithCaptcha):
    method: Literal["phone", "email"] = Field(examples=["phone"])
    address: AddressField


class StaffRecoveryIn(_WithCaptcha):
    user_name: UserNameField
    phone: PhoneField


class _ClaimIn(_WithCaptcha):
    name: NameField
    id_number: IdNumberField
    new_password: PasswordField

    def claim(self, kit: Kit, request: Request) -> Claim:
        return Claim(
            name=self.name,
            id_number=as_id_number(self.id_number),
            new_password=self.new_password.get_secret_value(),
            captcha=(self.captcha_id, self.captcha_answer),
            client=kit.client_key(client_address(request)),
        )


class PersonalInformationIn(_ClaimIn):
    phone: PhoneField = Field(description="As it was given at registration")


class QuestionAnswerIn(_ClaimIn):
    question: QuestionField
    answer: AnswerField


class CompletionIn(Schema):
    model_config = ConfigDict(str_strip_whitespace=False)

    code: CodeField
    new_password: PasswordField


class RecoveryOut(BaseModel):
    """The same whether or not there is an account."""

    recovery_id: str = Field(examples=["01JD0000000000000000COD001"])
    expires_at: datetime
    text: str


class RecoveredOut(BaseModel):
    user_name: str = Field(examples=["wangfang1"])
    text: str


def _started(sent: Sent, text: Text, language: Language) -> RecoveryOut:
    return RecoveryOut(recovery_id=sent.id, expires_at=sent.expires_at, text=text.read(language))


def _recovered(row: Row, language: Language, response: Response) -> RecoveredOut:
    response.headers["Cache-Control"] = "no-store"
    return RecoveredOut(user_name=row["user_name"], text=_RECOVERED.read(language))


def routes(kit: Kit) -> Routes:
    r = Routes("recovery")

    @r.expose("POST", "/api/v1/recoveries", PUBLIC, status_code=202)
    async def start_recovery(
        request: Request, body: RecoveryIn, tx: Tx, language: Reader
    ) -> RecoveryOut:
        """Forgotten user name or password: have a code sent to the verified phone or email (Q12.1,
        Q34.1), or to the phone that the institution has set."""
        sent = await recover_by_code.start_by_phone_or_email(
            tx,
            kit,
            "sms" if body.method == "phone" else "email",
            body.address,
            (body.captcha_id, body.captcha_answer),
            kit.client_key(client_address(request)),
        )
        return _started(sent, _SENT, language)

    @r.expose("POST", "/api/v1/recoveries/staff", PUBLIC, status_code=202)
    async def start_staff_recovery(
        request: Request, body: StaffRecoveryIn, tx: Tx, language: Reader
    ) -> RecoveryOut:
        """The account of an institution or authority, or a clone: by user name and reserved phone
        (Q16.1, Q37.1); otherwise the authority that issued it helps (Q16.2, Q37.2)."""
        sent = await recover_by_code.start_for_staff(
            tx,
            kit,
            body.user_name,
            body.phone,
            (body.captcha_id, body.captcha_answer),
            kit.client_key(client_address(request)),
        )
        return _started(sent, _SENT_TO_STAFF, language)

    @r.expose("POST", "/api/v1/recoveries/{recovery_id}/completion", PUBLIC, refusals=(409,))
    async def complete_recovery(
        recovery_id: str, body: CompletionIn, tx: Tx, language: Reader, response: Response
    ) -> RecoveredOut:
        """Set a new password with the code; the user name is told. Every session ends, and the
        other verified contact is told."""
        row = await recover_by_code.complete(
            tx, kit, recovery_id, body.code, body.new_password.get_secret_value()
        )
        return _recovered(row, language, response)

    @r.expose("POST", "/api/v1/recoveries/personal-information", PUBLIC)
    async def recover_with_personal_information(
        request: Request,
        body: PersonalInformationIn,
        tx: Tx,
        language: Reader,
        response: Response,
    ) -> RecoveredOut:
        """By name, ID number and phone, only while neither phone nor email is verified (Q12.2,
        Q34.2). The user name is told and the password set at once."""
        row = await recover_by_personal_information(tx, kit, body.claim(kit, request), body.phone)
        return _recovered(row, language, response)

    @r.expose("POST", "/api/v1/recoveries/security-question", PUBLIC)
    async def recover_with_security_question(
        request: Request, body: QuestionAnswerIn, tx: Tx, language: Reader, response: Response
    ) -> RecoveredOut:
        """By the question that was set, when neither phone nor email serves (Q12.3, Q34.3). A few
        tries a day; verified contacts are told."""
        row = await recover_by_security_question(
            tx, kit, body.claim(kit, request), body.question, body.answer.get_secret_value()
        )
        return _recovered(row, language, response)

    return r
