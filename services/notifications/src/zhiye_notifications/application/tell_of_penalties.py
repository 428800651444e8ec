"""Who has to know is told of penalties, and of the duties that follow (Q50: 及时通报)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import DutyChanged, Event, PenaltyRecorded
from zhiye_notifications.adapters.tables import contact
from zhiye_notifications.application.telling import Told, accounts_by, in_order, people_by, tell
from zhiye_notifications.domain.penalty_templates import TO_AUTHORITY, TO_INSTITUTION, TO_PERSON
from zhiye_notifications.domain.templates import TEMPLATES
from zhiye_notifications.kit import Kit

_PLAIN = ("institution", "authority", "due_on")
"""What a message to the person may say: who gets it may only say to be that person."""


async def tell_of_penalties(tx: Transaction, kit: Kit, events: Sequence[PenaltyRecorded]) -> None:
    """``PenaltyRecorded``: the person, by SMS or else email too; in their inboxes the institutions
    where the person is registered or filed, and the authorities, but for the one that reported."""
    people = await people_by(tx, {e.person_key for e in events})
    places = await accounts_by(
        tx, contact.c.institution_id, {key for e in events for key in _institutions(e)}
    )
    offices = await accounts_by(
        tx, contact.c.authority_id, {key for e in events for key in _authorities(e)}
    )
    told: list[Told] = []
    for event in in_order(events):
        rescinded = event.change == "rescinded"
        said = _of_penalty(event)
        own = "record_taken_back" if rescinded else "record_added"
        told += _to(event, people[event.person_key], own, {})
        theirs = "penalty_of_yours_rescinded" if rescinded else "penalty_of_yours"
        accounts = [account for key in _institutions(event) for account in places[key]]
        accounts += [account for key in _authorities(event) for account in offices[key]]
        told += _to(event, accounts, theirs, said)
    await tell(tx, kit, told)


async def tell_of_duties(tx: Transaction, kit: Kit, events: Sequence[DutyChanged]) -> None:
    """``DutyChanged``: the institution that has to act and the authority in their inboxes, the
    person by SMS or else email too."""
    people = await people_by(tx, {e.person_key for e in events})
    places = await accounts_by(tx, contact.c.institution_id, {e.institution_id for e in events})
    offices = await accounts_by(
        tx, contact.c.authority_id, {e.authority_id for e in events if e.authority_id}
    )
    told: list[Told] = []
    for event in in_order(events):
        said = _of_duty(event)
        for templates, accounts, what in (
            (TO_INSTITUTION, places[event.institution_id], said),
            (TO_AUTHORITY, offices[event.authority_id] if event.authority_id else [], said),
            (TO_PERSON, people[event.person_key], {name: said[name] for name in _PLAIN}),
        ):
            if template := templates.get(event.change):
                told += _to(event, accounts, template, what)
    await tell(tx, kit, told)


def _to(
    event: Event, accounts: Iterable[str], template: str, said: Mapping[str, object]
) -> list[Told]:
    return [
        Told(
            f"{event.aggregate_id}:{event.version}:{account}",
            account,
            template,
            said,
            event.occurred_at,
            inbox_only=TEMPLATES[template].sms is None,
        )
        for account in dict.fromkeys(accounts)
    ]


def _institutions(event: PenaltyRecorded) -> list[str]:
    return sorted({*event.main_institution_ids, *event.filed_institution_ids})


def _authorities(event: PenaltyRecorded) -> list[str]:
    return sorted(set(event.authority_ids) - {event.reported_by_id})


def _of_penalty(event: PenaltyRecorded) -> dict[str, object]:
    return {
        "penalty": event.kind,
        "person": event.name,
        "document": event.document_number,
        "body": event.deciding_body,
        "decided_on": event.decided_on.isoformat(),
        "ends_on": event.ends_on.isoformat() if event.ends_on else None,
        "reported_by": event.reported_by_name,
    }


def _of_duty(event: DutyChanged) -> dict[str, object]:
    return {
        "duty": event.kind,
        "cause": event.cause,
        "of_ground": event.ground,
        "business_type": event.business_type,
        "person": event.name,
        "institution": event.institution_name,
        "authority": event.authority_name,
        "due_on": event.due_on.isoformat(),
    }
