"""Prove that a phone or an email address is one's own (手机验证, 邮箱验证): Q3, Q27, deck 1.3."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import IntegrityError, Row
from zhiye_accounts.adapters.tables import verification_code
from zhiye_accounts.application import codes
from zhiye_accounts.application.check_identity import status_after
from zhiye_accounts.application.codes import Channel
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_contracts.reasons import Refused

COLUMNS: dict[Channel, tuple[str, str, str]] = {
    "sms": ("phone_key", "sealed_phone", "phone_verified_at"),
    "email": ("email_key", "sealed_email", "email_verified_at"),
}
"""Of each channel: blind index, sealed address, when it was verified."""


async def send_code(
    tx: Transaction, kit: Kit, account_id: str, channel: Channel, client: str
) -> datetime:
    """Send a new code to the account's own phone or email; when it expires (UTC).

    ``Refused``: there is no such contact, it is verified already, or one of the limits.
    """
    key_column, sealed_column, verified_column = COLUMNS[channel]
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
    to = codes.Recipient(channel, row[key_column], row[sealed_column], account_id, row["language"])
    purpose: codes.Purpose = "verify_sms" if channel == "sms" else "verify_email"
    return (await codes.send(tx, kit, purpose, to, client)).expires_at


async def verify_contact(
    tx: Transaction, kit: Kit, account_id: str, channel: Channel, code: str
) -> Row:
    """Check a code and mark the contact verified; the account as it then is.

    ``Refused``: as ``codes.check``, or the contact is verified for another account.
    """
    key_column, _, verified_column = COLUMNS[channel]
    row = await accounts.get(tx, account_id)
    await codes.check(
        tx,
        kit,
        account_id,
        code,
        verification_code.c.account_id == account_id,
        verification_code.c.purpose == f"verify_{channel}",
        verification_code.c.address_key == row[key_column],
    )
    now = kit.clock.now()
    status = status_after(row, row["identity"], contact_verified=True)
    changes: dict[str, Any] = {verified_column: now, "status": status}
    return await save_contact(tx, kit, row, channel, "contact_verified", changes)


async def save_contact(
    tx: Transaction, kit: Kit, row: Row, channel: Channel, change: str, values: dict[str, Any]
) -> Row:
    """Save an account whose contact becomes verified; refused when another account has it."""
    try:
        async with tx.connection.begin_nested():
            return await accounts.save(tx, kit, row, change, **values)
    except IntegrityError:
        raise verified_elsewhere(channel) from None


def verified_elsewhere(channel: Channel) -> Refused:
    """One phone, and one email address, is verified for one person's account only."""
    if channel == "email":
        return refused(
            "email_verified_elsewhere",
            (
                "此邮箱已在另一个账户通过验证。",
                "This email address is verified for another account.",
            ),
            (
                "请改用手机验证或更换邮箱；如另一账户也是您本人的，请直接登录该账户。",
                "Verify by phone or use another address; if that account is yours, log in to it.",
            ),
            field="code",
            source="Q3",
            status=409,
            keep_effects=True,
        )
    return refused(
        "phone_verified_elsewhere",
        ("此手机号已在另一个账户通过验证。", "This phone is verified for another account."),
        (
            "请改用邮箱验证或更换手机号；如另一账户也是您本人的，请直接登录该账户。",
            "Verify by email or use another phone; if that account is yours, log in to it.",
        ),
        field="code",
        source="Q3",
        status=409,
        keep_effects=True,
    )
