"""What the exam centre publishes, and what it finds in its inbox: over the broker, as its own user
with no other right."""

from __future__ import annotations

from functools import partial

from zhiye_chassis.bus.subscriptions import Outlet, Subscription, Subscriptions
from zhiye_contracts.exam_centre import (
    EXCHANGE,
    INBOX,
    BatchEnded,
    ExamCentreBatchResult,
    ExamCentreResult,
    QualificationStated,
)
from zhiye_qualifications.application.feed_from_bus import end_batches, take_stated
from zhiye_qualifications.kit import Kit


def stated(kit: Kit) -> Subscriptions:
    """Records and ends of batches. They carry ID numbers: what failed is kept sealed."""
    return Subscriptions(
        "qualifications",
        (
            Subscription(
                QualificationStated, partial(take_stated, kit), batch=True, enveloped=True
            ),
            Subscription(BatchEnded, partial(end_batches, kit), batch=True, enveloped=True),
        ),
        EXCHANGE,
        kit.cipher,
    )


ANSWERS = Outlet("exam-centre", INBOX, (ExamCentreResult.type, ExamCentreBatchResult.type))
