"""Pinyin to search by: the initials of places and institutions, and the names of people.

The readings are pypinyin's. In names of places, phrases tell how a character of several readings is
read; looking for every phrase of its dictionary in every name would take most of the time of an
import, so only those are kept that differ from the usual readings of their characters: two thousand
of 47,000. In names of people it is the place that tells: many surnames have a reading of their own.
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
_SURNAMES = {
    **{"单": "shan", "曾": "zeng", "仇": "qiu", "查": "zha", "解": "xie", "朴": "piao", "区": "ou"},
    **{"盖": "ge", "翟": "zhai", "覃": "qin", "乐": "yue", "缪": "miao", "员": "yun", "黑": "he"},
    **{"种": "chong", "秘": "bi", "折": "she", "洗": "xian", "祭": "zhai", "句": "gou"},
    **{"繁": "po", "隗": "wei", "佴": "nai", "能": "nai", "召": "shao", "粘": "nian"},
    **{"适": "kuo", "角": "jue", "难": "ning", "郇": "xun", "都": "du", "藏": "zang"},
    **{"么": "yao", "会": "gui", "乜": "nie", "参": "shen", "铅": "yan", "洼": "gui"},
    **{"尉迟": "yu chi", "万俟": "mo qi", "澹台": "tan tai", "长孙": "zhang sun"},
    **{"单于": "chan yu", "乐正": "yue zheng", "宰父": "zai fu", "谷梁": "gu liang"},
}
"""Surnames whose reading is not the character's first one."""
_GIVEN = {"长": "chang", "晟": "sheng", "藏": "zang", "曾": "zeng", "卜": "bu", "阚": "kan"}
"""Readings in the rest of a name, where the dictionary's first is another."""
_UNIT = re.compile(r"[a-z']+|[^\W\d_]")


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


def name_pinyin(name: str) -> tuple[str, str]:
    """The whole pinyin of a person's name and its initials: ``shandanni`` and ``sdn`` for 单丹妮.

    Lower case without tones, blanks and dots; ``v`` stands for ü, as it is typed. Latin letters,
    as of a rare character in brackets, stand for themselves; what nobody knows is left out.
    """
    name = unicodedata.normalize("NFKC", name).strip()
    surname = next((name[:size] for size in (2, 1) if name[:size] in _SURNAMES), "")
    syllables = _SURNAMES[surname].split() if surname else []
    for unit in _UNIT.findall(fold_pinyin(name[len(surname) :], keep=True)):
        syllables.append(unit.replace("'", "") if unit.isascii() else _syllable(unit))
    known = [syllable for syllable in syllables if syllable]
    return "".join(known), "".join(syllable[0] for syllable in known)


def fold_pinyin(text: str, *, keep: bool = False) -> str:
    """What somebody types as pinyin, written as ``name_pinyin`` has it: without tones, and ``v``
    for ü. Everything but letters is left out, or kept."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower())
    text = text.replace("u\u0308", "v")
    text = "".join(one for one in text if not unicodedata.combining(one))
    return text if keep else re.sub("[^a-z]", "", text)


def _syllable(character: str) -> str:
    if character in _GIVEN:
        return _GIVEN[character]
    from pypinyin import constants  # 60 MB: only where names are written

    first, _, _ = constants.PINYIN_DICT.get(ord(character), "").partition(",")
    return fold_pinyin(first)


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
