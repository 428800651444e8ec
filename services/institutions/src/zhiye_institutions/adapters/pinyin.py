"""Initials of pinyin, with the phrases that tell how a character of several readings is read.

The readings are pypinyin's. Looking for every phrase of its dictionary in every name would take
most of the time of an import, so only those are kept that differ from the usual readings of their
characters: two thousand of 47,000.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

_USUAL = {"长": "c", "藏": "z", "曾": "z"}
"""In names of places and institutions; in 院长 or 校长 the dictionary knows the other."""
_OWN = {
    **{"单县": "sx", "涡阳": "gy", "浚县": "xx", "洪洞": "ht", "繁峙": "fs", "荥经": "yj"},
    **{"宕昌": "tc", "朝阳": "cy", "南乐": "nl", "太行": "th", "筠连": "jl", "长子县": "zzx"},
    "藏医": "zy",
}
"""Readings that the dictionary lacks, or has another of."""


def initials(text: str) -> str:
    """The first letter of each character's pinyin: ``cqs`` for 重庆市. Letters and digits stand for
    themselves; anything else is left out."""
    readings = _readings()
    letters, at = text.translate(readings.characters), 0
    while (found := readings.special.search(text, at)) is not None:
        at = found.start()
        for size in readings.sizes[text[at]]:
            if phrase := readings.phrases.get(text[at : at + size]):
                letters = letters[:at] + phrase + letters[at + size :]
                at += size
                break
        else:
            at += 1
    return re.sub("[^a-z0-9]", "", letters.lower())


@dataclass(frozen=True)
class _Readings:
    characters: dict[int, str]
    phrases: dict[str, str]
    sizes: dict[str, list[int]]
    """Of the phrases that begin with a character, the longest first."""
    special: re.Pattern[str]
    """Where a phrase may begin."""


@cache
def _readings() -> _Readings:
    from pypinyin import constants  # 60 MB: only where names are written, or initials are read

    characters = {code: _letter(found) for code, found in constants.PINYIN_DICT.items()}
    characters |= {ord(character): letter for character, letter in _USUAL.items()}
    phrases = dict(_OWN)
    for phrase, syllables in constants.PHRASES_DICT.items():
        letters = "".join(_letter(syllable[0]) for syllable in syllables)
        if len(letters) == len(phrase) and letters != phrase.translate(characters):
            phrases.setdefault(phrase, letters)
    sizes: dict[str, set[int]] = {}
    for phrase in phrases:
        sizes.setdefault(phrase[0], set()).add(len(phrase))
    return _Readings(
        characters,
        phrases,
        {first: sorted(found, reverse=True) for first, found in sizes.items()},
        re.compile(f"[{''.join(sizes)}]"),
    )


def _letter(readings: str) -> str:
    """Of the first reading, without its accent."""
    return unicodedata.normalize("NFD", readings)[0]
