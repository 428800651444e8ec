"""``ApplicationChanged``: the applicant is told at each step (deck step 9, Q59.9)."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import ApplicationChanged
from zhiye_notifications.application.telling import Told, in_order, reasons_of, tell
from zhiye_notifications.domain.templates import template_of_step
from zhiye_notifications.kit import Kit


async def tell_applicants(tx: Transaction, kit: Kit, events: Sequence[ApplicationChanged]) -> None:
    """A message in the applicant's inbox, and one to her phone or else her email."""
    await tell(
        tx,
        kit,
        [
            Told(
                f"{event.aggregate_id}:{event.version}",
                event.account_id,
                template,
                _parameters(event),
                event.occurred_at,
            )
            for event in in_order(events)
            if (template := template_of_step(event.state, event.change)) is not None
        ],
    )


def _parameters(event: ApplicationChanged) -> dict[str, object]:
    return {
        "business_type": event.business_type,
        "number": event.number,
        "institution": event.institution_name,
        "authority": event.authority_name,
        "deadline": event.deadline.isoformat() if event.deadline else None,
        "reasons": reasons_of(event.reasons),
    }
