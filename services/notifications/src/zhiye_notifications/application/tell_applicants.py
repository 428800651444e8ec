"""``ApplicationChanged``: the applicant is told at each step (deck step 9, Q59.9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts.events import ApplicationChanged
from zhiye_notifications.adapters import queue
from zhiye_notifications.domain.delivery import WAIT_FOR_CONTACT
from zhiye_notifications.domain.templates import template_of_step
from zhiye_notifications.kit import Kit


async def tell_applicants(tx: Transaction, kit: Kit, events: Sequence[ApplicationChanged]) -> None:
    """A message in the applicant's inbox, and one to her phone or else her email.

    The address is looked up when it is sent: the account may not be known here yet, and then the
    message waits for it, up to 24 hours from the step.
    """
    now = kit.clock.now()
    inbox: list[dict[str, Any]] = []
    out: list[dict[str, Any]] = []
    for event in sorted(events, key=lambda e: (e.occurred_at, e.aggregate_id, e.version)):
        template = template_of_step(event.state, event.change)
        if template is None:
            continue
        told = {
            "source": f"{event.aggregate_id}:{event.version}",
            "account_id": event.account_id,
            "template": template,
            "sealed_parameters": kit.seal_parameters(_parameters(event)),
        }
        inbox.append(told | {"occurred_at": event.occurred_at})
        out.append(
            told
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


def _parameters(event: ApplicationChanged) -> dict[str, object]:
    return {
        "business_type": event.business_type,
        "number": event.number,
        "institution": event.institution_name,
        "authority": event.authority_name,
        "deadline": event.deadline.isoformat() if event.deadline else None,
        "reasons": [reason.text for reason in event.reasons],
    }
