"""Log in by a password: a person or an officer, or a machine (Q12, Q34, Q36)."""

from __future__ import annotations

from zhiye_accounts.adapters import accounts, attempts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.passwords import verify_password
from zhiye_accounts.adapters.tables import account
from zhiye_accounts.adapters.tokens import TokenIssuer
from zhiye_accounts.application import lockout
from zhiye_accounts.application.captchas import check_captcha
from zhiye_accounts.application.first_log_in import first_log_in
from zhiye_accounts.application.sessions import Device, Tokens, open_session, principal_of
from zhiye_accounts.domain.policy import (
    CAPTCHA_AFTER_FAILURES,
    LOGIN_FAILURES,
    LOGIN_FAILURES_BY_CLIENT,
)
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Role


async def _authenticate(
    tx: Transaction,
    kit: Kit,
    name: str,
    password: str,
    client: str,
    captcha: tuple[str | None, str | None] | None,
    only_role: Role | None = None,
) -> Row:
    """The account of a name and password. Refusals are the same whether the name exists."""
    now = kit.clock.now()
    name = lockout.login_name(name)
    # Machines fail on a count of their own: no captcha slows them, and nobody else's log-in is
    # to be locked by way of them.
    subject = kit.blind_index.of(name, "client_id") if only_role else lockout.subject_of(kit, name)
    await attempts.enforce(tx, [(LOGIN_FAILURES_BY_CLIENT, client)], now, lock=False)
    failures = await lockout.failures(tx, subject, now)
    if failures >= CAPTCHA_AFTER_FAILURES and captcha is not None:
        await check_captcha(tx, kit, *captcha)
    row = await accounts.by_login_name(tx, name, kit.phone_key(name))
    if row is not None and only_role not in (None, row["role"]):
        row = None
    known = row["password_hash"] if row else None
    row = await _unchanged(tx, row) if await verify_password(known, password) else None
    if row is None:
        left = await lockout.failed(tx, subject, failures, now)
        await attempts.record(tx, LOGIN_FAILURES_BY_CLIENT.kind, client, now)
        raise refused(
            "login_failed",
            (
                f"用户名或密码错误，还可尝试{left}次。",
                f"User name or password is wrong; {left} tries are left.",
            ),
            (
                "请核对后重试（密码区分大小写），或通过“忘记密码”找回。",
                "Check both (the password is case-sensitive), or recover the password.",
            ),
            source="Q12, Q34",
            status=401,
            keep_effects=True,
        )
    await attempts.clear(tx, LOGIN_FAILURES.kind, subject)
    return row


async def _unchanged(tx: Transaction, row: Row | None) -> Row | None:
    """The account, locked, if its password is still the one that was checked: whoever changes it
    ends all sessions, and must not miss the one that this log-in opens."""
    if row is None:
        return None
    return await accounts.find(
        tx,
        account.c.id == row["id"],
        account.c.password_hash == row["password_hash"],
        account.c.status != "revoked",
        lock=True,
    )


async def log_in(
    tx: Transaction,
    kit: Kit,
    issuer: TokenIssuer,
    name: str,
    password: str,
    client: str,
    captcha: tuple[str | None, str | None],
    device: Device,
    code: str | None = None,
) -> Tokens:
    """By user name or verified phone. After some failures a captcha is needed too, after more
    the name is locked for a while. ``code`` is what the first log-in of an issued account needs
    (Q36)."""
    row = await _authenticate(tx, kit, name, password, client, captcha)
    if row["role"] != "practitioner" and row["phone_verified_at"] is None:
        row = await first_log_in(tx, kit, row, code, client)
    return await open_session(tx, kit, issuer, row, device)


async def client_credentials(
    tx: Transaction, kit: Kit, issuer: TokenIssuer, name: str, secret: str, client: str
) -> Tokens:
    """A machine's token: the exam centre only; to others it is as if they had no account, as no
    captcha protects them here. It has no session and no refresh token."""
    row = await _authenticate(tx, kit, name, secret, client, None, only_role="exam_centre")
    return Tokens(issuer.issue(principal_of(row, "")), None)
