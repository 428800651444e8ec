"""Mobile numbers and email addresses that messages can be sent to."""

from __future__ import annotations

import re

from zhiye_contracts.identifiers.errors import IdentifierError, compact, fold, reason

PHONE_CHARACTERS = reason(
    "phone_characters",
    "手机号只能由数字组成。",
    "A mobile number has digits only.",
    "请重新输入 11 位手机号。",
    "Type the 11-digit mobile number again.",
)
PHONE_LENGTH = reason(
    "phone_length",
    "手机号应为 11 位，位数不对。",
    "A mobile number has 11 digits; this one has another length.",
    "请检查是否多输或漏输了数字。",
    "Check whether a digit is missing or typed twice.",
)
PHONE_PREFIX = reason(
    "phone_prefix",
    "这不是中国内地的手机号（应以 13 至 19 开头），无法接收验证码短信。",
    "This is not a mobile number of mainland China (13 to 19 first): no code can be sent to it.",
    "请填写内地手机号；没有的，可改用电子邮箱验证。",
    "Give a mainland mobile number, or verify by email instead.",
    "Q3",
)
EMAIL_FORMAT = reason(
    "email_format",
    "电子邮箱地址格式不对。",
    "The email address is not well formed.",
    "请按 name@example.com 的格式填写，注意使用英文标点。",
    "Write it like name@example.com.",
)
EMAIL_LENGTH = reason(
    "email_length",
    "电子邮箱地址过长。",
    "The email address is too long.",
    "请填写不超过 254 个字符的地址。",
    "Give an address of at most 254 characters.",
)
REASONS = (PHONE_CHARACTERS, PHONE_LENGTH, PHONE_PREFIX, EMAIL_FORMAT, EMAIL_LENGTH)

_MAILBOX = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"({_MAILBOX})@((?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9])")


def parse_phone(text: str) -> str:
    """A mainland mobile number as 11 digits; a leading +86, 0086 or 86 is dropped.

    Raises ``IdentifierError``: phone_characters, phone_length, phone_prefix.
    """
    value = compact(text).replace("(", "").replace(")", "")
    value = re.sub(r"^(?:\+|00)86", "", value)
    if len(value) == 13:
        value = value.removeprefix("86")
    if not re.fullmatch("[0-9]*", value):
        raise IdentifierError(PHONE_CHARACTERS)
    if len(value) != 11:
        raise IdentifierError(PHONE_LENGTH)
    if not re.fullmatch("1[3-9][0-9]{9}", value):
        raise IdentifierError(PHONE_PREFIX)
    return value


def parse_email(text: str) -> str:
    """An address with its domain in lower case. A sanity check: only a code proves it works.

    Raises ``IdentifierError``: email_format, email_length.
    """
    value = fold(text)
    if len(value) > 254:
        raise IdentifierError(EMAIL_LENGTH)
    found = _EMAIL.fullmatch(value)
    if not found:
        raise IdentifierError(EMAIL_FORMAT)
    if len(found[1]) > 64:
        raise IdentifierError(EMAIL_LENGTH)
    return f"{found[1]}@{found[2].lower()}"
