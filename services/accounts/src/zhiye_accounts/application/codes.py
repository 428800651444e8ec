"""Codes of six digits to a phone or an email address: sent, limited, checked, used once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select, update

from zhiye_accounts.adapters import attempts
from zhiye_accounts.adapters.tables import verification_code
from zhiye_accounts.domain.policy import (
    CODE_DIGITS,
    CODE_GUESSES,
    CODE_LIFE,
    CODE_LIMITS,
    CODE_TRIES,
)
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_contracts import purposes
from zhiye_contracts.events import MessageRequested
from zhiye_contracts.reasons import Language, Refused

Channel = Literal["sms", "email"]
Purpose = Literal[
    "verify_sms",
    "verify_email",
    "change_sms",
    "change_email",
    "recover_sms",
    "recover_email",
    "recover_staff",
    "first_login",
    "delegation",
]

RECOVERIES: frozenset[Purpose] = frozenset({"recover_sms", "recover_email", "recover_staff"})
"""Asked for by somebody who has not logged in. All is the same whether or not there is an account:
so they are counted by address and client only, and leave earlier codes as they are."""
_NEXT_STEPS: dict[Purpose, tuple[str, str]] = dict.fromkeys(
    RECOVERIES, ("请稍后再试，或换一种方式找回。", "Wait, or recover in another way.")
) | dict.fromkeys(("first_login", "delegation"), ("请稍后再试。", "Wait, then try again."))
_VERIFY_OTHERWISE = (
    "请稍后再试；收不到短信的，可改用邮箱验证。",
    "Wait; if no SMS arrives, verify by email instead.",
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a code goes. ``account_id`` and ``sealed_address`` are ``None`` when it goes to nobody
    and only has to look as if (a recovery of an account that does not exist)."""

    channel: Channel
    address_key: str
    sealed_address: str | None
    account_id: str | None
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Sent:
    id: str
    expires_at: datetime
    """UTC."""


_NEVER = "nobody"
"""In place of a code that goes to nobody: none that can be typed is right."""


def _hash(kit: Kit, code_id: str, code: str) -> str:
    return kit.blind_index.of(f"{code_id}{code}", "verification_code")


async def send(
    tx: Transaction,
    kit: Kit,
    purpose: Purpose,
    to: Recipient,
    client: str,
    *,
    template: str = "verification_code",
    words: Mapping[str, str] | None = None,
) -> Sent:
    """Send a new code; earlier ones of this purpose stop working, except in a recovery.

    At most so many codes go to one address, for one account and from one client
    (``policy.CODE_LIMITS``, whatever the purpose); the refusal tells when the next may be sent.
    ``words`` are the template's parameters besides ``code`` and ``minutes``.
    """
    now = kit.clock.now()
    subjects = {"code_to_address": to.address_key, "code_by_client": client}
    if to.account_id is not None and purpose not in RECOVERIES:
        subjects["code_by_account"] = to.account_id
    await attempts.enforce(
        tx,
        [(limit, subjects[limit.kind]) for limit in CODE_LIMITS if limit.kind in subjects],
        now,
        field=None if purpose in _NEXT_STEPS else "channel",
        next_step=_NEXT_STEPS.get(purpose, _VERIFY_OTHERWISE),
        source="Q3, Q27",
    )
    for kind, subject in subjects.items():
        await attempts.record(tx, kind, subject, now)
    code_id, code = new_id(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    sent = Sent(code_id, now + CODE_LIFE)
    if purpose not in RECOVERIES:
        await void(
            tx,
            verification_code.c.account_id == to.account_id,
            verification_code.c.purpose == purpose,
        )
    await tx.execute(
        insert(verification_code).values(
            id=code_id,
            account_id=to.account_id,
            purpose=purpose,
            address_key=to.address_key,
            sealed_address=to.sealed_address,
            code_hash=_hash(kit, code_id, code if to.sealed_address else _NEVER),
            tries_left=CODE_TRIES,
            created_at=now,
            expires_at=sent.expires_at,
        )
    )
    if to.sealed_address is not None:
        told = {"code": code, "minutes": str(int(CODE_LIFE.total_seconds() // 60)), **(words or {})}
        tx.emit(
            MessageRequested(
                aggregate_id=code_id,
                version=1,
                occurred_at=now,
                channel=to.channel,
                template=template,
                language=to.language,
                sealed_address=to.sealed_address,
                sealed_parameters=kit.cipher.seal(
                    json.dumps(told, ensure_ascii=False), purposes.MESSAGE
                ),
                expires_at=sent.expires_at,
                account_id=to.account_id,
            )
        )
    return sent


async def void(tx: Transaction, *conditions: Any) -> None:
    """Let the waiting codes that meet the conditions (over ``verification_code.c``) end."""
    await tx.execute(
        update(verification_code)
        .where(*conditions, verification_code.c.used_at.is_(None))
        .values(tries_left=0)
    )


async def check(tx: Transaction, kit: Kit, subject: str, code: str, *conditions: Any) -> Any:
    """The newest waiting code that meets the conditions (over ``verification_code.c``), used up.

    ``subject`` is whose guesses are counted: an account, or an address. ``Refused``: no
    code is waiting, it has expired, it is wrong (how many tries are left is told), or too many
    were tried; what was counted stays counted.
    """
    now = kit.clock.now()
    await attempts.enforce(tx, [(CODE_GUESSES, subject)], now, field="code")
    await attempts.record(tx, CODE_GUESSES.kind, subject, now)
    waiting = (
        (
            await tx.execute(
                select(verification_code)
                .where(
                    *conditions,
                    verification_code.c.used_at.is_(None),
                    verification_code.c.tries_left > 0,
                )
                .order_by(verification_code.c.created_at.desc())
                .limit(1)
                .with_for_update()
            )
        )
        .mappings()
        .first()
    )
    if waiting is None or waiting["expires_at"] <= now:
        raise expired()
    this = verification_code.c.id == waiting["id"]
    if not secrets.compare_digest(waiting["code_hash"], _hash(kit, waiting["id"], code)):
        left = waiting["tries_left"] - 1
        await tx.execute(update(verification_code).where(this).values(tries_left=left))
        raise refused(
            "code_wrong",
            (f"验证码错误，还可尝试{left}次。", f"The code is wrong; {left} tries are left."),
            (
                "请核对最近一次收到的验证码；次数用完后请重新获取。",
                "Look at the latest code; when no tries are left, have a new one sent.",
            ),
            field="code",
            keep_effects=True,
        )
    await tx.execute(update(verification_code).where(this).values(used_at=now))
    return waiting


def expired() -> Refused:
    return refused(
        "code_expired",
        ("验证码已失效或尚未发送。", "No code is waiting, or it has expired."),
        ("请重新获取验证码。", "Have a new code sent."),
        field="code",
        status=409,
        keep_effects=True,
    )
