"""The own password: asked for once more where much is at stake, and changed (deck 2.2)."""

from __future__ import annotations

from zhiye_accounts.adapters import accounts, attempts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.passwords import hash_password, verify_password
from zhiye_accounts.adapters.tables import verification_code
from zhiye_accounts.application import codes, lockout, telling
from zhiye_accounts.application.sessions import end_sessions
from zhiye_accounts.application.staff_access import own_account
from zhiye_accounts.domain.policy import LOGIN_FAILURES, PASSWORD_CHANGES, check_password
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal


async def confirm_password(tx: Transaction, kit: Kit, caller: Principal, password: str) -> Row:
    """The account of a token, locked, once its password was given too: a token alone, perhaps a
    stolen one, must not be enough to take the account away.

    ``Refused``: as ``own_account``; the password is wrong, which counts as a failed log-in; locked.
    """
    now = kit.clock.now()
    row = await own_account(tx, caller)
    subject = lockout.subject_of(kit, row["user_name"])
    before = await lockout.failures(tx, subject, now)
    row = await accounts.get(tx, caller.account_id)  # locked after the failures, as in a log-in
    if not await verify_password(row["password_hash"], password):
        left = await lockout.failed(tx, subject, before, now)
        raise refused(
            "password_wrong",
            (f"密码错误，还可尝试{left}次。", f"The password is wrong; {left} tries are left."),
            (
                "请核对后重试（密码区分大小写）；忘记密码的，请退出后找回。",
                "Check it (it is case-sensitive); if you forgot it, log out and recover it.",
            ),
            field="password",
            source="deck 2.2",
            keep_effects=True,
        )
    await attempts.clear(tx, LOGIN_FAILURES.kind, subject)
    return row


async def change_password(
    tx: Transaction, kit: Kit, caller: Principal, password: str, new_password: str
) -> None:
    """Replace the password. Every other session ends; this one goes on, with a token refreshed.

    ``Refused``: as ``confirm_password``; the new one is weak, or the old one; 429.
    """
    row = await confirm_password(tx, kit, caller, password)
    check_password(new_password, row["user_name"], kit.own.password_minimum, "new_password")
    if new_password == password:
        raise refused(
            "password_unchanged",
            ("新密码与原密码相同。", "The new password is the old one."),
            ("请换一个密码。", "Choose another password."),
            field="new_password",
            source="deck 2.2",
        )
    now = kit.clock.now()
    await attempts.enforce(tx, [(PASSWORD_CHANGES, row["id"])], now, source="deck 2.2")
    await attempts.record(tx, PASSWORD_CHANGES.kind, row["id"], now)
    password_hash = await hash_password(new_password)
    now = kit.clock.now()  # no earlier, or a token made meanwhile would outlive the change
    row = await accounts.save(
        tx,
        kit,
        row,
        "password_changed",
        password_hash=password_hash,
        tokens_not_before=now,
    )
    await end_access(tx, kit, row, "password_changed", keep=caller.session_id)
    for channel in telling.verified_channels(row):
        tx.emit(telling.message(kit, row, channel, "password_changed", {"by": ""}))


async def end_access(tx: Transaction, kit: Kit, row: Row, why: str, *, keep: str = "") -> None:
    """End what was begun with the old password: sessions, but for one, and codes that wait.

    Access tokens end by ``tokens_not_before``, which the caller has saved.
    """
    await codes.void(tx, verification_code.c.account_id == row["id"])
    await end_sessions(tx, kit, row["id"], why, keep=keep)
