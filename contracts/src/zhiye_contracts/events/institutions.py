"""Events of the institutions service."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from zhiye_contracts.events.base import EXAMPLE_TIME, Event, event


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
