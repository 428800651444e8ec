"""The grounds of applications: which table one is from, as the same code may say another thing."""

from __future__ import annotations

from zhiye_contracts.codes import (
    CANCELLATION_GROUNDS,
    OFF_POST_GROUNDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
    REISSUE_GROUNDS,
    CodeTable,
)
from zhiye_contracts.reasons import Language
from zhiye_registration.domain.business_type import BusinessType, Effect

_TABLES: dict[str, dict[Effect, CodeTable]] = {
    "nurse": {"cancel": CANCELLATION_GROUNDS, "reissue": REISSUE_GROUNDS},
    "physician": {
        "cancel": PHYSICIAN_CANCELLATION_GROUNDS,
        "file_off_post": OFF_POST_GROUNDS,
        "reissue": REISSUE_GROUNDS,
    },
}

WHATEVER_THE_PERSON_WANTS = frozenset({"death", "incapacity", "revoked", "criminal", "banned"})
"""Grounds on which a cancellation goes before what was returned to the person (Q20.3.3, Q50)."""


def cancellation_label(profession: str, ground: str | None, language: Language) -> str | None:
    """The label of the ground on which a registration was cancelled; ``None`` for none."""
    return _TABLES[profession]["cancel"].label(ground, language) if ground else None


def ground_label(row: BusinessType, ground: str, language: Language) -> str:
    """The label of a form's ground. One that is not of the business type is read by another table
    of the profession: a draft may have it, until its conditions are asked."""
    tables = _TABLES[row.profession]
    for table in (tables.get(row.effect), *tables.values()):
        if table is not None and ground in table:
            return table.label(ground, language)
    return ground
