"""Change the own phone or email address (更换手机号, 安全邮箱): Q3, Q27, deck 2.2."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import verification_code
from zhiye_accounts.application import codes, telling
from zhiye_accounts.application.check_identity import status_after
from zhiye_accounts.application.codes import Channel
from zhiye_accounts.application.own_password import confirm_password
from zhiye_accounts.application.staff_access import own_account
from zhiye_accounts.application.verify_contact import COLUMNS, save_contact
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.reasons import Refused

_PURPOSES: dict[Channel, codes.Purpose] = {"sms": "change_sms", "email": "change_email"}


async def send_code_to_new_contact(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    channel: Channel,
    address: str,
    password: str,
    client: str,
) -> datetime:
    """Send a code to the new phone or address; when it expires (UTC).

    Whether it is verified for somebody else is told only to who has the code: others would learn
    that it has an account. ``Refused``: as ``confirm_password`` and ``codes.send``; it is the
    present one; a staff account's reserved phone.
    """
    if caller.role != "practitioner":
        raise _reserved()
    row = await confirm_password(tx, kit, caller, password)
    if channel == "sms":
        key, sealed = kit.phone_key(address), kit.cipher.seal(address, purposes.PHONE)
    else:
        key, sealed = kit.email_key(address), kit.cipher.seal(address, purposes.EMAIL)
    if key == row[COLUMNS[channel][0]]:
        raise refused(
            "contact_unchanged",
            ("这就是您现在的联系方式。", "This is your present contact already."),
            (
                "尚未验证的请直接获取验证码；要更换的请填写新的。",
                "If it is not verified yet, have a code sent to it; else give another one.",
            ),
            field="address",
            source="deck 2.2",
            status=409,
        )
    to = codes.Recipient(channel, key, sealed, row["id"], row["language"])
    return (await codes.send(tx, kit, _PURPOSES[channel], to, client)).expires_at


async def confirm_new_contact(
    tx: Transaction, kit: Kit, caller: Principal, channel: Channel, code: str
) -> Row:
    """Replace the contact by the one that the code was sent to, and tell the old one; the account
    as it then is. ``Refused``: as ``codes.check``; the contact is verified for another account."""
    await own_account(tx, caller)
    row = await accounts.get(tx, caller.account_id)
    waiting = await codes.check(
        tx,
        kit,
        row["id"],
        code,
        verification_code.c.account_id == row["id"],
        verification_code.c.purpose == _PURPOSES[channel],
    )
    key_column, sealed_column, verified_column = COLUMNS[channel]
    values: dict[str, Any] = {
        key_column: waiting["address_key"],
        sealed_column: waiting["sealed_address"],
        verified_column: kit.clock.now(),
        "status": status_after(row, row["identity"], contact_verified=True),
    }
    if channel == "sms":
        values["phone_vouched_at"] = None
    changed = await save_contact(tx, kit, row, channel, "contact_changed", values)
    known = telling.verified_channels(row)
    for told in [channel] if channel in known else known:
        words = {
            "what": "phone" if channel == "sms" else "email",
            "new_address": telling.masked_contact(kit, changed, channel),
            "by": "",
        }
        tx.emit(telling.message(kit, row, told, "contact_changed", words))
    return changed


def _reserved() -> Refused:
    return refused(
        "reserved_phone_fixed",
        (
            "机构端账户的预留手机不能自行更换。",
            "The reserved phone of an issued account cannot be changed by its holder.",
        ),
        (
            "请联系发放账户的卫生健康行政部门重新发放；克隆账户请由主账户重新建立。",
            "Ask the health authority that issued it to issue it anew; a clone is made anew by "
            "its main account.",
        ),
        field="channel",
        source="Q16, Q37",
        status=403,
    )
