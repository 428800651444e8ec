"""Argon2id, off the event loop, two at a time: it is meant to be expensive."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second recommendation: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_DUMMY = _HASHER.hash("nobody has this password")
_AT_ONCE = asyncio.Semaphore(2)


async def hash_password(password: str) -> str:
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, password)


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is no such account."""
    async with _AT_ONCE:
        right = await asyncio.to_thread(_verify, stored or _DUMMY, password)
    return right and stored is not None
