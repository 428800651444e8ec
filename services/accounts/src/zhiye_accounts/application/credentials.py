"""First passwords: made here, told by SMS to whom the account is for, and to nobody else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from zhiye_accounts.adapters import attempts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.passwords import hash_password
from zhiye_accounts.application.telling import message
from zhiye_accounts.domain.policy import check_password
from zhiye_accounts.domain.staff_accounts import CREDENTIALS_TO_ADDRESS
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction

_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Credentials:
    password: str
    password_hash: str

    def send(self, tx: Transaction, kit: Kit, row: Row) -> None:
        """Tell user name and password to the phone of the account."""
        words = {
            "organisation": row["name"],
            "user_name": row["user_name"],
            "password": self.password,
        }
        tx.emit(message(kit, row, "sms", "credentials", words))


async def new_credentials(tx: Transaction, kit: Kit, phone_key: str) -> Credentials:
    """Of a new password, which goes to this phone; ``Refused`` (429) when too many went there.

    Ask before anything is written: the refusal keeps what was.
    """
    now = kit.clock.now()
    await attempts.enforce(
        tx,
        [(CREDENTIALS_TO_ADDRESS, phone_key)],
        now,
        field="phone",
        next_step=(
            "请核对手机号：发往同一手机的用户名和密码每天有限。",
            "Check the phone: only so many user names and passwords go to one a day.",
        ),
        source="Q36, Q54",
    )
    await attempts.record(tx, CREDENTIALS_TO_ADDRESS.kind, phone_key, now)
    letters = "".join(secrets.choice(_LETTERS) for _ in range(max(8, kit.own.password_minimum - 4)))
    return await credentials_of(kit, f"{letters}{secrets.randbelow(10**4):04d}")


async def credentials_of(kit: Kit, password: str) -> Credentials:
    """Of a password that was chosen."""
    check_password(password, "", kit.own.password_minimum)
    return Credentials(password, await hash_password(password))
