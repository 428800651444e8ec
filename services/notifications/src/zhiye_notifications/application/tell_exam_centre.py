"""``QualificationBatchCompleted``: the account that fed the batch finds the counts in its inbox."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import QualificationBatchCompleted
from zhiye_notifications.adapters import queue
from zhiye_notifications.kit import Kit


async def tell_exam_centre(tx: Transaction, kit: Kit, event: QualificationBatchCompleted) -> None:
    """One message in the inbox, no SMS."""
    counts = event.model_dump(include={"received", "recorded", "unchanged", "rejected"})
    await queue.put_in_app(
        tx,
        [
            {
                "source": f"{event.aggregate_id}:{event.version}",
                "account_id": event.account_id,
                "template": "qualification_batch_completed",
                "sealed_parameters": kit.seal_parameters(counts),
                "occurred_at": event.occurred_at,
            }
        ],
    )
