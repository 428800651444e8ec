"""Events of the institutions service."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from zhiye_contracts.events.base import EXAMPLE_TIME, Event, ToldReason, event


@event(
    "zhiye.institutions.institution-changed.v1",
    example={
        "aggregate_id": "01JD0000000000000000INS001",
        "version": 2,
        "occurred_at": EXAMPLE_TIME,
        "name": "北京示例医院",
        "region": "110102",
        "status": "in_force",
        "deciding_authorities": {"nurse-first": "01JD0000000000000000AUT001"},
    },
)
class InstitutionChanged(Event):
    """The state of an institution that others need; consumers keep the newest version."""

    name: str
    region: str = Field(description="6-digit division code")
    status: Literal["in_force", "closed"]
    deciding_authorities: dict[str, str] = Field(
        description="Business type → authority id, resolved: what was set, else the default"
    )
    other_names: list[str] = Field([], description="Names it is also recorded under")
    standard_id: str | None = Field(None, description="Of a campus: the institution it is part of")


@event(
    "zhiye.institutions.institution-merged.v1",
    example={
        "aggregate_id": "01JD0000000000000000INS002",
        "version": 4,
        "occurred_at": EXAMPLE_TIME,
        "merge_id": "01JD0000000000000000MRG001",
        "into_id": "01JD0000000000000000INS001",
        "name": "北京示例医院（分部）",
        "into_name": "北京示例医院",
        "into_region": "110102",
    },
)
class InstitutionMerged(Event):
    """A record under a non-standard name (the aggregate) was merged into the standard one, or,
    ``undone``, taken out again. Who is registered at the first moves to the second, or those
    whom this merge moved move back (Q20.4.2, Q41.4.2)."""

    merge_id: str
    into_id: str
    name: str = Field(description="Name of the record that is merged")
    into_name: str
    into_region: str = Field(description="6-digit division code")
    undone: bool = False


@event(
    "zhiye.institutions.authority-changed.v1",
    example={
        "aggregate_id": "01JD0000000000000000AUT001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "name": "西城区卫生健康委员会",
        "region": "110102",
        "online": True,
    },
)
class AuthorityChanged(Event):
    """A health authority as it now stands."""

    name: str
    region: str = Field(description="6-digit division code it is responsible for")
    online: bool = Field(description="Whether its region registers electronically (Q5, Q29)")


@event(
    "zhiye.institutions.filing-changed.v1",
    example={
        "aggregate_id": "01JD0000000000000000FIL001",
        "version": 3,
        "occurred_at": EXAMPLE_TIME,
        "number": "J202611230000001",
        "kind": "practice-licence",
        "change": "approve",
        "state": "approved",
        "institution_id": "01JD0000000000000000INS001",
        "institution_name": "北京示例医院",
        "authority_id": "01JD0000000000000000AUT001",
        "authority_name": "西城区卫生健康委员会",
        "reasons": [],
        "deadline": "2027-01-07",
    },
)
class FilingChanged(Event):
    """A step of an institution's own application (执业登记, 变更, 校验, 停业, 注销); or, with the
    state ``due`` and without a number, that a periodic check falls due on ``deadline``."""

    number: str
    kind: str = Field(description="Row of the filing policy: practice-licence, change, …")
    change: str
    state: str
    institution_id: str
    institution_name: str
    authority_id: str | None = None
    authority_name: str | None = None
    reasons: list[ToldReason] = []
    deadline: date | None = Field(None, description="Statutory deadline of the decision")
