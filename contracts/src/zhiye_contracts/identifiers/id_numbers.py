"""Resident identity numbers (公民身份号码, GB 11643-1999) and their 15-digit forerunners."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from operator import mul

from zhiye_contracts.identifiers.errors import IdentifierError, compact, reason
from zhiye_contracts.reasons import Reason

PROVINCE_PREFIXES = frozenset(
    f"{prefix}"
    for first, last in (
        (11, 15),
        (21, 23),
        (31, 37),
        (41, 46),
        (50, 54),
        (61, 65),
        (71, 71),
        (81, 83),
    )
    for prefix in range(first, last + 1)
)
"""First two digits of GB/T 2260; 83 is used on residence permits of people from Taiwan."""

OLDEST = 130
"""Years; nobody with an ID number is older."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS = ord("0") * sum(_WEIGHTS)
_CHECKS = "10X98765432"
_SEVENTEEN = re.compile("[0-9]{17}")
_SHAPE = re.compile("(?:[0-9]*[0-9X])?")
_CROSSES = str.maketrans("×✕✖ХΧ", "XXXXX")  # multiplication signs, Cyrillic and Greek letters
_STANDARD = "GB 11643-1999"
_FULL_NEXT = ("请对照身份证原件逐位核对后重新输入。", "Compare it with the card and type it again.")

