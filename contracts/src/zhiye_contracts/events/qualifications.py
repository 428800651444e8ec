"""Events of the qualifications service."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_contracts.events.accounts import SEALED_EXAMPLE
from zhiye_contracts.events.base import EXAMPLE_TIME, Event, event

_STATE = {
    "profession": "nurse",
    "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
    "sealed_id_number": SEALED_EXAMPLE,
    "name": "王芳",
    "gender": "2",
    "birth_date": "2002-03-05",
    "certificate_key": "9a0c",
    "sealed_certificate_number": SEALED_EXAMPLE,
    "category": "nurse",
    "level": "nurse",
    "route": "exam",
    "exam_year": 2026,
    "passed_on": "2026-06-15",
    "province": "110000",
    "school": "北京护士学校",
    "education": "40",
    "major": "护理学",
    "in_force": True,
}


class QualificationState(BaseModel):
    """What is on record about a qualification."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    profession: Literal["nurse", "physician"]
    person_key: str
    sealed_id_number: str
    name: str
    gender: str
    birth_date: date
    certificate_key: str = Field(description="Blind index of the certificate number")
    sealed_certificate_number: str
    category: str
    level: str
    route: Literal["exam", "recognition"]
    exam_year: int
    passed_on: date
    province: str = Field(description="Province of the exam or recognition, 6-digit code")
    school: str
    education: str
    major: str
    in_force: bool = True
    title: str | None = Field(None, description="Professional title (技术职务资格), a code")
    corrected: list[str] = Field(
        [], description="Fields in which a decided correction stands against the exam's record"
    )
    former_person_key: str | None = Field(
        None, description="Blind index of the ID number before, when this version corrected it"
    )


@event(
    "zhiye.qualifications.qualification-recorded.v1",
    example={
        "aggregate_id": "01JD0000000000000000QUA001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        **_STATE,
    },
)
class QualificationRecorded(QualificationState, Event):
    """A qualification as it now stands; consumers keep the newest version."""


class BatchedQualification(QualificationState):
    """A qualification as it now stands, among those of a batch."""

    aggregate_id: str = Field(max_length=64, description="The qualification")
    version: int = Field(ge=1, description="Of the qualification, rising by 1")


@event(
    "zhiye.qualifications.qualifications-recorded.v1",
    example={
        "aggregate_id": "01JD0000000000000000BAT001",
        "version": 500,
        "occurred_at": EXAMPLE_TIME,
        "qualifications": [{"aggregate_id": "01JD0000000000000000QUA001", "version": 1, **_STATE}],
    },
)
class QualificationsRecorded(Event):
    """Up to a few hundred qualifications that a batch brought; what happened to each is what
    ``QualificationRecorded`` tells of one. The registration service answers with
    ``QualificationsKept``, by which the batch is known to have arrived."""

    aggregate_id: str = Field(max_length=64, description="The batch")
    version: int = Field(ge=1, description="Line of the batch up to which it was read")
    qualifications: list[BatchedQualification] = Field(min_length=1)


@event(
    "zhiye.qualifications.batch-completed.v1",
    example={
        "aggregate_id": "01JD0000000000000000BAT001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "account_id": "01JD0000000000000000ACC009",
        "received": 1000,
        "recorded": 950,
        "unchanged": 20,
        "rejected": 30,
    },
)
class QualificationBatchCompleted(Event):
    """A fed batch was read to its end; counts are records."""

    account_id: str
    received: int
    recorded: int
    unchanged: int
    rejected: int
