"""What an institution is found by: pieces of its names, and the initials of their pinyin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

from zhiye_contracts.codes import divisions

LONGEST_INITIALS = 10
"""Initials that count; what is typed beyond them is not looked at."""
_LEVEL_WORDS = re.compile(
    "(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市|区|县|旗|自治县|自治州|地区|盟)$"
)

Initials = Callable[[str], str]
"""The first letters of a text's pinyin, lower case; letters and digits stand for themselves."""


def fold(text: str) -> str:
    """One spelling for comparing: full-width forms to plain ones, lower case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def pairs(folded: str) -> set[str]:
    """Every two neighbouring characters."""
    return {folded[at : at + 2] for at in range(len(folded) - 1)}


def initials_key(initials: str) -> str:
    """What is looked for when somebody types initials."""
    return "^" + initials[:LONGEST_INITIALS]


def search_keys(names: Iterable[tuple[str, str]], initials: Initials) -> list[str]:
    """What an institution may be found by: the pairs of its names, and the beginnings of their
    initials, with and without the division they lie in.

    ``names`` are names with the region they belong to: the standard name, other names, and of a
    campus the standard name of what it is part of (Q57).
    """
    found: set[str] = set()
    for name, region in names:
        folded = fold(name)
        found |= pairs(folded)
        for part in {folded, without_division(folded, region)}:
            letters = initials(part)[:LONGEST_INITIALS]
            found |= {initials_key(letters[:size]) for size in range(2, len(letters) + 1)}
    return sorted(found)


def without_division(name: str, region: str) -> str:
    """The name without the divisions at its beginning: 协和医院 of 北京协和医院."""
    rest = name
    for words in _division_words(region):
        rest = next((rest[len(word) :] for word in words if rest.startswith(word)), rest)
    return rest if len(rest) > 1 else name


@lru_cache(maxsize=4_000)
def _division_words(region: str) -> tuple[tuple[str, ...], ...]:
    """How each division above a region may be written, the longer form first."""
    return tuple((name, _LEVEL_WORDS.sub("", name)) for name in divisions.path(region))
