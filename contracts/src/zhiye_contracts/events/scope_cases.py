"""Events of scope cases: two provinces settle the scopes of a physician (Q49)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from zhiye_contracts.events.base import EXAMPLE_TIME, Event, ToldReason, event


@event(
    "zhiye.registration.scope-case-changed.v1",
    example={
        "aggregate_id": "01JD0000000000000000SCO001",
        "version": 2,
        "occurred_at": EXAMPLE_TIME,
        "number": "X202611230000001",
        "application_id": "01JD0000000000000000APP001",
        "application_number": "N202611230000017",
        "business_type": "physician-change",
        "change": "proposed",
        "state": "open",
        "account_id": "01JD0000000000000000ACC001",
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "category": "1",
        "scopes": ["26"],
        "proposed_scopes": ["13"],
        "from_province": "13",
        "from_authority_id": "01JD0000000000000000AUT002",
        "from_authority_name": "河北省卫生健康委员会",
        "to_province": "11",
        "to_authority_id": "01JD0000000000000000AUT001",
        "to_authority_name": "西城区卫生健康委员会",
        "by": "to",
        "reasons": [],
        "deadline": "2026-12-21",
    },
)
class ScopeCaseChanged(Event):
    """A step of a scope case (执业范围协商): the authority that registered a physician and the one
    that is to decide settle scopes that the new province does not offer."""

    number: str
    application_id: str
    application_number: str
    business_type: str
    change: str
    state: str = Field(description="open, settled, not_agreed or closed, after the step")
    account_id: str = Field(description="The applicant's")
    person_key: str
    category: str
    scopes: list[str] = Field(description="Registered so far")
    proposed_scopes: list[str] | None = Field(None, description="The proposal on the table")
    agreed_scopes: list[str] | None = None
    from_province: str = Field(description="Two digits")
    from_authority_id: str | None = None
    from_authority_name: str | None = None
    to_province: str = Field(description="Two digits")
    to_authority_id: str | None = None
    to_authority_name: str | None = None
    by: Literal["from", "to"] | None = Field(
        None, description="The side that took the step; absent: the system"
    )
    reasons: list[ToldReason] = Field([], description="Why it is not agreed")
    deadline: date | None = Field(None, description="To settle it, while it is open")
