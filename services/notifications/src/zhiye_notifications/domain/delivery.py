"""What is delivered, by whom, and how often it is tried.

A message is sent **at most once**. A provider that certainly has not taken it says ``NotSent``,
and only then may it be tried again. Whatever else goes wrong - no answer in time, a connection
that breaks after the request, a crash between the call and its record - leaves it unknown whether
the person got the message, and it counts as failed: a second code or a second password is worse
than asking for a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from zhiye_contracts.reasons import Language

Channel = Literal["sms", "email"]

WAIT_FOR_CONTACT = timedelta(hours=24)
"""How long a message without a date of its own is worth sending (also: waits for an address)."""
SEND_SECONDS = 30.0
"""How long a provider may take for one message."""
OUTCOME_UNKNOWN_AFTER = timedelta(minutes=1)
"""A message that has been ``sending`` for longer was in a process that died."""
RETRY_SECONDS = (5, 30, 120, 600, 1800)
"""Pauses after the first, second, … try that the provider did not take."""

NO_PROVIDER = "no_provider"
NO_VERIFIED_CONTACT = "no_verified_contact"
EXPIRED = "expired"
OUTCOME_UNKNOWN = "outcome_unknown"
UNSEALABLE = "unsealable"


@dataclass(frozen=True, slots=True)
class Message:
    """One rendered message to one address. ``subject`` is empty for SMS."""

    id: str
    channel: Channel
    address: str
    subject: str
    text: str
    template: str
    parameters: Mapping[str, Any]
    language: Language


class NotSent(Exception):  # noqa: N818 - an answer, not a fault of ours
    """The provider certainly did not take the message; ``retry`` if it may do so later."""

    def __init__(self, code: str, *, retry: bool) -> None:
        super().__init__(code)
        self.code = code
        self.retry = retry


class Provider(Protocol):
    """Carries messages of a channel out."""

    name: str

    async def send(self, message: Message) -> str | None:
        """Hand over one message; returns the provider's reference, if it gives one.

        Raises ``NotSent`` when it was certainly not taken. Any other exception means that this
        is not known.
        """
        ...

    async def close(self) -> None: ...


def next_attempt(attempts: int, now: datetime, expires_at: datetime) -> datetime | None:
    """When to try again after so many tries; ``None`` when there is no point any more."""
    if attempts > len(RETRY_SECONDS):
        return None
    due = now + timedelta(seconds=RETRY_SECONDS[attempts - 1])
    return due if due < expires_at else None
