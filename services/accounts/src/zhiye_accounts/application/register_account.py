"""A person opens an account (账户注册): Q2, Q13, Q26, Q35, deck 1.2."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func

from zhiye_accounts.adapters import accounts, attempts, records
from zhiye_accounts.adapters.passwords import hash_password
from zhiye_accounts.adapters.tables import account
from zhiye_accounts.application.captchas import check_captcha
from zhiye_accounts.domain.identity import check_identity
from zhiye_accounts.domain.policy import (
    REGISTRATIONS_BY_CLIENT,
    check_password,
    check_user_name,
)
from zhiye_accounts.domain.questions import normalise_answer
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import IdNumber
from zhiye_contracts.reasons import Language, Refused


@dataclass(frozen=True, slots=True)
class RegisterAccount:
    name: str
    id_number: IdNumber
    captcha_id: str
    captcha_answer: str
    phone: str
    email: str | None
    user_name: str
    password: str
    language: Language
    client: str
    """Blind index of the client's address, for the limits."""
    question: str | None = None
    """Code of a security question; with its answer or not at all."""
    answer: str | None = None


def already_registered() -> Refused:
    """Says so without saying by whom (Q13, Q35)."""
    return refused(
        "identity_already_registered",
        ("此身份信息已注册过账户。", "An account exists for this identity."),
        (
            "如果是您本人注册的，请直接登录或使用“忘记密码”；如被他人注册，请联系所在（或拟执业）"
            "机构撤销该账户。",
            "If it is yours, log in or recover the password; if somebody else registered it, ask "
            "your institution to revoke that account.",
        ),
        field="id_number",
        source="Q13, Q35",
        status=409,
        keep_effects=True,
    )


def user_name_taken() -> Refused:
    return refused(
        "user_name_taken",
        ("用户名已被使用。", "This user name is taken."),
        ("请换一个用户名。", "Choose another user name."),
        field="user_name",
        status=409,
        keep_effects=True,
    )


def _question_without_answer(missing: str) -> Refused:
    return refused(
        "question_incomplete",
        ("预留问题和答案应同时填写。", "A security question goes with its answer."),
        (
            "请同时填写问题和答案，或都不填。",
            "Give both, or neither: it can be set later.",
        ),
        field=f"security_{missing}",
        source="Q12, Q34",
    )


async def register_account(tx: Transaction, kit: Kit, command: RegisterAccount) -> str:
    """Open the account and check the identity at once; the new account's id."""
    now = kit.clock.now()
    check_user_name(command.user_name)
    check_password(command.password, command.user_name, kit.own.password_minimum)
    if (command.question is None) != (command.answer is None):
        raise _question_without_answer("question" if command.question is None else "answer")
    await attempts.enforce(tx, [(REGISTRATIONS_BY_CLIENT, command.client)], now, lock=False)
    await attempts.record(tx, REGISTRATIONS_BY_CLIENT.kind, command.client, now)
    await check_captcha(tx, kit, command.captcha_id, command.captcha_answer)
    password_hash = await hash_password(command.password)
    answer_hash = await hash_password(normalise_answer(command.answer)) if command.answer else None
    person_key = kit.person_key(command.id_number.value)
    await records.lock_people(tx, {person_key})
    held, registered = await records.of_person(tx, person_key)
    account_id = new_id()
    added = await accounts.add(
        tx,
        kit,
        "registered",
        id=account_id,
        role="practitioner",
        status="registered",
        user_name=command.user_name,
        password_hash=password_hash,
        name=command.name,
        language=command.language,
        person_key=person_key,
        sealed_id_number=kit.cipher.seal(command.id_number.value, purposes.ID_NUMBER),
        identity=check_identity(command.name, held, registered).value,
        sealed_phone=kit.cipher.seal(command.phone, purposes.PHONE),
        phone_key=kit.phone_key(command.phone),
        sealed_email=kit.cipher.seal(command.email, purposes.EMAIL) if command.email else None,
        email_key=kit.email_key(command.email) if command.email else None,
        question=command.question,
        answer_hash=answer_hash,
    )
    if not added:
        taken = await accounts.find(
            tx, func.lower(account.c.user_name) == command.user_name.lower()
        )
        person = await accounts.find(
            tx, account.c.person_key == person_key, account.c.status != "revoked"
        )
        reasons = [*(already_registered().reasons if person is not None or taken is None else ())]
        reasons += user_name_taken().reasons if taken is not None else ()
        raise Refused(*reasons, status=409, keep_effects=True)
    return account_id
