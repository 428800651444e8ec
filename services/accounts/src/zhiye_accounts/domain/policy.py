"""The numbers and small rules of accounts: names, passwords, codes, limits."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from dataclasses import dataclass
from datetime import timedelta

from zhiye_contracts.identifiers import IdentifierError
from zhiye_contracts.reasons import Reason, Refused, Text

USER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{5,11}")
"""A letter first, then letters and digits, 6 to 12 in all (deck 1.2)."""

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
CAPTCHA_LIFE = timedelta(minutes=5)
CAPTCHA_AFTER_FAILURES = 3
"""Failed log-ins of one name, in ``LOCK_TIME``, after which a captcha is asked for."""
LOCK_AFTER_FAILURES = 5
LOCK_TIME = timedelta(minutes=15)
SESSION_LIFE = timedelta(days=14)
"""How long a session lasts without being refreshed."""
USER_AGENT_LENGTH = 200
"""How much is kept of what a client calls itself."""
REFRESH_GRACE = timedelta(seconds=10)
"""How long a used refresh token still tells the pair it was exchanged for: a client whose answer
was lost asks again. After that its use means that it was stolen."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` of ``kind`` for one subject within ``window``."""

    kind: str
    count: int
    window: timedelta


CODE_LIMITS = (
    Limit("code_to_address", 1, timedelta(minutes=1)),
    Limit("code_to_address", 5, timedelta(hours=1)),
    Limit("code_to_address", 10, timedelta(days=1)),
    Limit("code_by_account", 10, timedelta(days=1)),
    Limit("code_by_client", 30, timedelta(hours=1)),
)
"""For each code sent: to one phone or email, for one account, from one client address."""
CODE_GUESSES = Limit("code_guess", 15, timedelta(hours=1))
RECOVERIES_OF_PERSON = (
    Limit("recovery_person", 5, timedelta(days=1)),
    Limit("recovery_person", 15, timedelta(days=30)),
)
RECOVERIES_BY_CLIENT = Limit("recovery_client", 20, timedelta(hours=1))
"""Recoveries without a code, by what a person knows: per ID number, and per client address. Answers
such as the first ward are few: with five tries each day somebody patient would find one."""
IDENTITY_CORRECTIONS = Limit("identity_correction", 5, timedelta(days=1))
"""Each correction tells whether a name and an ID number belong together."""
ACTIVATION_GUESSES = Limit("activation_guess", 5, timedelta(hours=1))
PASSWORD_CHANGES = Limit("password_change", 10, timedelta(days=1))
"""Of one account: each is told by SMS."""
LOGIN_FAILURES = Limit("login_failed", LOCK_AFTER_FAILURES, LOCK_TIME)
LOGIN_FAILURES_BY_CLIENT = Limit("login_failed_client", 100, timedelta(minutes=15))
"""Per client address: generous, as a hospital's staff share one."""
EXPLAINED = Limit("explanation", 1000, timedelta(days=1))
"""ID numbers asked about by one institution: enough for its own people, not to search others."""
REVOCATIONS = Limit("revocation", 50, timedelta(days=1))
NAME_DECISIONS = Limit("name_decision", 200, timedelta(days=1))
"""Of one institution or authority, refused ones counted: each try tells whether it is so."""
CONTACT_RESETS = Limit("contact_reset", 100, timedelta(days=1))
CONTACT_RESETS_OF_ACCOUNT = Limit("contact_reset_account", 3, timedelta(days=1))
NOTICES_TO_UNPROVEN = Limit("unproven_notice", 3, timedelta(days=1))
"""Messages to a phone that nobody has proven to be an account's: it may be a stranger's."""
REGISTRATIONS_BY_CLIENT = Limit("registration_client", 60, timedelta(hours=1))

USER_NAME_FORMAT = Reason(
    "user_name_format",
    Text(
        "用户名应以字母开头，由6至12位字母和数字组成。",
        "A user name is 6 to 12 letters and digits, beginning with a letter.",
    ),
    Text("请换一个用户名。", "Choose another user name."),
    field="user_name",
    source="deck 1.2",
)


def check_user_name(user_name: str) -> str:
    """The user name without outer blanks; ``IdentifierError`` if it is none (deck 1.2)."""
    user_name = user_name.strip()
    if not USER_NAME.fullmatch(user_name):
        raise IdentifierError(USER_NAME_FORMAT)
    return user_name


def network_of(address: str) -> str | None:
    """The first half of a client's address, for its owner to recognise: ``203.0.*.*``."""
    with contextlib.suppress(ValueError):
        parsed = ipaddress.ip_address(address)
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        if parsed.version == 4:
            return ".".join(str(parsed).split(".")[:2]) + ".*.*"
        return ":".join(parsed.exploded.split(":")[:2]) + ":*"
    return None


def check_password(password: str, user_name: str, minimum: int, field: str = "password") -> None:
    """Letters and digits, long enough (deck 1.2; longer ones are welcome), not the user name."""
    problems = []
    if not minimum <= len(password) <= 128:
        problems.append(
            Text(f"密码长度应为{minimum}至128位。", f"A password has {minimum} to 128 characters.")
        )
    if not (re.search(r"[A-Za-z]", password) and re.search("[0-9]", password)):
        problems.append(
            Text("密码应同时含有字母和数字。", "A password holds both letters and digits.")
        )
    if user_name and user_name.lower() in password.lower():
        problems.append(Text("密码不能含有用户名。", "A password does not hold the user name."))
    if problems:
        raise Refused(
            *(
                Reason(
                    "password_weak",
                    text,
                    Text("请换一个密码。", "Choose another password."),
                    field=field,
                    source="deck 1.2",
                )
                for text in problems
            )
        )
