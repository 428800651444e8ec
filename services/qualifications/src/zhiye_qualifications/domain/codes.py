"""Codes of this service that no national standard has: profession, level, outcome of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from zhiye_contracts.codes import PHYSICIAN_CATEGORIES, PHYSICIAN_LEVELS, CodeTable
from zhiye_contracts.codes.table import table

ADMISSION_NUMBER: Final = "admission_number"
"""Purpose of sealed and indexed admission numbers (准考证号); they do not leave this service."""

Outcome = Literal["recorded", "updated", "unchanged", "ignored_older", "rejected"]
OUTCOMES: tuple[Outcome, ...] = ("recorded", "updated", "unchanged", "ignored_older", "rejected")

ROUTES = table(
    "route",
    "Q4, Q14",
    """
    exam | 考试 | exam
    recognition | 认定 | recognition
    """,
)
_NURSE = table("nurse_category", "Regulation on Nurses", "nurse | 护士 | nurse")
CATEGORIES: Mapping[str, CodeTable] = {"nurse": _NURSE, "physician": PHYSICIAN_CATEGORIES}
"""Category of a qualification (类别), by profession."""
LEVELS: Mapping[str, CodeTable] = {"nurse": _NURSE, "physician": PHYSICIAN_LEVELS}
"""Level of a qualification (级别), by profession."""
