"""The language of the terminal: Chinese, or English when ``LANG`` asks for it."""

from __future__ import annotations

import os

from zhiye_contracts.reasons import Language


def terminal_language() -> Language:
    return "en" if os.environ.get("LANG", "").lower().startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """The text for this terminal."""
    return en if terminal_language() == "en" else zh
