"""What must not be read in a log is replaced: by its name, or by what it looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

REDACTED = "[redacted]"

_DEEPEST = 8
_SECRET_NAME = re.compile(
    r"passw|secret|token|code_plain|captcha|verification_code|id_number|phone|mobile|e_?mail|"
    r"address|authorization|cookie|body|answer|sealed|certificate_number|private|_pem$|_keys?_?b64|"
    r"(full|real|person|display)_name",
    re.IGNORECASE,
)
# Every part is bounded or anchored: a hostile text must not cost quadratic time.
_SECRET_VALUE = re.compile(
    r"""
      (?<!\d) \d{6}[ -]?\d{8}[ -]?\d{3}[\dXx] (?!\d)                     # ID number
    | (?<!\d) \d{15} (?!\d)                                              # ID number before 1999
    | (?<!\d) (?:(?:\+|00)?86[ -]?)? 1[3-9]\d[ -]?\d{4}[ -]?\d{4} (?!\d) # mobile phone
    | [\w.+-]{1,64} @ [\w-]{1,63} (?:\.[\w-]{1,63})+                     # email address
    | (?<![A-Za-z0-9_-]) eyJ[\w-]+ (?:\.[\w-]*){1,2}                      # JSON web token
    | (?<=Bearer[ ]) \S+
    | (?<=://) [^/\s:@]* : [^/\s@]+ (?=@)                                # credentials in a URL
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*
    | (?<=DETAIL:) [^\n]+                                                # PostgreSQL quotes values
    """,
    re.VERBOSE | re.DOTALL,
)


def redact_text(text: str) -> str:
    """The text without what looks like an ID number, a phone, an address or a credential."""
    return _SECRET_VALUE.sub(REDACTED, text)


def redact_named(name: str, value: Any, depth: int = 0) -> Any:
    """The value of a name, however deep inside mappings and lists a secret is.

    Objects of other types are told by the name of their type: their text may hold anything.
    """
    if _SECRET_NAME.search(name):
        return REDACTED
    if value is None or isinstance(value, bool | float | date | time):
        return value
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, int):
        return REDACTED if _SECRET_VALUE.search(str(value)) else value
    if isinstance(value, Enum):
        return redact_named("", value.value, depth)
    if isinstance(value, Decimal | PurePath | UUID | timedelta):
        return redact_text(str(value))
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {
            redact_text(str(key)): redact_named(str(key), inner, depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [redact_named("", inner, depth + 1) for inner in value]
    return f"<{value.__name__ if isinstance(value, type) else type(value).__name__}>"
