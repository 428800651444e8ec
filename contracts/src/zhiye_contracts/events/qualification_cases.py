"""Events of cases about qualifications: corrections, additions, upgrades, revocations."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_contracts.events.accounts import SEALED_EXAMPLE
from zhiye_contracts.events.base import EXAMPLE_TIME, Event, ToldReason, event

_PERSON = "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f"


@event(
    "zhiye.qualifications.case-changed.v1",
    example={
        "aggregate_id": "01JD0000000000000000CAS001",
        "version": 3,
        "occurred_at": EXAMPLE_TIME,
        "number": "Z202611230000001",
        "kind": "correction",
        "change": "submitted",
        "state": "awaiting_province",
        "province": "110000",
        "account_id": "01JD0000000000000000ACC001",
        "person_key": _PERSON,
        "organisation": "北京市",
        "reasons": [],
        "deadline": "2026-12-21",
    },
)
class QualificationCaseChanged(Event):
    """A step of a case about a qualification (资格信息更正、补录); the state is the one after it.

    A revocation (吊销) or its end is told the same way, as a case that was decided at once.
    """

    number: str
    kind: Literal["correction", "addition", "id_upgrade", "revocation", "restoration"]
    change: str
    state: str
    province: str = Field(description="6-digit code of the province that decides or forwards")
    account_id: str | None = Field(None, description="Of the person, when the person filed it")
    person_key: str | None = Field(None, description="Blind index of the person's ID number")
    former_person_key: str | None = Field(
        None, description="Whose the record is so far, when the case moves it to another ID number"
    )
    institution_id: str | None = Field(None, description="That filed it on behalf of the person")
    organisation: str | None = Field(None, description="Who took the step, as shown to the person")
    reasons: list[ToldReason] = []
    deadline: date | None = Field(None, description="Of the pending decision")


class ForwardedEvidence(BaseModel):
    """A file of the case, to be read over HTTP."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    kind: str
    media_type: str
    bytes: int
    sha256: str


@event(
    "zhiye.qualifications.case-forwarded.v1",
    example={
        "aggregate_id": "01JD0000000000000000CAS001",
        "version": 4,
        "occurred_at": EXAMPLE_TIME,
        "number": "Z202611230000001",
        "kind": "correction",
        "profession": "nurse",
        "province": "110000",
        "fields": ["name"],
        "sealed_asked": SEALED_EXAMPLE,
        "sealed_recorded": SEALED_EXAMPLE,
        "evidence": [
            {
                "id": "01JD0000000000000000EVI001",
                "kind": "id_card",
                "media_type": "image/jpeg",
                "bytes": 183211,
                "sha256": "9f2b0c7de1a94f6c8d3e7a1b2c4d5e6f5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
            }
        ],
        "deadline": "2026-12-21",
    },
)
class QualificationCaseForwarded(Event):
    """A province checked a case of the exam route and asks the exam centre to decide (Q14)."""

    number: str
    kind: Literal["correction", "addition"]
    profession: Literal["nurse", "physician"]
    province: str = Field(description="Of the exam, 6-digit code")
    fields: list[str] = Field(description="That are to change; of an addition all of the record")
    sealed_asked: str = Field(description="JSON of the values asked for, sealed as ``case``")
    sealed_recorded: str = Field(description="JSON of the record so far, sealed as ``case``")
    evidence: list[ForwardedEvidence]
    deadline: date | None = None


@event(
    "zhiye.exam-centre.case-decided.v1",
    example={
        "aggregate_id": "01JD0000000000000000CAS001",
        "version": 4,
        "occurred_at": EXAMPLE_TIME,
        "decision": "refuse",
        "reasons": [{"code": "not_proven", "text": "与考试报名档案不一致"}],
        "decided_by": "国家医学考试中心",
    },
)
class QualificationCaseDecided(Event):
    """The exam centre's decision on a forwarded case; ``version`` is that of the case it read."""

    decision: Literal["approve", "refuse"]
    reasons: list[ToldReason] = Field([], description="All of them; needed to refuse")
    decided_by: str = Field(max_length=100, description="Office that decided, shown to the person")


@event(
    "zhiye.qualifications.record-requested.v1",
    example={
        "aggregate_id": "01JD0000000000000000REQ001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "by": "admission_number",
        "sealed_number": SEALED_EXAMPLE,
    },
)
class QualificationRequested(Event):
    """Somebody's result is missing: the exam centre is asked for that one record."""

    by: Literal["admission_number", "certificate_number"]
    sealed_number: str = Field(description="Sealed for the purpose that ``by`` names")
