"""People's names: one spelling for comparing them, and rare characters written as pinyin."""

from __future__ import annotations

import re
from typing import Literal

from zhiye_contracts.identifiers.errors import IdentifierError, fold, reason

_HAN = (
    "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
    "\ue000-\uf8ff"  # the private area, where old systems kept characters they lacked
)
_DOTS = re.compile(rf" ?[·•‧∙⋅・᛫●] ?|(?<=[{_HAN}]) ?[.。] ?(?=[{_HAN}])")
_PLACEHOLDER = r"\([A-Za-zÀ-ɏ]{1,8}[1-5]?\)"
_UNIT = re.compile(f"{_PLACEHOLDER}|.", re.DOTALL)
_NAME = re.compile(f"(?:[{_HAN}A-Za-zÀ-ɏ]|{_PLACEHOLDER})(?:[{_HAN}A-Za-zÀ-ɏ·' -]|{_PLACEHOLDER})*")
_USUAL = re.compile("[\u4e00-\u9fff]{2,50}")
"""What most names are, and no rule changes."""
_BLANKS = re.compile(r"\s+")
_BRACKETED = re.compile(r" ?\( ?([^()]*?) ?\) ?")
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_BRACKETS = str.maketrans("[]【】〔〕〈〉《》", "()" * 5)

Match = Literal["exact", "assisted", "different"]

EMPTY = reason(
    "name_empty",
    "姓名没有填写。",
    "The name is empty.",
    "请按身份证填写姓名。",
    "Type the name as on the identity card.",
)
LENGTH = reason(
    "name_length",
    "姓名的长度应为 2 至 50 个字。",
    "A name has 2 to 50 characters.",
    "请按身份证填写完整姓名。",
    "Type the full name as on the identity card.",
)
CHARACTERS = reason(
    "name_characters",
    "姓名中有不允许的字符。",
    "The name contains characters that are not allowed.",
    "只能使用汉字、字母和间隔号“·”；打不出的生僻字可在括号内写拼音，如“王(suo)”。",
    "Use Chinese characters, letters and the middle dot; write a character that cannot be typed "
    "as pinyin in brackets, such as 王(suo).",
)
REASONS = (EMPTY, LENGTH, CHARACTERS)


def normalise_name(text: str) -> str:
    """One spelling per name: full-width forms folded, blanks between Chinese characters dropped,
    every kind of middle dot written "·", pinyin brackets half-width and lower case.
    """
    if _USUAL.fullmatch(text):
        return text
    name = _BLANKS.sub(" ", fold(text).translate(_BRACKETS))
    name = _BRACKETED.sub(lambda found: f"({found[1].lower()})", name)
    name = _DOTS.sub("·", name)
    return _BETWEEN_HAN.sub("", name)


def parse_name(text: str) -> str:
    """The normalised name. Raises ``IdentifierError``: name_empty, _length, _characters."""
    if _USUAL.fullmatch(text):
        return text
    name = normalise_name(text)
    if not name:
        raise IdentifierError(EMPTY)
    if not _NAME.fullmatch(name):
        raise IdentifierError(CHARACTERS)
    if not 2 <= len(split_pinyin_brackets(name)) <= 50:
        raise IdentifierError(LENGTH)
    return name


def split_pinyin_brackets(name: str) -> tuple[str, ...]:
    """The normalised name in units: each a character, or a bracketed pinyin standing for one.

    ``王（SUO）明`` → ``("王", "(suo)", "明")``.
    """
    return tuple(_UNIT.findall(normalise_name(name)))


def is_rare_character_name(name: str) -> bool:
    """Whether exact matching is likely to fail: a bracketed pinyin, or a character outside GBK,
    which the exam sign-up systems could not record.
    """
    return any(_is_placeholder(unit) or not _in_gbk(unit) for unit in split_pinyin_brackets(name))


def names_match(registered: str, recorded: str) -> Match:
    """Compare the name a person registers with the one on record.

    "assisted": they differ only where a bracketed pinyin stands for one character; an institution
    or an authority must confirm that it is the same person.
    """
    left, right = split_pinyin_brackets(registered), split_pinyin_brackets(recorded)
    if left and left == right:
        return "exact"
    pairs = tuple(zip(left, right, strict=False))
    same = sum(a == b and not _is_placeholder(a) for a, b in pairs)
    if len(left) == len(right) and same and all(a == b or _stands_for(a, b) for a, b in pairs):
        return "assisted"
    return "different"


def _is_placeholder(unit: str) -> bool:
    return len(unit) > 1


def _stands_for(a: str, b: str) -> bool:
    character = b if _is_placeholder(a) else a
    return (
        _is_placeholder(a) != _is_placeholder(b)
        and re.fullmatch(f"[{_HAN}]", character) is not None
    )


def _in_gbk(unit: str) -> bool:
    try:
        unit.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
