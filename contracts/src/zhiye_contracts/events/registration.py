"""Events of the registration service."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from zhiye_contracts.events.accounts import SEALED_EXAMPLE
from zhiye_contracts.events.base import EXAMPLE_TIME, Event, ToldReason, event


@event(
    "zhiye.registration.application-changed.v1",
    example={
        "aggregate_id": "01JD0000000000000000APP001",
        "version": 4,
        "occurred_at": EXAMPLE_TIME,
        "number": "N202611230000017",
        "business_type": "nurse-first",
        "change": "approved",
        "state": "approved",
        "account_id": "01JD0000000000000000ACC001",
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "institution_id": "01JD0000000000000000INS001",
        "institution_name": "北京示例医院",
        "authority_id": "01JD0000000000000000AUT001",
        "authority_name": "西城区卫生健康委员会",
        "reasons": [],
        "deadline": "2026-12-21",
    },
)
class ApplicationChanged(Event):
    """A step of an application; the state is the one after it."""

    number: str
    business_type: str
    change: str
    state: str
    account_id: str
    person_key: str
    institution_id: str
    institution_name: str
    authority_id: str | None = None
    authority_name: str | None = None
    reasons: list[ToldReason] = []
    deadline: date | None = Field(None, description="Statutory deadline of the pending step")
    source: Literal["person", "institution"] = Field(
        "person", description="Who filed it; the account is the filing side's"
    )
    by_authority: bool = Field(
        False, description="Not an institution but the deciding authority filed it (Q50)"
    )
    waits_for_id: str | None = Field(
        None, description="The institution that the pending step waits for, if one"
    )
    waits_for_name: str | None = None
    ground: str | None = Field(
        None, description="Code of a cancellation's or a filing off post's ground"
    )


@event(
    "zhiye.registration.registration-changed.v1",
    example={
        "aggregate_id": "01JD0000000000000000REG001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "profession": "nurse",
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "name": "王芳",
        "status": "registered",
        "institution_id": "01JD0000000000000000INS001",
        "region": "110102",
        "region_online": True,
        "certificate_key": "8b1d",
        "sealed_certificate_number": SEALED_EXAMPLE,
        "valid_until": "2031-11-22",
        "business_completed": True,
    },
)
class RegistrationChanged(Event):
    """A practice registration as it now stands; consumers keep the newest version."""

    profession: Literal["nurse", "physician"]
    person_key: str
    name: str
    status: Literal["registered", "cancelled", "filed", "moving_out"]
    institution_id: str
    region: str
    region_online: bool = True
    certificate_key: str
    sealed_certificate_number: str
    valid_until: date | None = None
    business_completed: bool = Field(
        True, description="False when imported: no business was done in this system"
    )
    sealed_id_number: str | None = None


@event(
    "zhiye.registration.registration-moved.v1",
    example={
        "aggregate_id": "01JD0000000000000000REG001",
        "version": 4,
        "occurred_at": EXAMPLE_TIME,
        "profession": "nurse",
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "name": "王芳",
        "application_number": "N202611230000017",
        "from_institution_id": "01JD0000000000000000INS001",
        "from_institution_name": "北京示例医院",
        "from_region": "110102",
        "from_authority_id": "01JD0000000000000000AUT001",
        "into_institution_id": "01JD0000000000000000INS002",
        "into_institution_name": "石家庄示例医院",
        "into_region": "130102",
        "authority_name": "石家庄市长安区卫生健康局",
        "moved_on": "2026-11-23",
    },
)
class RegistrationMoved(Event):
    """A registration went from one institution to another; whoever had it is told (变更注册)."""

    profession: Literal["nurse", "physician"]
    person_key: str
    name: str
    application_number: str
    from_institution_id: str
    from_institution_name: str
    from_region: str
    from_authority_id: str | None = None
    into_institution_id: str
    into_institution_name: str
    into_region: str
    authority_name: str | None = None
    authority_id: str | None = Field(None, description="The authority that decided it")
    moved_on: date


@event(
    "zhiye.registration.renewal-reminder.v1",
    example={
        "aggregate_id": "01JD0000000000000000REG001",
        "version": 3,
        "occurred_at": EXAMPLE_TIME,
        "profession": "nurse",
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "reminder": "opened",
        "institution_name": "北京示例医院",
        "valid_until": "2026-12-23",
        "opens_on": "2026-11-23",
        "late_until": None,
    },
)
class RenewalReminder(Event):
    """A registration is about to expire, or has: told once for each kind and expiry date."""

    profession: Literal["nurse", "physician"]
    person_key: str
    reminder: Literal["opens_soon", "opened", "expires_soon", "expired"]
    institution_name: str
    valid_until: date
    opens_on: date
    late_until: date | None = Field(
        None, description="Until when it can still be renewed once expired; none: it cannot"
    )


@event(
    "zhiye.registration.information-change-stepped.v1",
    example={
        "aggregate_id": "01JD0000000000000000CHG001",
        "version": 2,
        "occurred_at": EXAMPLE_TIME,
        "change": "refused",
        "state": "refused",
        "account_id": "01JD0000000000000000ACC001",
        "institution_id": "01JD0000000000000000INS001",
        "institution_name": "北京示例医院",
        "fields": ["title"],
        "reasons": [{"code": "materials_unclear", "text": "材料不清晰"}],
    },
)
class InformationChangeStepped(Event):
    """A step of a person's request to change information about themselves (信息修改)."""

    change: Literal["requested", "withdrawn", "approved", "refused"]
    state: Literal["pending", "withdrawn", "approved", "refused"]
    account_id: str
    institution_id: str
    institution_name: str
    fields: list[str] = Field(description="Names of the fields; never their values")
    reasons: list[ToldReason] = []


