"""What every way back into an account (找回账户) ends with (Q12, Q34)."""

from __future__ import annotations

from typing import Any

from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.passwords import hash_password
from zhiye_accounts.application import lockout, telling
from zhiye_accounts.application.codes import Channel
from zhiye_accounts.application.own_password import end_access
from zhiye_accounts.application.verify_contact import save_contact
from zhiye_accounts.domain.policy import check_password
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction


async def recover(
    tx: Transaction,
    kit: Kit,
    row: Row,
    new_password: str,
    *,
    by: Channel | None = None,
    proven: dict[str, Any] | None = None,
) -> Row:
    """Give a locked account its new password; the account as it then is.

    Its sessions, tokens and waiting codes end, its log-in is unlocked, and its verified contacts
    are told: all but the one that was used, unless there is no other. ``proven`` is what the
    recovery has shown besides, such as that the phone is the person's own.

    ``Refused``: the password holds the user name; the phone is verified for another account.
    """
    check_password(new_password, row["user_name"], kit.own.password_minimum, "new_password")
    values = {
        "password_hash": await hash_password(new_password),
        "tokens_not_before": kit.clock.now(),
        **(proven or {}),
    }
    row = await save_contact(tx, kit, row, "sms", "recovered", values)
    await end_access(tx, kit, row, "recovered")
    await lockout.forget(tx, kit, row)
    known = telling.verified_channels(row)
    for channel in [other for other in known if other != by] or known:
        tx.emit(telling.message(kit, row, channel, "password_changed", {"by": ""}))
    return row
