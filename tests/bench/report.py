"""docs/benchmarks.md: a section for each part, replaced when that part is measured again."""

from __future__ import annotations

import re
from pathlib import Path

FILE = Path(__file__).parents[2] / "docs" / "benchmarks.md"

_INTRODUCTION = """# Benchmarks

Written by `make bench`; do not edit. Parts can be measured one at a time:
`.venv/bin/python -m tests.bench --only bus,latency` (parts: bus, latency, lookup, feed,
institutions, people, nurses, start), shorter with `--quick`. Ratios matter, not absolute figures:
what is compared ran in turns, in one run, on one machine.
"""


def write(sections: dict[str, str], titles: dict[str, str], file: Path = FILE) -> None:
    """Replace these sections, keep the others; the order is that of ``titles``."""
    kept: dict[str, str] = {}
    if file.exists():
        parts = re.split(r"(?m)^## (.+)$", file.read_text(encoding="utf-8"))
        kept = {title: body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}
    for part, body in sections.items():
        kept[titles[part]] = body.strip()
    text = _INTRODUCTION
    for title in titles.values():
        if title in kept:
            text += f"\n## {title}\n\n{kept[title]}\n"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
