"""Events of the accounts service."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from zhiye_contracts.events.base import EXAMPLE_TIME, Event, event

SEALED_EXAMPLE = "k1.bm9uY2UxMjM0NTY.c2VhbGVkIHZhbHVl"


@event(
    "zhiye.accounts.account-changed.v1",
    example={
        "aggregate_id": "01JD0000000000000000ACC001",
        "version": 3,
        "occurred_at": EXAMPLE_TIME,
        "change": "activated",
        "role": "practitioner",
        "person_key": "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
        "display_name": "王**",
        "status": "active",
        "identity": "matched",
        "language": "zh",
        "sealed_phone": SEALED_EXAMPLE,
        "phone_verified": True,
        "sealed_email": SEALED_EXAMPLE,
        "email_verified": False,
    },
)
class AccountChanged(Event):
    """The whole state of an account after a change; consumers keep the newest version."""

    change: str = Field(description="What changed: registered, identity_checked, verified, …")
    role: Literal["practitioner", "institution", "authority", "exam_centre", "operator"]
    person_key: str | None = Field(None, description="Blind index of the ID number; people only")
    display_name: str = Field(description="Masked name")
    status: Literal["registered", "verified", "active", "revoked"]
    identity: str | None = Field(None, description="Outcome of the identity check; people only")
    language: Literal["zh", "en"] = "zh"
    sealed_phone: str | None = None
    phone_verified: bool = False
    sealed_email: str | None = None
    email_verified: bool = False
    institution_id: str | None = None
    authority_id: str | None = None
    main_account_id: str | None = Field(None, description="Of a clone: whose it is (Q54)")

    tokens_not_before: AwareDatetime | None = Field(
        None, description="Access tokens issued before this are void, although not expired"
    )
    ended_session: str | None = Field(
        None, description="A session that this change ended: its access tokens are void"
    )
    sealed_name: str | None = Field(None, description="Whole name; people only")
    sealed_id_number: str | None = Field(None, description="ID number; people only")


@event(
    "zhiye.accounts.message-requested.v1",
    example={
        "aggregate_id": "01JD0000000000000000MSG001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "channel": "sms",
        "template": "verification_code",
        "language": "zh",
        "sealed_address": SEALED_EXAMPLE,
        "sealed_parameters": SEALED_EXAMPLE,
        "expires_at": EXAMPLE_TIME,
        "account_id": "01JD0000000000000000ACC001",
    },
)
class MessageRequested(Event):
    """One message to one address whose content is secret: a code, credentials."""

    channel: Literal["sms", "email"]
    template: str
    language: Literal["zh", "en"] = "zh"
    sealed_address: str
    sealed_parameters: str = Field(description="JSON object, sealed: it may hold a code")
    expires_at: AwareDatetime | None = Field(None, description="Not worth sending after this")
    account_id: str | None = None
