"""Identifiers that sort by time: 26 characters, Crockford base 32, as ULIDs are."""

from __future__ import annotations

import os
import time
from functools import lru_cache

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def new_id() -> str:
    """48 bits of milliseconds and 80 random bits: index-friendly and not guessable."""
    number = int.from_bytes(os.urandom(10), "big")
    random = "".join([_PAIRS[number >> shift & 1023] for shift in range(70, -1, -10)])
    return _time(time.time_ns() // 1_000_000) + random


@lru_cache(maxsize=1)
def _time(milliseconds: int) -> str:
    return "".join(_PAIRS[milliseconds >> shift & 1023] for shift in range(40, -1, -10))
