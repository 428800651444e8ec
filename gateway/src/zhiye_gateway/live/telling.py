"""Which events are told to whom, and what of them: ids, numbers, states; no names, no secrets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from zhiye_chassis.bus.cloudevents import Envelope
from zhiye_chassis.security import Principal
from zhiye_contracts.events import (
    AccountChanged,
    ApplicationChanged,
    DutyChanged,
    Event,
    FilingChanged,
    FilingEnded,
    FilingMade,
    QualificationBatchCompleted,
    QualificationCaseChanged,
    QualificationCaseForwarded,
    QualificationRequested,
    ScopeCaseChanged,
)

_NOT_REVIEWED = frozenset({"awaiting_institution", "withdrawn"})

Audience = tuple[Literal["account", "institution", "authority", "person", "region", "role"], str]
"""One account, or all accounts of an institution, an authority, a person, the authority of a region
or a role."""
EXAM_CENTRE: Audience = ("role", "exam_centre")

_EVENT_ID = re.compile(r"[!-~]{1,100}")


@dataclass(frozen=True, slots=True)
class Told:
    """One row: an event, those it concerns, and the fields they are told."""

    event: type[Event]
    audiences: Callable[[Any], list[Audience]]
    fields: frozenset[str]

    @property
    def name(self) -> str:
        """The name on the stream: ``zhiye.registration.application-changed.v1`` without ends."""
        return self.event.type.split(".")[2]


def _of_account(event: AccountChanged) -> list[Audience]:
    return [("account", event.aggregate_id)]


def _of_application(event: ApplicationChanged) -> list[Audience]:
    audiences: list[Audience] = [("account", event.account_id)]
    # The authority is chosen by the first submission: before it, a draft is the applicant's own.
    if event.authority_id:
        audiences.append(("authority", event.authority_id))
        # Until it has found an application by the full ID number and reviewed it, an institution
        # is not told of a stranger's (deck 7).
        if event.state not in _NOT_REVIEWED:
            audiences.append(("institution", event.institution_id))
        # What others file is about the person, who has not written it.
        if event.source != "person":
            audiences.append(("person", event.person_key))
    return audiences


def _of_further(event: FilingMade | FilingEnded) -> list[Audience]:
    """A physician's filing at a further institution: the main one hears of it as well (Q10)."""
    audiences: list[Audience] = [
        ("person", event.person_key),
        ("institution", event.institution_id),
    ]
    if event.main_institution_id:
        audiences.append(("institution", event.main_institution_id))
    if event.authority_id:
        audiences.append(("authority", event.authority_id))
    return audiences


def _of_filing(event: FilingChanged) -> list[Audience]:
    audiences: list[Audience] = [("institution", event.institution_id)]
    # Before the first submission no authority is addressed: a draft is the institution's own.
    if event.authority_id:
        audiences.append(("authority", event.authority_id))
    return audiences


def _of_batch(event: QualificationBatchCompleted) -> list[Audience]:
    return [("account", event.account_id)]


def _of_case(event: QualificationCaseChanged) -> list[Audience]:
    audiences: list[Audience] = []
    if event.account_id:
        audiences.append(("account", event.account_id))
    if event.institution_id:
        audiences.append(("institution", event.institution_id))
    # A draft is its writer's own.
    if event.state != "draft":
        audiences.append(("region", event.province))
        if event.person_key and not event.account_id:
            audiences.append(("person", event.person_key))
    return audiences


def _of_scope_case(event: ScopeCaseChanged) -> list[Audience]:
    """The applicant, and on either side the authority and that of the whole province."""
    audiences: list[Audience] = [("account", event.account_id)]
    for authority, province in (
        (event.from_authority_id, event.from_province),
        (event.to_authority_id, event.to_province),
    ):
        audiences.append(("region", f"{province}0000"))
        if authority:
            audiences.append(("authority", authority))
    return audiences


def _of_exam_centre(_: QualificationCaseForwarded | QualificationRequested) -> list[Audience]:
    return [EXAM_CENTRE]


