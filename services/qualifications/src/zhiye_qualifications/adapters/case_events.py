"""Translation of what becomes of cases into the events that others read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping

from zhiye_chassis.crypto import FieldCipher
from zhiye_contracts.events import (
    ForwardedEvidence,
    QualificationCaseChanged,
    QualificationCaseForwarded,
    told_reasons,
)
from zhiye_qualifications.adapters.cases import seal
from zhiye_qualifications.domain.case_reasons import CASE_REASONS
from zhiye_qualifications.domain.cases import Case


def case_changed(one: Case, change: str, organisation: str | None) -> QualificationCaseChanged:
    return QualificationCaseChanged(
        aggregate_id=one.id,
        version=one.version,
        occurred_at=one.updated_at,
        number=one.number,
        kind=one.kind,
        change=change,
        state=one.state,
        province=one.province,
        account_id=one.account_id if one.filed_by == "practitioner" else None,
        person_key=one.person_key,
        former_person_key=one.former_person_key,
        institution_id=one.institution_id,
        organisation=organisation,
        reasons=told_reasons(CASE_REASONS, one.reasons),
        deadline=one.deadline,
    )


def case_forwarded(
    cipher: FieldCipher, one: Case, files: Sequence[RowMapping]
) -> QualificationCaseForwarded:
    return QualificationCaseForwarded(
        aggregate_id=one.id,
        version=one.version,
        occurred_at=one.updated_at,
        number=one.number,
        kind="addition" if one.kind == "addition" else "correction",
        profession="physician" if one.profession == "physician" else "nurse",
        province=one.province,
        fields=sorted(one.asked),
        sealed_asked=seal(cipher, one.asked),
        sealed_recorded=seal(cipher, one.recorded),
        evidence=[
            ForwardedEvidence(
                id=file["id"],
                kind=file["kind"],
                media_type=file["media_type"],
                bytes=file["bytes"],
                sha256=file["sha256"],
            )
            for file in files
        ],
        deadline=one.deadline,
    )
