"""The findings of both professions: codes mean the same in both; words, sources and business types
differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zhiye_registration.domain.finding import AGREES, FILED_HERE, Finding, Step
from zhiye_registration.domain.nurse_findings import OF_NURSES
from zhiye_registration.domain.physician_findings import OF_PHYSICIANS


def _by_code(rows: Iterable[Finding]) -> Mapping[str, Finding]:
    return {one.code: one for one in rows}


FINDINGS: Mapping[str, Mapping[str, Finding]] = {
    "nurse": _by_code(OF_NURSES),
    "physician": _by_code(OF_PHYSICIANS),
}
"""Profession → code → what it is."""
STEPS: Mapping[str, Mapping[str, Step]] = {
    profession: {one.step.code: one.step for one in rows.values() if one.step}
    for profession, rows in FINDINGS.items()
}
CODES = {code: None for rows in FINDINGS.values() for code in rows}
"""Of either profession, in their order."""
AGREEING = (AGREES, FILED_HERE)
