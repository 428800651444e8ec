"""The life of an institution: from being set up to being cancelled."""

from __future__ import annotations

from zhiye_contracts.codes.table import table

STATUSES = table(
    "institution_status",
    "Regulation on the Administration of Medical Institutions; Q20.4.2 (merged)",
    """
    planned | 筹建 | set up, not licensed yet
    in_force | 执业 | in practice
    suspended | 暂缓校验 | periodic check suspended
    closed | 停业 | closed for a time
    cancelled | 已注销 | cancelled
    merged | 已合并 | merged into the standard name
    """,
)
"""Others are told ``in_force`` or ``closed``: only the first takes people on."""


def told_status(status: str) -> str:
    """What an event says of a status."""
    return "in_force" if status == "in_force" else "closed"
