"""Registration numbers of medical institutions (医疗机构登记号), 22 characters, WS 218-2002."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, product

from zhiye_contracts.identifiers.errors import IdentifierError, compact, reason
from zhiye_contracts.identifiers.id_numbers import PROVINCE_PREFIXES

_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_STANDARD = "WS 218-2002"
_NEXT = (
    "请对照《医疗机构执业许可证》上的登记号重新输入。",
    "Compare it with the practice licence of the institution and type it again.",
)

LENGTH = reason(
    "institution_number_length",
    "医疗机构登记号应为 22 位，位数不对。",
    "An institution registration number has 22 characters; this one has another length.",
    *_NEXT,
    _STANDARD,
)
CHARACTERS = reason(
    "institution_number_characters",
    "医疗机构登记号只能由数字和大写字母组成，且第 10 至 17 位应为数字。",
    "An institution registration number has digits and capitals; characters 10 to 17 are digits.",
    *_NEXT,
    _STANDARD,
)
LETTER_O = reason(
    "institution_number_letter_o",
    "登记号中的数字 0 和字母 O 可能混淆了。",
    "The digit 0 and the letter O seem to be mixed up.",
    "请核对每一个 0 和 O（第 10 位以后除类别字母外都是数字）；如无误，再核对其他字符。",
    "Check each 0 and O (from character 10 on all but the category letter are digits); if they "
    "are right, check the other characters.",
    _STANDARD,
)
CHECK_DIGIT = reason(
    "institution_number_check_digit",
    "登记号前 9 位（组织机构代码）校验不通过，可能有一位输错。",
    "The first nine characters (organisation code) fail their check: one may be mistyped.",
    *_NEXT,
    "GB 11714-1997",
)
REGION = reason(
    "institution_number_region",
    "登记号第 10 至 15 位不是行政区划代码。",
    "Characters 10 to 15 are no administrative division code.",
    *_NEXT,
    "GB/T 2260",
)
CATEGORY = reason(
    "institution_number_category",
    "登记号第 18 至 21 位不是卫生机构类别代码（一个字母加三位数字）。",
    "Characters 18 to 21 are no institution category (a letter and three digits).",
    *_NEXT,
    _STANDARD,
)
PROFIT_CLASS = reason(
    "institution_number_profit_class",
    "登记号最后一位应为 1（非营利性）、2（营利性）或 9（其他）。",
    "The last character is 1 (non-profit), 2 (for profit) or 9 (other).",
    *_NEXT,
    _STANDARD,
)
REASONS = (LENGTH, CHARACTERS, LETTER_O, CHECK_DIGIT, REGION, CATEGORY, PROFIT_CLASS)


@dataclass(frozen=True, slots=True)
class InstitutionNumber:
    """A valid number and its fields; economic type and category are not looked up in a table."""

    value: str
    organisation: str
    region: str
    economic_type: str
    category: str
    profit_class: str


def organisation_check_character(first_eight: str) -> str:
    """The ninth character of an organisation code (GB 11714-1997)."""
    total = sum(int(c, 36) * w for c, w in zip(first_eight, _WEIGHTS, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def parse_institution_number(text: str) -> InstitutionNumber:
    """Read a 22-character registration number.

    Raises ``IdentifierError`` with one of the codes above. Blood and plasma stations may have
    none (Q55): do not ask them for it.
    """
    value = compact(text)
    if re.search("[^0-9A-Z]", value):
        raise IdentifierError(CHARACTERS)
    if len(value) != 22:
        raise IdentifierError(LENGTH)
    organisation, digits = value[:9], value[9:17]
    if re.search("O", digits + value[18:]) or value[17] == "0":
        raise IdentifierError(LETTER_O)
    if not digits.isdecimal():
        raise IdentifierError(CHARACTERS)
    if not _checks(organisation):
        raise IdentifierError(LETTER_O if _would_check(organisation) else CHECK_DIGIT)
    if digits[:2] not in PROVINCE_PREFIXES:
        raise IdentifierError(REGION)
    if not re.fullmatch("[A-Z][0-9]{3}", value[17:21]):
        raise IdentifierError(CATEGORY)
    if value[21] not in "129":
        raise IdentifierError(PROFIT_CLASS)
    return InstitutionNumber(value, organisation, digits[:6], digits[6:], value[17:21], value[21])


def institution_number(
    organisation: str, region: str, economic_type: str, category: str, profit_class: str
) -> str:
    """Make a number from the first eight characters of the organisation code and the fields.

    Raises ``IdentifierError`` if a field is not well formed.
    """
    code = organisation + organisation_check_character(organisation)
    return parse_institution_number(code + region + economic_type + category + profit_class).value


def _checks(organisation: str) -> bool:
    return organisation_check_character(organisation[:8]) == organisation[8]


def _would_check(organisation: str) -> bool:
    """Whether zeros for some of its Os, or an O for one of its zeros, make the code right.

    Not any mixture of both: a code with several zeros would nearly always find one that fits.
    """
    zeros_for_os = map("".join, product(*("0O" if c == "O" else c for c in organisation)))
    an_o_for_a_zero = (
        f"{organisation[:at]}O{organisation[at + 1 :]}"
        for at, c in enumerate(organisation[:8])
        if c == "0"
    )
    return any(map(_checks, chain(zeros_for_os, an_o_for_a_zero)))
