"""Initials of pinyin, with the phrases that say how a character of several readings is read."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=20_000)
def initials(text: str) -> str:
    """The first letter of each character's pinyin: ``cqs`` for 重庆市. Letters and digits stand for
    themselves; anything else is left out."""
    from pypinyin import Style, lazy_pinyin  # takes 60 MB: only where names are written

    letters = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
    return "".join(c for c in letters.lower() if c.isascii() and c.isalnum())
