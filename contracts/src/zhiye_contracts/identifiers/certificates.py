"""Numbers of the certificates of nurses and physicians."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from zhiye_contracts.identifiers.errors import IdentifierError, compact, fold, reason
from zhiye_contracts.identifiers.id_numbers import (
    PROVINCE_PREFIXES,
    IdNumber,
    parse_id_number,
    upgrade_fifteen,
)
from zhiye_contracts.reasons import Reason

EARLIEST_YEAR = 1979
"""No certificate in use is older: professional titles were restored in that year."""

_NEXT = ("请对照证书原件重新输入。", "Compare it with the certificate and type it again.")

LETTER_O = reason(
    "certificate_letter_o",
    "证书编码中应为数字 0 的位置输入了字母 O。",
    "A letter O stands where the certificate number has the digit 0.",
    "请把字母 O 改为数字 0。",
    "Replace the letter O by the digit 0.",
)
YEAR = reason(
    "certificate_year",
    "证书编码前四位不是可能的年份。",
    "The first four digits of the certificate number are no possible year.",
    *_NEXT,
)
PROVINCE = reason(
    "certificate_province",
    "证书编码第 5、6 位不是省级代码。",
    "Digits 5 and 6 of the certificate number belong to no province.",
    *_NEXT,
)
PHYSICIAN_QUALIFICATION_LENGTH = reason(
    "physician_qualification_length",
    "医师资格证书编码应为 27 位（含 15 位身份证号的为 24 位）。",
    "A physician qualification certificate number has 27 characters (24 with a 15-digit ID).",
    *_NEXT,
)
PHYSICIAN_QUALIFICATION_CHARACTERS = reason(
    "physician_qualification_characters",
    "医师资格证书编码只能由数字组成，仅最后一位可以是字母 X。",
    "A physician qualification certificate number has digits only; the last may be X.",
    *_NEXT,
)
PHYSICIAN_QUALIFICATION_ID_NUMBER = reason(
    "physician_qualification_id_number",
    "医师资格证书编码中的身份证号（第 10 位起）有误。",
    "The ID number inside the certificate number (from character 10) is not valid.",
    "请对照证书核对；证书本身印错的，请申请更正资格信息。",
    "Compare it with the certificate; if the certificate is wrong, ask for a correction.",
    "Q46",
)
PHYSICIAN_PRACTICE_FORMAT = reason(
    "physician_practice_format",
    "医师执业证书编码应为 15 位数字。",
    "A physician practice certificate number has 15 digits.",
    *_NEXT,
)
NURSE_PRACTICE_FORMAT = reason(
    "nurse_practice_format",
    "护士执业证书编号应为 12 位数字；旧证书编号为 6 至 20 位数字、字母或连字符。",
    "A nurse practice certificate number has 12 digits; old ones have 6 to 20 digits, letters or "
    "hyphens.",
    *_NEXT,
)
NURSE_EXAM_FORMAT = reason(
    "nurse_exam_format",
    "护士执业资格考试合格证明编号应为 6 至 32 位数字、字母或连字符。",
    "A nurse exam certificate number has 6 to 32 digits, letters or hyphens.",
    "请使用最新的考试合格证明上的编号。",
    "Use the number of the latest exam-pass certificate.",
    "Q29.4",
)
REASONS = (
    LETTER_O,
    YEAR,
    PROVINCE,
    PHYSICIAN_QUALIFICATION_LENGTH,
    PHYSICIAN_QUALIFICATION_CHARACTERS,
    PHYSICIAN_QUALIFICATION_ID_NUMBER,
    PHYSICIAN_PRACTICE_FORMAT,
    NURSE_PRACTICE_FORMAT,
    NURSE_EXAM_FORMAT,
)


@dataclass(frozen=True, slots=True)
class PhysicianQualificationCertificate:
    """医师资格证书编码: year 4, province 2, level 1, category 2, ID number 18 or 15."""

    value: str = field(repr=False)  # it contains the ID number
    year: int
    province: str
    level: str
    category: str
    id_number: IdNumber


@dataclass(frozen=True, slots=True)
class NursePracticeCertificate:
    """护士执业证书编号: year 4, province 2, serial 6. A legacy number has only its value."""

    value: str
    year: int | None = None
    province: str | None = None
    serial: int | None = None

    @property
    def legacy(self) -> bool:
        return self.year is None


def parse_physician_qualification_certificate(
    text: str, today: date
) -> PhysicianQualificationCertificate:
    """27 characters, or 24 around a 15-digit ID number (which is read as its upgrade).

    Raises ``IdentifierError``: certificate_letter_o, certificate_year, certificate_province,
    physician_qualification_length, _characters, _id_number.
    """
    value = compact(text)
    _refuse_letter_o(value)
    if not re.fullmatch("[0-9]*X?", value):
        raise IdentifierError(PHYSICIAN_QUALIFICATION_CHARACTERS)
    if len(value) not in (24, 27):
        raise IdentifierError(PHYSICIAN_QUALIFICATION_LENGTH)
    year, province = _year_and_province(value, today)
    read = parse_id_number if len(value) == 27 else upgrade_fifteen
    try:
        person = read(value[9:], today)
    except IdentifierError:
        raise IdentifierError(PHYSICIAN_QUALIFICATION_ID_NUMBER) from None
    return PhysicianQualificationCertificate(value, year, province, value[6], value[7:9], person)


def physician_qualification_certificate(
    year: int, province: str, level: str, category: str, id_number: str
) -> str:
    """Make a number; ``province`` has 2 or 6 digits, ``level`` 1 and ``category`` 2."""
    return f"{_head(year, province)}{level}{category}{id_number}"


def parse_physician_practice_certificate(text: str) -> str:
    """15 digits for life (Q9.3); the fields inside are not enforced.

    Raises ``IdentifierError``: certificate_letter_o, physician_practice_format.
    """
    value = compact(text)
    _refuse_letter_o(value)
    if not re.fullmatch("[0-9]{15}", value):
        raise IdentifierError(PHYSICIAN_PRACTICE_FORMAT)
    return value


def physician_practice_certificate(level: str, category: str, region: str, serial: int) -> str:
    """Make a number: level 1, category 1 and a zero, 6-digit division code, serial 1 to 999999.
    What the fields said when it was given stays, whatever becomes of the physician (Q9.3)."""
    if not 1 <= serial <= 999_999:
        raise ValueError("the serial of a physician practice certificate is 1 to 999999")
    return f"{level}{category}0{region}{serial:06d}"


def parse_nurse_practice_certificate(text: str, today: date) -> NursePracticeCertificate:
    """12 digits are read field by field; other lengths are kept whole as legacy numbers.

    Raises ``IdentifierError``: certificate_letter_o, certificate_year, certificate_province,
    nurse_practice_format.
    """
    value = compact(text)
    if len(value) == 12:
        _refuse_letter_o(value)
    if re.fullmatch("[0-9]{12}", value):
        year, province = _year_and_province(value, today)
        return NursePracticeCertificate(value, year, province, int(value[6:]))
    return NursePracticeCertificate(_opaque(text, NURSE_PRACTICE_FORMAT, 20))


def nurse_practice_certificate(year: int, province: str, serial: int) -> str:
    """Make a number; ``province`` is its 2- or 6-digit code, ``serial`` 1 to 999999."""
    if not 1 <= serial <= 999_999:
        raise ValueError("the serial of a nurse practice certificate is 1 to 999999")
    return f"{_head(year, province)}{serial:06d}"


def parse_nurse_exam_certificate(text: str) -> str:
    """Opaque: 6 to 32 letters, digits or hyphens, capitals.

    Raises ``IdentifierError``: nurse_exam_format.
    """
    return _opaque(text, NURSE_EXAM_FORMAT, 32)


def _opaque(text: str, refusal: Reason, longest: int) -> str:
    if text.isascii() and text.isalnum() and 6 <= len(text) <= longest:
        return text.upper()
    value = re.sub("[‐‑‒–—―−]", "-", re.sub(r"\s", "", fold(text))).upper()
    if not re.fullmatch(rf"(?=.{{6,{longest}}}$)[0-9A-Z]+(?:-[0-9A-Z]+)*", value):
        raise IdentifierError(refusal)
    return value


def _refuse_letter_o(value: str) -> None:
    if "O" in value and re.fullmatch("[0-9O]*X?", value):
        raise IdentifierError(LETTER_O)


def _year_and_province(value: str, today: date) -> tuple[int, str]:
    year, prefix = int(value[:4]), value[4:6]
    if not EARLIEST_YEAR <= year <= today.year:
        raise IdentifierError(YEAR)
    if prefix not in PROVINCE_PREFIXES:
        raise IdentifierError(PROVINCE)
    return year, prefix + "0000"


def _head(year: int, province: str) -> str:
    if not EARLIEST_YEAR <= year <= 9999 or province[:2] not in PROVINCE_PREFIXES:
        raise ValueError("a certificate number needs a four-digit year and a province code")
    return f"{year}{province[:2]}"
