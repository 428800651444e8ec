"""What printed forms are made of, and values as they are printed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhiye_contracts.codes import EDUCATION
from zhiye_registration.domain.about import About
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.information import CODED, FROM_EXAM, LABELS


@dataclass(frozen=True, slots=True)
class Entry:
    """One field; a ``wide`` one has a line of its own."""

    label: str
    value: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of the applicant: the registration that it is about, of nurses the newest,
    and the exam or qualification to go by. ``about`` is of physicians."""

    id_number: str
    certificate_number: str | None = None
    registration: Mapping[str, Any] | None = None
    exam: Mapping[str, Any] | None = None
    qualification_number: str | None = None
    about: About = field(default_factory=About)

    def of(self, name: str) -> Any:
        """A field of the registration or of its details; ``None`` for nothing."""
        held = self.registration or {}
        return held.get(name) or (held.get("details") or {}).get(name)

    def either(self, name: str) -> Any:
        """The same, else the exam's."""
        return self.of(name) or (self.exam or {}).get(name)


def information(one: Application, known: Known, name: str, *, wide: bool = False) -> Entry:
    """A field that the form may change: as the form has it, else as it is on record."""
    given = {**one.form, **(one.form.get("education") or {})}
    if not isinstance(given.get("education"), str):
        given.pop("education", None)
    value = given.get(name) or (known.either(name) if name in FROM_EXAM else known.of(name))
    table = EDUCATION if name == "education" else CODED.get(name)
    text = table.label(str(value)) if table and value else shown(value)
    return Entry(LABELS[name].zh, text, wide)


def period(begin: Any, end: Any) -> str:
    return f"{shown(begin)}至{shown(end)}" if begin and end else ""


def shown(value: Any) -> str:
    """A value for a reader: dates in Chinese, yes and no, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    day = value if isinstance(value, date) else _day(str(value))
    return f"{day:%Y年%m月%d日}" if day else str(value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
