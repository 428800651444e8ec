"""The coded reasons that a change of information is refused with; each may carry a free text."""

from __future__ import annotations

from zhiye_contracts.codes.grounds import OTHER
from zhiye_contracts.reasons import Text

INFORMATION_REASONS: dict[str, Text] = {
    "not_supported": Text(
        "与机构掌握的情况不一致", "It does not agree with what the institution knows"
    ),
    "materials_missing": Text("未出示证明材料", "The proof was not shown"),
    "materials_unclear": Text("证明材料不清晰", "The proof is unclear"),
    "filled_in_wrongly": Text("填写有误", "It is filled in incorrectly"),
    "photo_not_the_person": Text("照片不是本人", "The photo is of somebody else"),
    "photo_not_recent": Text(
        "照片不是近六个月的免冠照", "The photo is older than six months, or not bare-headed"
    ),
    "photo_background": Text("照片背景不是白色", "The background of the photo is not white"),
    "photo_unclear": Text("照片不清晰", "The photo is not clear"),
    OTHER: Text("其他", "Other"),
}
"""Codes are this system's; the deck's screen (6) has 不同意 without any."""
