"""``FilingChanged``: an institution's accounts are told of each step of its filings (Q59.9)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import FilingChanged
from zhiye_notifications.adapters.tables import contact
from zhiye_notifications.application.telling import Told, in_order, reasons_of, tell
from zhiye_notifications.domain.filing_templates import template_of_filing
from zhiye_notifications.kit import Kit


async def tell_institutions(tx: Transaction, kit: Kit, events: Sequence[FilingChanged]) -> None:
    """A message in the inbox of every account of the institution; an SMS, or else an email, to
    its main accounts: clones (Q54) read it there."""
    told = [
        (event, template)
        for event in in_order(events)
        if (template := template_of_filing(event.state, event.change)) is not None
    ]
    if not told:
        return
    found = await tx.execute(
        select(contact.c.account_id, contact.c.institution_id, contact.c.main_account_id)
        .where(
            contact.c.institution_id.in_({event.institution_id for event, _ in told}),
            ~contact.c.revoked,
        )
        .order_by(contact.c.account_id)
    )
    accounts = found.all()
    await tell(
        tx,
        kit,
        [
            Told(
                f"{event.aggregate_id}:{event.version}:{account.account_id}",
                account.account_id,
                template,
                _parameters(event),
                event.occurred_at,
                inbox_only=account.main_account_id is not None,
            )
            for event, template in told
            for account in accounts
            if account.institution_id == event.institution_id
        ],
    )


def _parameters(event: FilingChanged) -> dict[str, object]:
    return {
        "kind": event.kind,
        "number": event.number,
        "institution": event.institution_name,
        "authority": event.authority_name,
        "deadline": event.deadline.isoformat() if event.deadline else None,
        "reasons": reasons_of(event.reasons),
    }
