"""Events of the qualifications service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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


class QualificationTable(BaseModel):
    """Qualifications as they now stand, as a table: a list for each field, and what stands at one
    place of the lists is one qualification. Hundreds of them cost a fraction of as many objects,
    in bytes and in time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    aggregate_id: list[str] = Field(min_length=1, description="The qualifications")
    version: list[int] = Field(description="Of each qualification, rising by 1")
    profession: list[Literal["nurse", "physician"]]
    person_key: list[str]
    sealed_id_number: list[str]
    name: list[str]
    gender: list[str]
    birth_date: list[date]
    certificate_key: list[str]
    sealed_certificate_number: list[str]
    category: list[str]
    level: list[str]
    route: list[Literal["exam", "recognition"]]
    exam_year: list[int]
    passed_on: list[date]
    province: list[str]
    school: list[str]
    education: list[str]
    major: list[str]
    in_force: list[bool]
    title: list[str | None]
    corrected: list[list[str]]
    former_person_key: list[str | None]

    @model_validator(mode="after")
    def _equally_long(self) -> Self:
        if len({len(getattr(self, name)) for name in type(self).model_fields}) > 1:
            raise ValueError("every list has one entry for each qualification")
        return self

    def __len__(self) -> int:
        return len(self.aggregate_id)


_ROW = {
    "aggregate_id": "01JD0000000000000000QUA001",
    "version": 1,
    **_STATE,
    "title": None,
    "corrected": [],
    "former_person_key": None,
}


@event(
    "zhiye.qualifications.qualifications-recorded.v1",
    example={
        "aggregate_id": "01JD0000000000000000BAT001",
        "version": 500,
        "occurred_at": EXAMPLE_TIME,
        "qualifications": {name: [value] for name, value in _ROW.items()},
    },
)
class QualificationsRecorded(Event):
    """Up to a few hundred qualifications that a batch brought; what it says of each is what
    ``QualificationRecorded`` says of one. The registration service answers with
    ``QualificationsKept``, by which the batch is known to have arrived."""

    aggregate_id: str = Field(max_length=64, description="The batch")
    version: int = Field(ge=1, description="Line of the batch up to which it was read")
    qualifications: QualificationTable


def column(
    events: Sequence[QualificationRecorded | QualificationsRecorded], name: str
) -> list[Any]:
    """One field of every qualification that these events tell of, in their order."""
    values: list[Any] = []
    for one in events:
        if isinstance(one, QualificationsRecorded):
            values += getattr(one.qualifications, name)
        else:
            values.append(getattr(one, name))
    return values


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
    """A fed batch was read to its end, and the registration service has what it brought; counts
    are records."""

    account_id: str
    received: int
    recorded: int
    unchanged: int
    rejected: int