@event(
    "zhiye.registration.qualifications-kept.v1",
    example={
        "aggregate_id": "01JD0000000000000000BAT001",
        "version": 500,
        "occurred_at": EXAMPLE_TIME,
        "records": 487,
    },
)
class QualificationsKept(Event):
    """The registration service has qualifications of a batch: what it was told of together, by
    one or more ``QualificationsRecorded``, is visible now."""

    aggregate_id: str = Field(max_length=64, description="The batch")
    version: int = Field(ge=1, description="The highest of the events that this answers")
    records: int = Field(ge=1, description="How many those events held")


@event(
    "zhiye.registration.person-asked.v1",
    example={
        "aggregate_id": "01JD0000000000000000RCN001-17",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "ask": "change",
        "institution_id": "01JD0000000000000000INS001",
        "institution_name": "北京示例医院",
    },
)
class PersonAsked(Event):
    """An institution asks somebody to do what makes its staff list and the register agree (Q20,
    Q41)."""

    aggregate_id: str = Field(max_length=64, description="The line of the reconciliation")
    person_key: str
    ask: str = Field(
        description="change, first, re_registration, renewal, information, leave; more may come"
    )
    institution_id: str
    institution_name: str


@event(
    "zhiye.registration.filing-made.v1",
    example={
        "aggregate_id": "01JD0000000000000000FIL001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "name": "李明",
        "application_number": "N202611230000017",
        "institution_id": "01JD0000000000000000INS002",
        "institution_name": "北京另一医院",
        "main_institution_id": "01JD0000000000000000INS001",
        "authority_id": "01JD0000000000000000AUT001",
        "authority_name": "西城区卫生健康委员会",
        "from_on": "2026-12-01",
        "until_on": "2027-11-30",
    },
)
class FilingMade(Event):
    """A physician was filed at a further institution (多执业机构备案, Q10)."""

    person_key: str
    name: str
    application_number: str
    institution_id: str
    institution_name: str
    main_institution_id: str
    authority_id: str | None = None
    authority_name: str | None = None
    from_on: date
    until_on: date


@event(
    "zhiye.registration.filing-ended.v1",
    example={
        "aggregate_id": "01JD0000000000000000FIL001",
        "version": 2,
        "occurred_at": EXAMPLE_TIME,
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "name": "王芳",
        "institution_id": "01JD0000000000000000INS002",
        "institution_name": "北京另一医院",
        "main_institution_id": "01JD0000000000000000INS001",
        "authority_id": "01JD0000000000000000AUT001",
        "because": "registration_moved",
        "ended_on": "2026-11-23",
    },
)
class FilingEnded(Event):
    """A physician's filing at a further institution ended before its last day (Q10)."""

    person_key: str
    name: str
    institution_id: str
    institution_name: str
    main_institution_id: str | None = None
    authority_id: str | None = None
    because: Literal[
        "by_person",
        "by_institution",
        "registration_moved",
        "registration_left",
        "became_main",
        "scopes_changed",
        "person_corrected",
    ]
    ended_on: date
