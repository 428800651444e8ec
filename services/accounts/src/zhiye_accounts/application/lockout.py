"""Wrong passwords: counted for each login name, which locks after too many (Q12, Q34)."""

from __future__ import annotations

from datetime import datetime

from zhiye_accounts.adapters import attempts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.domain.policy import LOGIN_FAILURES
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import IdentifierError, parse_phone
from zhiye_contracts.identifiers.errors import fold


def login_name(text: str) -> str:
    """One spelling per name, so that each has one count of failures."""
    try:
        return parse_phone(text)
    except IdentifierError:
        return fold(text).lower()


def subject_of(kit: Kit, name: str) -> str:
    """What the failures of a login name are counted by."""
    return kit.blind_index.of(login_name(name), "login_name")


async def failures(tx: Transaction, subject: str, now: datetime) -> int:
    """How many there were, all others of this name waiting; ``Refused`` (423) when it is locked."""
    count, seconds = await attempts.count(tx, LOGIN_FAILURES, subject, now, lock=True)
    if count >= LOGIN_FAILURES.count:
        raise refused(
            "account_locked",
            (
                f"登录失败次数过多，已锁定，请在{attempts.told(seconds, 'zh')}后再试。",
                f"Too many failed log-ins: locked for {attempts.told(seconds, 'en')}.",
            ),
            ("请稍后再试，或通过“忘记密码”找回。", "Wait, or recover the password."),
            source="Q12, Q34",
            status=423,
            retry_after=seconds,
        )
    return count


async def failed(tx: Transaction, subject: str, before: int, now: datetime) -> int:
    """Count one more failure after those ``before``; how many tries are left."""
    await attempts.record(tx, LOGIN_FAILURES.kind, subject, now)
    return max(0, LOGIN_FAILURES.count - before - 1)


async def forget(tx: Transaction, kit: Kit, row: Row) -> None:
    """Unlock an account under both its login names."""
    names = [row["user_name"]]
    if row["sealed_phone"] is not None:
        names.append(kit.cipher.open(row["sealed_phone"], purposes.PHONE))
    for name in names:
        await attempts.clear(tx, LOGIN_FAILURES.kind, subject_of(kit, name))
