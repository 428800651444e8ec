"""Recover an account by what a person knows: personal information while nothing is verified
(Q12.2, Q34.2), or the answer to the security question (Q12.3, Q34.3).

Whatever is wrong, the refusal and the work are the same: it is not told which part was right.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhiye_accounts.adapters import accounts, attempts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.passwords import verify_password
from zhiye_accounts.adapters.tables import account
from zhiye_accounts.application.captchas import check_captcha
from zhiye_accounts.application.recovery import recover
from zhiye_accounts.domain.policy import (
    RECOVERIES_BY_CLIENT,
    RECOVERIES_OF_PERSON,
    check_password,
)
from zhiye_accounts.domain.questions import normalise_answer
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_contracts.identifiers import IdNumber
from zhiye_contracts.reasons import Refused


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be, and what the password shall be."""

    name: str
    id_number: IdNumber
    new_password: str
    captcha: tuple[str, str]
    client: str
    """Blind index of the client's address, for the limits."""


async def recover_by_personal_information(
    tx: Transaction, kit: Kit, claim: Claim, phone: str
) -> Row:
    """By name, ID number and the phone as registered; only while there is no better way: neither
    phone nor email is verified, and the institution has set no phone."""
    row = await _account_of(tx, kit, claim)
    better = ("phone_verified_at", "phone_vouched_at", "email_verified_at")
    if (
        row is None
        or row["name"] != claim.name
        or row["phone_key"] != kit.phone_key(phone)
        or any(row[way] is not None for way in better)
    ):
        raise _not_recovered()
    return await recover(tx, kit, row, claim.new_password)


async def recover_by_security_question(
    tx: Transaction, kit: Kit, claim: Claim, question: str, answer: str
) -> Row:
    """By name, ID number, the question that was chosen and its answer."""
    row = await _account_of(tx, kit, claim)
    stored = row["answer_hash"] if row is not None else None
    right = await verify_password(stored, normalise_answer(answer))
    if row is None or row["name"] != claim.name or row["question"] != question or not right:
        raise _not_recovered()
    return await recover(tx, kit, row, claim.new_password)


async def _account_of(tx: Transaction, kit: Kit, claim: Claim) -> Row | None:
    """The account, locked, of this ID number, after the attempt was counted.

    The captcha comes first: without one answered, nobody uses up another person's attempts.
    """
    check_password(claim.new_password, "", kit.own.password_minimum, "new_password")
    await check_captcha(tx, kit, *claim.captcha)
    now, person_key = kit.clock.now(), kit.person_key(claim.id_number.value)
    limits = [(limit, person_key) for limit in RECOVERIES_OF_PERSON]
    limits.append((RECOVERIES_BY_CLIENT, claim.client))
    await attempts.enforce(tx, limits, now, source="Q12, Q34")
    for kind, subject in {limit.kind: subject for limit, subject in limits}.items():
        await attempts.record(tx, kind, subject, now)
    return await accounts.find(
        tx, account.c.person_key == person_key, account.c.status != "revoked", lock=True
    )


def _not_recovered() -> Refused:
    return refused(
        "recovery_not_possible",
        (
            "所填信息与账户不符，或该账户不能用这种方式找回。",
            "What you gave is not that of an account, or not of one recovered this way.",
        ),
        (
            "请逐项核对。手机或邮箱已验证的，请用手机或邮箱找回；仍不能找回的，请联系所在"
            "（或拟执业）机构。",
            "Check each part. If phone or email is verified, recover by that; if nothing works, "
            "ask your institution.",
        ),
        source="Q12, Q34",
        keep_effects=True,
    )
