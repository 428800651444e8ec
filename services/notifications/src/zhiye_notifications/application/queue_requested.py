"""``MessageRequested``: a code or credentials, to an address that the sender has chosen."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts.events import MessageRequested
from zhiye_notifications.adapters import queue
from zhiye_notifications.domain.delivery import WAIT_FOR_CONTACT
from zhiye_notifications.kit import Kit


async def queue_requested(tx: Transaction, kit: Kit, events: Sequence[MessageRequested]) -> None:
    """Queue each message once; what it says stays sealed until it is sent."""
    now = kit.clock.now()
    await queue.put(
        tx,
        [
            {
                "id": new_id(),
                "source": f"{event.aggregate_id}:{event.version}",
                "account_id": event.account_id,
                "channel": event.channel,
                "template": event.template,
                "language": event.language,
                "sealed_address": event.sealed_address,
                "sealed_parameters": event.sealed_parameters,
                "state": "queued",
                "attempts": 0,
                "next_attempt_at": now,
                "created_at": now,
                "expires_at": event.expires_at or event.occurred_at + WAIT_FOR_CONTACT,
            }
            for event in events
        ],
    )
