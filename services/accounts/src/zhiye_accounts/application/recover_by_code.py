"""Recover an account by a code to its phone or email address (Q12.1, Q34.1), of staff to the
reserved phone (Q16, Q37).

Nobody learns from it who has an account: for an address that no account has, everything is done
likewise, but the code goes to nobody.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, verification_code
from zhiye_accounts.application import codes
from zhiye_accounts.application.captchas import check_captcha
from zhiye_accounts.application.check_identity import status_after
from zhiye_accounts.application.codes import Channel
from zhiye_accounts.application.recovery import recover
from zhiye_accounts.application.verify_contact import COLUMNS
from zhiye_accounts.domain.policy import check_password
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused

_NEWEST_VOUCHED = (
    select(account)
    .where(account.c.role == "practitioner", account.c.status != "revoked")
    .where(account.c.phone_vouched_at.is_not(None))
    .order_by(account.c.phone_vouched_at.desc())
    .limit(1)
)
"""Of the phones that institutions have set for their people: several may have the same one."""


async def start_by_phone_or_email(
    tx: Transaction,
    kit: Kit,
    channel: Channel,
    address: str,
    captcha: tuple[str, str],
    client: str,
) -> codes.Sent:
    """Send a code to a verified phone or address, or to a phone that the institution has set.
    ``Refused``: the captcha; as ``codes.send``."""
    await check_captcha(tx, kit, *captcha)
    key_column, _, verified_column = COLUMNS[channel]
    key = kit.phone_key(address) if channel == "sms" else kit.email_key(address)
    row = await accounts.find(
        tx,
        account.c[key_column] == key,
        account.c[verified_column].is_not(None),
        account.c.role == "practitioner",
        account.c.status != "revoked",
    )
    if channel == "sms":
        vouched = await tx.execute(_NEWEST_VOUCHED.where(account.c.phone_key == key))
        row = row or vouched.mappings().first()
    purpose: codes.Purpose = "recover_sms" if channel == "sms" else "recover_email"
    return await _send(tx, kit, purpose, channel, key, row, client)


async def start_for_staff(
    tx: Transaction, kit: Kit, user_name: str, phone: str, captcha: tuple[str, str], client: str
) -> codes.Sent:
    """Send a code to the reserved phone, if it is that of this user name."""
    await check_captcha(tx, kit, *captcha)
    key = kit.phone_key(phone)
    row = await accounts.find(
        tx,
        func.lower(account.c.user_name) == user_name.lower(),
        account.c.phone_key == key,
        account.c.role != "practitioner",
        account.c.status != "revoked",
    )
    return await _send(tx, kit, "recover_staff", "sms", key, row, client)


async def _send(
    tx: Transaction,
    kit: Kit,
    purpose: codes.Purpose,
    channel: Channel,
    key: str,
    row: Row | None,
    client: str,
) -> codes.Sent:
    if row is None:
        to = codes.Recipient(channel, key, None, None)
    else:
        sealed = row[COLUMNS[channel][1]]
        to = codes.Recipient(channel, key, sealed, row["id"], row["language"])
    return await codes.send(tx, kit, purpose, to, client, template="recovery_code")


async def complete(
    tx: Transaction, kit: Kit, recovery_id: str, code: str, new_password: str
) -> Row:
    """Set a new password with the code that was sent; the account.

    ``Refused``: the password is weak, which costs no code; there is no such recovery; as
    ``codes.check``, guesses being counted for all recoveries by the same address; the contact is
    not the account's any more, or verified for another one.
    """
    check_password(new_password, "", kit.own.password_minimum, "new_password")
    sent = await _recovery(tx, recovery_id)
    row = await accounts.find(
        tx, account.c.id == (sent["account_id"] or ""), account.c.status != "revoked", lock=True
    )
    await codes.check(tx, kit, sent["address_key"], code, verification_code.c.id == recovery_id)
    channel: Channel = "email" if sent["purpose"] == "recover_email" else "sms"
    key_column, _, verified_column = COLUMNS[channel]
    if row is None or row[key_column] != sent["address_key"]:
        raise codes.expired()
    proven: dict[str, Any] = {}
    if row[verified_column] is None:
        proven[verified_column] = kit.clock.now()
        proven["status"] = status_after(row, row["identity"], contact_verified=True)
    return await recover(tx, kit, row, new_password, by=channel, proven=proven)


async def _recovery(tx: Transaction, recovery_id: str) -> Row:
    found = await tx.execute(
        select(verification_code).where(
            verification_code.c.id == recovery_id,
            verification_code.c.purpose.in_(codes.RECOVERIES),
        )
    )
    sent: Row | None = found.mappings().first()
    if sent is None:
        raise refused(
            "recovery_unknown",
            ("没有这次找回。", "There is no such recovery."),
            ("请重新开始找回。", "Start the recovery again."),
            source="Q12, Q34",
            status=404,
        )
    return sent
