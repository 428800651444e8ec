"""Routes of the own account's security settings (安全设置): contact, password, sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from zhiye_accounts.application import own_sessions
from zhiye_accounts.application.change_contact import (
    confirm_new_contact,
    send_code_to_new_contact,
)
from zhiye_accounts.application.own_password import change_password
from zhiye_accounts.application.security_question import set_security_question
from zhiye_accounts.domain.questions import QUESTIONS
from zhiye_accounts.entrypoints.http import present
from zhiye_accounts.entrypoints.schemas import (
    AccountOut,
    AddressField,
    AnswerField,
    CodeOut,
    PasswordField,
    QuestionField,
    VerificationIn,
)
from zhiye_accounts.kit import Kit
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import ANYONE, PUBLIC, allow
from zhiye_chassis.web import Caller, Reader, Routes, Schema, Tx, client_address
from zhiye_contracts.identifiers import mask_email, mask_phone

_PERSON = allow("practitioner", inactive=True)


class _WithPassword(Schema):
    model_config = ConfigDict(str_strip_whitespace=False)  # blanks belong to a password


class ContactChangeIn(_WithPassword):
    channel: Literal["sms", "email"] = Field(examples=["sms"])
    address: AddressField
    password: PasswordField


class PasswordChangeIn(_WithPassword):
    password: PasswordField
    new_password: PasswordField


class SecurityQuestionIn(_WithPassword):
    password: PasswordField
    question: QuestionField
    answer: AnswerField


class QuestionOut(BaseModel):
    code: str = Field(examples=["primary_school"])
    text: str = Field(examples=["您就读的小学叫什么名字？"])


class QuestionsOut(BaseModel):
    items: list[QuestionOut]


class SessionOut(BaseModel):
    id: str = Field(examples=["01JD0000000000000000SES001"])
    began_at: datetime
    last_used_at: datetime
    user_agent: str | None = Field(description="As the client calls itself", examples=["Mozilla"])
    network: str | None = Field(
        description="First half of the address logged in from", examples=["203.0.*.*"]
    )
    current: bool = Field(description="Whether it is the one that asks")
    acting_for: str | None = Field(description="Institution that is acted for (Q54)")


def routes(kit: Kit) -> Routes:
    r = Routes("security settings")

    @r.expose("GET", "/api/v1/accounts/security-questions", PUBLIC)
    async def list_security_questions(language: Reader, response: Response) -> QuestionsOut:
        """The questions of which one may be chosen (Q12.3, Q34.3)."""
        response.headers.update({"Cache-Control": "public, max-age=86400"})
        response.headers["Vary"] = "Accept-Language"
        return QuestionsOut(
            items=[QuestionOut(code=c, text=QUESTIONS.label(c, language)) for c in QUESTIONS]
        )

    @r.expose(
        "POST",
        "/api/v1/accounts/me/contact-changes",
        ANYONE,
        status_code=202,
        refusals=(409, 423),
    )
    async def start_contact_change(
        request: Request, body: ContactChangeIn, tx: Tx, caller: Caller
    ) -> CodeOut:
        """Have a code sent to another phone or email address, to make it one's own (deck 2.2); also
        where the one given at registration was mistyped. The password is asked for, and a wrong
        one counts as a failed log-in. The reserved phone of an issued account is refused (Q16)."""
        expires_at = await send_code_to_new_contact(
            tx,
            kit,
            caller,
            body.channel,
            body.address,
            body.password.get_secret_value(),
            kit.client_key(client_address(request)),
        )
        masked = mask_phone if body.channel == "sms" else mask_email
        return CodeOut(sent_to=masked(body.address), expires_at=expires_at)

    @r.expose(
        "POST",
        "/api/v1/accounts/me/contact-changes/confirmation",
        _PERSON,
        refusals=(409,),
    )
    async def confirm_contact_change(
        body: VerificationIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> AccountOut:
        """Replace the contact by the one the code was sent to; it is verified, and the old one is
        told (Q3, Q27, deck 2.2)."""
        row = await confirm_new_contact(tx, kit, caller, body.channel, body.code)
        return await present(tx, kit, row, language, response)

    @r.expose("PUT", "/api/v1/accounts/me/password", ANYONE, status_code=204, refusals=(423,))
    async def replace_password(body: PasswordChangeIn, tx: Tx, caller: Caller) -> None:
        """Change the password (deck 2.2). Every other session ends, and every access token issued
        so far: refresh yours. Verified contacts are told."""
        await change_password(
            tx,
            kit,
            caller,
            body.password.get_secret_value(),
            body.new_password.get_secret_value(),
        )

    @r.expose(
        "PUT", "/api/v1/accounts/me/security-question", _PERSON, status_code=204, refusals=(423,)
    )
    async def replace_security_question(body: SecurityQuestionIn, tx: Tx, caller: Caller) -> None:
        """Choose the security question and its answer, which is never told again (Q12.3, Q34.3).
        Upper case and blanks make no difference."""
        await set_security_question(
            tx,
            kit,
            caller,
            body.password.get_secret_value(),
            body.question,
            body.answer.get_secret_value(),
        )

    @r.expose("GET", "/api/v1/accounts/me/sessions", ANYONE)
    async def list_sessions(
        caller: Caller, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[SessionOut]:
        """Where the account is logged in, the newest first."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.transaction() as tx:
            rows = await own_sessions.open_sessions(tx, kit, caller, before, limit + 1)
        return Page(
            items=[
                SessionOut(
                    id=row["id"],
                    began_at=row["created_at"],
                    last_used_at=row["used_at"],
                    user_agent=row["user_agent"],
                    network=row["network"],
                    current=row["id"] == caller.session_id,
                    acting_for=row["acting_for"],
                )
                for row in rows[:limit]
            ],
            next_cursor=encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None,
        )

    @r.expose("DELETE", "/api/v1/accounts/me/sessions", ANYONE, status_code=204)
    async def end_all_other_sessions(tx: Tx, caller: Caller) -> None:
        """Log out everywhere else. Access tokens of those sessions stop at once as well."""
        await own_sessions.end_other_sessions(tx, kit, caller)

    @r.expose("DELETE", "/api/v1/accounts/me/sessions/{session_id}", ANYONE, status_code=204)
    async def end_one_session(session_id: str, tx: Tx, caller: Caller) -> None:
        """Log out there. Its access token stops at once as well."""
        await own_sessions.end_own_session(tx, kit, caller, session_id)

    return r
