"""What an institution is found by: pieces of its names, initials of their pinyin, its category.

The pieces are kept beside the institution (``search_keys``). They only narrow a search down to
few; the names themselves decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from zhiye_contracts.codes import divisions

LONGEST_INITIALS = 10
"""Initials that count; what is typed beyond them is not looked at."""
NUMBER_BEGINS = 4
"""Characters from which on something typed may be the beginning of a registration number."""
_LEVEL_WORDS = re.compile(
    "(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市|区|县|旗|自治县|自治州|地区|盟)$"
)
_HAN = "[\u3400-\u4dbf\u4e00-\u9fff]"
_PLAIN = re.compile(f"{_HAN}+")
_BLANKS = re.compile(rf"(?<={_HAN})\s+|\s+(?={_HAN})")
"""Names have none there, but people type them."""

Initials = Callable[[str], str]
"""The first letters of a text's pinyin, lower case; letters and digits stand for themselves."""


def fold(text: str) -> str:
    """One spelling for comparing: full-width forms to plain ones, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


@dataclass(frozen=True, slots=True)
class Term:
    """Something that was typed into a search."""

    text: str
    """Folded."""
    initials: str | None
    """If it may be initials."""
    number: str | None
    """If it may be how a registration number begins."""

    @property
    def plain(self) -> bool:
        """Whether folding leaves every name that contains it as it is, where it matters."""
        return _PLAIN.fullmatch(self.text) is not None

    @property
    def name_keys(self) -> list[str]:
        return sorted(_pairs(self.text))

    @property
    def initials_key(self) -> str | None:
        return self.initials and "^" + self.initials


def read_term(typed: str) -> Term | None:
    """``None`` when nothing is left of it."""
    text = _BLANKS.sub("", fold(typed))
    if not text:
        return None
    letters = re.fullmatch("[a-z0-9]{2,}", text) is not None
    number = letters and len(text) >= NUMBER_BEGINS and re.search("[0-9]", text)
    return Term(
        text,
        text[:LONGEST_INITIALS] if letters else None,
        text.upper() if number else None,
    )


def other_name_key(name_key: str) -> str:
    """The same of another name."""
    return "~" + name_key


def category_key(category: str) -> str:
    """What institutions are looked for by whose category begins like this."""
    return "=" + category


def search_keys(
    name: str, region: str, category: str, others: Iterable[str], initials: Initials
) -> set[str]:
    """What an institution may be found by.

    ``others`` are its other names, and of a campus the standard name of what it is part of (Q57).
    Initials are those of all names, with and without the division the institution lies in.
    """
    folded = fold(name)
    found = _pairs(folded) | _beginnings(folded, region, initials) | _category_keys(category)
    for other in map(fold, others):
        found |= {other_name_key(pair) for pair in _pairs(other)}
        found |= _beginnings(other, region, initials)
    return found


def matched_name(
    term: Term, name: str, region: str, others: Sequence[str], initials: Initials
) -> str | None:
    """Which of the other names was found; ``None`` if it was the name itself."""

    def begins_so(one: str) -> bool:
        return term.initials_key is not None and term.initials_key in _beginnings(
            fold(one), region, initials
        )

    if not others or term.text in fold(name) or begins_so(name):
        return None
    return next((one for one in others if term.text in fold(one) or begins_so(one)), None)


def without_division(name: str, region: str) -> str:
    """The name without the divisions at its beginning: 协和医院 of 北京协和医院."""
    rest = name
    for words in _division_words(region):
        rest = next((rest[len(word) :] for word in words if rest.startswith(word)), rest)
    return rest if len(rest) > 1 else name


def _pairs(folded: str) -> set[str]:
    """Every two neighbouring characters."""
    return {folded[at : at + 2] for at in range(len(folded) - 1)}


def _beginnings(folded: str, region: str, initials: Initials) -> set[str]:
    """Of the initials of a name, with and without the division at its beginning."""
    rest = without_division(folded, region)
    short = initials(rest)
    whole = initials(folded) if rest != folded else short
    return {
        "^" + letters[:size]
        for letters in {short, whole}
        for size in range(2, min(len(letters), LONGEST_INITIALS) + 1)
    }


@lru_cache(maxsize=1_000)
def _category_keys(category: str) -> frozenset[str]:
    return frozenset(category_key(category[:size]) for size in range(1, len(category) + 1))


@lru_cache(maxsize=4_000)
def _division_words(region: str) -> tuple[tuple[str, ...], ...]:
    """How each division above a region may be written, the longer form first."""
    return tuple((name, _LEVEL_WORDS.sub("", name)) for name in divisions.path(region))
