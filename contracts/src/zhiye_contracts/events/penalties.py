"""Events of penalties and of the duties that follow (Q50)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from zhiye_contracts.events.base import EXAMPLE_TIME, Event, event


@event(
    "zhiye.registration.penalty-recorded.v1",
    example={
        "aggregate_id": "01JD0000000000000000PEN001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "change": "recorded",
        "profession": "physician",
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "name": "李明",
        "kind": "revocation",
        "decided_on": "2026-11-20",
        "deciding_body": "北京市卫生健康委员会",
        "document_number": "京卫罚〔2026〕17号",
        "reported_by_id": "01JD0000000000000000AUT001",
        "reported_by_name": "北京市卫生健康委员会",
        "main_institution_ids": ["01JD0000000000000000INS001"],
        "filed_institution_ids": ["01JD0000000000000000INS002"],
        "authority_ids": ["01JD0000000000000000AUT002"],
    },
)
class PenaltyRecorded(Event):
    """A penalty was recorded or rescinded; the lists are of those who have to know (Q50)."""

    change: Literal["recorded", "rescinded"]
    profession: Literal["nurse", "physician"]
    person_key: str
    name: str
    kind: str = Field(description="Code of ``PENALTY_KINDS``")
    decided_on: date
    ends_on: date | None = None
    deciding_body: str
    document_number: str
    reported_by_id: str = Field(description="The authority that told of it, which knows already")
    reported_by_name: str
    main_institution_ids: list[str] = Field(description="Where the person is registered")
    filed_institution_ids: list[str] = Field(
        description="Further ones, with a filing that is not over"
    )
    authority_ids: list[str] = Field(description="Of these registrations and filings")
    rescinded_on: date | None = None


@event(
    "zhiye.registration.duty-changed.v1",
    example={
        "aggregate_id": "01JD0000000000000000DUT001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "change": "opened",
        "state": "open",
        "kind": "cancel",
        "cause": "penalty",
        "ground": "revoked",
        "business_type": "physician-cancellation",
        "profession": "physician",
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "name": "李明",
        "registration_id": "01JD0000000000000000REG001",
        "institution_id": "01JD0000000000000000INS001",
        "institution_name": "北京示例医院",
        "authority_id": "01JD0000000000000000AUT002",
        "authority_name": "西城区卫生健康委员会",
        "due_on": "2026-12-23",
    },
)
class DutyChanged(Event):
    """A step of a duty: the main institution has to cancel a registration or file it off post by a
    day; after it the authority has to (Q50, Q52)."""

    change: str = Field(description="opened, moved, escalated, done or lapsed; more may come")
    state: str = Field(description="open, escalated, done or lapsed, after the step")
    kind: str = Field(description="Code of ``DUTY_KINDS``")
    cause: str = Field(description="Code of ``DUTY_CAUSES``")
    ground: str | None = Field(None, description="Of the business by which it is done")
    business_type: str
    profession: Literal["nurse", "physician"]
    person_key: str
    name: str
    registration_id: str
    institution_id: str
    institution_name: str
    authority_id: str | None = None
    authority_name: str | None = None
    due_on: date = Field(description="Last day of the institution")
