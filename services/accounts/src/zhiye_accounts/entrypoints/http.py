"""Routes of accounts: opening, verifying, activating, reading one's own."""

from __future__ import annotations

from fastapi import Request, Response

from zhiye_accounts.adapters import accounts, records
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.application.activate import activate_with_certificate, activate_with_code
from zhiye_accounts.application.captchas import make_captcha
from zhiye_accounts.application.check_identity import correct_identity
from zhiye_accounts.application.register_account import RegisterAccount, register_account
from zhiye_accounts.application.verify_contact import send_code, verify_contact
from zhiye_accounts.domain.activation import HOW, activation_for
from zhiye_accounts.domain.findings import findings_of
from zhiye_accounts.domain.identity import EXPLANATIONS, Outcome
from zhiye_accounts.entrypoints.schemas import (
    AccountOut,
    ActivationIn,
    ActivationOut,
    CaptchaOut,
    CodeIn,
    CodeOut,
    FindingOut,
    IdentityIn,
    RegisteredOut,
    RegisterIn,
    VerificationIn,
    as_id_number,
    exactly_one,
)
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import reason_out
from zhiye_chassis.security import ANYONE, PUBLIC, allow
from zhiye_chassis.web import Caller, Reader, Routes, Tx, client_address, etag
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import mask_email, mask_name, mask_phone
from zhiye_contracts.reasons import Language, Text, read_source

_PERSON = allow("practitioner", inactive=True)

_NEXT = {
    "verify": Text("请验证手机或邮箱。", "Verify your phone or your email."),
    "activate": Text("请激活账户。", "Activate the account."),
    "use": Text("账户可以使用。", "The account is ready."),
}

_NOTE = Text(
    "请牢记用户名和您设置的密码，建议记录或拍照保存；密码不会再次显示，请勿告诉他人。",
    "Note down your user name and the password you chose, or take a picture: the password is not "
    "shown again. Tell it to nobody.",
)


async def present(
    tx: Transaction, kit: Kit, row: Row, language: Language, response: Response
) -> AccountOut:
    """An account as its owner is shown it, with its version as the ``ETag``."""
    person = row["role"] == "practitioner"
    activation, findings = None, []
    if person:
        held, registered = await records.of_person(tx, row["person_key"])
        findings = findings_of(row["name"], held, registered)
        if row["status"] != "active":
            activation = activation_for(held, registered)
    explanation = EXPLANATIONS[Outcome(row["identity"])] if person else None
    if not person or row["status"] == "active":
        next_step = _NEXT["use"]
    elif explanation is not None and row["identity"] != Outcome.MATCHED:
        next_step = explanation.next_step
    else:
        next_step = _NEXT["activate" if row["status"] == "verified" else "verify"]
    phone = kit.cipher.open(row["sealed_phone"], purposes.PHONE) if row["sealed_phone"] else None
    email = kit.cipher.open(row["sealed_email"], purposes.EMAIL) if row["sealed_email"] else None
    response.headers["ETag"] = etag(row["version"])
    return AccountOut(
        account_id=row["id"],
        role=row["role"],
        user_name=row["user_name"],
        name=mask_name(row["name"]) if person else row["name"],
        status=row["status"],
        identity=reason_out(explanation, language) if explanation else None,
        findings=[
            FindingOut(
                about=finding.about,
                found=finding.found,
                code=finding.code,
                reason=finding.reason.read(language),
                next_steps=[step.read(language) for step in finding.next_steps],
                source=read_source(finding.source, language),
            )
            for finding in findings
        ],
        phone=mask_phone(phone) if phone else None,
        phone_verified=row["phone_verified_at"] is not None,
        email=mask_email(email) if email else None,
        email_verified=row["email_verified_at"] is not None,
        activation=ActivationOut(
            route=activation.route.value, how=HOW[activation.route].read(language)
        )
        if activation
        else None,
        next_step=next_step.read(language),
        security_question=row["question"],
        version=row["version"],
    )


