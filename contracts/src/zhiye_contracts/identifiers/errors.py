"""The error every identifier parser raises, and the cleaning they share."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from zhiye_contracts.reasons import Reason, Text

T = TypeVar("T")


class IdentifierError(ValueError):
    """An identifier that cannot be right: what is wrong and what to do, never the value itself."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason

    @property
    def code(self) -> str:
        return self.reason.code

    @property
    def reason_zh(self) -> str:
        return self.reason.reason.zh

    @property
    def reason_en(self) -> str:
        return self.reason.reason.en

    @property
    def next_zh(self) -> str:
        return self.reason.next_step.zh

    @property
    def next_en(self) -> str:
        return self.reason.next_step.en

    def about(self, field: str | None) -> Reason:
        """The reason, told about one field of a request."""
        return replace(self.reason, field=field)


def reason(
    code: str, zh: str, en: str, next_zh: str, next_en: str, source: str | None = None
) -> Reason:
    """One row of a table of refusals."""
    return Reason(code, Text(zh, en), Text(next_zh, next_en), source=source)


def parse_cell(
    parse: Callable[[str], T], cells: Mapping[str, str], field: str, reasons: list[Reason]
) -> T | None:
    """One cell of a line, parsed; of one that cannot be right, the reason is added to the others.
    ``None`` as well for one that is empty."""
    if not (cell := cells.get(field)):
        return None
    try:
        return parse(cell)
    except IdentifierError as error:
        reasons.append(error.about(field))
        return None


_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_SEPARATORS = dict.fromkeys(map(ord, " \t\r\n-‐‑‒–—―−_"))


def fold(text: str) -> str:
    """Full-width forms to plain ones, invisible characters and outer blanks removed."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).strip()


def compact(text: str) -> str:
    """``fold``, upper case, without the blanks and hyphens people group long numbers with."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return fold(text).translate(_SEPARATORS).upper()