def _of_duty(event: DutyChanged) -> list[Audience]:
    """Who has to act, and the person; neither name nor ground goes down the stream."""
    audiences: list[Audience] = [
        ("person", event.person_key),
        ("institution", event.institution_id),
    ]
    if event.authority_id:
        audiences.append(("authority", event.authority_id))
    return audiences


TOLD: tuple[Told, ...] = (
    Told(
        AccountChanged,
        _of_account,
        frozenset({"change", "status", "identity", "phone_verified", "email_verified"}),
    ),
    Told(
        ApplicationChanged,
        _of_application,
        frozenset({"number", "business_type", "change", "state", "deadline"}),
    ),
    Told(
        FilingChanged,
        _of_filing,
        frozenset({"number", "kind", "change", "state", "deadline"}),
    ),
    Told(FilingMade, _of_further, frozenset({"application_number", "from_on", "until_on"})),
    Told(FilingEnded, _of_further, frozenset({"because", "ended_on"})),
    Told(
        QualificationBatchCompleted,
        _of_batch,
        frozenset({"received", "recorded", "unchanged", "rejected"}),
    ),
    Told(
        QualificationCaseChanged,
        _of_case,
        frozenset({"number", "kind", "change", "state", "deadline"}),
    ),
    Told(
        QualificationCaseForwarded,
        _of_exam_centre,
        frozenset({"number", "kind", "profession", "province", "deadline"}),
    ),
    Told(QualificationRequested, _of_exam_centre, frozenset({"by"})),
    Told(
        ScopeCaseChanged,
        _of_scope_case,
        frozenset({"number", "application_number", "change", "state", "by", "deadline"}),
    ),
    Told(DutyChanged, _of_duty, frozenset({"kind", "change", "state", "due_on"})),
)
_BY_TYPE = {row.event.type: row for row in TOLD}
_ALWAYS = frozenset({"version", "occurred_at"})


@dataclass(frozen=True, slots=True)
class Message:
    """One event as it goes down the stream, and those it is for."""

    id: str
    audiences: frozenset[Audience]
    chunk: bytes
    account: AccountChanged | None = None
    """The change of an account, which may end its access."""


def chunk_of(name: str, event_id: str, data: dict[str, Any]) -> bytes:
    return b"event: %b\nid: %b\ndata: %b\n\n" % (
        name.encode(),
        event_id.encode(),
        orjson.dumps(data),
    )


def message_of(envelope: Envelope) -> Message | None:
    """What to tell of an event; ``None`` when it concerns no one who listens here.

    ``ValidationError`` when the event's data are not what its type promises.
    """
    row = _BY_TYPE.get(envelope.type)
    if row is None or not _EVENT_ID.fullmatch(envelope.id):
        return None
    event = row.event.model_validate(envelope.data)
    data = event.model_dump(mode="json", include=set(row.fields | _ALWAYS))
    return Message(
        id=envelope.id,
        audiences=frozenset(row.audiences(event)),
        chunk=chunk_of(row.name, envelope.id, {"id": event.aggregate_id, **data}),
        account=event if isinstance(event, AccountChanged) else None,
    )


def audiences_of(principal: Principal) -> frozenset[Audience]:
    """What an account hears: its own events, and those of the body it acts for."""
    audiences: set[Audience] = {("account", principal.account_id)}
    if principal.role == "institution" and principal.institution_id:
        audiences.add(("institution", principal.institution_id))
    if principal.role == "authority" and principal.authority_id:
        audiences.add(("authority", principal.authority_id))
    if principal.role == "authority" and principal.region:
        audiences.add(("region", principal.region))
    # Anybody may open an account with somebody else's ID number.
    if principal.role == "practitioner" and principal.active and principal.person_key:
        audiences.add(("person", principal.person_key))
    if principal.role == "exam_centre":
        audiences.add(EXAM_CENTRE)
    return frozenset(audiences)
