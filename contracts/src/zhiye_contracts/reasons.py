"""How a "no" is said: a stable code, the reason, the field, what to do next, and the source.

Standard library only, because domain code raises these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for the reader, in Chinese and English."""

    zh: str
    en: str

    def read(self, language: Language) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a refusal.

    ``code`` is stable and machine-readable, ``field`` names the request field at fault (dotted
    path) if there is one, ``source`` cites the rule (``Q29.4``, ``deck 5.1``, ``Nurses
    Regulation art. 7``). None of the texts may contain the value that was refused.
    """

    code: str
    reason: Text
    next_step: Text
    field: str | None = None
    source: str | None = None


class Refused(Exception):  # noqa: N818 - a refusal is not an error
    """A rule said no. Carries every reason at once (one-time notification, Q59.9).

    ``status`` is the HTTP status it is told with: 403, 404, 409, 412, 422, 423, 429.
    ``keep_effects`` makes the unit of work commit what was done so far (a counted wrong code, a
    failed log-in) although the command was refused.
    """

    def __init__(
        self,
        *reasons: Reason,
        status: int = 422,
        keep_effects: bool = False,
        retry_after: int | None = None,
    ) -> None:
        if not reasons:
            raise ValueError("a refusal needs at least one reason")
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons: Sequence[Reason] = reasons
        self.status = status
        self.keep_effects = keep_effects
        self.retry_after = retry_after
        """Seconds until it is worth trying again, told as ``Retry-After``."""


_CITATIONS = (
    (re.compile(r"(?<=\d), (?=\d)"), "、"),
    (re.compile(r"\bQ(\d+(?:\.\d+)*)"), r"答疑手册问题\1"),
    (re.compile(r"\bdeck (?:step (\d+))"), r"培训课件第\1步"),
    (re.compile(r"\bdeck (?:ch\. )?(\d[\d.]*)"), r"培训课件\1"),
    (
        re.compile(r"\b(?:Nurses Regulation|Regulation on Nurses) art\. (\d+)"),
        r"《护士条例》第\1条",
    ),
    (
        re.compile(r"\bMeasures on Nurse Registration art\. (\d+)"),
        r"《护士执业注册管理办法》第\1条",
    ),
    (re.compile(r"\bLaw on Physicians \(2021\) arts?\. ([\d、-]+)"), r"《医师法》第\1条"),
    (re.compile(r"\bMeasures on Physician Registration \(2017\)"), "《医师执业注册管理办法》"),
    (re.compile(r"\bNotice 2001/169 on scopes of practice"), "卫医发〔2001〕169号"),
    (re.compile(r"\bAdministrative Licensing Law art\. (\d+)"), r"《行政许可法》第\1条"),
    (re.compile(r"\bRegulation on Medical Institutions"), "《医疗机构管理条例》"),
    (re.compile(r"\bMeasures for the Accreditation of Hospitals"), "《医院分级管理办法》"),
    (
        re.compile(r"\bPersonal Information Protection Law art\. (\d+)"),
        r"《个人信息保护法》第\1条",
    ),
    (re.compile(r"\s*[;,]\s*"), "；"),
)


def read_source(source: str, language: Language) -> str:
    """A source as the reader calls it: ``Nurses Regulation art. 7`` is 《护士条例》第7条."""
    if language == "en":
        return source
    for pattern, chinese in _CITATIONS:
        source = pattern.sub(chinese, source)
    return source
