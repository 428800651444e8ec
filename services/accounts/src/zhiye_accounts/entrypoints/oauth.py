"""Token routes: OAuth 2 password, refresh and client-credentials grants, JWKS."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from fastapi import Form, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from zhiye_accounts.adapters.tokens import TokenIssuer
from zhiye_accounts.application import sessions
from zhiye_accounts.application.log_in import client_credentials, log_in
from zhiye_accounts.domain.policy import USER_AGENT_LENGTH, network_of
from zhiye_accounts.entrypoints.schemas import CodeField, TokenOut, empty_is_none
from zhiye_accounts.kit import Kit
from zhiye_chassis.problems import refused
from zhiye_chassis.security import ANYONE, PUBLIC
from zhiye_chassis.web import Caller, Routes, Tx, client_address


class TokenIn(BaseModel):
    """The form of RFC 6749, with the captcha that is asked for after failures and the code that
    the first log-in of an issued account needs."""

    model_config = ConfigDict(extra="ignore")

    grant_type: Literal["password", "refresh_token", "client_credentials"]
    username: str | None = Field(None, max_length=100, examples=["wangfang1"])
    password: SecretStr | None = Field(None, max_length=200, examples=["Nightingale1860"])
    refresh_token: SecretStr | None = Field(None, max_length=200)
    client_id: str | None = Field(None, max_length=100)
    client_secret: SecretStr | None = Field(None, max_length=200)
    captcha_id: str | None = Field(None, max_length=40)
    captcha_answer: str | None = Field(None, max_length=10)
    code: Annotated[CodeField | None, BeforeValidator(empty_is_none)] = Field(
        None, description="At the first log-in of an issued account: the code sent to its phone"
    )


def _missing(field: str) -> Exception:
    return refused(
        "field_missing",
        ("缺少必填项。", "A required field is missing."),
        ("请按授权方式填写。", "Fill in what the grant type needs."),
        field=field,
    )


def _basic(request: Request) -> tuple[str, str] | None:
    """Client id and secret of an ``Authorization: Basic`` header, if there is one."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return None
    return name[:100], secret[:200]


def _device(request: Request) -> sessions.Device:
    agent = request.headers.get("user-agent", "").strip()[:USER_AGENT_LENGTH]
    return sessions.Device(agent or None, network_of(client_address(request)))


def routes(kit: Kit, issuer: TokenIssuer) -> Routes:
    r = Routes("tokens")

    @r.expose(
        "POST", "/api/v1/oauth/token", PUBLIC, idempotent=False, refusals=(401, 403, 409, 423)
    )
    async def issue_token(
        request: Request, form: Annotated[TokenIn, Form()], tx: Tx, response: Response
    ) -> TokenOut:
        """Log in (`password`), renew (`refresh_token`, rotating), or log a machine in
        (`client_credentials`: the exam centre). Limited: a captcha after some failures, then a
        lock of fifteen minutes.

        The first log-in of an account that was issued (Q36, deck 3.2) is answered with 403
        `first_login_code_needed` when the password is right: a code is on its way to the reserved
        phone. Repeat the log-in with `code`. While a code waits, repeating without it sends no
        other one."""
        response.headers["Cache-Control"] = "no-store"
        client = kit.client_key(client_address(request))
        if form.grant_type == "refresh_token":
            if form.refresh_token is None:
                raise _missing("refresh_token")
            tokens = await sessions.refresh(tx, kit, issuer, form.refresh_token.get_secret_value())
        elif form.grant_type == "client_credentials":
            given = _basic(request)
            if given is None and form.client_id and form.client_secret:
                given = form.client_id, form.client_secret.get_secret_value()
            if given is None:
                raise _missing("client_id")
            tokens = await client_credentials(tx, kit, issuer, *given, client)
        else:
            if not form.username or form.password is None:
                raise _missing("username" if not form.username else "password")
            tokens = await log_in(
                tx,
                kit,
                issuer,
                form.username,
                form.password.get_secret_value(),
                client,
                (form.captcha_id, form.captcha_answer),
                _device(request),
                form.code,
            )
        return TokenOut(
            access_token=tokens.access_token,
            expires_in=tokens.expires_in,
            refresh_token=tokens.refresh_token,
        )

    @r.expose("POST", "/api/v1/oauth/revocation", ANYONE, status_code=204)
    async def log_out(tx: Tx, caller: Caller) -> None:
        """End the session of this token: neither its refresh token nor its access tokens work
        any more."""
        await sessions.end_session(tx, kit, caller.account_id, caller.session_id, "logged_out")

    @r.expose("GET", "/.well-known/jwks.json", PUBLIC)
    async def jwks(response: Response) -> dict[str, Any]:
        """The public keys that tokens are signed with (RFC 7517)."""
        response.headers["Cache-Control"] = "public, max-age=300"
        return issuer.jwks

    return r
