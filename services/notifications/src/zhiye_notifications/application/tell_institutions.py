"""``FilingChanged``: an institution's accounts are told of each step of its filings (Q59.9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts.events import FilingChanged
from zhiye_notifications.adapters import queue
from zhiye_notifications.adapters.tables import contact
from zhiye_notifications.domain.delivery import WAIT_FOR_CONTACT
from zhiye_notifications.domain.filing_templates import template_of_filing
from zhiye_notifications.kit import Kit


async def tell_institutions(tx: Transaction, kit: Kit, events: Sequence[FilingChanged]) -> None:
    """A message in the inbox of every account of the institution; an SMS, or else an email, to
    its main accounts: clones (Q54) read it there."""
    told = [
        (event, template)
        for event in sorted(events, key=lambda e: (e.occurred_at, e.aggregate_id, e.version))
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
    now = kit.clock.now()
    inbox: list[dict[str, Any]] = []
    out: list[dict[str, Any]] = []
    for event, template in told:
        sealed = kit.seal_parameters(_parameters(event))
        for account in accounts:
            if account.institution_id != event.institution_id:
                continue
            message = {
                "source": f"{event.aggregate_id}:{event.version}:{account.account_id}",
                "account_id": account.account_id,
                "template": template,
                "sealed_parameters": sealed,
            }
            inbox.append(message | {"occurred_at": event.occurred_at})
            if account.main_account_id is None:
                out.append(
                    message
                    | {
                        "id": new_id(),
                        "language": "zh",
                        "state": "queued",
                        "attempts": 0,
                        "next_attempt_at": now,
                        "created_at": now,
                        "expires_at": event.occurred_at + WAIT_FOR_CONTACT,
                    }
                )
    await queue.put_in_app(tx, inbox)
    await queue.put(tx, out)


def _parameters(event: FilingChanged) -> dict[str, object]:
    return {
        "kind": event.kind,
        "number": event.number,
        "institution": event.institution_name,
        "authority": event.authority_name,
        "deadline": event.deadline.isoformat() if event.deadline else None,
        "reasons": [reason.text for reason in event.reasons],
    }
