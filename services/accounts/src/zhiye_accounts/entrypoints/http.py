"""Routes of accounts: opening, verifying, activating, reading one's own."""

from __future__ import annotations

from fastapi import Request, Response

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.application.activate import activate_with_certificate, route_of
from zhiye_accounts.application.captchas import make_captcha
from zhiye_accounts.application.check_identity import correct_identity
from zhiye_accounts.application.issue_staff_account import IssueStaffAccount, issue_staff_account
from zhiye_accounts.application.register_account import RegisterAccount, register_account
from zhiye_accounts.application.verify_contact import send_code, verify_contact
from zhiye_accounts.domain.activation import HOW, Activation
from zhiye_accounts.domain.identity import EXPLANATIONS, Outcome
from zhiye_accounts.entrypoints.schemas import (
    AccountOut,
    ActivationIn,
    ActivationOut,
    CaptchaOut,
    CodeIn,
    CodeOut,
    IdentityIn,
    ReasonOut,
    RegisterIn,
    StaffAccountIn,
    StaffAccountOut,
    VerificationIn,
    as_id_number,
)
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
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


async def _present(
    tx: Transaction, kit: Kit, row: Row, language: Language, response: Response
) -> AccountOut:
    person = row["role"] == "practitioner"
    activation: Activation | None = None
    if person and row["status"] != "active":
        activation = await route_of(tx, row["person_key"])
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
        identity=ReasonOut(
            code=explanation.code,
            reason=explanation.reason.read(language),
            next_step=explanation.next_step.read(language),
            source=explanation.source and read_source(explanation.source, language),
        )
        if explanation
        else None,
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
    ) -> AccountOut:
        """Open an account and have the identity checked at once (Q2, Q13, Q26, Q35)."""
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
            ),
        )
        response.headers["Location"] = "/api/v1/accounts/me"
        row = await accounts.get(tx, account_id, lock=False)
        return await _present(tx, kit, row, language, response)

    @r.expose("GET", "/api/v1/accounts/me", ANYONE)
    async def my_account(caller: Caller, language: Reader, response: Response) -> AccountOut:
        """One's own account, what stands between it and being active, and the next step."""
        async with kit.database.transaction() as tx:
            row = await accounts.get(tx, caller.account_id, lock=False)
            return await _present(tx, kit, row, language, response)

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
        return await _present(tx, kit, row, language, response)

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
        return await _present(tx, kit, row, language, response)

    @r.expose("POST", "/api/v1/accounts/me/activation", _PERSON, refusals=(409,))
    async def activate(
        body: ActivationIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> AccountOut:
        """Activate with the number of the own certificate (Q5.4, Q5.5, Q29.4). Refresh the
        token afterwards: the new one opens all functions."""
        row = await activate_with_certificate(tx, kit, caller.account_id, body.certificate_number)
        return await _present(tx, kit, row, language, response)

    @r.expose(
        "POST",
        "/api/v1/staff-accounts",
        allow("authority", "operator"),
        status_code=201,
        refusals=(409,),
    )
    async def create_staff_account(body: StaffAccountIn, tx: Tx, caller: Caller) -> StaffAccountOut:
        """Issue an account; user name and password go by SMS to the person in charge (Q15)."""
        account_id = await issue_staff_account(
            tx,
            kit,
            IssueStaffAccount(
                role=body.role,
                name=body.name,
                user_name=body.user_name,
                phone=body.phone,
                organisation_id=body.organisation_id,
            ),
            caller,
        )
        return StaffAccountOut(
            account_id=account_id, user_name=body.user_name, sent_to=mask_phone(body.phone)
        )

    return r
