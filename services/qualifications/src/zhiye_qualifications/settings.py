"""Settings of this service alone (``ZHIYE_QUALIFICATIONS_…``)."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from zhiye_qualifications.domain.corrections import EVIDENCE_KINDS, EVIDENCE_NEEDED


class CaseSettings(BaseSettings):
    """Cases about qualifications. Handbook and law leave these to the authorities (Q46, Q47)."""

    model_config = SettingsConfigDict(env_prefix="ZHIYE_QUALIFICATIONS_", extra="ignore")

    case_province_days: int = Field(
        20,
        ge=1,
        le=120,
        description="Working days of the province; Administrative Licensing Law art. 42 has 20 "
        "for decisions with no term of their own",
    )
    case_exam_centre_days: int = Field(
        20, ge=1, le=120, description="Working days of the exam centre, from the forwarding on"
    )
    case_most_open: int = Field(20, ge=1, description="Open cases of one person's account")
    case_evidence: dict[str, list[str]] = Field(
        {}, description="JSON: kinds of evidence by field or kind of case, where not the default"
    )
    evidence_bytes: int = Field(5 * 1024 * 1024, ge=1024, description="Of one file")
    evidence_most: int = Field(10, ge=1, le=100, description="Files of one case")
    refreshes_a_day: int = Field(5, ge=1, description="“My result is missing”, of one account")
    foreign_numbers_a_day: int = Field(
        5, ge=1, description="Certificate numbers of records that are not under one's ID number"
    )

    @field_validator("case_evidence")
    @classmethod
    def _known(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        if value.keys() - EVIDENCE_NEEDED.keys():
            raise ValueError("unknown field or kind of case")
        if any(kind not in EVIDENCE_KINDS for kinds in value.values() for kind in kinds):
            raise ValueError("unknown kind of evidence")
        return value

    @property
    def evidence_needed(self) -> dict[str, tuple[str, ...]]:
        return {**EVIDENCE_NEEDED, **{k: tuple(v) for k, v in self.case_evidence.items()}}


class FeedSettings(BaseSettings):
    """The exam centre's feed."""

    model_config = SettingsConfigDict(env_prefix="ZHIYE_QUALIFICATIONS_", extra="ignore")

    xlsx_bytes: int = Field(
        64 * 1024 * 1024,
        ge=1024,
        description="Of an XLSX file, which is kept in the temporary folder while it is read; CSV "
        "and NDJSON have no limit",
    )
    exam_centre_accounts: dict[str, str] = Field(
        {},
        description="JSON: source of CloudEvents on the bus → account id of the exam centre that "
        "reads their batches; of others only an operator does",
    )
