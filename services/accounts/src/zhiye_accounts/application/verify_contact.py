"""Prove that a phone or an email address is one's own (手机验证, 邮箱验证): Q3, Q27, deck 1.3."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select, update

from zhiye_accounts.adapters import accounts, attempts
from zhiye_accounts.adapters.accounts import IntegrityError, Row
from zhiye_accounts.adapters.tables import verification_code
from zhiye_accounts.application.check_identity import status_after
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

Channel = Literal["sms", "email"]

_COLUMNS = {
    "sms": ("phone_key", "sealed_phone", "phone_verified_at"),
    "email": ("email_key", "sealed_email", "email_verified_at"),
}


def _code_hash(kit: Kit, code_id: str, code: str) -> str:
    return kit.blind_index.of(f"{code_id}{code}", "verification_code")


async def send_code(
    tx: Transaction, kit: Kit, account_id: str, channel: Channel, client: str
) -> datetime:
    """Send a new code; earlier ones stop working. Returns when the code expires (UTC).

    At most so many codes go to one address, for one account and from one client
    (``policy.CODE_LIMITS``); the refusal tells when the next may be sent.
    """
    key_column, sealed_column, verified_column = _COLUMNS[channel]
    row = await accounts.get(tx, account_id)
    if row[sealed_column] is None:
        raise refused(
            "contact_missing",
            ("账户没有填写邮箱。", "The account has no email address."),
            ("请改用手机验证，或先补充邮箱。", "Verify by phone, or add an address first."),
            field="channel",
            status=409,
        )
    if row[verified_column] is not None:
        raise refused(
            "contact_already_verified",
            ("已通过验证，无需重复验证。", "It has been verified already."),
            ("请继续下一步：激活账户。", "Go on: activate the account."),
            field="channel",
            status=409,
        )
    now = kit.clock.now()
    subjects = {
        "code_to_address": str(row[key_column]),
        "code_by_account": account_id,
        "code_by_client": client,
    }
    await attempts.enforce(
        tx,
        [(limit, subjects[limit.kind]) for limit in CODE_LIMITS],
        now,
        field="channel",
        next_step=(
            "请稍后再试；收不到短信的，可改用邮箱验证。",
            "Wait; if no SMS arrives, verify by email instead.",
        ),
        source="Q3, Q27",
    )
    for kind, subject in subjects.items():
        await attempts.record(tx, kind, subject, now)
    code_id, code = new_id(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    expires_at = now + CODE_LIFE
    await tx.execute(
        update(verification_code)
        .where(
            verification_code.c.account_id == account_id,
            verification_code.c.purpose == f"verify_{channel}",
            verification_code.c.used_at.is_(None),
        )
        .values(tries_left=0)
    )
    await tx.execute(
        insert(verification_code).values(
            id=code_id,
            account_id=account_id,
            purpose=f"verify_{channel}",
            address_key=row[key_column],
            code_hash=_code_hash(kit, code_id, code),
            tries_left=CODE_TRIES,
            created_at=now,
            expires_at=expires_at,
        )
    )
    parameters = {"code": code, "minutes": str(int(CODE_LIFE.total_seconds() // 60))}
    tx.emit(
        MessageRequested(
            aggregate_id=code_id,
            version=1,
            occurred_at=now,
            channel=channel,
            template="verification_code",
            language=row["language"],
            sealed_address=row[sealed_column],
            sealed_parameters=kit.cipher.seal(json.dumps(parameters), purposes.MESSAGE),
            expires_at=expires_at,
            account_id=account_id,
        )
    )
    return expires_at


async def verify_contact(
    tx: Transaction, kit: Kit, account_id: str, channel: Channel, code: str
) -> Row:
    """Check a code and mark the contact verified; the account as it then is.

    ``Refused``: no code is waiting, it has expired, it is wrong (how many tries are left is
    told), or the phone is verified for another account.
    """
    now = kit.clock.now()
    key_column, _, verified_column = _COLUMNS[channel]
    row = await accounts.get(tx, account_id)
    await attempts.enforce(tx, [(CODE_GUESSES, account_id)], now, field="code")
    await attempts.record(tx, CODE_GUESSES.kind, account_id, now)
    waiting = (
        (
            await tx.execute(
                select(verification_code)
                .where(
                    verification_code.c.account_id == account_id,
                    verification_code.c.purpose == f"verify_{channel}",
                    verification_code.c.address_key == row[key_column],
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
        raise refused(
            "code_expired",
            ("验证码已失效或尚未发送。", "No code is waiting, or it has expired."),
            ("请重新获取验证码。", "Have a new code sent."),
            field="code",
            status=409,
            keep_effects=True,
        )
    if not secrets.compare_digest(waiting["code_hash"], _code_hash(kit, waiting["id"], code)):
        left = waiting["tries_left"] - 1
        await tx.execute(
            update(verification_code)
            .where(verification_code.c.id == waiting["id"])
            .values(tries_left=left)
        )
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
    await tx.execute(
        update(verification_code).where(verification_code.c.id == waiting["id"]).values(used_at=now)
    )
    status = status_after(row, row["identity"], contact_verified=True)
    try:
        async with tx.connection.begin_nested():
            changes: dict[str, Any] = {verified_column: now, "status": status}
            row = await accounts.save(tx, row, "contact_verified", now, **changes)
    except IntegrityError:
        raise refused(
            "phone_verified_elsewhere",
            (
                "此手机号已在另一个账户通过验证。",
                "This phone is verified for another account.",
            ),
            (
                "请改用邮箱验证或更换手机号；如另一账户也是您本人的，请直接登录该账户。",
                "Verify by email or use another phone; if that account is yours, log in to it.",
            ),
            field="code",
            source="Q3",
            status=409,
            keep_effects=True,
        ) from None
    return row
