"""Printed forms as their readers see them, and a form with everything filled in."""

from __future__ import annotations

import re
from typing import Any

import pypdfium2
import pypdfium2.raw
import zxingcpp

FULL: dict[str, Any] = {
    "department": "operating-room",
    "work_category": "nursing-administration",
    "title": "254",
    "position": "护士长",
    "work_began_on": "2026-07-01",
    "full_civil_capacity": True,
    "health": {
        "meets_standard": True,
        "checked_on": "2026-11-02",
        "institution_name": "北京体检中心",
    },
    "training": {
        "institution_name": "北京培训医院",
        "began_on": "2026-01-05",
        "ended_on": "2026-04-06",
        "passed": True,
    },
    "education": {
        "school": "北京第二护士学校",
        "education": "30",
        "major": "助产",
        "degree": "0",
        "study_length": "三年制",
        "graduated_on": "2025-07-01",
    },
    "study_experience": "2022.9——2025.6 北京第二护士学校 助产",
    "work_experience": "2026.7——至今 手术室",
    "note": "备注一句",
}


class Paper:
    """A PDF as a reader sees it."""

    def __init__(self, content: bytes) -> None:
        self.pages = list(pypdfium2.PdfDocument(content))
        texts = [page.get_textpage().get_text_bounded() for page in self.pages]
        # Where a line is broken in a cell is none of the tests' business.
        self.text = re.sub(r"[\s\u200b]", "", "".join(texts))

    def photos(self) -> list[tuple[int, int]]:
        wanted = (pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,)
        found = (image for page in self.pages for image in page.get_objects(filter=wanted))
        return [image.get_px_size() for image in found]

    def codes(self) -> list[str]:
        """What the QR codes on the first page say."""
        seen = zxingcpp.read_barcodes(self.pages[0].render(scale=3).to_pil())
        return [one.text for one in seen]