def routes(kit: Kit) -> Routes:
    r = Routes("accounts")

    @r.expose("POST", "/api/v1/captchas", PUBLIC, status_code=201, idempotent=False)
    async def create_captcha(tx: Tx) -> CaptchaOut:
        """A picture to read, good for one answer within five minutes."""
        made = await make_captcha(tx, kit)
        return CaptchaOut(
            captcha_id=made.id,
            picture=made.picture,
            expires_at=made.expires_at,
            development_answer=made.answer if kit.settings.development else None,
        )

    @r.expose("POST", "/api/v1/accounts", PUBLIC, status_code=201, refusals=(409,))
    async def register(
        request: Request, body: RegisterIn, tx: Tx, language: Reader, response: Response
    ) -> RegisteredOut:
        """Open an account and have the identity checked at once (Q2, Q13, Q26, Q35). What to
        note down is told this once (deck 1.3)."""
        account_id = await register_account(
            tx,
            kit,
            RegisterAccount(
                name=body.name,
                id_number=as_id_number(body.id_number),
                captcha_id=body.captcha_id,
                captcha_answer=body.captcha_answer,
                phone=body.phone,
                email=body.email,
                user_name=body.user_name,
                password=body.password.get_secret_value(),
                language=language,
                client=kit.client_key(client_address(request)),
                question=body.security_question,
                answer=body.security_answer.get_secret_value() if body.security_answer else None,
            ),
        )
        response.headers["Location"] = "/api/v1/accounts/me"
        row = await accounts.get(tx, account_id, lock=False)
        opened = await present(tx, kit, row, language, response)
        return RegisteredOut(**opened.model_dump(), note=_NOTE.read(language))

    @r.expose("GET", "/api/v1/accounts/me", ANYONE)
    async def my_account(caller: Caller, language: Reader, response: Response) -> AccountOut:
        """One's own account, what stands between it and being active, and the next step."""
        async with kit.database.transaction() as tx:
            row = await accounts.get(tx, caller.account_id, lock=False)
            return await present(tx, kit, row, language, response)

    @r.expose("POST", "/api/v1/accounts/me/identity-check", _PERSON, refusals=(409,))
    async def check_my_identity(
        body: IdentityIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> AccountOut:
        """Check and update my identity (Q4, Q28)."""
        row = await correct_identity(
            tx,
            kit,
            caller.account_id,
            body.name,
            as_id_number(body.id_number) if body.id_number else None,
        )
        return await present(tx, kit, row, language, response)

    @r.expose(
        "POST",
        "/api/v1/accounts/me/verification-codes",
        _PERSON,
        status_code=202,
        refusals=(409,),
    )
    async def send_verification_code(
        request: Request, body: CodeIn, tx: Tx, caller: Caller
    ) -> CodeOut:
        """Have a code sent by SMS or email (Q3, Q27); limited per address, account, client."""
        expires_at = await send_code(
            tx, kit, caller.account_id, body.channel, kit.client_key(client_address(request))
        )
        row = await accounts.get(tx, caller.account_id, lock=False)
        if body.channel == "sms":
            sent_to = mask_phone(kit.cipher.open(row["sealed_phone"], purposes.PHONE))
        else:
            sent_to = mask_email(kit.cipher.open(row["sealed_email"], purposes.EMAIL))
        return CodeOut(sent_to=sent_to, expires_at=expires_at)

    @r.expose("POST", "/api/v1/accounts/me/verifications", _PERSON, refusals=(409,))
    async def verify(
        body: VerificationIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> AccountOut:
        """Prove the phone or email with the code that was sent."""
        row = await verify_contact(tx, kit, caller.account_id, body.channel, body.code)
        return await present(tx, kit, row, language, response)

    @r.expose("POST", "/api/v1/accounts/me/activation", _PERSON, refusals=(409,))
    async def activate(
        body: ActivationIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> AccountOut:
        """Activate with the code of the main institution (Q5.1, Q29.1), which a nurse gives with
        the number of the practice certificate (deck 2.1.3), or with the number of the own
        certificate alone (Q5.4, Q5.5, Q29.4). Refresh the token afterwards: the new one opens all
        functions."""
        code, number = body.activation_code, body.certificate_number
        if code is not None:
            row = await activate_with_code(tx, kit, caller.account_id, code, number)
        else:
            exactly_one(activation_code=code, certificate_number=number)
            row = await activate_with_certificate(tx, kit, caller.account_id, number or "")
        return await present(tx, kit, row, language, response)

    return r
