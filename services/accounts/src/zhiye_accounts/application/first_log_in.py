"""The first log-in of an issued account needs a code sent to its reserved phone (Q36, deck 3.2)."""

from __future__ import annotations

from sqlalchemy import select

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import verification_code
from zhiye_accounts.application import codes
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import mask_phone


async def first_log_in(tx: Transaction, kit: Kit, row: Row, code: str | None, client: str) -> Row:
    """Mark the reserved phone as verified by the code; the account as it then is.

    The password has been checked. ``Refused``: without a code, one is sent, unless one that was
    sent before still waits; with one, as ``codes.check``.
    """
    now = kit.clock.now()
    waiting = (
        verification_code.c.account_id == row["id"],
        verification_code.c.purpose == "first_login",
        verification_code.c.address_key == row["phone_key"],
    )
    if code is not None:
        await codes.check(tx, kit, row["id"], code, *waiting)
        return await accounts.save(tx, kit, row, "phone_verified", phone_verified_at=now)
    expires_at = await tx.connection.scalar(
        select(verification_code.c.expires_at).where(
            *waiting,
            verification_code.c.used_at.is_(None),
            verification_code.c.tries_left > 0,
            verification_code.c.expires_at > now,
        )
    )
    if expires_at is None:
        to = codes.Recipient(
            "sms", row["phone_key"], row["sealed_phone"], row["id"], row["language"]
        )
        expires_at = (await codes.send(tx, kit, "first_login", to, client)).expires_at
    phone = mask_phone(kit.cipher.open(row["sealed_phone"], purposes.PHONE))
    minutes = -(-int((expires_at - now).total_seconds()) // 60)
    raise refused(
        "first_login_code_needed",
        (
            f"首次登录需要短信验证码，已发送至预留手机 {phone}，{minutes}分钟内有效。",
            f"The first log-in needs a code. It was sent to {phone}, the reserved phone, and is "
            f"valid for {minutes} minutes.",
        ),
        (
            "请连同验证码重新登录；验证码失效前不会重复发送。预留手机有误的，请联系发放账户的部门。",
            "Log in again with the code; no other is sent while it is valid. If the phone is "
            "wrong, speak to the authority that issued the account.",
        ),
        field="code",
        source="Q36, deck 3.2",
        status=403,
        keep_effects=True,
    )
