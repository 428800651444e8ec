"""``FilingMade`` and ``FilingEnded``: a physician's filings at further institutions (Q10, Q11)."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import FilingEnded, FilingMade
from zhiye_notifications.adapters.tables import contact
from zhiye_notifications.application.telling import Told, accounts_by, in_order, people_by, tell
from zhiye_notifications.kit import Kit


async def tell_of_filings_made(tx: Transaction, kit: Kit, events: Sequence[FilingMade]) -> None:
    """In the inboxes of the main institution, which has no part in the application; the person and
    the other institution follow that."""
    mains = {event.main_institution_id for event in events}
    institutions = await accounts_by(tx, contact.c.institution_id, mains)
    await tell(
        tx,
        kit,
        [
            Told(
                f"{event.aggregate_id}:{event.version}:{account}",
                account,
                "practice_filing_made",
                {
                    "person": event.name,
                    "institution": event.institution_name,
                    "authority": event.authority_name,
                    "number": event.application_number,
                    "from_on": event.from_on.isoformat(),
                    "until_on": event.until_on.isoformat(),
                },
                event.occurred_at,
                inbox_only=True,
            )
            for event in in_order(events)
            for account in institutions[event.main_institution_id]
        ],
    )


async def tell_of_filings_ended(tx: Transaction, kit: Kit, events: Sequence[FilingEnded]) -> None:
    """To the person, by SMS or else email too; in the inboxes of both institutions."""
    people = await people_by(tx, {event.person_key for event in events})
    institutions = await accounts_by(
        tx, contact.c.institution_id, {key for event in events for key in _institutions(event)}
    )
    told: list[Told] = []
    for event in in_order(events):
        source = f"{event.aggregate_id}:{event.version}"
        parameters = {
            "person": event.name,
            "institution": event.institution_name,
            "ended_on": event.ended_on.isoformat(),
            "ended_because": event.because,
        }
        told += [
            Told(
                f"{source}:{account}",
                account,
                "practice_filing_ended",
                parameters,
                event.occurred_at,
            )
            for account in people[event.person_key]
        ]
        told += [
            Told(
                f"{source}:{account}",
                account,
                "practice_filing_ended_here",
                parameters,
                event.occurred_at,
                inbox_only=True,
            )
            for institution in _institutions(event)
            for account in institutions[institution]
        ]
    await tell(tx, kit, told)


def _institutions(event: FilingEnded) -> list[str]:
    """The one of the filing and the main one, which may be the same by now."""
    return sorted({event.institution_id, event.main_institution_id or event.institution_id})
