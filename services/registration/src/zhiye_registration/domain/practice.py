"""What a physician's registration says, as it is read: level, category, scopes, location."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_contracts.codes import (
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_LEVELS,
    PHYSICIAN_SCOPES,
    PROVINCES,
    divisions,
)
from zhiye_contracts.reasons import Language, Text

LABELS: dict[str, Text] = {
    "level": Text("医师级别", "level"),
    "category": Text("执业类别", "category"),
    "scopes": Text("执业范围", "scopes"),
    "location": Text("执业地点", "location of practice"),
}
_TABLES = {"level": PHYSICIAN_LEVELS, "category": PHYSICIAN_CATEGORIES}
_BETWEEN = {"zh": "、", "en": ", "}


def location_label(location: str, language: Language) -> str:
    """The name of a location (执业地点): a province by two digits, a county by six with what is
    above it (Q7, Q8); counties have Chinese names only. A code that is in no table, as of a special
    zone (Q56), is shown behind its province."""
    whole = f"{location[:2]}0000"
    province = PROVINCES.label(whole, language) if whole in PROVINCES else ""
    if len(location) == 2:
        return province or location
    names = divisions.path(location)
    if language == "zh":
        return "".join(names) or province + location
    return ", ".join(filter(None, [province, "".join(names[1:]) or location]))


def scopes_label(scopes: Sequence[str], language: Language) -> str:
    return _BETWEEN[language].join(PHYSICIAN_SCOPES.label(code, language) for code in scopes)


def label_of(field: str, value: str | Sequence[str] | None, language: Language) -> str | None:
    """The label of a value of ``LABELS``; ``None`` for nothing."""
    if value is None or not value:
        return None
    if field == "scopes":
        return scopes_label([value] if isinstance(value, str) else value, language)
    text = value if isinstance(value, str) else "".join(value)
    table = _TABLES.get(field)
    return table.label(text, language) if table else location_label(text, language)
