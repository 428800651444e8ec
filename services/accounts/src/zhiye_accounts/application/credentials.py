"""First passwords: made here, told by SMS to whom the account is for, and to nobody else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.passwords import hash_password
from zhiye_accounts.application.telling import message
from zhiye_accounts.domain.policy import check_password
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


async def new_credentials(kit: Kit, password: str | None = None) -> Credentials:
    """Of a password that was chosen at set-up, or else of a new one."""
    if password is None:
        letters = "".join(
            secrets.choice(_LETTERS) for _ in range(max(8, kit.own.password_minimum - 4))
        )
        password = f"{letters}{secrets.randbelow(10**4):04d}"
    check_password(password, "", kit.own.password_minimum)
    return Credentials(password, await hash_password(password))