MASKED = reason(
    "id_number_masked",
    "身份证号中含有星号，是脱敏后的号码。",
    "The ID number contains asterisks: it is a masked number.",
    "请输入完整的 18 位身份证号。",
    "Type the full 18-character ID number.",
    _STANDARD,
)
LENGTH = reason(
    "id_number_length",
    "身份证号应为 18 位，位数不对。",
    "An ID number has 18 characters; this one has another length.",
    "请检查是否多输或漏输了数字。",
    "Check whether a digit is missing or typed twice.",
    _STANDARD,
)
CHARACTERS = reason(
    "id_number_characters",
    "身份证号只能由数字组成，仅最后一位可以是字母 X；字母 O 和 I 不能代替数字 0 和 1。",
    "An ID number has digits only, except that the last character may be X; the letters O and I "
    "do not stand for 0 and 1.",
    "请去掉其他字符后重新输入。",
    "Remove the other characters and type it again.",
    _STANDARD,
)
REGION = reason(
    "id_number_region",
    "身份证号前两位不是任何省、自治区、直辖市的代码。",
    "The first two digits of the ID number belong to no province.",
    "请核对身份证号的前六位。",
    "Check the first six digits.",
    "GB/T 2260",
)
BIRTH_DATE = reason(
    "id_number_birth_date",
    "身份证号中的出生日期不存在或不合理。",
    "The birth date in the ID number does not exist or is implausible.",
    "请核对身份证号第 7 至 14 位（15 位号码为第 7 至 12 位）。",
    "Check characters 7 to 14 (7 to 12 of a 15-digit number).",
    _STANDARD,
)
FUTURE_BIRTH_DATE = reason(
    "id_number_future_birth_date",
    "身份证号中的出生日期晚于今天。",
    "The birth date in the ID number lies in the future.",
    "请核对身份证号第 7 至 14 位。",
    "Check characters 7 to 14.",
    _STANDARD,
)
CHECK_DIGIT_MISTYPED = reason(
    "id_number_check_digit",
    "身份证号校验不通过：很可能有一位数字输错。",
    "The ID number fails its check: most likely one digit is mistyped.",
    *_FULL_NEXT,
    _STANDARD,
)
CHECK_DIGIT_SWAPPED = reason(
    "id_number_check_digit",
    "身份证号校验不通过：可能有相邻两位数字前后写反，也可能有一位数字输错。",
    "The ID number fails its check: two neighbouring digits may be swapped, or one is mistyped.",
    *_FULL_NEXT,
    _STANDARD,
)
FIFTEEN_DIGITS = reason(
    "id_number_fifteen_digits",
    "这是 15 位的旧身份证号。",
    "This is an old 15-digit ID number.",
    "请输入现行身份证上的 18 位号码。",
    "Type the 18-character number of the present card.",
    "Q47",
)
NOT_FIFTEEN_DIGITS = reason(
    "id_number_not_fifteen_digits",
    "只有 15 位的旧身份证号才能升位。",
    "Only an old 15-digit ID number can be upgraded.",
    "如为 18 位号码，请直接使用。",
    "Use an 18-character number as it is.",
    "Q47",
)
CENTENARIAN = reason(
    "id_number_fifteen_centenarian",
    "该 15 位号码的顺序码为 996 至 999，是百岁以上老人的专用码，无法自动升位。",
    "The serial of this 15-digit number, 996 to 999, is reserved for people born in the century "
    "before: it cannot be upgraded automatically.",
    "请向主要执业机构所在地的省级卫生健康部门书面申请修改。",
    "Ask the provincial health authority of the main institution for the change in writing.",
    "Q47",
)
REASONS = (
    MASKED,
    LENGTH,
    CHARACTERS,
    REGION,
    BIRTH_DATE,
    FUTURE_BIRTH_DATE,
    CHECK_DIGIT_MISTYPED,
    CHECK_DIGIT_SWAPPED,
    FIFTEEN_DIGITS,
    NOT_FIFTEEN_DIGITS,
    CENTENARIAN,
)


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid 18-character resident identity number and what can be read from it.

    ``gender`` is "1" (male, odd 17th digit) or "2" (female), GB/T 2261.1; ``region`` the 6-digit
    division of first registration, which may have been abolished since.
    """

    value: str = field(repr=False)  # the number must not reach a log through a traceback
    birth_date: date = field(repr=False)
    gender: str
    region: str

    @property
    def province(self) -> str:
        """6-digit code of the province."""
        return self.region[:2] + "0000"


def check_character(first_seventeen: str) -> str:
    """The 18th character for the 17 digits before it (GB 11643-1999, ISO 7064 MOD 11-2)."""
    if not _SEVENTEEN.fullmatch(first_seventeen):
        raise ValueError("17 digits are needed")
    return _CHECKS[(sum(map(mul, first_seventeen.encode(), _WEIGHTS)) - _ZEROS) % 11]


def normalise_id_number(text: str) -> str:
    """Plain digits and capital X, without blanks and hyphens. Checks nothing."""
    value = compact(text)
    return value if value.isascii() else value.translate(_CROSSES)


def parse_id_number(text: str, today: date) -> IdNumber:
    """Read an 18-character number.

    ``today`` is the Asia/Shanghai date. Raises ``IdentifierError`` with one of the codes above.
    """
    value = normalise_id_number(text)
    _check_shape(value)
    if len(value) == 15:
        _birth_date("19" + value[6:12])
        raise IdentifierError(FIFTEEN_DIGITS)
    born = _birth_date(value[6:14])
    if born > today:
        raise IdentifierError(FUTURE_BIRTH_DATE)
    if today.year - born.year > OLDEST:
        raise IdentifierError(BIRTH_DATE)
    if check_character(value[:17]) != value[17]:
        raise IdentifierError(_likely_mistake(value))
    return IdNumber(value, born, "1" if int(value[16]) % 2 else "2", value[:6])


def upgrade_fifteen(text: str, today: date) -> IdNumber:
    """15 → 18 digits: "19" after the sixth digit and the check character (GB 11643-1999, Q47).

    Raises ``IdentifierError``; serials 996 to 999 need a decision by the province.
    """
    value = normalise_id_number(text)
    _check_shape(value)
    if len(value) != 15:
        raise IdentifierError(NOT_FIFTEEN_DIGITS)
    if int(value[12:]) >= 996:
        raise IdentifierError(CENTENARIAN)
    body = value[:6] + "19" + value[6:]
    return parse_id_number(body + check_character(body), today)


def make_id_number(region: str, born: date, serial: int) -> str:
    """A valid number: 6-digit region, birth date, serial 0 to 999 (odd for men)."""
    body = f"{region}{born:%Y%m%d}{serial:03d}"
    if not re.fullmatch("[0-9]{17}", body) or region[:2] not in PROVINCE_PREFIXES:
        raise ValueError("region must be a 6-digit code and serial at most 999")
    return body + check_character(body)


def _check_shape(value: str) -> None:
    if "*" in value:
        raise IdentifierError(MASKED)
    if not _SHAPE.fullmatch(value):
        raise IdentifierError(CHARACTERS)
    if len(value) not in (15, 18):
        raise IdentifierError(LENGTH)
    if len(value) == 15 and value.endswith("X"):
        raise IdentifierError(CHARACTERS)
    if value[:2] not in PROVINCE_PREFIXES:
        raise IdentifierError(REGION)


def _birth_date(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise IdentifierError(BIRTH_DATE) from None


def _likely_mistake(value: str) -> Reason:
    """Could one swap of neighbours have produced this? Tells the kind, never the place."""
    for at in range(16 if value.endswith("X") else 17):
        swapped = value[:at] + value[at + 1] + value[at] + value[at + 2 :]
        if swapped != value and check_character(swapped[:17]) == swapped[17]:
            return CHECK_DIGIT_SWAPPED
    return CHECK_DIGIT_MISTYPED
