"""How identifiers are shown where the whole value is nobody's business. Never raises."""

from __future__ import annotations

from zhiye_contracts.identifiers.errors import compact, fold
from zhiye_contracts.identifiers.names import split_pinyin_brackets


def mask_id_number(text: str) -> str:
    """First three and last four characters, the length kept: ``110***********002X``."""
    return _middle(compact(text), 3, 4)


def mask_id_number_for_others(text: str) -> str:
    """Last two characters only: ``****************2X``.

    For readers who did not know the number before. With the usual mask, a birth date and the
    check digit leave a handful of candidates.
    """
    return _middle(compact(text), 0, 2)


def mask_certificate(text: str) -> str:
    """First four (the year) and last two characters of a certificate number."""
    return _middle(compact(text), 4, 2)


def mask_phone(text: str) -> str:
    """First three and last four digits: ``138****5678``."""
    return _middle(compact(text), 3, 4)


def mask_email(text: str) -> str:
    """First character of the mailbox, and the domain: ``w***@example.com``."""
    mailbox, at, domain = fold(text).rpartition("@")
    return (
        f"{mailbox[:1]}***@{domain}" if at and len(mailbox) > 1 else f"***{at}{domain * bool(at)}"
    )


def mask_name(text: str) -> str:
    """The first character, a star for each further one; a bracketed pinyin is one: ``王*``."""
    first, *rest = split_pinyin_brackets(text) or ("",)
    shown = first if len(first) <= 1 else "*"
    return shown + "".join(unit if unit == "·" else "*" for unit in rest)


def _middle(value: str, head: int, tail: int) -> str:
    if len(value) <= head + tail:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[-tail:]
